use apistos::ApiComponent;
use chrono::NaiveDate;
use finance_domain::budget::{Alert, AlertQuery, Standing};
use finance_domain::page::PageLimit;
use finance_domain::recurring::Recurring;
use finance_domain::report::Dashboard;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::forecast::CurrencyForecastBody;
use super::monthly::MonthlyCurrencyBody;
use super::trends::MonthFlowBody;
use crate::budget::{AlertBody, StandingBody};
use crate::expense::ExpenseBody;
use crate::openapi::Example;
use crate::recurring::UpcomingExpenseBody;

/// Everything that a dashboard shows of a month.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Dashboard")]
pub(crate) struct DashboardBody {
    /// `YYYY-MM`.
    month: String,
    /// In the order of their codes, each in which there was anything in the twelve months up to this one.
    currencies: Vec<DashboardCurrencyBody>,
    /// The ten latest expenses of all, the latest first.
    latest: Vec<ExpenseBody>,
    /// How the budgets stand in the month; oldest budget first, at most 100.
    budgets: Vec<StandingBody>,
    /// The ten latest alerts of all, the latest first.
    alerts: Vec<AlertBody>,
    /// The next dates of all that recurs, skipped ones left out: at most ten, up to 30 days from today.
    upcoming: Vec<UpcomingExpenseBody>,
}

/// The alerts that it shows.
pub(crate) fn latest_alerts() -> AlertQuery {
    AlertQuery { limit: PageLimit::new(10).unwrap_or_default(), ..AlertQuery::default() }
}

/// What a dashboard shows of one currency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DashboardCurrency")]
struct DashboardCurrencyBody {
    #[serde(flatten)]
    monthly: MonthlyCurrencyBody,
    /// The twelve months up to this one, the oldest first.
    trend: Vec<MonthFlowBody>,
    /// What the month will come to; `null` unless it is the current one, and of a currency that `forecast` leaves out,
    /// which has income only.
    forecast: Option<CurrencyForecastBody>,
}

impl DashboardBody {
    pub(crate) fn new(
        dashboard: Dashboard,
        budgets: Vec<Standing>,
        alerts: Vec<Alert>,
        upcoming: Vec<(NaiveDate, Recurring)>,
    ) -> Self {
        let currencies = dashboard.currencies.into_iter().map(|of| DashboardCurrencyBody {
            monthly: of.monthly.into(),
            trend: of
                .trend
                .into_iter()
                .map(|trend| MonthFlowBody { month: trend.month.to_string(), flow: trend.flow.into() })
                .collect(),
            forecast: of.forecast.map(CurrencyForecastBody::from),
        });
        Self {
            month: dashboard.month.to_string(),
            currencies: currencies.collect(),
            latest: dashboard.latest.into_iter().map(ExpenseBody::from).collect(),
            budgets: budgets.into_iter().map(StandingBody::from).collect(),
            alerts: alerts.into_iter().map(AlertBody::from).collect(),
            upcoming: upcoming.into_iter().map(UpcomingExpenseBody::from).collect(),
        }
    }
}

impl Example for DashboardBody {
    fn example() -> Value {
        let mut currency = MonthlyCurrencyBody::example();
        currency["trend"] = json!([{
            "month": "2026-11", "income": 2100.00, "expenses": 845.58, "net": 1254.42, "count": 3
        }]);
        currency["forecast"] = CurrencyForecastBody::example();
        json!({
            "month": "2026-11",
            "currencies": [currency],
            "latest": [ExpenseBody::example()],
            "budgets": [StandingBody::example()],
            "alerts": [AlertBody::example()],
            "upcoming": [UpcomingExpenseBody::example()]
        })
    }
}
