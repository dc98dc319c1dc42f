//! How values look in JSON.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Timelike as _, Utc};
use finance_domain::money::{Currency, Money, Total};
use finance_domain::report::Percent;
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::openapi::{currency_schema, schema_object};

/// A number with zeros in front. `format!` takes long enough to show in the time of a list.
fn digits<const N: usize>(mut number: u32) -> [u8; N] {
    let mut text = [b'0'; N];
    for digit in text.iter_mut().rev() {
        *digit += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    text
}

/// `2026-11-23`; nothing for a year that has not four digits.
fn date_text(date: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    let mut text = *b"0000-00-00";
    text[..4].copy_from_slice(&digits::<4>(year));
    text[5..7].copy_from_slice(&digits::<2>(date.month()));
    text[8..].copy_from_slice(&digits::<2>(date.day()));
    Some(text)
}

fn ascii<S: Serializer>(serializer: S, text: &[u8]) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(std::str::from_utf8(text).map_err(S::Error::custom)?)
}

/// A UUID in its hyphenated form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id(pub(crate) Uuid);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = Uuid::encode_buffer();
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut buffer))
    }
}

/// An instant: RFC 3339, UTC, milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let t = self.0;
        let Some(date) = date_text(t.date_naive()) else {
            return serializer.serialize_str(&t.to_rfc3339_opts(SecondsFormat::Millis, true));
        };
        let mut text = *b"0000-00-00T00:00:00.000Z";
        text[..10].copy_from_slice(&date);
        text[11..13].copy_from_slice(&digits::<2>(t.hour()));
        text[14..16].copy_from_slice(&digits::<2>(t.minute()));
        text[17..19].copy_from_slice(&digits::<2>(t.second()));
        text[20..23].copy_from_slice(&digits::<3>(t.timestamp_subsec_millis()));
        ascii(serializer, &text)
    }
}

/// A calendar date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match date_text(self.0) {
            Some(text) => ascii(serializer, &text),
            None => serializer.collect_str(&self.0),
        }
    }
}

/// Reads a calendar date of the years 1 to 9999, written `2026-11-23` (ISO 8601, RFC 3339's full-date).
pub(crate) fn parse_day(text: &str) -> Result<NaiveDate, &'static str> {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let number = |range| text.get(range).and_then(|part: &str| part.parse::<u32>().ok()).unwrap_or_default();
    let date = NaiveDate::from_ymd_opt(number(0..4).cast_signed(), number(5..7), number(8..10));
    date.filter(|date| shape && date.year() >= 1).ok_or("must be a date such as 2026-11-23")
}

/// The code of every problem with a date.
pub(crate) fn not_a_date(_: &&'static str) -> &'static str {
    "not_a_date"
}

/// An amount in major units: a JSON number with the decimals of its currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amount(pub(crate) Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The text as it is: a detour by a float could round it.
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A sum in major units: a JSON number with the decimals of its currency, exact also beyond 15 digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum(pub(crate) Total);

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A percentage with two decimals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Percentage(pub(crate) Percent);

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The code of a currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurrencyCode(pub(crate) Currency);

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl JsonSchema for CurrencyCode {
    fn schema_name() -> String {
        "Currency".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::schema::Schema {
        schema_object(currency_schema())
    }
}

macro_rules! inline_schema {
    ($name:ident, $schema:expr) => {
        impl JsonSchema for $name {
            fn is_referenceable() -> bool {
                false
            }

            fn schema_name() -> String {
                stringify!($name).to_owned()
            }

            fn json_schema(_: &mut SchemaGenerator) -> schemars::schema::Schema {
                schema_object($schema)
            }
        }
    };
}

inline_schema!(Id, json!({"type": "string", "format": "uuid"}));
inline_schema!(Instant, json!({"type": "string", "format": "date-time"}));
inline_schema!(Day, json!({"type": "string", "format": "date"}));
inline_schema!(Amount, json!({"type": "number"}));
inline_schema!(Sum, json!({"type": "number"}));
inline_schema!(Percentage, json!({"type": "number"}));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rfc_3339_with_milliseconds() {
        for millis in
            [0_i64, 1, 999, 1_763_900_000_123, -62_135_596_800_000, 253_402_300_799_999, 253_402_300_800_000]
        {
            let instant = DateTime::from_timestamp_millis(millis).unwrap();
            let expected = instant.to_rfc3339_opts(SecondsFormat::Millis, true);
            assert_eq!(serde_json::to_value(Instant(instant)).unwrap(), expected);
        }
    }

    #[test]
    fn dates_have_one_form() {
        for good in ["2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(serde_json::to_value(Day(parse_day(good).unwrap())).unwrap(), good);
        }
        for bad in [
            "",
            "2026-11-3",
            "2026-02-29",
            "0000-01-01",
            "2026-13-01",
            "2026/11/23",
            "20261123",
            "2026-11-23T",
            "+026-11-23",
            "２026-11-2",
        ] {
            assert!(parse_day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_are_numbers_with_all_their_decimals() {
        let amount = |minor, code| {
            serde_json::to_string(&Amount(Money::from_minor(minor, Currency::parse(code).unwrap()).unwrap()))
                .unwrap()
        };
        assert_eq!(amount(4550, "EUR"), "45.50");
        assert_eq!(amount(1200, "JPY"), "1200");
        assert_eq!(amount(Money::MAX_MINOR, "KWD"), "999999999999.999");
    }
}
