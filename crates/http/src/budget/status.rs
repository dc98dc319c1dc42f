use apistos::ApiComponent;
use chrono::NaiveDate;
use finance_domain::BudgetId;
use finance_domain::budget::{Alert, BudgetStatus, Projection, Standing};
use finance_domain::money::{Currency, Total};
use finance_domain::period::DateRange;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::openapi::Example;
use crate::wire::{CurrencyCode, Day, Id, Instant, Sum};

/// The days of a period, both of them included.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PeriodDays")]
pub(crate) struct PeriodDaysBody {
    /// The first day.
    from: Day,
    /// The last day.
    to: Day,
}

impl From<DateRange> for PeriodDaysBody {
    fn from(range: DateRange) -> Self {
        Self { from: Day(range.first()), to: Day(range.last()) }
    }
}

/// How a projection comes about.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProjectionMethod")]
pub(crate) enum ProjectionMethod {
    /// The period is over: `projected` is `spent`.
    Final,
    /// The period goes on: `spent_to_date * days / days_elapsed`, rounded to the nearest minor unit, halves away from zero; not less than `spent`.
    Pace,
    /// The period has not begun: `projected` is what is entered already, `spent`.
    Entered,
}

/// How `projected` was computed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BudgetProjection")]
pub(crate) struct ProjectionBody {
    /// `pace`: what was spent up to today is taken for the pace of all days of the period, `spent_to_date * days / days_elapsed`, rounded to the nearest minor unit, halves away from zero, and not less than `spent`. `final`: the period is over, so it is `spent`. `entered`: the period has not begun, so it is what is entered already, `spent`.
    method: ProjectionMethod,
    /// What was spent in the period up to today.
    spent_to_date: Sum,
    /// The days of the period up to today, which counts.
    days_elapsed: i64,
    /// The days of the period.
    days: i64,
}

/// How a budget stands in a period. Nothing of it is stored: it is computed from the expenses with each request.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "BudgetStatus")]
pub(crate) struct BudgetStatusBody {
    /// The budget.
    budget_id: Id,
    /// The day asked for.
    on: Day,
    /// The period in which that day is.
    period: PeriodDaysBody,
    /// ISO 4217.
    currency: CurrencyCode,
    /// The amount of the budget, the full one also for a first or last period that is cut off.
    base: Sum,
    /// What is carried from the period before; negative for what was overspent.
    carried_in: Sum,
    /// `base + carried_in`.
    available: Sum,
    /// What was spent in the period, less what came back.
    spent: Sum,
    /// `available - spent`.
    remaining: Sum,
    /// `spent` in whole percent of `available`, rounded down; `null` when nothing is available.
    percent: Option<Percent>,
    /// What will be spent at the end of the period; `projection` says how that is known.
    projected: Sum,
    /// How `projected` was computed.
    projection: ProjectionBody,
}

/// A whole number of percents, as large as it takes.
pub(crate) struct Percent(i128);

impl Serialize for Percent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i128(self.0)
    }
}

impl JsonSchema for Percent {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        "Percent".to_owned()
    }

    fn json_schema(_: &mut schemars::r#gen::SchemaGenerator) -> schemars::schema::Schema {
        crate::openapi::schema_object(json!({"type": "integer"}))
    }
}

impl BudgetStatusBody {
    pub(crate) fn new(budget: BudgetId, on: NaiveDate, status: &BudgetStatus) -> Self {
        let figures = &status.figures;
        let sum = |minor| Sum(Total::new(minor, status.currency));
        let days = figures.period.days();
        let (method, spent_to_date, days_elapsed) = match status.projection {
            Projection::Final => (ProjectionMethod::Final, figures.spent, days),
            Projection::Entered => (ProjectionMethod::Entered, 0, 0),
            Projection::Pace { spent_to_date, days_elapsed, .. } => {
                (ProjectionMethod::Pace, spent_to_date, days_elapsed)
            }
        };
        Self {
            budget_id: Id(budget.uuid()),
            on: Day(on),
            period: figures.period.into(),
            currency: CurrencyCode(status.currency),
            base: sum(figures.base),
            carried_in: sum(figures.carried_in),
            available: sum(figures.available()),
            spent: sum(figures.spent),
            remaining: sum(figures.remaining()),
            percent: figures.percent().map(Percent),
            projected: Sum(status.projected),
            projection: ProjectionBody { method, spent_to_date: sum(spent_to_date), days_elapsed, days },
        }
    }
}

