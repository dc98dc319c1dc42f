//! Recurrence rules: the RRULE of RFC 5545 (section 3.3.10), as far as it is about days.

use std::fmt;

use chrono::{Datelike as _, NaiveDate, Weekday};

/// By which unit of the calendar a rule steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks, from [`RecurrenceRule::week_start`] on.
    Weekly,
    /// Calendar months.
    Monthly,
    /// Calendar years.
    Yearly,
}

/// A day of the week, perhaps only the nth of its month or year; from the end when negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeekdayOf {
    /// Which of them; every one without a number.
    pub number: Option<i8>,
    /// The day.
    pub day: Weekday,
}

/// A recurrence rule without an end, whose parts fit each other. Lists are sorted and name nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecurrenceRule {
    pub(super) frequency: Frequency,
    pub(super) interval: u16,
    pub(super) months: Vec<i16>,
    pub(super) week_numbers: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) weekdays: Vec<WeekdayOf>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
}

/// A rule as it was written, with the end that it names itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedRule {
    /// The rule.
    pub rule: RecurrenceRule,
    /// `COUNT`: after how many occurrences it ends.
    pub count: Option<u32>,
    /// `UNTIL`: the last day on which it may occur.
    pub until: Option<NaiveDate>,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// It is longer than [`RecurrenceRule::MAX_CHARACTERS`].
    #[error("must have at most {} characters", RecurrenceRule::MAX_CHARACTERS)]
    TooLong,
    /// A piece of it is no `NAME=value`, or its value cannot be read.
    #[error("cannot be read at {0:?}; {HINT}")]
    Unreadable(String),
    /// A part is there twice.
    #[error("has {0} more than once")]
    Repeated(&'static str),
    /// There is no `FREQ`.
    #[error("must say how often by FREQ=; {HINT}")]
    NoFrequency,
    /// It would occur more than once a day, or at a time of day.
    #[error("must be about days: {0} is not supported; FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")]
    WithinDay(String),
    /// A part that RFC 5545 does not allow beside another one.
    #[error("cannot have {part} with {with} (RFC 5545)")]
    Unfit {
        /// The part.
        part: &'static str,
        /// What it does not go with.
        with: &'static str,
    },
    /// A number that no date has, as the tenth Friday of a month, or that is beyond what is supported.
    #[error("has {found}, where {least} to {most} is supported")]
    OutOfRange {
        /// The part with its number, and what its bounds depend on.
        found: String,
        /// The least.
        least: i32,
        /// The most.
        most: u32,
    },
    /// `COUNT` and `UNTIL` together.
    #[error("cannot have both COUNT and UNTIL (RFC 5545)")]
    TwoEnds,
}

const HINT: &str =
    "write a rule of RFC 5545 such as FREQ=MONTHLY;BYMONTHDAY=31 or FREQ=WEEKLY;INTERVAL=2;BYDAY=FR";

impl RuleError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::WithinDay(_) => "unsupported_frequency",
            _ => "invalid_rule",
        }
    }
}

/// The parts of a rule about times of day, which an expense has not.
const TIMES: [&str; 6] = ["HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"];

