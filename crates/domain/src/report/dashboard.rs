//! Everything that a dashboard shows of a month.

use chrono::NaiveDate;

use super::figures::currencies;
use super::{
    CurrencyForecast, Cut, FigureQuery, Flow, ForecastReport, MonthlyCurrency, MonthlyReport, ReportData,
    ReportQuery, Split,
};
use crate::expense::Expense;
use crate::money::Currency;
use crate::period::{DateRange, Month};

/// How many months, the one shown being the last, a dashboard compares.
pub const TREND_MONTHS: u32 = 12;

/// Everything that a dashboard shows of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dashboard {
    /// Which.
    pub month: Month,
    /// In the order of their codes, each in which there was anything in the months compared.
    pub currencies: Vec<DashboardCurrency>,
    /// The latest expenses of all, the latest first.
    pub latest: Vec<Expense>,
}

/// What a dashboard shows of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardCurrency {
    /// The month.
    pub monthly: MonthlyCurrency,
    /// It and the months before, the oldest first.
    pub trend: Vec<TrendMonth>,
    /// What the month will come to; only of the current one, and where the forecast has the currency.
    pub forecast: Option<CurrencyForecast>,
}

/// A month among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendMonth {
    /// Which.
    pub month: Month,
    /// What came in and went out.
    pub flow: Flow,
}

impl Dashboard {
    /// What it takes to make one.
    pub(super) fn query(month: Month, today: NaiveDate) -> ReportQuery {
        let mut query = MonthlyReport::query(month);
        query.figures.push(if month == Month::of(today) {
            // The forecast looks at the same months, and at some before.
            ForecastReport::figures(today)
        } else {
            let range = month.range();
            let first = month.minus(TREND_MONTHS - 1).range().first();
            let range = DateRange::new(first, range.last()).unwrap_or(range);
            FigureQuery { range, cut: Cut::Month, split: Split::None }
        });
        query
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(month: Month, today: NaiveDate, data: &ReportData, latest: Vec<Expense>) -> Self {
        let figures = data.figures.last().map_or(&[] as &[_], Vec::as_slice);
        let months: Vec<Month> = (0..TREND_MONTHS).rev().map(|before| month.minus(before)).collect();
        let first = month.minus(TREND_MONTHS - 1).range().first();
        let shown: Vec<_> = figures.iter().copied().filter(|figure| figure.group >= first).collect();
        let currency = |currency: Currency| DashboardCurrency {
            monthly: MonthlyCurrency::new(month, currency, data),
            trend: months
                .iter()
                .map(|month| {
                    let range = month.range();
                    let flow = Flow::of(currency, shown.iter().filter(|figure| range.contains(figure.group)));
                    TrendMonth { month: *month, flow }
                })
                .collect(),
            forecast: (month == Month::of(today))
                .then(|| CurrencyForecast::new(currency, today, figures))
                .flatten(),
        };
        Self { month, currencies: currencies(&shown).into_iter().map(currency).collect(), latest }
    }
}
