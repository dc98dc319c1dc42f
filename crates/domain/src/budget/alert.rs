//! Alerts: what is recorded, once, when the spending of a period crosses a threshold.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use uuid::Builder;

use super::figures::figures_of;
use super::{Budget, BudgetName, BudgetTerms, PeriodFigures, Rollover, Spending};
use crate::money::Total;
use crate::period::DateRange;
use crate::{AlertId, BudgetId, ExpenseId};

/// A threshold that was crossed. Recorded when its id says. It stays when spending falls again, and is not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Which.
    pub id: AlertId,
    /// Of which budget.
    pub budget: BudgetId,
    /// What that is called now.
    pub budget_name: BudgetName,
    /// In which period.
    pub period: DateRange,
    /// The threshold, in percent.
    pub threshold: u16,
    /// What was spent in the period at that time.
    pub spent: Total,
    /// What was available in the period at that time.
    pub available: Total,
    /// The expense whose writing crossed it; none when a budget or a category was written, or when it was crossed
    /// already before the expense was.
    pub expense: Option<ExpenseId>,
}

/// A threshold that is crossed and not yet recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// What it is recorded as.
    pub id: AlertId,
    /// In which period.
    pub period: DateRange,
    /// The threshold, in percent.
    pub threshold: u16,
    /// What is spent.
    pub spent: i128,
    /// What is available.
    pub available: i128,
    /// Whether the expense that was written crossed it: without its writing it would not be.
    pub by_expense: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An expense: the days on which it counts or counted, and how much more is spent on them, in minor units.
    Expense(Vec<(NaiveDate, i128)>),
    /// The budget, or what belongs to its categories: any of its periods may be another one.
    Terms,
}

/// While less than the headroom is spent on these days, no threshold is crossed: a store may keep count of it, and need
/// not sum up the spending of the period with each write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The days, which are one period of the budget.
    pub period: DateRange,
    /// From how much more on a threshold is crossed, in minor units, at least 1. At most [`Self::MOST`].
    pub headroom: i64,
}

impl Guard {
    /// So much that it can be taken for endless, and so little that an amount fits beside it in 64 bits.
    pub const MOST: i64 = 4_000_000_000_000_000_000;
}

/// The alerts of a budget that are recorded: the first day of the period and the threshold.
pub type Recorded = HashSet<(NaiveDate, u16)>;

/// What is to be recorded about a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Alerts to record.
    pub crossings: Vec<Crossing>,
    /// What is known from now on of the periods that were looked at. Each takes the place of what was known of its period
    /// before; without any, nothing is known of the budget any more.
    pub guards: Vec<Guard>,
}

/// The periods that [`assess`] looks at, and their days.
enum Scope {
    /// Nothing is carried: the periods of the days.
    Each(Vec<DateRange>),
    /// All from this day on, for each depends on those before.
    From(NaiveDate),
}

fn scope(
    terms: &BudgetTerms,
    first_day_of_week: Weekday,
    today: NaiveDate,
    change: &Change,
) -> Option<Scope> {
    let Change::Expense(moved) = change else { return Some(Scope::From(terms.life().first())) };
    let period_of = |day: &NaiveDate| terms.period_of(*day, first_day_of_week);
    let mut periods: Vec<_> = moved.iter().filter_map(|(day, _)| period_of(day)).collect();
    periods.sort_unstable();
    periods.dedup();
    let first = periods.first()?.first();
    if terms.rollover == Rollover::None {
        return Some(Scope::Each(periods));
    }
    Some(Scope::From(period_of(&today).map_or(first, |current| first.min(current.first()))))
}

/// The days whose spending must be known to [`assess`] a budget after a change.
pub fn days_to_assess(
    terms: &BudgetTerms,
    first_day_of_week: Weekday,
    today: NaiveDate,
    change: &Change,
) -> Vec<DateRange> {
    match scope(terms, first_day_of_week, today, change) {
        None => Vec::new(),
        Some(Scope::Each(periods)) => periods,
        Some(Scope::From(_)) => vec![terms.life()],
    }
}