/// In the order in which [`RecurrenceRule`] writes them.
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// The values of the parts of a rule, as they are found.
#[derive(Default)]
struct Parts<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Parts<'a> {
    const NAMES: [&'static str; 11] = [
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYMONTH",
        "BYWEEKNO",
        "BYYEARDAY",
        "BYMONTHDAY",
        "BYDAY",
        "BYSETPOS",
        "WKST",
    ];

    fn of(text: &'a str) -> Result<Self, RuleError> {
        let mut parts = Self::default();
        for piece in text.split(';') {
            let unreadable = || RuleError::Unreadable(piece.to_owned());
            let (name, value) = piece.split_once('=').ok_or_else(unreadable)?;
            if TIMES.contains(&name) {
                return Err(RuleError::WithinDay(name.to_owned()));
            }
            let name = Self::NAMES.into_iter().find(|known| *known == name).ok_or_else(unreadable)?;
            if parts.take(name).is_some() {
                return Err(RuleError::Repeated(name));
            }
            parts.0.push((name, value));
        }
        Ok(parts)
    }

    fn take(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    /// Reads the value of a part by `read`, which gives `None` for what is none.
    fn read<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, RuleError> {
        self.take(name)
            .map(|value| read(value).ok_or_else(|| RuleError::Unreadable(format!("{name}={value}"))))
            .transpose()
    }

    /// A number from 1 to this one.
    fn number(&self, name: &'static str, most: u32) -> Result<Option<u32>, RuleError> {
        let digits = |value: &str| {
            (!value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())).then(|| value.to_owned())
        };
        let Some(found) = self.read(name, digits)? else { return Ok(None) };
        match found.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(RuleError::OutOfRange { found: format!("{name}={found}"), least: 1, most }),
        }
    }

    /// A list of numbers of this size, below zero too where that counts from the end.
    fn numbers(&self, name: &'static str, most: i16, from_end: bool) -> Result<Vec<i16>, RuleError> {
        let read = |value: &str| {
            let list: Option<Vec<_>> = value.split(',').map(|item| signed(item, most)).collect();
            let mut list = list.filter(|list| from_end || list.iter().all(|number| *number > 0))?;
            list.sort_unstable();
            list.dedup();
            Some(list)
        };
        Ok(self.read(name, read)?.unwrap_or_default())
    }
}

/// A number from 1 to `most`, or the same below zero.
fn signed(text: &str, most: i16) -> Option<i16> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number: i16 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    let number = if text.starts_with('-') { -number } else { number };
    (number != 0 && number.abs() <= most).then_some(number)
}

fn weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|(name, _)| *name == text).map(|(_, day)| day)
}

fn weekdays(text: &str) -> Option<Vec<WeekdayOf>> {
    let one = |item: &str| {
        let (number, name) = item.split_at_checked(item.len().checked_sub(2)?)?;
        let number = match number {
            "" => None,
            number => Some(i8::try_from(signed(number, 53)?).ok()?),
        };
        Some(WeekdayOf { number, day: weekday(name)? })
    };
    let mut list: Vec<_> = text.split(',').map(one).collect::<Option<_>>()?;
    list.sort_unstable_by_key(|item| (item.number, item.day.num_days_from_monday()));
    list.dedup();
    Some(list)
}

/// `20261231`, or `20261231T235959Z` of which only the day counts. A minute may have a leap second.
fn until(text: &str) -> Option<NaiveDate> {
    let (day, time) = text.split_once('T').unwrap_or((text, "000000"));
    let time = time.strip_suffix('Z').unwrap_or(time);
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(day, 8) || !digits(time, 6) {
        return None;
    }
    let part = |text: &str, range| text.get(range).and_then(|part: &str| part.parse::<u32>().ok());
    if part(time, 0..2)? > 23 || part(time, 2..4)? > 59 || part(time, 4..6)? > 60 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(part(day, 0..4)?).ok()?, part(day, 4..6)?, part(day, 6..8)?)
}

impl RecurrenceRule {
    /// The most characters of a rule.
    pub const MAX_CHARACTERS: usize = 500;
    /// The largest `INTERVAL`.
    pub const MAX_INTERVAL: u16 = 1000;
    /// The largest `COUNT`.
    pub const MAX_COUNT: u32 = 10_000;