impl Example for BudgetStatusBody {
    fn example() -> Value {
        json!({
            "budget_id": "019ab2c3-7d00-7000-8000-000000000001",
            "on": "2026-11-23",
            "period": {"from": "2026-11-01", "to": "2026-11-30"},
            "currency": "EUR",
            "base": 500.00,
            "carried_in": 20.00,
            "available": 520.00,
            "spent": 402.50,
            "remaining": 117.50,
            "percent": 77,
            "projected": 525.00,
            "projection": {"method": "pace", "spent_to_date": 402.50, "days_elapsed": 23, "days": 30}
        })
    }
}

/// How one of several budgets stands.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BudgetStanding")]
pub(crate) struct StandingBody {
    /// The name of the budget.
    name: String,
    #[serde(flatten)]
    status: BudgetStatusBody,
}

impl From<Standing> for StandingBody {
    fn from(standing: Standing) -> Self {
        let status = BudgetStatusBody::new(standing.budget, standing.on, &standing.status);
        Self { name: standing.name.into_string(), status }
    }
}

impl Example for StandingBody {
    fn example() -> Value {
        let mut example = BudgetStatusBody::example();
        example["name"] = "Food".into();
        example
    }
}

/// How a budget stands in several periods.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "BudgetPeriods")]
pub(crate) struct BudgetPeriodsBody {
    /// In the order of time; `on` is the first day of each.
    items: Vec<BudgetStatusBody>,
}

impl BudgetPeriodsBody {
    pub(crate) fn new(budget: BudgetId, statuses: &[BudgetStatus]) -> Self {
        let item = |it: &BudgetStatus| BudgetStatusBody::new(budget, it.figures.period.first(), it);
        Self { items: statuses.iter().map(item).collect() }
    }
}

impl Example for BudgetPeriodsBody {
    fn example() -> Value {
        let mut first = BudgetStatusBody::example();
        first["on"] = "2026-11-01".into();
        json!({"items": [first]})
    }
}

/// A threshold that was crossed.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Alert")]
pub(crate) struct AlertBody {
    /// A `UUIDv7`.
    id: Id,
    /// The budget.
    budget_id: Id,
    /// The name of the budget.
    budget: String,
    /// The period of the budget.
    period: PeriodDaysBody,
    /// The threshold, in percent of what was available.
    threshold: u16,
    /// What was spent in the period when it was crossed.
    spent: Sum,
    /// What was available in the period when it was crossed.
    available: Sum,
    /// ISO 4217.
    currency: CurrencyCode,
    /// The expense whose writing crossed it; `null` when it was the budget or a category that was written.
    expense_id: Option<Id>,
    /// When it was crossed: RFC 3339, UTC.
    created_at: Instant,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        let currency: Currency = alert.spent.currency();
        Self {
            id: Id(alert.id.uuid()),
            budget_id: Id(alert.budget.uuid()),
            budget: alert.budget_name.into_string(),
            period: alert.period.into(),
            threshold: alert.threshold,
            spent: Sum(alert.spent),
            available: Sum(alert.available),
            currency: CurrencyCode(currency),
            expense_id: alert.expense.map(|id| Id(id.uuid())),
            created_at: Instant(alert.id.created_at()),
        }
    }
}

impl Example for AlertBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000003",
            "budget_id": "019ab2c3-7d00-7000-8000-000000000001",
            "budget": "Food",
            "period": {"from": "2026-11-01", "to": "2026-11-30"},
            "threshold": 80,
            "spent": 402.50,
            "available": 500.00,
            "currency": "EUR",
            "expense_id": "019ab2c3-7d00-7000-8000-000000000002",
            "created_at": "2026-11-23T09:30:00.000Z"
        })
    }
}
