//! On which days something recurs. Calendar dates only, so that no time zone and no change of its clocks can move one.

use chrono::{DateTime, Datelike as _, Days, Month, NaiveDate, NaiveTime};
use rrule::{NWeekday, RRule, RRuleSet, Tz, Unvalidated};

use super::rule::{Frequency, RecurrenceRule};

/// After how many dates a schedule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrences(u32);

impl Occurrences {
    /// The most.
    pub const MAX: u32 = RecurrenceRule::MAX_COUNT;

    /// `None` unless 1 to [`Self::MAX`].
    pub fn new(number: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The days on which something recurs: those of a rule from a day on until an end, if there is one.
///
/// They are those of RFC 5545 but for the ends of months: what a rule wants on the 29th, 30th or 31st happens on the last
/// day of a month that is shorter, where the RFC would leave that month out. This is so for `MONTHLY` and `YEARLY` rules
/// that name days of the month, or take one from the day on which they start, and nothing that chooses among them
/// (`BYDAY`, `BYSETPOS`, `BYWEEKNO`, `BYYEARDAY`). Days counted from the end (`-1`) are as in the RFC. And the day on which
/// a schedule starts is one of its dates only when the rule yields it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    rule: RecurrenceRule,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    occurrences: Option<Occurrences>,
}

/// Why there is no such schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// It starts before [`Schedule::EARLIEST`].
    #[error("must be {} or later", Schedule::EARLIEST)]
    StartsTooEarly,
    /// It ends before it starts.
    #[error("is before starts_on")]
    EndsBeforeStart,
    /// The rule yields no date, or none before it ends.
    #[error("yields no date from starts_on on; check the days and months that it names, and ends_on")]
    NeverOccurs,
}

impl ScheduleError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StartsTooEarly => "out_of_range",
            Self::EndsBeforeStart => "ends_before_start",
            Self::NeverOccurs => "never_occurs",
        }
    }
}

impl Schedule {
    /// The first day on which one may start: 1970-01-01. Its dates are counted from there whenever the next one is asked.
    pub const EARLIEST: NaiveDate = DateTime::UNIX_EPOCH.naive_utc().date();

    /// A schedule that has at least one date; else everything that is wrong with it.
    pub fn new(
        rule: RecurrenceRule,
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
        occurrences: Option<Occurrences>,
    ) -> Result<Self, Vec<ScheduleError>> {
        Self::from_stored(rule, starts_on, ends_on, occurrences).checked()
    }

    /// The schedule, if it has a date.
    pub(super) fn checked(self) -> Result<Self, Vec<ScheduleError>> {
        let errors: Vec<_> = Self::bad_bounds(self.starts_on, self.ends_on).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        match self.dates().next() {
            Some(_) => Ok(self),
            None => Err(vec![ScheduleError::NeverOccurs]),
        }
    }

    /// Everything that is wrong with the days between which a schedule is to lie, whatever its rule.
    pub fn bad_bounds(
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
    ) -> impl Iterator<Item = ScheduleError> {
        let too_early = (starts_on < Self::EARLIEST).then_some(ScheduleError::StartsTooEarly);
        let ends_before =
            ends_on.is_some_and(|end| end < starts_on).then_some(ScheduleError::EndsBeforeStart);
        ends_before.into_iter().chain(too_early)
    }

    /// Takes a stored schedule, which may have no dates any more.
    pub const fn from_stored(
        rule: RecurrenceRule,
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
        occurrences: Option<Occurrences>,
    ) -> Self {
        Self { rule, starts_on, ends_on, occurrences }
    }

    /// The rule.
    pub const fn rule(&self) -> &RecurrenceRule {
        &self.rule
    }

    /// The first day that may be a date of it.
    pub const fn starts_on(&self) -> NaiveDate {
        self.starts_on
    }

    /// The last day that may be a date of it.
    pub const fn ends_on(&self) -> Option<NaiveDate> {
        self.ends_on
    }

    /// How many dates it has at most, counted from its start. With [`Self::ends_on`] as well, what comes first ends it.
    pub const fn occurrences(&self) -> Option<Occurrences> {
        self.occurrences
    }

