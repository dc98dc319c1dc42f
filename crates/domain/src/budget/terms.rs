//! What holds for a budget: which expenses count, in which periods, how much may be spent in each.

use chrono::{Days, NaiveDate, Weekday};

use super::BudgetName;
use crate::CategoryId;
use crate::expense::ExpenseKind;
use crate::money::{Currency, Money};
use crate::period::{DateRange, PeriodUnit};

/// What becomes of what is left over when a period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rollover {
    /// It lapses.
    #[default]
    None,
    /// What is left over is carried into the next period; what was overspent is forgotten.
    Surplus,
    /// What is left over and what was overspent are carried into the next period.
    All,
}

/// When to alert: percents of what is available, ascending, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds(Vec<u16>);

/// Why thresholds were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {} percents from 1 to {}, ascending, each once", Thresholds::MOST, Thresholds::MAX)]
pub struct ThresholdsError;

impl Thresholds {
    /// The largest percent.
    pub const MAX: u16 = 1000;
    /// The most thresholds of a budget.
    pub const MOST: usize = 10;

    /// Checks percents; none at all means no alerts.
    pub fn new(percents: Vec<u16>) -> Result<Self, ThresholdsError> {
        let in_range = percents.iter().all(|percent| (1..=Self::MAX).contains(percent));
        if percents.len() <= Self::MOST && in_range && percents.is_sorted_by(|a, b| a < b) {
            Ok(Self(percents))
        } else {
            Err(ThresholdsError)
        }
    }

    /// The percents.
    pub fn as_slice(&self) -> &[u16] {
        &self.0
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self(vec![80, 100])
    }
}

/// The categories of a budget, each once, in the order of their ids; none at all means every expense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categories(Vec<CategoryId>);

/// There are more categories than [`Categories::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {} categories", Categories::MOST)]
pub struct CategoriesError;

impl Categories {
    /// The most categories of a budget.
    pub const MOST: usize = 100;

    /// Each category counts once.
    pub fn new(mut ids: Vec<CategoryId>) -> Result<Self, CategoriesError> {
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > Self::MOST { Err(CategoriesError) } else { Ok(Self(ids)) }
    }

    /// Takes the categories of a stored budget.
    pub fn from_stored(ids: Vec<CategoryId>) -> Self {
        Self(ids)
    }

    /// The ids.
    pub fn as_slice(&self) -> &[CategoryId] {
        &self.0
    }
}

/// How much may be spent in each period, from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetAmount {
    /// The first day of the first period for which it holds.
    pub from: NaiveDate,
    /// How much.
    pub money: Money,
}

/// What of an expense decides whether a budget counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How much.
    pub money: Money,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where it belongs.
    pub category: Option<CategoryId>,
    /// The category above that one.
    pub parent: Option<CategoryId>,
    /// When it happened.
    pub date: NaiveDate,
}

/// What holds for a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetTerms {
    /// What it is called.
    pub name: BudgetName,
    /// What counts; see [`Self::counts`].
    pub categories: Categories,
    /// Expenses of other currencies do not count.
    pub currency: Currency,
    /// By what time is divided.
    pub period: PeriodUnit,
    /// What becomes of what is left over.
    pub rollover: Rollover,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day, if there is one; not before the first.
    pub ends_on: Option<NaiveDate>,
    /// When to alert.
    pub alert_at: Thresholds,
    /// How much from when on; at least one, ascending. The first one holds for what is before it, too.
    pub amounts: Vec<BudgetAmount>,
}

/// The last day that a date can be.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl BudgetTerms {
    /// By how much an expense moves what was spent, in minor units: nothing when it does not count.
    ///
    /// What goes out counts in a budget over all categories, and in one over categories when its category, or the
    /// one above, is among them. What comes in gives back in a budget over its category: a refund. In a budget over
    /// all categories it does not, for there a salary would pay for everything.
    pub fn counts(&self, expense: &Counted) -> i128 {
        let minor = i128::from(expense.money.minor());
        let is_among = |id: Option<CategoryId>| id.is_some_and(|id| self.categories.as_slice().contains(&id));
        let is_over_all = self.categories.as_slice().is_empty();
        if expense.money.currency() != self.currency || !self.contains(expense.date) {
            return 0;
        }
        match expense.kind {
            ExpenseKind::Expense if is_over_all => minor,
            ExpenseKind::Expense if is_among(expense.category) || is_among(expense.parent) => minor,
            ExpenseKind::Income if is_among(expense.category) || is_among(expense.parent) => -minor,
            _ => 0,
        }
    }

    /// Whether the day is between the first and the last of the budget.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.life().contains(day)
    }

    /// All days of the budget.
    pub fn life(&self) -> DateRange {
        let last = self.ends_on.unwrap_or(LAST_DAY).max(self.starts_on);
        DateRange::between(self.starts_on, last)
    }

    /// The day of the budget that is nearest to a day.
    pub fn nearest_day(&self, day: NaiveDate) -> NaiveDate {
        day.clamp(self.life().first(), self.life().last())
    }

    /// The period in which a day is. The first one begins and the last one ends with the budget, in the middle of a
    /// week, month, quarter or year if need be. `None` for a day before or after the budget.
    pub fn period_of(&self, day: NaiveDate, first_day_of_week: Weekday) -> Option<DateRange> {
        let life = self.life();
        if !life.contains(day) {
            return None;
        }
        let whole = self.period.containing(day, first_day_of_week);
        DateRange::new(whole.first().max(life.first()), whole.last().min(life.last()))
    }

    /// The periods that have a day in the range, in their order.
    pub fn periods(
        &self,
        range: DateRange,
        first_day_of_week: Weekday,
    ) -> impl Iterator<Item = DateRange> + use<'_> {
        let first = range.first().max(self.life().first());
        let next = move |day: NaiveDate| {
            (day <= range.last()).then(|| self.period_of(day, first_day_of_week)).flatten()
        };
        std::iter::successors(next(first), move |period| next(period.last() + Days::new(1)))
    }

    /// How much may be spent in a period, whole or cut off: what holds on its last day.
    pub fn base(&self, period: DateRange) -> Option<Money> {
        let amounts = self.amounts.iter();
        let held = amounts.rev().find(|amount| amount.from <= period.last());
        held.or(self.amounts.first()).map(|amount| amount.money)
    }

    /// Sets the amount of a period and of those after it, up to the next change that is planned; what is before keeps
    /// its own.
    pub(super) fn set_amount(&mut self, period: DateRange, money: Money) {
        if self.base(period) == Some(money) {
            return;
        }
        self.amounts.retain(|amount| !period.contains(amount.from));
        self.amounts.push(BudgetAmount { from: period.first(), money });
        self.amounts.sort_by_key(|amount| amount.from);
    }

    /// Moves the beginning, and the first amount with it.
    pub(super) fn set_start(&mut self, starts_on: NaiveDate) {
        self.starts_on = starts_on;
        let over = self.amounts.iter().filter(|amount| amount.from <= starts_on).count();
        self.amounts.drain(..over.saturating_sub(1));
        if let Some(first) = self.amounts.first_mut() {
            first.from = starts_on;
        }
    }
}
