//! What the current month will come to: what was spent so far, and what was usually spent in the rest of a month.

use chrono::{Datelike as _, NaiveDate};

use super::figures::currencies;
use super::rounding::Percent;
use super::trends::mean;
use super::{Cut, Figure, FigureQuery, ReportData, ReportQuery, Split};
use crate::expense::ExpenseKind;
use crate::money::{Currency, Total};
use crate::period::{DateRange, Month};

/// From how many months before a month its rest is estimated.
pub const BASIS_MONTHS: u32 = 3;

/// For how many past months at most the method is tried.
pub const BACKTEST_MONTHS: u32 = 12;

/// The months before this one whose expenses are looked at.
const HISTORY: u32 = BASIS_MONTHS + BACKTEST_MONTHS;

/// What the current month will come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastReport {
    /// The month.
    pub month: Month,
    /// Today where the user lives: what is dated later is not counted as spent.
    pub as_of: NaiveDate,
    /// In the order of their codes.
    pub currencies: Vec<CurrencyForecast>,
}

/// What the current month will come to in one currency. Expenses only; rounded half away from zero to minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyForecast {
    /// What was spent in the month so far.
    pub spent: Total,
    /// The months before this one whose rests were averaged, the oldest first; fewer than [`BASIS_MONTHS`] when there
    /// is too little history.
    pub basis: Vec<BasisMonth>,
    /// The mean of their rests; `None` when there is too little history.
    pub expected_rest: Option<Total>,
    /// `spent` and `expected_rest` together.
    pub projected: Option<Total>,
    /// How the method did in past months; `None` when there is too little history for a single one.
    pub backtest: Option<Backtest>,
}

/// A month from which the rest of another one is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasisMonth {
    /// Which.
    pub month: Month,
    /// What was spent in it after the same day of the month.
    pub rest: Total,
}

/// How far the method was from the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backtest {
    /// Each month that it was tried for, the oldest first.
    pub months: Vec<BacktestMonth>,
    /// The mean distance between forecast and truth.
    pub mean_absolute_error: Total,
    /// The mean of the distances in relation to the truth, over the months in which anything was spent.
    pub mean_absolute_percentage_error: Option<Percent>,
}

/// A past month, forecast on the same day of the month from what was dated up to that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacktestMonth {
    /// Which.
    pub month: Month,
    /// What the method said.
    pub projected: Total,
    /// What it came to.
    pub actual: Total,
}

/// A month as the method sees it: what was spent up to the day, and after it.
#[derive(Clone, Copy, Default)]
struct Halves {
    until: i128,
    rest: i128,
}

impl ForecastReport {
    /// The figures that it takes to make one.
    pub(super) fn figures(today: NaiveDate) -> FigureQuery {
        let month = Month::of(today);
        let range = month.range();
        let first = month.minus(HISTORY).range().first();
        FigureQuery {
            range: DateRange::new(first, range.last()).unwrap_or(range),
            cut: Cut::MonthAt(today.day()),
            split: Split::None,
        }
    }

    pub(super) fn query(today: NaiveDate) -> ReportQuery {
        ReportQuery { figures: vec![Self::figures(today)], largest: None }
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(today: NaiveDate, data: &ReportData) -> Self {
        let figures = data.figures_of(0);
        let currency = |currency| CurrencyForecast::new(currency, today, figures);
        let currencies = currencies(figures.iter().filter(|figure| figure.kind == ExpenseKind::Expense));
        Self {
            month: Month::of(today),
            as_of: today,
            currencies: currencies.into_iter().map(currency).collect(),
        }
    }
}

impl CurrencyForecast {
    /// Out of the answer to [`ForecastReport::figures`].
    pub(super) fn new(currency: Currency, today: NaiveDate, figures: &[Figure]) -> Self {
        let this = Month::of(today);
        let months: Vec<Month> = (0..=HISTORY).rev().map(|before| this.minus(before)).collect();
        let mut halves = vec![Halves::default(); months.len()];
        for figure in figures {
            let at = months.iter().position(|month| month.range().contains(figure.group));
            if let (true, Some(at)) = (figure.currency == currency && figure.kind == ExpenseKind::Expense, at)
            {
                if figure.group.day() == 1 {
                    halves[at].until += figure.minor;
                } else {
                    halves[at].rest += figure.minor;
                }
            }
        }
        // History begins with the first month in which anything was spent.
        let begin = halves.iter().position(|halves| halves.until + halves.rest != 0).unwrap_or(months.len());
        let of = |minor| Total::new(minor, currency);
        let known = |at: usize| at.saturating_sub(BASIS_MONTHS as usize).max(begin)..at;
        let rest = |at: usize| {
            let rests: Vec<_> = halves.get(known(at))?.iter().map(|halves| halves.rest).collect();
            (rests.len() == BASIS_MONTHS as usize).then(|| mean(&rests))
        };
        let now = months.len() - 1;
        let tried: Vec<_> = (now.saturating_sub(BACKTEST_MONTHS as usize)..now)
            .filter_map(|at| {
                let (halves, rest) = (halves[at], rest(at)?);
                let (projected, actual) = (of(halves.until + rest), of(halves.until + halves.rest));
                Some(BacktestMonth { month: months[at], projected, actual })
            })
            .collect();
        let expected = rest(now);
        Self {
            spent: of(halves[now].until),
            basis: known(now).map(|at| BasisMonth { month: months[at], rest: of(halves[at].rest) }).collect(),
            expected_rest: expected.map(of),
            projected: expected.map(|rest| of(halves[now].until + rest)),
            backtest: Backtest::new(tried, currency),
        }
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.spent.currency()
    }
}

impl Backtest {
    fn new(months: Vec<BacktestMonth>, currency: Currency) -> Option<Self> {
        if months.is_empty() {
            return None;
        }
        let error = |month: &BacktestMonth| (month.projected.minor() - month.actual.minor()).abs();
        let errors: Vec<_> = months.iter().map(error).collect();
        let percents: Vec<_> =
            months.iter().filter_map(|month| Percent::of(error(month), month.actual.minor())).collect();
        Some(Self {
            mean_absolute_error: Total::new(mean(&errors), currency),
            mean_absolute_percentage_error: Percent::mean(&percents),
            months,
        })
    }
}
