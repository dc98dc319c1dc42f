//! Any range of days, grouped by time, category, tag or kind.

use chrono::{NaiveDate, Weekday};
use uuid::Uuid;

use super::figures::{currencies, label};
use super::monthly::by_name;
use super::{Cut, Figure, FigureQuery, Flow, Label, ReportData, ReportError, ReportQuery, Split};
use crate::expense::ExpenseKind;
use crate::money::Currency;
use crate::period::{DateRange, PeriodUnit};

/// The most groups of time in a summary.
pub const MAX_GROUPS: i64 = 4000;

/// What a summary is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// Each day.
    Day,
    /// Weeks, by the user's first day of the week.
    Week,
    /// Months.
    Month,
    /// Quarters.
    Quarter,
    /// Years.
    Year,
    /// Categories, and what has none.
    #[default]
    Category,
    /// Tags, and what has none. An expense counts under each of its tags.
    Tag,
    /// Expenses and income.
    Kind,
}

/// A summary as a caller describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SummaryRequest {
    /// The first day; by default that of the user's current month, or of the month of `to` where that is earlier.
    pub from: Option<NaiveDate>,
    /// The last day; by default that of the user's current month, or of the month of `from` where that is later.
    pub to: Option<NaiveDate>,
    /// What it is grouped by.
    pub group_by: GroupBy,
}

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryReport {
    /// Of which days.
    pub range: DateRange,
    /// What it is grouped by.
    pub group_by: GroupBy,
    /// In the order of their codes.
    pub currencies: Vec<SummaryCurrency>,
}

/// What a summary says of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryCurrency {
    /// All of it, each expense once.
    pub flow: Flow,
    /// By time in its order, without gaps; the others with the most expenses first.
    pub rows: Vec<SummaryRow>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow {
    /// Which.
    pub key: GroupKey,
    /// What came in and went out.
    pub flow: Flow,
}

/// What the expenses of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupKey {
    /// The day, week, month, quarter or year, whole, also where it goes beyond the range.
    Period(DateRange),
    /// The category.
    Category(Option<Label>),
    /// The tag.
    Tag(Option<Label>),
    /// The kind.
    Kind(ExpenseKind),
}

const GROUPED: usize = 0;

