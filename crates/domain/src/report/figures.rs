//! What a report is made of: sums of expenses by time, by category or tag, by currency and kind.

use std::collections::HashMap;

use chrono::{Days, NaiveDate, Weekday};
use uuid::Uuid;

use crate::expense::{ExpenseKind, ExpenseTitle};
use crate::money::{Currency, Money, Total};
use crate::period::{DateRange, PeriodUnit};
use crate::{CategoryId, ExpenseId};

/// How the days of a range are grouped. A group is known by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All of them together.
    Whole,
    /// Each by itself.
    Day,
    /// By weeks that begin with this day.
    Week(Weekday),
    /// By months.
    Month,
    /// By months, the days after this one apart from those up to it. The last day of a month always comes after, also
    /// where it is this one or the month does not have this one.
    MonthAt(u32),
    /// By quarters.
    Quarter,
    /// By years.
    Year,
}

/// By what else figures are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// By nothing.
    None,
    /// By category, those without one among themselves.
    Category,
    /// By tag: an expense counts under each of its tags, those without any among themselves.
    Tag,
}

/// Figures that a report needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureQuery {
    /// Of which days.
    pub range: DateRange,
    /// How they are grouped.
    pub cut: Cut,
    /// By what else they are told apart.
    pub split: Split,
}

impl FigureQuery {
    /// The first day of the group in which a day is: it may lie before the range.
    pub fn group_of(&self, day: NaiveDate) -> NaiveDate {
        let unit = |unit: PeriodUnit, week| unit.containing(day, week).first();
        match self.cut {
            Cut::Whole => self.range.first(),
            Cut::Day => day,
            Cut::Week(first_day) => unit(PeriodUnit::Week, first_day),
            Cut::Month => unit(PeriodUnit::Month, Weekday::Mon),
            Cut::MonthAt(at) => {
                let month = PeriodUnit::Month.containing(day, Weekday::Mon);
                let cut = cut_of(month, at);
                if day > cut { cut + Days::new(1) } else { month.first() }
            }
            Cut::Quarter => unit(PeriodUnit::Quarter, Weekday::Mon),
            Cut::Year => unit(PeriodUnit::Year, Weekday::Mon),
        }
    }

    /// The groups, each as far as it is in the range.
    pub fn groups(&self) -> Vec<DateRange> {
        let last_of = |day: NaiveDate| {
            let month = PeriodUnit::Month.containing(day, Weekday::Mon);
            match self.cut {
                Cut::Whole => self.range.last(),
                Cut::Day => day,
                Cut::Week(first_day) => PeriodUnit::Week.containing(day, first_day).last(),
                Cut::MonthAt(at) if day <= cut_of(month, at) => cut_of(month, at),
                Cut::Month | Cut::MonthAt(_) => month.last(),
                Cut::Quarter => PeriodUnit::Quarter.containing(day, Weekday::Mon).last(),
                Cut::Year => PeriodUnit::Year.containing(day, Weekday::Mon).last(),
            }
        };
        let mut groups = Vec::new();
        let mut next = Some(self.range.first());
        while let Some(first) = next.filter(|day| self.range.contains(*day)) {
            let group = DateRange::new(first, last_of(first).min(self.range.last()));
            next = group.and_then(|group| group.last().succ_opt());
            groups.extend(group);
        }
        groups
    }
}

/// The last day before the cut of [`Cut::MonthAt`].
fn cut_of(month: DateRange, at: u32) -> NaiveDate {
    let same_day = month.first() + Days::new(u64::from(at.saturating_sub(1)));
    same_day.min(month.last() - Days::new(1))
}

/// What a report needs to know of a user's expenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuery {
    /// These figures.
    pub figures: Vec<FigureQuery>,
    /// The largest expenses of these days: [`LargestExpense::MOST`] of each currency.
    pub largest: Option<DateRange>,
}

impl ReportQuery {
    /// Whether some figures are told apart in this way, so that their labels are needed.
    pub fn splits(&self, split: Split) -> bool {
        self.figures.iter().any(|figures| figures.split == split)
    }
}

/// The expenses of one group, category or tag, currency and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The first day of the group.
    pub group: NaiveDate,
    /// The category or the tag.
    pub part: Option<Uuid>,
    /// The currency.
    pub currency: Currency,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Their sum in minor units.
    pub minor: i128,
    /// How many there are.
    pub count: i64,
}

/// What a category or a tag is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The category above, of a category that is below another one.
    pub parent: Option<CategoryId>,
}

/// One of the largest expenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargestExpense {
    /// Which.
    pub id: ExpenseId,
    /// What it was for.
    pub title: ExpenseTitle,
    /// How much.
    pub money: Money,
    /// When it happened.
    pub date: NaiveDate,
    /// Where it belongs.
    pub category: Option<CategoryId>,
}

impl LargestExpense {
    /// How many are named of each currency.
    pub const MOST: usize = 5;
}

/// The answer to a [`ReportQuery`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportData {
    /// For each of the queries, in their order, its figures in no order.
    pub figures: Vec<Vec<Figure>>,
    /// In no order of currencies; in each the largest first, then the latest, then the one with the greatest id.
    pub largest: Vec<LargestExpense>,
    /// The categories, when figures are told apart by them.
    pub categories: Vec<Label>,
    /// The tags, when figures are told apart by them.
    pub tags: Vec<Label>,
}

impl ReportData {
    /// The figures of a query; none of one that was not asked.
    pub(super) fn figures_of(&self, query: usize) -> &[Figure] {
        self.figures.get(query).map_or(&[], Vec::as_slice)
    }
}