/// Which thresholds are crossed and not yet recorded. After the writing of an expense: in the periods of its days and,
/// where something is carried, in the current one and in all between and after them in which something is spent. After
/// any other: in all in which something is spent. Of the spending, [`days_to_assess`] must be there.
pub fn assess(
    budget: &Budget,
    first_day_of_week: Weekday,
    now: DateTime<Utc>,
    today: NaiveDate,
    change: &Change,
    spending: &Spending,
    recorded: &Recorded,
) -> Assessment {
    let terms = &budget.terms;
    let current = terms.period_of(today, first_day_of_week);
    // Where something is carried, a write changes each later period in which something is entered: only of the current
    // one, and only when nothing is entered after it, a guard can speak.
    let mut guarded = None;
    let moved = match change {
        Change::Expense(moved) => moved.as_slice(),
        Change::Terms => &[],
    };
    let days: BTreeSet<_> = match scope(terms, first_day_of_week, today, change) {
        None => BTreeSet::new(),
        Some(Scope::Each(periods)) => periods.into_iter().map(DateRange::first).collect(),
        Some(Scope::From(first)) => {
            let entered = spending.last_day();
            guarded = Some(current.filter(|current| entered.is_none_or(|day| day <= current.last())));
            // Where nothing is spent no threshold is crossed, however little is available.
            spending
                .days_from(first)
                .chain(moved.iter().map(|(day, _)| *day))
                .chain([today])
                .filter(|day| *day >= first)
                .collect()
        }
    };
    let mut assessment = Assessment { crossings: Vec::new(), guards: Vec::new() };
    for figures in figures_of(terms, first_day_of_week, days.iter().copied(), spending) {
        let mut headroom = i128::from(Guard::MOST);
        for threshold in terms.alert_at.as_slice().iter().copied() {
            if recorded.contains(&(figures.period.first(), threshold)) {
                continue;
            }
            let left = figures.left(threshold);
            if left > 0 {
                headroom = headroom.min(left);
            } else {
                assessment.crossings.push(crossing(budget.id, now, &figures, threshold));
            }
        }
        if guarded.is_none_or(|guarded| guarded == Some(figures.period)) {
            let headroom = i64::try_from(headroom).unwrap_or(Guard::MOST);
            assessment.guards.push(Guard { period: figures.period, headroom });
        }
    }
    if !assessment.crossings.is_empty() && !moved.is_empty() {
        let mut before = spending.clone();
        for (day, minor) in moved {
            before.add(*day, -minor);
        }
        let before = figures_of(terms, first_day_of_week, days, &before);
        for crossing in &mut assessment.crossings {
            let figures = before.iter().find(|figures| figures.period == crossing.period);
            crossing.by_expense = figures.is_some_and(|figures| figures.left(crossing.threshold) > 0);
        }
    }
    assessment
}

fn crossing(budget: BudgetId, now: DateTime<Utc>, figures: &PeriodFigures, threshold: u16) -> Crossing {
    let (period, spent, available) = (figures.period, figures.spent, figures.available());
    let id = AlertId::of(budget, period.first(), threshold, now);
    Crossing { id, period, threshold, spent, available, by_expense: false }
}

impl AlertId {
    /// The id of an alert. There is one for each budget, period and threshold, so these are what makes it unique where
    /// other ids are random, and alerts of one instant are in the order of their thresholds.
    pub fn of(budget: BudgetId, first_day: NaiveDate, threshold: u16, at: DateTime<Utc>) -> Self {
        let [threshold_high, threshold_low] = threshold.to_be_bytes();
        let [_, day_high, day_middle, day_low] = first_day.num_days_from_ce().to_be_bytes();
        let [.., b0, b1, b2, b3, b4] = budget.uuid().into_bytes();
        // Of the first and the third byte the version and the variant (RFC 9562) leave the low bits: enough for a
        // threshold up to 1000 and for the days of 9999 years.
        let unique = [threshold_high, threshold_low, day_high, day_middle, day_low, b0, b1, b2, b3, b4];
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        Self::new(Builder::from_unix_timestamp_millis(millis, &unique).into_uuid())
    }
}
