//! SQL types that both engines have, each in its own form, and their Rust values.
//!
//! Written by hand rather than through diesel's `chrono` and `uuid` features: those know `PostgreSQL`'s types only, or
//! guess among a dozen spellings of a date on `SQLite`.

use std::io::Write as _;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types as base;
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

/// A UUID: `uuid` on `PostgreSQL`, a BLOB of 16 bytes on `SQLite`.
#[derive(Debug, Clone, Copy, QueryId, base::SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Identifier;

/// An instant in milliseconds: `timestamptz` on `PostgreSQL`, Unix time as INTEGER on `SQLite`.
#[derive(Debug, Clone, Copy, QueryId, base::SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Instant;

/// A calendar date: `date` on `PostgreSQL`, `YYYY-MM-DD` as TEXT on `SQLite`.
#[derive(Debug, Clone, Copy, QueryId, base::SqlType)]
#[diesel(postgres_type(oid = 1082, array_oid = 1182))]
#[diesel(sqlite_type(name = "Text"))]
pub struct CalendarDate;

/// A value of [`Identifier`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Identifier)]
pub(crate) struct Id(pub(crate) Uuid);

/// A value of [`Instant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub(crate) struct At(pub(crate) DateTime<Utc>);

/// A value of [`CalendarDate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = CalendarDate)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl ToSql<Identifier, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Identifier, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl ToSql<Identifier, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<Identifier, Sqlite> for Id {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

/// 2000-01-01, from which `PostgreSQL` counts, in microseconds and in days of Unix time.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;
const POSTGRES_EPOCH_DAYS: i32 = 10_957;
/// What `chrono` calls 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

impl ToSql<Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.timestamp_millis() * 1000 - POSTGRES_EPOCH_MICROS;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        let instant = micros.checked_add(POSTGRES_EPOCH_MICROS).and_then(DateTime::from_timestamp_micros);
        Ok(Self(instant.ok_or("an instant out of range")?))
    }
}

impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_millis());
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Sqlite> for At {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(DateTime::from_timestamp_millis(value.read_long()).ok_or("an instant out of range")?))
    }
}

impl ToSql<CalendarDate, Pg> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let days = self.0.num_days_from_ce() - UNIX_EPOCH_FROM_CE - POSTGRES_EPOCH_DAYS;
        out.write_all(&days.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<CalendarDate, Pg> for Day {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let days = i32::from_be_bytes(value.as_bytes().try_into()?);
        let date = days
            .checked_add(POSTGRES_EPOCH_DAYS + UNIX_EPOCH_FROM_CE)
            .and_then(NaiveDate::from_num_days_from_ce_opt);
        Ok(Self(date.ok_or("a date out of range")?))
    }
}

impl ToSql<CalendarDate, Sqlite> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        // Dates are compared as text, which works for years of four digits only.
        if !(0..=9999).contains(&year) {
            return Err("a date outside the years 0 to 9999".into());
        }
        out.set_value(format!("{year:04}-{month:02}-{day:02}"));
        Ok(IsNull::No)
    }
}

impl FromSql<CalendarDate, Sqlite> for Day {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(parse_date(value.read_text().as_bytes()).ok_or("a date that is not YYYY-MM-DD")?))
    }
}

fn parse_date(text: &[u8]) -> Option<NaiveDate> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| match digit {
            b'0'..=b'9' => Some(number * 10 + u32::from(digit - b'0')),
            _ => None,
        })
    };
    match text {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => NaiveDate::from_ymd_opt(
            i32::try_from(number(year)?).ok()?,
            number(&[*m1, *m2])?,
            number(&[*d1, *d2])?,
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_as_they_are_written() {
        assert_eq!(parse_date(b"2026-02-28"), NaiveDate::from_ymd_opt(2026, 2, 28));
        assert_eq!(parse_date(b"0001-01-01"), NaiveDate::from_ymd_opt(1, 1, 1));
        for text in ["2026-02-30", "2026-2-03", "20260203", "2026-02-03 ", "+026-02-03", ""] {
            assert_eq!(parse_date(text.as_bytes()), None, "{text}");
        }
    }
}