/// Finds what a category or a tag is called.
pub(super) fn label(labels: &[Label], id: Option<Uuid>) -> Option<Label> {
    let id = id?;
    let found = labels.iter().find(|label| label.id == id).cloned();
    Some(found.unwrap_or(Label { id, name: String::new(), parent: None }))
}

/// Money in and out, of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    currency: Currency,
    income: i128,
    expenses: i128,
    count: i64,
}

impl Flow {
    /// None yet.
    pub const fn new(currency: Currency) -> Self {
        Self { currency, income: 0, expenses: 0, count: 0 }
    }

    /// Adds a figure of the same currency.
    pub(super) fn add(&mut self, figure: &Figure) {
        match figure.kind {
            ExpenseKind::Expense => self.expenses += figure.minor,
            ExpenseKind::Income => self.income += figure.minor,
        }
        self.count += figure.count;
    }

    /// The sum of figures of one currency.
    pub(super) fn of<'a>(currency: Currency, figures: impl IntoIterator<Item = &'a Figure>) -> Self {
        let mut flow = Self::new(currency);
        figures.into_iter().filter(|figure| figure.currency == currency).for_each(|figure| flow.add(figure));
        flow
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What came in.
    pub const fn income(&self) -> Total {
        Total::new(self.income, self.currency)
    }

    /// What went out.
    pub const fn expenses(&self) -> Total {
        Total::new(self.expenses, self.currency)
    }

    /// What came in less what went out.
    pub const fn net(&self) -> Total {
        Total::new(self.income - self.expenses, self.currency)
    }

    /// How many there were of both.
    pub const fn count(&self) -> i64 {
        self.count
    }
}

/// The currencies of figures, in the order of their codes.
pub(super) fn currencies<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> Vec<Currency> {
    let mut currencies: Vec<Currency> = Vec::new();
    for figure in figures {
        if !currencies.contains(&figure.currency) {
            currencies.push(figure.currency);
        }
    }
    currencies.sort_unstable_by_key(|currency| currency.code());
    currencies
}

/// Adds up expenses one by one, for storage that cannot do so by itself, or not as fast.
pub struct Tally<'a> {
    queries: Vec<TallyOf<'a>>,
}

type TallyKey = (NaiveDate, Option<Uuid>, Currency, ExpenseKind);

struct TallyOf<'a> {
    query: &'a FigureQuery,
    /// The day that was counted last and its group: most come day by day, and finding the group takes longest.
    last: Option<(NaiveDate, NaiveDate)>,
    sums: HashMap<TallyKey, (i128, i64)>,
    /// What is not in the sums yet: most that come one after the other belong together.
    run: Option<(TallyKey, (i128, i64))>,
}

impl TallyOf<'_> {
    fn end_run(&mut self) {
        if let Some((key, (minor, count))) = self.run.take() {
            let sum = self.sums.entry(key).or_default();
            sum.0 += minor;
            sum.1 += count;
        }
    }
}

impl<'a> Tally<'a> {
    /// Nothing yet.
    pub fn new(queries: &'a [FigureQuery]) -> Self {
        let of = |query| TallyOf { query, last: None, sums: HashMap::new(), run: None };
        Self { queries: queries.iter().map(of).collect() }
    }

    /// Counts an expense in one of the queries, if it is in its range.
    pub fn add(
        &mut self,
        query: usize,
        date: NaiveDate,
        part: Option<Uuid>,
        (currency, kind, minor): (Currency, ExpenseKind, i64),
    ) {
        let Some(tally) = self.queries.get_mut(query).filter(|tally| tally.query.range.contains(date)) else {
            return;
        };
        let group = match tally.last {
            Some((last, group)) if last == date => group,
            _ => tally.query.group_of(date),
        };
        tally.last = Some((date, group));
        let (key, minor) = ((group, part, currency, kind), i128::from(minor));
        match &mut tally.run {
            Some((last, sum)) if *last == key => *sum = (sum.0 + minor, sum.1 + 1),
            _ => {
                tally.end_run();
                tally.run = Some((key, (minor, 1)));
            }
        }
    }

    /// What it came to.
    pub fn finish(mut self) -> Vec<Vec<Figure>> {
        self.queries.iter_mut().for_each(TallyOf::end_run);
        let figure = |((group, part, currency, kind), (minor, count))| Figure {
            group,
            part,
            currency,
            kind,
            minor,
            count,
        };
        self.queries.into_iter().map(|tally| tally.sums.into_iter().map(figure).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn groups_are_the_range_without_gaps(
            first in 0_u64..1500,
            days in 0_u64..900,
            cut in prop_oneof![
                Just(Cut::Whole), Just(Cut::Day), Just(Cut::Week(Weekday::Wed)), Just(Cut::Month), Just(Cut::Quarter),
                Just(Cut::Year), (1_u32..=31).prop_map(Cut::MonthAt),
            ],
        ) {
            let first = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + Days::new(first);
            let range = DateRange::new(first, first + Days::new(days)).unwrap();
            let query = FigureQuery { range, cut, split: Split::None };
            let groups = query.groups();
            prop_assert_eq!(groups.iter().map(|group| group.days()).sum::<i64>(), range.days());
            let mut next = range.first();
            for group in groups {
                prop_assert_eq!(group.first(), next);
                prop_assert_eq!(query.group_of(group.first()), query.group_of(group.last()));
                next = group.last() + Days::new(1);
                prop_assert!(!range.contains(next) || query.group_of(next) != query.group_of(group.last()));
            }
        }
    }
}