    /// Reads an RRULE's value, in any case, with or without `RRULE:` before it.
    pub fn parse(text: &str) -> Result<ParsedRule, RuleError> {
        if text.chars().count() > Self::MAX_CHARACTERS {
            return Err(RuleError::TooLong);
        }
        let text = text.trim().to_ascii_uppercase();
        let parts = Parts::of(text.strip_prefix("RRULE:").unwrap_or(&text))?;
        let frequency = match parts.take("FREQ") {
            Some("DAILY") => Frequency::Daily,
            Some("WEEKLY") => Frequency::Weekly,
            Some("MONTHLY") => Frequency::Monthly,
            Some("YEARLY") => Frequency::Yearly,
            Some(other) if TIMES.contains(&other) => {
                return Err(RuleError::WithinDay(format!("FREQ={other}")));
            }
            Some(other) => return Err(RuleError::Unreadable(format!("FREQ={other}"))),
            None => return Err(RuleError::NoFrequency),
        };
        let interval = parts.number("INTERVAL", u32::from(Self::MAX_INTERVAL))?;
        let rule = Self {
            frequency,
            interval: interval.and_then(|number| u16::try_from(number).ok()).unwrap_or(1),
            months: parts.numbers("BYMONTH", 12, false)?,
            week_numbers: parts.numbers("BYWEEKNO", 53, true)?,
            year_days: parts.numbers("BYYEARDAY", 366, true)?,
            month_days: parts.numbers("BYMONTHDAY", 31, true)?,
            weekdays: parts.read("BYDAY", weekdays)?.unwrap_or_default(),
            positions: parts.numbers("BYSETPOS", 366, true)?,
            week_start: parts.read("WKST", weekday)?.unwrap_or(Weekday::Mon),
        };
        rule.check()?;
        let count = parts.number("COUNT", Self::MAX_COUNT)?;
        let until = parts.read("UNTIL", until)?;
        if count.is_some() && until.is_some() {
            return Err(RuleError::TwoEnds);
        }
        Ok(ParsedRule { rule, count, until })
    }

    /// Reads a rule that [`Display`](fmt::Display) wrote.
    pub fn from_stored(text: &str) -> Result<Self, RuleError> {
        Ok(Self::parse(text)?.rule)
    }

    /// What RFC 5545 says of parts beside each other.
    fn check(&self) -> Result<(), RuleError> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let numbered = self.weekdays.iter().any(|day| day.number.is_some());
        let selects = !self.months.is_empty()
            || !self.week_numbers.is_empty()
            || !self.year_days.is_empty()
            || !self.month_days.is_empty()
            || !self.weekdays.is_empty();
        let unfit = |part, with| Err(RuleError::Unfit { part, with });
        match self.frequency {
            Weekly if !self.month_days.is_empty() => unfit("BYMONTHDAY", "FREQ=WEEKLY"),
            Daily | Weekly | Monthly if !self.year_days.is_empty() => {
                unfit("BYYEARDAY", "any FREQ but YEARLY")
            }
            Daily | Weekly | Monthly if !self.week_numbers.is_empty() => {
                unfit("BYWEEKNO", "any FREQ but YEARLY")
            }
            Daily | Weekly if numbered => unfit("a number in BYDAY", "any FREQ but MONTHLY and YEARLY"),
            Yearly if numbered && !self.week_numbers.is_empty() => unfit("a number in BYDAY", "BYWEEKNO"),
            _ if !self.positions.is_empty() && !selects => unfit("BYSETPOS", "no other BY part"),
            _ => self.check_numbers(),
        }
    }

    /// What the `rrule` crate takes. It lacks two numbers of RFC 5545: the fifth last weekday of a month and the 53rd last of
    /// a year, which most months and years have not.
    fn check_numbers(&self) -> Result<(), RuleError> {
        let (name, weekdays, positions) = match self.frequency {
            Frequency::Daily => ("DAILY", 0..=0, 366),
            Frequency::Weekly => ("WEEKLY", 0..=0, 53),
            Frequency::Monthly => ("MONTHLY", -4..=5, 31),
            Frequency::Yearly => ("YEARLY", -52..=53, 366),
        };
        let out = |part, least: i16, most: i16| {
            let found = format!("{part} with FREQ={name}");
            Err(RuleError::OutOfRange { found, least: least.into(), most: most.unsigned_abs().into() })
        };
        let is_out = |day: &&WeekdayOf| day.number.is_some_and(|number| !weekdays.contains(&number.into()));
        if let Some(day) = self.weekdays.iter().find(is_out) {
            return out(format!("BYDAY={day}"), *weekdays.start(), *weekdays.end());
        }
        match self.positions.iter().find(|position| position.abs() > positions) {
            Some(position) => out(format!("BYSETPOS={position}"), -positions, positions),
            None => Ok(()),
        }
    }

    /// By which unit it steps.
    pub const fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The same rule, which takes nothing from the day on which it starts any more: that can then be another one of
    /// its dates.
    #[must_use]
    pub fn anchored(mut self, starts_on: NaiveDate) -> Self {
        let names_days = !self.week_numbers.is_empty()
            || !self.year_days.is_empty()
            || !self.month_days.is_empty()
            || !self.weekdays.is_empty();
        if !names_days {
            let day = || i16::try_from(starts_on.day()).unwrap_or_default();
            match self.frequency {
                Frequency::Daily => {}
                Frequency::Weekly => {
                    self.weekdays = vec![WeekdayOf { number: None, day: starts_on.weekday() }];
                }
                Frequency::Monthly => self.month_days = vec![day()],
                Frequency::Yearly => {
                    if self.months.is_empty() {
                        self.months = vec![i16::try_from(starts_on.month()).unwrap_or_default()];
                    }
                    self.month_days = vec![day()];
                }
            }
        }
        self
    }
}

