use apistos::ApiComponent;
use finance_domain::report::{Backtest, CurrencyForecast, ForecastReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::table::{Table, optional};
use crate::openapi::Example;
use crate::wire::{CurrencyCode, Day, Percentage, Sum};

/// What the forecast does, for programs.
const METHOD: &str = "spent_plus_mean_or_entered_rest";

/// What the current month will come to.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Forecast")]
pub(crate) struct ForecastBody {
    /// `YYYY-MM`.
    month: String,
    /// Today where the user lives; what is dated later is not counted as spent.
    as_of: Day,
    /// `spent_plus_mean_or_entered_rest`: what was spent so far, and the mean of what was spent after the same day of the
    /// month in the months of `basis`, or what is entered for the rest of this month already where that is more.
    method: &'static str,
    /// In the order of their codes, each in which anything was spent in this month or the 15 before.
    currencies: Vec<CurrencyForecastBody>,
}

/// What the expenses of the current month will come to in one currency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CurrencyForecast")]
pub(crate) struct CurrencyForecastBody {
    /// ISO 4217.
    currency: CurrencyCode,
    /// What was spent so far.
    spent: Sum,
    /// What is entered for the rest of the month already, dated after today.
    entered_rest: Sum,
    /// Whether there are three months to go by.
    enough_history: bool,
    /// What the rest of the month is expected to cost: the mean of the rests of `basis`, at least `entered_rest`.
    expected_rest: Option<Sum>,
    /// `spent` and `expected_rest` together.
    projected: Option<Sum>,
    /// The months that it is made from.
    basis: Vec<BasisBody>,
    /// How the method did in past months; `null` when there is too little history for a single one.
    backtest: Option<BacktestBody>,
}

/// A month that a forecast is made from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ForecastBasis")]
struct BasisBody {
    /// `YYYY-MM`.
    month: String,
    /// What was spent in it after the same day of the month, its last day always included; zero on the last day of the
    /// current month.
    rest: Sum,
}

/// How far the method was from the truth.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Backtest")]
struct BacktestBody {
    /// Each month that it was tried for, the oldest first.
    months: Vec<BacktestMonthBody>,
    /// The mean distance between forecast and truth.
    mean_absolute_error: Sum,
    /// The mean of the distances in percent of the truth, over the months in which anything was spent; rounded once, to two
    /// decimals.
    mean_absolute_percentage_error: Option<Percentage>,
}

/// A past month, forecast as of the same day of the month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestMonth")]
struct BacktestMonthBody {
    /// `YYYY-MM`.
    month: String,
    /// What the method said.
    projected: Sum,
    /// What it came to.
    actual: Sum,
}

impl From<ForecastReport> for ForecastBody {
    fn from(report: ForecastReport) -> Self {
        Self {
            month: report.month.to_string(),
            as_of: Day(report.as_of),
            method: METHOD,
            currencies: report.currencies.into_iter().map(CurrencyForecastBody::from).collect(),
        }
    }
}

impl From<CurrencyForecast> for CurrencyForecastBody {
    fn from(forecast: CurrencyForecast) -> Self {
        let basis = forecast.basis.iter();
        Self {
            currency: CurrencyCode(forecast.currency()),
            spent: Sum(forecast.spent),
            entered_rest: Sum(forecast.entered_rest),
            enough_history: forecast.projected.is_some(),
            expected_rest: forecast.expected_rest.map(Sum),
            projected: forecast.projected.map(Sum),
            basis: basis
                .map(|basis| BasisBody { month: basis.month.to_string(), rest: Sum(basis.rest) })
                .collect(),
            backtest: forecast.backtest.map(BacktestBody::from),
        }
    }
}

impl From<Backtest> for BacktestBody {
    fn from(backtest: Backtest) -> Self {
        let month = |month: finance_domain::report::BacktestMonth| BacktestMonthBody {
            month: month.month.to_string(),
            projected: Sum(month.projected),
            actual: Sum(month.actual),
        };
        Self {
            months: backtest.months.into_iter().map(month).collect(),
            mean_absolute_error: Sum(backtest.mean_absolute_error),
            mean_absolute_percentage_error: backtest.mean_absolute_percentage_error.map(Percentage),
        }
    }
}

impl Table for ForecastBody {
    fn file_name(&self) -> String {
        format!("forecast-{}", self.as_of.0)
    }

    fn header() -> &'static [&'static str] {
        &[
            "month",
            "as_of",
            "currency",
            "method",
            "spent",
            "entered_rest",
            "expected_rest",
            "projected",
            "backtest_months",
            "mean_absolute_error",
            "mean_absolute_percentage_error",
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |of: &CurrencyForecastBody| {
            let backtest = of.backtest.as_ref();
            let percentage = backtest.and_then(|backtest| backtest.mean_absolute_percentage_error.as_ref());
            vec![
                self.month.clone(),
                self.as_of.0.to_string(),
                of.currency.0.code().to_owned(),
                self.method.to_owned(),
                of.spent.0.to_string(),
                of.entered_rest.0.to_string(),
                optional(of.expected_rest.map(|rest| rest.0)),
                optional(of.projected.map(|projected| projected.0)),
                backtest.map_or(0, |backtest| backtest.months.len()).to_string(),
                optional(backtest.map(|backtest| backtest.mean_absolute_error.0)),
                optional(percentage.map(|percentage| percentage.0)),
            ]
        };
        self.currencies.iter().map(row).collect()
    }
}

impl CurrencyForecastBody {
    pub(super) fn example() -> Value {
        json!({
            "currency": "EUR",
            "spent": 845.58,
            "entered_rest": 35.00,
            "enough_history": true,
            "expected_rest": 120.00,
            "projected": 965.58,
            "basis": [
                {"month": "2026-08", "rest": 100.00},
                {"month": "2026-09", "rest": 140.00},
                {"month": "2026-10", "rest": 120.00}
            ],
            "backtest": {
                "months": [{"month": "2026-10", "projected": 930.00, "actual": 950.00}],
                "mean_absolute_error": 20.00,
                "mean_absolute_percentage_error": 2.11
            }
        })
    }
}

impl Example for ForecastBody {
    fn example() -> Value {
        json!({
            "month": "2026-11",
            "as_of": "2026-11-23",
            "method": METHOD,
            "currencies": [CurrencyForecastBody::example()]
        })
    }
}
