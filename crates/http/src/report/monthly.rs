use apistos::ApiComponent;
use finance_domain::budget::Standing;
use finance_domain::report::{CategoryLine, DayLine, Label, LargestExpense, MonthlyCurrency, MonthlyReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::common::{CategoryBody, FlowBody};
use super::table::{Table, optional};
use crate::budget::StandingBody;
use crate::openapi::Example;
use crate::wire::{Amount, CurrencyCode, Day, Id, Percentage, Sum};

/// A month.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "MonthlyReport")]
pub(crate) struct MonthlyBody {
    /// `YYYY-MM`.
    month: String,
    /// Its first day.
    from: Day,
    /// Its last day.
    to: Day,
    /// In the order of their codes, each in which there was anything in this month or in the one before.
    currencies: Vec<MonthlyCurrencyBody>,
    /// Oldest budget first, at most 100.
    budgets: Vec<StandingBody>,
}

/// What a month was in one currency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthlyCurrency")]
pub(crate) struct MonthlyCurrencyBody {
    /// ISO 4217.
    currency: CurrencyCode,
    #[serde(flatten)]
    flow: FlowBody,
    /// The expenses divided by the days of the month.
    average_per_day: Sum,
    /// The month before.
    previous: FlowBody,
    /// The category with the most expenses first.
    by_category: Vec<CategoryLineBody>,
    /// Every day of the month.
    by_day: Vec<DayBody>,
    /// At most five, the largest first.
    largest: Vec<LargestBody>,
}

/// A category in a month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthlyCategory")]
struct CategoryLineBody {
    #[serde(flatten)]
    category: CategoryBody,
    #[serde(flatten)]
    flow: FlowBody,
    /// The part of all expenses of the month, in percent with two decimals; `null` when there are none.
    share: Option<Percentage>,
    /// What was spent in the month before.
    previous_expenses: Sum,
    /// How much more was spent than in the month before.
    change: Sum,
    /// The same in percent with two decimals; `null` when nothing was spent in the month before.
    change_percent: Option<Percentage>,
}

/// A day in a month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthlyDay")]
struct DayBody {
    /// The day.
    date: Day,
    #[serde(flatten)]
    flow: FlowBody,
}

/// One of the largest expenses.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LargestExpense")]
struct LargestBody {
    /// The expense.
    id: Id,
    /// What it was for.
    title: String,
    /// In major units.
    amount: Amount,
    /// When it happened.
    date: Day,
    /// The id of its category.
    category_id: Option<Id>,
    /// The name of its category.
    category: Option<String>,
}

impl MonthlyBody {
    pub(crate) fn new(report: MonthlyReport, budgets: Vec<Standing>) -> Self {
        let range = report.month.range();
        Self {
            month: report.month.to_string(),
            from: Day(range.first()),
            to: Day(range.last()),
            currencies: report.currencies.into_iter().map(MonthlyCurrencyBody::from).collect(),
            budgets: budgets.into_iter().map(StandingBody::from).collect(),
        }
    }
}

impl From<MonthlyCurrency> for MonthlyCurrencyBody {
    fn from(month: MonthlyCurrency) -> Self {
        Self {
            currency: CurrencyCode(month.flow.currency()),
            flow: month.flow.into(),
            average_per_day: Sum(month.average_per_day),
            previous: month.previous.into(),
            by_category: month.categories.into_iter().map(CategoryLineBody::from).collect(),
            by_day: month.days.into_iter().map(DayBody::from).collect(),
            largest: month.largest.into_iter().map(LargestBody::from).collect(),
        }
    }
}

impl From<CategoryLine> for CategoryLineBody {
    fn from(line: CategoryLine) -> Self {
        Self {
            category: line.category.into(),
            flow: line.flow.into(),
            share: line.share.map(Percentage),
            previous_expenses: Sum(line.previous.expenses()),
            change: Sum(line.change),
            change_percent: line.change_percent.map(Percentage),
        }
    }
}

impl From<DayLine> for DayBody {
    fn from(day: DayLine) -> Self {
        Self { date: Day(day.date), flow: day.flow.into() }
    }
}

impl From<(LargestExpense, Option<Label>)> for LargestBody {
    fn from((expense, category): (LargestExpense, Option<Label>)) -> Self {
        let CategoryBody { category_id, category, .. } = category.into();
        Self {
            id: Id(expense.id.uuid()),
            title: expense.title.into_string(),
            amount: Amount(expense.money),
            date: Day(expense.date),
            category_id,
            category,
        }
    }
}

impl Table for MonthlyBody {
    fn file_name(&self) -> String {
        format!("monthly-{}", self.month)
    }

    fn header() -> &'static [&'static str] {
        &[
            "month",
            "currency",
            "category_id",
            "category",
            "parent_id",
            "income",
            "expenses",
            "net",
            "count",
            "share",
            "previous_expenses",
            "change",
            "change_percent",
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let lines = self.currencies.iter().flat_map(|month| {
            month.by_category.iter().map(|line| (month.currency.0.code().to_owned(), line))
        });
        lines
            .map(|(currency, line)| {
                let mut row = vec![self.month.clone(), currency];
                row.extend(line.category.cells());
                row.extend(line.flow.cells());
                row.push(optional(line.share.as_ref().map(|share| share.0)));
                row.push(line.previous_expenses.0.to_string());
                row.push(line.change.0.to_string());
                row.push(optional(line.change_percent.as_ref().map(|change| change.0)));
                row
            })
            .collect()
    }
}

impl MonthlyCurrencyBody {
    pub(super) fn example() -> Value {
        json!({
            "currency": "EUR",
            "income": 2100.00,
            "expenses": 845.58,
            "net": 1254.42,
            "count": 3,
            "average_per_day": 28.19,
            "previous": {"income": 2100.00, "expenses": 790.00, "net": 1310.00, "count": 2},
            "by_category": [{
                "category_id": "019ab2c3-7d00-7000-8000-000000000002",
                "category": "Rent",
                "parent_id": null,
                "income": 0.00,
                "expenses": 800.00,
                "net": -800.00,
                "count": 1,
                "share": 94.61,
                "previous_expenses": 790.00,
                "change": 10.00,
                "change_percent": 1.27
            }],
            "by_day": [{"date": "2026-11-01", "income": 2100.00, "expenses": 800.00, "net": 1300.00, "count": 2}],
            "largest": [{
                "id": "019ab2c3-7d00-7000-8000-000000000001",
                "title": "November",
                "amount": 800.00,
                "date": "2026-11-01",
                "category_id": "019ab2c3-7d00-7000-8000-000000000002",
                "category": "Rent"
            }]
        })
    }
}

impl Example for MonthlyBody {
    fn example() -> Value {
        json!({
            "month": "2026-11",
            "from": "2026-11-01",
            "to": "2026-11-30",
            "currencies": [MonthlyCurrencyBody::example()],
            "budgets": [StandingBody::example()]
        })
    }
}
