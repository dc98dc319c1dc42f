//! Months side by side: how each category goes.

use uuid::Uuid;

use super::figures::{currencies, label};
use super::monthly::by_name;
use super::rounding::divide;
use super::{Cut, Figure, FigureQuery, Flow, Label, ReportData, ReportQuery, Split};
use crate::expense::ExpenseKind;
use crate::money::{Currency, Total};
use crate::period::{DateRange, Month};

/// The most months in which a trend is looked for.
pub const MAX_TREND_MONTHS: u32 = 60;

/// How the months go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendReport {
    /// The months, the oldest first.
    pub months: Vec<Month>,
    /// In the order of their codes.
    pub currencies: Vec<TrendCurrency>,
}

/// How the months go in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendCurrency {
    /// Each month.
    pub months: Vec<Flow>,
    /// Each category, expenses and income apart; expenses first, the one with the most first.
    pub series: Vec<Series>,
}

/// How a category goes. All is rounded half away from zero to minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Which category.
    pub category: Option<Label>,
    /// Its expenses or its income.
    pub kind: ExpenseKind,
    /// All months together.
    pub total: Total,
    /// Each month.
    pub amounts: Vec<Total>,
    /// The total divided by the number of months.
    pub mean: Total,
    /// The middle one of the months by size; between the middle two of an even number.
    pub median: Total,
    /// By how much it grows from month to month: the line with the least squares. `None` of a single month.
    pub slope: Option<Total>,
}

impl TrendReport {
    /// What it takes to make one: so many months, at least one, up to this one.
    pub(super) fn query(last: Month, months: u32) -> ReportQuery {
        let range = last.range();
        let first = last.minus(months.saturating_sub(1)).range().first();
        let range = DateRange::new(first, range.last()).unwrap_or(range);
        ReportQuery {
            figures: vec![FigureQuery { range, cut: Cut::Month, split: Split::Category }],
            largest: None,
        }
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(last: Month, months: u32, data: &ReportData) -> Self {
        let months: Vec<Month> = (0..months).rev().map(|before| last.minus(before)).collect();
        let figures = data.figures_of(0);
        let currency = |currency| TrendCurrency::new(currency, &months, figures, &data.categories);
        let currencies = currencies(figures).into_iter().map(currency).collect();
        Self { months, currencies }
    }
}

impl TrendCurrency {
    fn new(currency: Currency, months: &[Month], figures: &[Figure], labels: &[Label]) -> Self {
        let figures: Vec<_> = figures.iter().filter(|figure| figure.currency == currency).collect();
        let mut flows = vec![Flow::new(currency); months.len()];
        let at = |figure: &Figure| months.iter().position(|month| month.range().first() == figure.group);
        let mut parts: Vec<(Part, Vec<i128>)> = Vec::new();
        for figure in figures {
            let Some(at) = at(figure) else { continue };
            flows[at].add(figure);
            let part = (figure.kind, figure.part);
            let found = parts.iter().position(|(known, _)| *known == part);
            let place = found.unwrap_or_else(|| {
                parts.push((part, vec![0; months.len()]));
                parts.len() - 1
            });
            parts[place].1[at] += figure.minor;
        }
        let mut series: Vec<_> = parts
            .into_iter()
            .map(|((kind, id), amounts)| Series::new(label(labels, id), kind, &amounts, currency))
            .collect();
        series.sort_by(|a, b| {
            (a.kind == ExpenseKind::Income)
                .cmp(&(b.kind == ExpenseKind::Income))
                .then(b.total.minor().cmp(&a.total.minor()))
                .then_with(|| by_name(a.category.as_ref(), b.category.as_ref()))
        });
        Self { months: flows, series }
    }
}

type Part = (ExpenseKind, Option<Uuid>);

impl Series {
    fn new(category: Option<Label>, kind: ExpenseKind, amounts: &[i128], currency: Currency) -> Self {
        let of = |minor| Total::new(minor, currency);
        let sum: i128 = amounts.iter().sum();
        Self {
            category,
            kind,
            total: of(sum),
            amounts: amounts.iter().copied().map(of).collect(),
            mean: of(mean(amounts)),
            median: of(median(amounts)),
            slope: slope(amounts).map(of),
        }
    }
}

fn length(amounts: &[i128]) -> i128 {
    i128::try_from(amounts.len()).unwrap_or(i128::MAX)
}

pub(super) fn mean(amounts: &[i128]) -> i128 {
    divide(amounts.iter().sum(), length(amounts))
}

fn median(amounts: &[i128]) -> i128 {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        Some(upper) if sorted.len().is_multiple_of(2) => divide(sorted[middle - 1] + upper, 2),
        Some(only) => *only,
        None => 0,
    }
}

/// The slope of the line through (0, first), (1, second), ... with the least squares.
fn slope(amounts: &[i128]) -> Option<i128> {
    let n = length(amounts);
    let (mut places, mut sum, mut squares, mut products) = (0, 0, 0, 0);
    for (x, y) in (0_i128..).zip(amounts) {
        places += x;
        sum += y;
        squares += x * x;
        products += x * y;
    }
    let divisor = n * squares - places * places;
    (divisor != 0).then(|| divide(n * products - places * sum, divisor))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn statistics_of_a_few_months() {
        let amounts = [100, 300, 200, 401];
        assert_eq!((mean(&amounts), median(&amounts), slope(&amounts)), (250, 250, Some(80)));
        assert_eq!((mean(&[7]), median(&[7]), slope(&[7])), (7, 7, None));
        assert_eq!((mean(&[]), median(&[]), slope(&[])), (0, 0, None));
        assert_eq!((mean(&[1, 2]), median(&[1, 2]), slope(&[2, 1])), (2, 2, Some(-1)));
    }

    proptest! {
        #[test]
        fn a_straight_line_has_its_own_slope(start in -1000_i128..1000, step in -1000_i128..1000, n in 2..60_i128) {
            let amounts: Vec<_> = (0..n).map(|x| start + step * x).collect();
            prop_assert_eq!(slope(&amounts), Some(step));
        }

        #[test]
        fn a_median_lies_in_the_middle(amounts in proptest::collection::vec(-1000_i128..1000, 1..60)) {
            let median = median(&amounts);
            let below = amounts.iter().filter(|amount| **amount < median).count();
            let above = amounts.iter().filter(|amount| **amount > median).count();
            prop_assert!(below * 2 <= amounts.len() && above * 2 <= amounts.len());
        }
    }
}
