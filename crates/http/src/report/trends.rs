use apistos::ApiComponent;
use finance_domain::report::{Series, TrendReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::common::{CategoryBody, FlowBody, kind_name};
use super::table::{Table, optional};
use crate::expense::dto::Kind;
use crate::openapi::Example;
use crate::wire::{CurrencyCode, Sum};

/// How the months go.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "TrendReport")]
pub(crate) struct TrendBody {
    /// `YYYY-MM`, the oldest first.
    months: Vec<String>,
    /// In the order of their codes.
    currencies: Vec<TrendCurrencyBody>,
}

/// How the months go in one currency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrendCurrency")]
struct TrendCurrencyBody {
    /// ISO 4217.
    currency: CurrencyCode,
    /// Each month.
    totals: Vec<MonthFlowBody>,
    /// Each category's expenses, the one with the most first; then each category's income.
    series: Vec<SeriesBody>,
}

/// A month among others.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthFlow")]
pub(crate) struct MonthFlowBody {
    /// `YYYY-MM`.
    pub(crate) month: String,
    #[serde(flatten)]
    pub(crate) flow: FlowBody,
}

/// How a category goes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrendSeries")]
struct SeriesBody {
    #[serde(flatten)]
    category: CategoryBody,
    /// Whether the money went out or came in.
    kind: Kind,
    /// All months together.
    total: Sum,
    /// Each month, as in `months`.
    amounts: Vec<Sum>,
    /// The total divided by the number of months.
    mean: Sum,
    /// The middle one of the months by size; between the middle two of an even number.
    median: Sum,
    /// By how much it grows from month to month; `null` of a single month.
    slope: Option<Sum>,
}

impl From<TrendReport> for TrendBody {
    fn from(report: TrendReport) -> Self {
        let months: Vec<String> = report.months.iter().map(ToString::to_string).collect();
        let currencies = report.currencies.into_iter().filter_map(|of| {
            let currency = of.months.first()?.currency();
            Some(TrendCurrencyBody {
                currency: CurrencyCode(currency),
                totals: months
                    .iter()
                    .zip(of.months)
                    .map(|(month, flow)| MonthFlowBody { month: month.clone(), flow: flow.into() })
                    .collect(),
                series: of.series.into_iter().map(SeriesBody::from).collect(),
            })
        });
        Self { currencies: currencies.collect(), months }
    }
}

impl From<Series> for SeriesBody {
    fn from(series: Series) -> Self {
        Self {
            category: series.category.into(),
            kind: series.kind.into(),
            total: Sum(series.total),
            amounts: series.amounts.into_iter().map(Sum).collect(),
            mean: Sum(series.mean),
            median: Sum(series.median),
            slope: series.slope.map(Sum),
        }
    }
}

impl Table for TrendBody {
    fn file_name(&self) -> String {
        let empty = String::new();
        let (first, last) = (self.months.first().unwrap_or(&empty), self.months.last().unwrap_or(&empty));
        format!("trends-{first}-{last}")
    }

    fn header() -> &'static [&'static str] {
        &[
            "currency",
            "kind",
            "category_id",
            "category",
            "parent_id",
            "month",
            "amount",
            "mean",
            "median",
            "slope",
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for of in &self.currencies {
            for series in &of.series {
                for (month, amount) in self.months.iter().zip(&series.amounts) {
                    let mut row = vec![of.currency.0.code().to_owned(), kind_name(series.kind).to_owned()];
                    row.extend(series.category.cells());
                    row.extend([month.clone(), amount.0.to_string()]);
                    row.extend([series.mean.0.to_string(), series.median.0.to_string()]);
                    row.push(optional(series.slope.map(|slope| slope.0)));
                    rows.push(row);
                }
            }
        }
        rows
    }
}

impl Example for TrendBody {
    fn example() -> Value {
        json!({
            "months": ["2026-10", "2026-11"],
            "currencies": [{
                "currency": "EUR",
                "totals": [
                    {"month": "2026-10", "income": 0.00, "expenses": 40.00, "net": -40.00, "count": 1},
                    {"month": "2026-11", "income": 0.00, "expenses": 45.58, "net": -45.58, "count": 1}
                ],
                "series": [{
                    "category_id": "019ab2c3-7d00-7000-8000-000000000002",
                    "category": "Food",
                    "parent_id": null,
                    "kind": "expense",
                    "total": 85.58,
                    "amounts": [40.00, 45.58],
                    "mean": 42.79,
                    "median": 42.79,
                    "slope": 5.58
                }]
            }]
        })
    }
}