    /// All its dates, each once, ascending, without end if it has none but that of the year 9999. Each takes a few
    /// microseconds at most, and the search for the next one is given up after 100,000 days, weeks, months or years.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.ends_on.unwrap_or(NaiveDate::MAX);
        let most = self.occurrences.map_or(usize::MAX, |number| number.get() as usize);
        let starts_on = self.starts_on;
        let mut before = None;
        // In weeks the RFC's sets begin with the week, wherever in it the schedule starts.
        let anchor = match self.rule.frequency {
            Frequency::Weekly => {
                let days = u64::from(starts_on.weekday().days_since(self.rule.week_start));
                starts_on.checked_sub_days(Days::new(days)).unwrap_or(starts_on)
            }
            _ => starts_on,
        };
        rules(&self.rule.clone().anchored(starts_on), anchor)
            .into_iter()
            .map(|date| date.date_naive())
            .take_while(|date| date.year() <= 9999)
            .filter(move |date| *date >= starts_on && before.replace(*date) != Some(*date))
            .take(most)
            .take_while(move |date| *date <= last)
    }

    /// Its dates from a day on.
    pub fn dates_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> + use<> {
        self.dates().skip_while(move |date| *date < day)
    }

    /// What is left of it from one of its dates on, as a schedule that starts there; `None` for a day that is no date of it.
    pub fn rest_from(&self, date: NaiveDate) -> Option<Self> {
        let index = self.dates().take_while(|found| *found <= date).position(|found| found == date)?;
        let index = u32::try_from(index).ok()?;
        Some(Self {
            rule: self.rule.clone().anchored(self.starts_on),
            starts_on: date,
            ends_on: self.ends_on,
            occurrences: self.occurrences.and_then(|number| Occurrences::new(number.get() - index)),
        })
    }

    /// The part of it before a day.
    #[must_use]
    pub fn until_before(mut self, day: NaiveDate) -> Self {
        self.ends_on = day.pred_opt();
        self
    }
}

/// The rule in the words of the crate that evaluates it; several where days are drawn to the ends of months.
fn rules(rule: &RecurrenceRule, anchor: NaiveDate) -> RRuleSet {
    let start = anchor.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    let mut set = RRuleSet::new(start).limit();
    let mut add = |months: &[i16], days: &[i16], positions: &[i16]| {
        // What it refuses was no rule: see `RecurrenceRule::check_numbers`.
        if let Ok(valid) = plain(rule, months, days, positions).validate(start) {
            set = std::mem::replace(&mut set, RRuleSet::new(start)).rrule(valid);
        }
    };
    let clamps = matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly)
        && rule.weekdays.is_empty()
        && rule.positions.is_empty()
        && rule.week_numbers.is_empty()
        && rule.year_days.is_empty();
    let (late, others): (Vec<i16>, Vec<i16>) = rule.month_days.iter().partition(|day| clamps && **day > 28);
    if !others.is_empty() || late.is_empty() {
        add(&rule.months, &others, &rule.positions);
    }
    for day in late {
        // The last one that there is of the 28th to this day. In a rule of years a set is about the whole year, so
        // each month has its own.
        let days: Vec<i16> = (28..=day).collect();
        let yearly = rule.frequency == Frequency::Yearly;
        match rule.months.as_slice() {
            [] if yearly => (1..=12).for_each(|month| add(&[month], &days, &[-1])),
            months if yearly => months.iter().for_each(|month| add(&[*month], &days, &[-1])),
            months => add(months, &days, &[-1]),
        }
    }
    set
}

fn plain(rule: &RecurrenceRule, months: &[i16], days: &[i16], positions: &[i16]) -> RRule<Unvalidated> {
    let frequency = match rule.frequency {
        Frequency::Daily => rrule::Frequency::Daily,
        Frequency::Weekly => rrule::Frequency::Weekly,
        Frequency::Monthly => rrule::Frequency::Monthly,
        Frequency::Yearly => rrule::Frequency::Yearly,
    };
    let months: Vec<_> =
        months.iter().filter_map(|month| Month::try_from(u8::try_from(*month).ok()?).ok()).collect();
    let small = |numbers: &[i16]| numbers.iter().filter_map(|number| i8::try_from(*number).ok()).collect();
    RRule::new(frequency)
        .interval(rule.interval)
        .week_start(rule.week_start)
        .by_month(&months)
        .by_week_no(small(&rule.week_numbers))
        .by_year_day(rule.year_days.clone())
        .by_month_day(small(days))
        .by_weekday(
            rule.weekdays.iter().map(|day| NWeekday::new(day.number.map(i16::from), day.day)).collect(),
        )
        .by_set_pos(positions.iter().copied().map(i32::from).collect())
}

#[cfg(test)]
mod tests;