/// The rule in its one form: in capitals, parts in a fixed order, without those that say nothing.
impl fmt::Display for RecurrenceRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = match self.frequency {
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
            Frequency::Yearly => "YEARLY",
        };
        write!(f, "FREQ={frequency}")?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYWEEKNO", &self.week_numbers)?;
        list(f, "BYYEARDAY", &self.year_days)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.weekdays)?;
        list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", weekday_name(self.week_start))?;
        }
        Ok(())
    }
}

impl fmt::Display for WeekdayOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.number {
            write!(f, "{number}")?;
        }
        f.write_str(weekday_name(self.day))
    }
}

fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS.into_iter().find(|(_, known)| *known == day).map_or("MO", |(name, _)| name)
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, items: &[T]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at == 0 {
            write!(f, ";{name}={item}")?;
        } else {
            write!(f, ",{item}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_one_form() {
        for (text, form) in [
            ("freq=monthly;bymonthday=31", "FREQ=MONTHLY;BYMONTHDAY=31"),
            (
                " RRULE:BYDAY=FR,MO,FR;FREQ=WEEKLY;INTERVAL=02;WKST=SU ",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU",
            ),
            ("FREQ=MONTHLY;INTERVAL=1;BYDAY=+1FR;WKST=MO", "FREQ=MONTHLY;BYDAY=1FR"),
            (
                "FREQ=YEARLY;BYMONTH=12,1;BYDAY=-1SU;BYSETPOS=-1",
                "FREQ=YEARLY;BYMONTH=1,12;BYDAY=-1SU;BYSETPOS=-1",
            ),
            ("FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=MO"),
            ("FREQ=YEARLY;BYYEARDAY=-1", "FREQ=YEARLY;BYYEARDAY=-1"),
        ] {
            let rule = RecurrenceRule::parse(text).unwrap().rule;
            assert_eq!(rule.to_string(), form);
            assert_eq!(RecurrenceRule::from_stored(form).unwrap(), rule);
        }
    }

    #[test]
    fn the_end_stands_beside_the_rule() {
        let parsed = RecurrenceRule::parse("FREQ=DAILY;COUNT=10").unwrap();
        assert_eq!(
            (parsed.count, parsed.until, parsed.rule.to_string()),
            (Some(10), None, "FREQ=DAILY".into())
        );
        let day = NaiveDate::from_ymd_opt(2026, 12, 31);
        for text in ["20261231", "20261231T235959Z", "20261231T000000"] {
            assert_eq!(RecurrenceRule::parse(&format!("FREQ=DAILY;UNTIL={text}")).unwrap().until, day);
        }
        assert_eq!(RecurrenceRule::parse("FREQ=DAILY;COUNT=1;UNTIL=20261231"), Err(RuleError::TwoEnds));
    }

    #[test]
    fn limits_are_named() {
        for (text, detail) in [
            ("FREQ=DAILY;INTERVAL=1001", "has INTERVAL=1001, where 1 to 1000 is supported"),
            ("FREQ=DAILY;INTERVAL=99999999999", "has INTERVAL=99999999999, where 1 to 1000 is supported"),
            ("FREQ=DAILY;COUNT=10001", "has COUNT=10001, where 1 to 10000 is supported"),
            ("FREQ=DAILY;COUNT=0", "has COUNT=0, where 1 to 10000 is supported"),
            ("FREQ=MONTHLY;BYDAY=-5SU", "has BYDAY=-5SU with FREQ=MONTHLY, where -4 to 5 is supported"),
            ("FREQ=MONTHLY;BYDAY=MO,6FR", "has BYDAY=6FR with FREQ=MONTHLY, where -4 to 5 is supported"),
            ("FREQ=YEARLY;BYDAY=-53SA", "has BYDAY=-53SA with FREQ=YEARLY, where -52 to 53 is supported"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=32",
                "has BYSETPOS=32 with FREQ=MONTHLY, where -31 to 31 is supported",
            ),
            (
                "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=-54",
                "has BYSETPOS=-54 with FREQ=WEEKLY, where -53 to 53 is supported",
            ),
        ] {
            let error = RecurrenceRule::parse(text).unwrap_err();
            assert_eq!((error.code(), error.to_string().as_str()), ("invalid_rule", detail), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_rule_of_days() {
        for text in [
            "",
            ";",
            "monthly",
            "every month",
            "INTERVAL=2",
            "FREQ=",
            "FREQ=FORTNIGHTLY",
            "FREQ=DAILY;",
            "FREQ=DAILY;;COUNT=2",
            "FREQ=DAILY;X=1",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=1001",
            "FREQ=DAILY;INTERVAL=99999999999",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=10001",
            "FREQ=DAILY;UNTIL=2026-12-31",
            "FREQ=DAILY;UNTIL=20261331",
            "FREQ=DAILY;UNTIL=20270101T250000Z",
            "FREQ=DAILY;UNTIL=20270101T006000",
            "FREQ=DAILY;INTERVAL=",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=",
            "FREQ=MONTHLY;BYMONTHDAY=1,",
            "FREQ=MONTHLY;BYMONTHDAY=--1",
            "FREQ=MONTHLY;BYMONTH=-1",
            "FREQ=MONTHLY;BYMONTH=13",
            "FREQ=MONTHLY;BYDAY=XX",
            "FREQ=MONTHLY;BYDAY=0FR",
            "FREQ=MONTHLY;BYDAY=54FR",
            "FREQ=MONTHLY;BYDAY=XXFR",
            "FREQ=MONTHLY;BYDAY=ÄFR",
            "FREQ=MONTHLY;BYDAY=Ä",
            "FREQ=MONTHLY;BYDAY=F",
            "FREQ=WEEKLY;BYDAY=2FR",
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "FREQ=MONTHLY;BYWEEKNO=1",
            "FREQ=MONTHLY;BYYEARDAY=1",
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
            "FREQ=DAILY;BYSETPOS=1",
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ=HOURLY",
            "FREQ=MINUTELY",
            "FREQ=SECONDLY",
            "FREQ=DAILY;BYHOUR=1,2",
            "FREQ=DAILY;WKST=XX",
            "FREQ=MONTHLY;BYMONTHDAY=٣",
            "FREQ=MONTHLY;BYDAY=6FR",
            "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=32",
        ] {
            assert!(RecurrenceRule::parse(text).is_err(), "{text}");
        }
        assert_eq!(RecurrenceRule::parse(&"A".repeat(501)), Err(RuleError::TooLong));
        let within_day = RecurrenceRule::parse("FREQ=HOURLY").unwrap_err();
        assert_eq!(within_day.code(), "unsupported_frequency");
        assert!(
            RecurrenceRule::parse("monthly").unwrap_err().to_string().contains("FREQ=MONTHLY;BYMONTHDAY=31")
        );
    }
}