impl SummaryReport {
    /// What it takes to make one. Fails with `TooManyGroups` beyond [`MAX_GROUPS`].
    pub(super) fn query(
        range: DateRange,
        group_by: GroupBy,
        week: Weekday,
    ) -> Result<ReportQuery, ReportError> {
        let (cut, split) = match group_by {
            GroupBy::Day => (Cut::Day, Split::None),
            GroupBy::Week => (Cut::Week(week), Split::None),
            GroupBy::Month => (Cut::Month, Split::None),
            GroupBy::Quarter => (Cut::Quarter, Split::None),
            GroupBy::Year => (Cut::Year, Split::None),
            GroupBy::Category => (Cut::Whole, Split::Category),
            GroupBy::Tag => (Cut::Whole, Split::Tag),
            GroupBy::Kind => (Cut::Whole, Split::None),
        };
        let shortest = match group_by {
            GroupBy::Day => Some(1),
            GroupBy::Week => Some(7),
            GroupBy::Month => Some(28),
            GroupBy::Quarter => Some(90),
            GroupBy::Year => Some(365),
            GroupBy::Category | GroupBy::Tag | GroupBy::Kind => None,
        };
        if shortest.is_some_and(|days| range.days() > days * MAX_GROUPS) {
            return Err(ReportError::TooManyGroups);
        }
        let mut figures = vec![FigureQuery { range, cut, split }];
        if group_by == GroupBy::Tag {
            // The rows cannot be added up.
            figures.push(FigureQuery { range, cut: Cut::Whole, split: Split::None });
        }
        Ok(ReportQuery { figures, largest: None })
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(range: DateRange, group_by: GroupBy, week: Weekday, data: &ReportData) -> Self {
        let grouped = data.figures_of(GROUPED);
        let all = data.figures.last().map_or(&[] as &[Figure], Vec::as_slice);
        let currency = |currency: Currency| {
            let figures: Vec<_> = grouped.iter().filter(|figure| figure.currency == currency).collect();
            let rows = match group_by {
                GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Quarter | GroupBy::Year => {
                    by_time(range, group_by, week, currency, &figures)
                }
                GroupBy::Category => {
                    by_part(&figures, currency, |id| GroupKey::Category(label(&data.categories, id)))
                }
                GroupBy::Tag => by_part(&figures, currency, |id| GroupKey::Tag(label(&data.tags, id))),
                GroupBy::Kind => by_kind(&figures, currency),
            };
            SummaryCurrency { flow: Flow::of(currency, all), rows }
        };
        Self { range, group_by, currencies: currencies(all).into_iter().map(currency).collect() }
    }
}

fn by_time(
    range: DateRange,
    group_by: GroupBy,
    week: Weekday,
    currency: Currency,
    figures: &[&Figure],
) -> Vec<SummaryRow> {
    let unit = match group_by {
        GroupBy::Week => Some(PeriodUnit::Week),
        GroupBy::Month => Some(PeriodUnit::Month),
        GroupBy::Quarter => Some(PeriodUnit::Quarter),
        GroupBy::Year => Some(PeriodUnit::Year),
        GroupBy::Day | GroupBy::Category | GroupBy::Tag | GroupBy::Kind => None,
    };
    let period = |day: NaiveDate| match unit {
        Some(unit) => Some(unit.containing(day, week)),
        None => DateRange::new(day, day),
    };
    let mut rows = Vec::new();
    let mut next = Some(range.first());
    while let Some(period) = next.filter(|day| *day <= range.last()).and_then(period) {
        rows.push(SummaryRow { key: GroupKey::Period(period), flow: Flow::new(currency) });
        next = period.last().succ_opt();
    }
    for figure in figures {
        let first = |row: &SummaryRow| match &row.key {
            GroupKey::Period(period) => period.first(),
            GroupKey::Category(_) | GroupKey::Tag(_) | GroupKey::Kind(_) => NaiveDate::MIN,
        };
        if let Ok(at) = rows.binary_search_by_key(&figure.group, first)
            && let Some(row) = rows.get_mut(at)
        {
            row.flow.add(figure);
        }
    }
    rows
}

fn by_part(
    figures: &[&Figure],
    currency: Currency,
    key: impl Fn(Option<Uuid>) -> GroupKey,
) -> Vec<SummaryRow> {
    let mut ids: Vec<_> = figures.iter().map(|figure| figure.part).collect();
    ids.sort_unstable();
    ids.dedup();
    let of = |id| Flow::of(currency, figures.iter().copied().filter(|figure| figure.part == id));
    let mut rows: Vec<_> = ids.into_iter().map(|id| SummaryRow { key: key(id), flow: of(id) }).collect();
    rows.sort_by(|a, b| {
        let rank = |row: &SummaryRow| (row.flow.expenses().minor(), row.flow.income().minor());
        let label = |row: &SummaryRow| match &row.key {
            GroupKey::Category(label) | GroupKey::Tag(label) => label.clone(),
            GroupKey::Period(_) | GroupKey::Kind(_) => None,
        };
        rank(b).cmp(&rank(a)).then_with(|| by_name(label(a).as_ref(), label(b).as_ref()))
    });
    rows
}

fn by_kind(figures: &[&Figure], currency: Currency) -> Vec<SummaryRow> {
    [ExpenseKind::Expense, ExpenseKind::Income]
        .into_iter()
        .map(|kind| SummaryRow {
            key: GroupKey::Kind(kind),
            flow: Flow::of(currency, figures.iter().copied().filter(|figure| figure.kind == kind)),
        })
        .collect()
}
