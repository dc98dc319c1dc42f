//! The figures of a budget: pure functions of its terms and of what was spent on each day, never stored.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, Weekday};

use super::{Budget, BudgetName, BudgetTerms, Rollover};
use crate::BudgetId;
use crate::money::{Currency, Total};
use crate::period::DateRange;

/// What was spent on each day, less what was given back, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spending(BTreeMap<NaiveDate, i128>);

impl Spending {
    /// Adds to what was spent on a day.
    pub fn add(&mut self, day: NaiveDate, minor: i128) {
        *self.0.entry(day).or_default() += minor;
    }

    /// Adds what was spent on other days.
    pub fn merge(&mut self, other: &Self) {
        for (day, minor) in &other.0 {
            self.add(*day, *minor);
        }
    }

    /// What was spent in a range.
    pub fn within(&self, range: DateRange) -> i128 {
        self.0.range(range.first()..=range.last()).map(|(_, minor)| minor).sum()
    }

    /// The days from one on, on which something was spent or given back; ascending.
    pub(super) fn days_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        self.0.range(day..).map(|(day, _)| *day)
    }

    /// The last day on which something was spent or given back.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.0.last_key_value().map(|(day, _)| *day)
    }
}

/// The figures of one period, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodFigures {
    /// Its days.
    pub period: DateRange,
    /// The amount of the budget: the full one, also for a period that is cut off.
    pub base: i128,
    /// What was left over from the period before; negative for what was overspent there.
    pub carried_in: i128,
    /// What was spent in all of the period, less what was given back.
    pub spent: i128,
}

impl PeriodFigures {
    /// What may be spent.
    pub const fn available(&self) -> i128 {
        self.base + self.carried_in
    }

    /// What may still be spent; negative when too much was.
    pub const fn remaining(&self) -> i128 {
        self.available() - self.spent
    }

    /// What is spent of what is available, in whole percent, rounded down; `None` when nothing is available.
    pub const fn percent(&self) -> Option<i128> {
        match self.available() {
            ..=0 => None,
            available => Some((self.spent * 100).div_euclid(available)),
        }
    }

    /// From how much on a threshold is crossed: so many percent of what is available, rounded up to the minor unit.
    /// When nothing is available anything is too much.
    pub(super) fn line(&self, threshold: u16) -> i128 {
        let share = i128::from(threshold) * self.available();
        (share.div_euclid(100) + i128::from(share.rem_euclid(100) > 0)).max(1)
    }

    /// How much more crosses a threshold; nothing and less when it is crossed.
    pub(super) fn left(&self, threshold: u16) -> i128 {
        self.line(threshold) - self.spent
    }

    /// What is carried into the next period.
    fn carried_out(&self, rollover: Rollover) -> i128 {
        match rollover {
            Rollover::None => 0,
            Rollover::Surplus => self.remaining().max(0),
            Rollover::All => self.remaining(),
        }
    }
}

/// The days whose spending must be known for the figures of the periods in a range: those of these periods, and all
/// before where something is carried. `None` when the range has no day of the budget.
pub fn days_to_know(terms: &BudgetTerms, first_day_of_week: Weekday, range: DateRange) -> Option<DateRange> {
    let life = terms.life();
    let wanted = DateRange::new(range.first().max(life.first()), range.last().min(life.last()))?;
    let first = terms.period_of(wanted.first(), first_day_of_week)?.first();
    let last = terms.period_of(wanted.last(), first_day_of_week)?.last();
    let first = if terms.rollover == Rollover::None { first } else { life.first() };
    DateRange::new(first, last)
}

/// The figures of the periods that have a day in the range, in their order. Of the spending, [`days_to_know`] must be
/// there.
pub fn figures(
    terms: &BudgetTerms,
    first_day_of_week: Weekday,
    range: DateRange,
    spending: &Spending,
) -> Vec<PeriodFigures> {
    let periods = terms.periods(range, first_day_of_week).map(DateRange::first);
    figures_of(terms, first_day_of_week, periods, spending)
}

/// The figures of the periods in which the days are, which ascend. Of the spending, all up to the last of these periods
/// must be there, or only theirs where nothing is carried.
pub(super) fn figures_of(
    terms: &BudgetTerms,
    first_day_of_week: Weekday,
    days: impl IntoIterator<Item = NaiveDate>,
    spending: &Spending,
) -> Vec<PeriodFigures> {
    let mut carry = Carry { terms, first_day_of_week, spending, into: terms.life().first(), minor: 0 };
    let mut figures: Vec<PeriodFigures> = Vec::new();
    for period in days.into_iter().filter_map(|day| terms.period_of(day, first_day_of_week)) {
        if figures.last().is_none_or(|last| last.period < period) {
            carry.advance(period.first());
            figures.push(carry.figures(period));
        }
    }
    figures
}

