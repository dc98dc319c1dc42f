//! Identifiers: `UUIDv7` (RFC 9562, section 5.7), so that they sort by the time of their making.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Reads the hyphenated form in lower case, the only one that is given out; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                if text.len() != 36 || text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return None;
                }
                Uuid::try_parse(text).ok().map(Self)
            }

            /// The UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// When the id was made: UTC, in milliseconds. The epoch for an id that is no version 7.
            pub fn created_at(self) -> DateTime<Utc> {
                created_at(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

id_type!(
    /// Identifies a user.
    UserId
);
id_type!(
    /// Identifies an expense among those of its user.
    ExpenseId
);
id_type!(
    /// Identifies a category among those of its user.
    CategoryId
);
id_type!(
    /// Identifies a tag among those of its user.
    TagId
);
id_type!(
    /// Identifies a budget among those of its user.
    BudgetId
);
id_type!(
    /// Identifies an alert among those of its user. It was recorded when its id says.
    AlertId
);
id_type!(
    /// Identifies a recurring expense among those of its user.
    RecurringId
);

fn created_at(uuid: Uuid) -> DateTime<Utc> {
    uuid.get_timestamp()
        .and_then(|timestamp| {
            let (seconds, nanos) = timestamp.to_unix();
            DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
        })
        .unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_knows_when_it_was_made() {
        let id = ExpenseId::parse("019ab2c3-7d00-7000-8000-000000000000").unwrap();
        assert_eq!(id.created_at().timestamp_millis(), 0x019a_b2c3_7d00);
        assert_eq!(ExpenseId::new(Uuid::nil()).created_at(), DateTime::UNIX_EPOCH);
    }

    #[test]
    fn only_the_form_given_out_is_read() {
        let id = "019ab2c3-7d00-7000-8000-00000000000a";
        assert_eq!(UserId::parse(id).unwrap().to_string(), id);
        for other in [&id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}"), "", "1"] {
            assert_eq!(UserId::parse(other), None, "{other}");
        }
    }
}
