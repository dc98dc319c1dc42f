//! A month: what came in and went out, where it went, and how that compares with the month before.

use chrono::NaiveDate;
use uuid::Uuid;

use super::figures::{currencies, label};
use super::rounding::{Percent, divide};
use super::{Cut, FigureQuery, Flow, Label, LargestExpense, ReportData, ReportQuery, Split};
use crate::money::{Currency, Total};
use crate::period::{DateRange, Month};

/// A month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyReport {
    /// Which.
    pub month: Month,
    /// In the order of their codes, each in which there was anything in this month or in the one before.
    pub currencies: Vec<MonthlyCurrency>,
}

/// What a month was in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyCurrency {
    /// All of it.
    pub flow: Flow,
    /// All of the month before.
    pub previous: Flow,
    /// The expenses divided by the days of the month, rounded half away from zero to minor units.
    pub average_per_day: Total,
    /// Each category with anything in this month or in the one before; the one with the most expenses first.
    pub categories: Vec<CategoryLine>,
    /// Every day of the month.
    pub days: Vec<DayLine>,
    /// The largest expenses, the largest first.
    pub largest: Vec<(LargestExpense, Option<Label>)>,
}

/// A category in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryLine {
    /// Which; `None`: what has no category.
    pub category: Option<Label>,
    /// What came in and went out.
    pub flow: Flow,
    /// The part of all expenses of the month; `None` when there are none.
    pub share: Option<Percent>,
    /// The month before.
    pub previous: Flow,
    /// How much more was spent than in the month before, or less.
    pub change: Total,
    /// The change in relation to the month before; `None` when nothing was spent then.
    pub change_percent: Option<Percent>,
}

/// A day in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLine {
    /// Which.
    pub date: NaiveDate,
    /// What came in and went out.
    pub flow: Flow,
}

const BY_DAY: usize = 0;
const BY_CATEGORY: usize = 1;

impl MonthlyReport {
    /// What it takes to make one.
    pub(super) fn query(month: Month) -> ReportQuery {
        let range = month.range();
        let both = DateRange::new(month.minus(1).range().first(), range.last()).unwrap_or(range);
        ReportQuery {
            figures: vec![
                FigureQuery { range, cut: Cut::Day, split: Split::None },
                FigureQuery { range: both, cut: Cut::Month, split: Split::Category },
            ],
            largest: Some(range),
        }
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(month: Month, data: &ReportData) -> Self {
        let currencies = currencies(data.figures_of(BY_CATEGORY));
        Self {
            month,
            currencies: currencies
                .into_iter()
                .map(|currency| MonthlyCurrency::new(month, currency, data))
                .collect(),
        }
    }
}

impl MonthlyCurrency {
    pub(super) fn new(month: Month, currency: Currency, data: &ReportData) -> Self {
        let range = month.range();
        let by_category = data.figures_of(BY_CATEGORY);
        let (these, before): (Vec<_>, Vec<_>) = by_category
            .iter()
            .filter(|figure| figure.currency == currency)
            .partition(|figure| figure.group == range.first());
        let flow = Flow::of(currency, these.iter().copied());
        let mut ids: Vec<Option<Uuid>> = these.iter().chain(&before).map(|figure| figure.part).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut categories: Vec<CategoryLine> = ids
            .into_iter()
            .map(|id| {
                let of = |figures: &[&super::Figure]| {
                    Flow::of(currency, figures.iter().copied().filter(|figure| figure.part == id))
                };
                CategoryLine::new(label(&data.categories, id), of(&these), of(&before), &flow)
            })
            .collect();
        categories.sort_by(|a, b| {
            let rank = |line: &CategoryLine| (line.flow.expenses().minor(), line.flow.income().minor());
            rank(b).cmp(&rank(a)).then_with(|| by_name(a.category.as_ref(), b.category.as_ref()))
        });
        let mut days: Vec<DayLine> = range
            .first()
            .iter_days()
            .take_while(|date| range.contains(*date))
            .map(|date| DayLine { date, flow: Flow::new(currency) })
            .collect();
        for figure in data.figures_of(BY_DAY).iter().filter(|figure| figure.currency == currency) {
            let at = usize::try_from((figure.group - range.first()).num_days()).unwrap_or(usize::MAX);
            if let Some(day) = days.get_mut(at) {
                day.flow.add(figure);
            }
        }
        let largest = data.largest.iter().filter(|expense| expense.money.currency() == currency);
        let category =
            |expense: &LargestExpense| label(&data.categories, expense.category.map(crate::CategoryId::uuid));
        Self {
            flow,
            previous: Flow::of(currency, before),
            average_per_day: Total::new(divide(flow.expenses().minor(), i128::from(range.days())), currency),
            categories,
            days,
            largest: largest.map(|expense| (expense.clone(), category(expense))).collect(),
        }
    }
}

impl CategoryLine {
    fn new(category: Option<Label>, flow: Flow, previous: Flow, all: &Flow) -> Self {
        let (now, before) = (flow.expenses().minor(), previous.expenses().minor());
        Self {
            category,
            flow,
            share: Percent::of(now, all.expenses().minor()),
            previous,
            change: Total::new(now - before, flow.currency()),
            change_percent: Percent::of(now - before, before),
        }
    }
}

/// By name, what has none last.
pub(super) fn by_name(a: Option<&Label>, b: Option<&Label>) -> std::cmp::Ordering {
    let key = |label: Option<&Label>| label.map(|label| (label.name.clone(), label.id));
    match (key(a), key(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