/// What is carried into a period. It goes forward in time, with a step for each period in which something happens and
/// one for all that are between two of these: a budget may be thousands of years old.
struct Carry<'a> {
    terms: &'a BudgetTerms,
    first_day_of_week: Weekday,
    spending: &'a Spending,
    /// The first day of the period.
    into: NaiveDate,
    minor: i128,
}

impl Carry<'_> {
    /// The figures of the period into which it is carried.
    fn figures(&self, period: DateRange) -> PeriodFigures {
        let base = self.terms.base(period).map_or(0, |money| i128::from(money.minor()));
        PeriodFigures { period, base, carried_in: self.minor, spent: self.spending.within(period) }
    }

    /// Goes on to the period that begins on a day.
    fn advance(&mut self, until: NaiveDate) {
        if self.terms.rollover == Rollover::None {
            return;
        }
        while self.into < until {
            let Some(period) = self.terms.period_of(self.into, self.first_day_of_week) else { return };
            let spent = self.spending.days_from(self.into).next();
            let amount = self.terms.amounts.iter().map(|amount| amount.from).find(|from| *from > self.into);
            let next = spent.into_iter().chain(amount).fold(until, NaiveDate::min);
            let figures = self.figures(period);
            if period.contains(next) {
                self.minor = figures.carried_out(self.terms.rollover);
                self.into = period.last() + Days::new(1);
            } else {
                let unit = self.terms.period;
                // The whole amount is left over each time. What is carried as a surplus is never negative.
                self.minor += figures.base * i128::from(unit.steps(self.into, next, self.first_day_of_week));
                self.into = unit.containing(next, self.first_day_of_week).first();
            }
        }
    }
}

/// How a projection comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// The period is over: what was spent.
    Final,
    /// The period goes on: what was spent up to today is taken for the pace of all of its days,
    /// `spent_to_date * days / days_elapsed`, rounded to the nearest minor unit, halves away from zero. Not less than
    /// what is entered already.
    Pace {
        /// What was spent up to today, in minor units.
        spent_to_date: i128,
        /// The days up to today, which counts.
        days_elapsed: i64,
        /// The days of the period.
        days: i64,
    },
    /// The period has not begun: what is entered already.
    Entered,
}

/// How a budget stands in one period, on some day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetStatus {
    /// Its figures.
    pub figures: PeriodFigures,
    /// In which all amounts are.
    pub currency: Currency,
    /// What will be spent by the end of the period.
    pub projected: Total,
    /// How that was computed.
    pub projection: Projection,
}

/// How one of several budgets stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub budget: BudgetId,
    /// What it is called.
    pub name: BudgetName,
    /// The day, in whose period that is.
    pub on: NaiveDate,
    /// How it stands.
    pub status: BudgetStatus,
}

impl BudgetStatus {
    /// The status of a budget in a period as seen today. Of the spending, the days of the period must be there.
    pub fn new(terms: &BudgetTerms, figures: PeriodFigures, spending: &Spending, today: NaiveDate) -> Self {
        let (period, spent) = (figures.period, figures.spent);
        let (projected, projection) = match DateRange::new(period.first(), today.min(period.last())) {
            None => (spent, Projection::Entered),
            Some(_) if today > period.last() => (spent, Projection::Final),
            Some(elapsed) => {
                let (days_elapsed, days) = (elapsed.days(), period.days());
                let spent_to_date = spending.within(elapsed);
                let projected = rounded_ratio(spent_to_date * i128::from(days), i128::from(days_elapsed));
                (projected.max(spent), Projection::Pace { spent_to_date, days_elapsed, days })
            }
        };
        let projected = Total::new(projected, terms.currency);
        Self { figures, currency: terms.currency, projected, projection }
    }

    /// How a budget stands in the periods that have a day in the range, as seen today. Of the spending,
    /// [`days_to_know`] must be there.
    pub fn all(
        budget: &Budget,
        first_day_of_week: Weekday,
        range: DateRange,
        spending: &Spending,
        today: NaiveDate,
    ) -> Vec<Self> {
        figures(&budget.terms, first_day_of_week, range, spending)
            .into_iter()
            .map(|figures| Self::new(&budget.terms, figures, spending, today))
            .collect()
    }
}

/// To the nearest whole number, halves away from zero. The divisor is positive.
const fn rounded_ratio(dividend: i128, divisor: i128) -> i128 {
    let half = if dividend < 0 { -divisor } else { divisor };
    (2 * dividend + half) / (2 * divisor)
}
