//! Users: who they are, what they prefer, how they sign in.

mod error;
mod password;
mod repository;
mod service;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use crate::money::Currency;
use crate::text::{TextError, case_folded, single_line, text_type};
use crate::{UserId, Version};

pub use error::{LoginError, RegisterError, UpdateUserError};
pub use password::{PasswordError, check_password};
pub use repository::{CreateUserError, Credentials, UserRepository};
pub use service::{ProfileChange, Registration, UserService};

text_type!(
    /// What a user is called.
    UserName, max 100, single_line
);

/// An e-mail address (RFC 5321, with the characters of RFC 6531), as its owner writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// Why an e-mail address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It is no text to begin with.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It is no address.
    #[error("must be an e-mail address such as ada@example.org")]
    NotAnAddress,
}

impl EmailError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text(error) => error.code(),
            Self::NotAnAddress => "not_an_email_address",
        }
    }
}

impl EmailAddress {
    /// The most characters that an address may have (RFC 5321, section 4.5.3.1.3, less its angle brackets).
    pub const MAX_CHARACTERS: usize = 254;

    /// Trims, normalises (NFC) and checks an address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = single_line(text, Self::MAX_CHARACTERS)?;
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        email_address::EmailAddress::parse_with_options(&text, options)
            .map_err(|_| EmailError::NotAnAddress)?;
        Ok(Self(text))
    }

    /// Takes an address that [`Self::parse`] gave out before.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address have in common.
    pub fn key(&self) -> EmailKey {
        EmailKey(case_folded(&self.0))
    }
}

/// An address without regard to case and Unicode composition, which is how addresses are compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailKey(String);

impl EmailKey {
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a user can change of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What they are called.
    pub name: Option<UserName>,
    /// The currency of expenses that name none.
    pub currency: Currency,
    /// Where "today" is.
    pub time_zone: Tz,
    /// Where their weeks begin.
    pub first_day_of_week: Weekday,
}

impl Default for Profile {
    fn default() -> Self {
        Self { name: None, currency: Currency::EUR, time_zone: Tz::UTC, first_day_of_week: Weekday::Mon }
    }
}

impl Profile {
    /// The calendar date where the user lives.
    pub fn date_at(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.time_zone).date_naive()
    }
}

/// A user. Created when their id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Their address, as they wrote it.
    pub email: EmailAddress,
    /// What they can change.
    pub profile: Profile,
    /// The last change, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
    /// The number of the last change.
    pub version: Version,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_composition() {
        let key = |text| EmailAddress::parse(text).unwrap().key();
        assert_eq!(key("Ada@Example.ORG"), key("ada@example.org"));
        assert_eq!(key("jose\u{301}@example.org"), key("JOSÉ@example.org"));
        assert_eq!(key("straße@example.org"), key("STRASSE@example.org"));
        assert_ne!(key("jose@example.org"), key("josé@example.org"));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "Ada <ada@example.org>",
            "a@b@c",
            "ada@[127.0.0.1]",
            "a\n@b.org",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text}");
        }
        assert!(EmailAddress::parse(&format!("a@{}.org", "b".repeat(260))).is_err());
        assert_eq!(EmailAddress::parse(" Ada@Example.org ").unwrap().as_str(), "Ada@Example.org");
    }

    #[test]
    fn today_depends_on_where_the_user_lives() {
        let instant = DateTime::from_timestamp(1_767_225_600, 0).unwrap(); // 2026-01-01T00:00:00Z
        let lives_in = |time_zone| Profile { time_zone, ..Profile::default() }.date_at(instant).to_string();
        assert_eq!(lives_in(Tz::UTC), "2026-01-01");
        assert_eq!(lives_in(Tz::America__New_York), "2025-12-31");
    }
}
