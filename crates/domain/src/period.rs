//! Stretches of the calendar: weeks, months, quarters and years, in the proleptic Gregorian calendar (ISO 8601).

use std::fmt;

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};

/// A range of calendar dates with both of its ends; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    first: NaiveDate,
    last: NaiveDate,
}

impl DateRange {
    /// From the first to the last day; `None` when the last is before the first.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// From one day to another that is not before it.
    pub(crate) const fn between(first: NaiveDate, last: NaiveDate) -> Self {
        Self { first, last }
    }

    /// The first day.
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub const fn last(self) -> NaiveDate {
        self.last
    }

    /// Whether the day is one of them.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// How many days there are, at least one.
    pub fn days(self) -> i64 {
        (self.last - self.first).num_days() + 1
    }
}

/// A unit of the calendar by which time is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodUnit {
    /// Seven days, from the user's first day of the week on.
    Week,
    /// A calendar month.
    Month,
    /// Three months, from January, April, July or October on.
    Quarter,
    /// A calendar year.
    Year,
}

impl PeriodUnit {
    /// The whole period of this unit in which the day is.
    pub fn containing(self, day: NaiveDate, first_day_of_week: Weekday) -> DateRange {
        let first = match self {
            Self::Week => day - Days::new(u64::from(day.weekday().days_since(first_day_of_week))),
            Self::Month => day - Days::new(u64::from(day.day0())),
            Self::Quarter => {
                let month = day - Days::new(u64::from(day.day0()));
                month - Months::new(month.month0() % 3)
            }
            Self::Year => day - Days::new(u64::from(day.ordinal0())),
        };
        let next = match self {
            Self::Week => first + Days::new(7),
            Self::Month => first + Months::new(1),
            Self::Quarter => first + Months::new(3),
            Self::Year => first + Months::new(12),
        };
        DateRange { first, last: next - Days::new(1) }
    }

    /// How many periods it is from that of one day to that of another; negative backwards.
    pub fn steps(self, from: NaiveDate, to: NaiveDate, first_day_of_week: Weekday) -> i64 {
        let [from, to] = [from, to].map(|day| self.containing(day, first_day_of_week).first);
        let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let months = month(to) - month(from);
        match self {
            Self::Week => (to - from).num_weeks(),
            Self::Month => months,
            Self::Quarter => months / 3,
            Self::Year => months / 12,
        }
    }
}

/// A calendar month of the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// Reads `YYYY-MM` (ISO 8601, section 5.2.2.2); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_at_checked(4)?;
        let month = month.strip_prefix('-')?;
        let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) || year == "0000" {
            return None;
        }
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1).map(Self)
    }

    /// The month in which a day is.
    pub fn of(day: NaiveDate) -> Self {
        Self(day - Days::new(u64::from(day.day0())))
    }

    /// Its days.
    pub fn range(self) -> DateRange {
        DateRange { first: self.0, last: self.0 + Months::new(1) - Days::new(1) }
    }

    /// The month so many before this one.
    #[must_use]
    pub fn minus(self, months: u32) -> Self {
        Self(self.0 - Months::new(months))
    }

    /// The month so many after this one.
    #[must_use]
    pub fn plus(self, months: u32) -> Self {
        Self(self.0 + Months::new(months))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn knows_the_period_of_a_day() {
        use PeriodUnit::{Month, Quarter, Week, Year};
        for (unit, first_day_of_week, of, first, last) in [
            (Week, Weekday::Mon, "2026-11-23", "2026-11-23", "2026-11-29"),
            (Week, Weekday::Sun, "2026-11-21", "2026-11-15", "2026-11-21"),
            (Week, Weekday::Sat, "2027-01-01", "2026-12-26", "2027-01-01"),
            (Month, Weekday::Mon, "2024-02-10", "2024-02-01", "2024-02-29"),
            (Quarter, Weekday::Mon, "2026-12-31", "2026-10-01", "2026-12-31"),
            (Quarter, Weekday::Mon, "2026-05-01", "2026-04-01", "2026-06-30"),
            (Year, Weekday::Mon, "2026-05-01", "2026-01-01", "2026-12-31"),
        ] {
            let range = unit.containing(day(of), first_day_of_week);
            assert_eq!((range.first(), range.last()), (day(first), day(last)), "{unit:?} of {of}");
        }
    }

    #[test]
    fn reads_months() {
        assert_eq!(Month::parse("2026-02").unwrap().range().days(), 28);
        assert_eq!(Month::parse("2026-01").unwrap().minus(1).to_string(), "2025-12");
        for text in ["2026-13", "2026-00", "2026-2", "0000-01", "+026-01", "2026-02-01", "2026", "", "２0-01"]
        {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn each_day_is_in_one_period_of_each_unit(days in 0..3_600_000_i64, week in 0..7_u8) {
            let first_day_of_week = Weekday::try_from(week).unwrap();
            let day = NaiveDate::from_ymd_opt(1, 1, 8).unwrap() + chrono::TimeDelta::days(days);
            for unit in [PeriodUnit::Week, PeriodUnit::Month, PeriodUnit::Quarter, PeriodUnit::Year] {
                let period = unit.containing(day, first_day_of_week);
                prop_assert!(period.contains(day));
                prop_assert_eq!(unit.containing(period.first(), first_day_of_week), period);
                prop_assert_eq!(unit.containing(period.last(), first_day_of_week), period);
                let next = unit.containing(period.last() + Days::new(1), first_day_of_week);
                prop_assert_eq!(next.first(), period.last() + Days::new(1));
            }
        }

        #[test]
        fn steps_are_counted(days in 0..3_000_000_i64, week in 0..7_u8, count in 0..300_i64) {
            let first_day_of_week = Weekday::try_from(week).unwrap();
            let from = NaiveDate::from_ymd_opt(1, 1, 8).unwrap() + chrono::TimeDelta::days(days);
            for unit in [PeriodUnit::Week, PeriodUnit::Month, PeriodUnit::Quarter, PeriodUnit::Year] {
                let mut to = unit.containing(from, first_day_of_week).last();
                for _ in 0..count {
                    to = unit.containing(to + Days::new(1), first_day_of_week).last();
                }
                prop_assert_eq!(unit.steps(from, to, first_day_of_week), count);
                prop_assert_eq!(unit.steps(to, from, first_day_of_week), -count);
            }
        }
    }
}
