use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use chrono::NaiveDate;
use finance_domain::recurring::{Recurring, RecurringService, Upcoming};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::expense::dto::Kind;
use crate::openapi::{Example, query_parameter};
use crate::problem::Problem;
use crate::query::QueryReader;
use crate::wire::{Amount, CurrencyCode, Day, Id};

const DEFAULT: usize = 10;
const MOST: usize = RecurringService::MOST_UPCOMING;

/// How many dates to show: `count`.
pub(crate) struct Count(pub(crate) usize);

impl FromRequest for Count {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let parse = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let count = text.parse().ok().filter(|count| digits && (1..=MOST).contains(count));
            count.ok_or_else(|| format!("must be 1 to {MOST}"))
        };
        let count = reader.take("count", parse, |_| "out_of_range").unwrap_or(DEFAULT);
        ready(reader.finish(Self(count)))
    }
}

impl ApiComponent for Count {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let schema =
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MOST, "default": DEFAULT});
        vec![query_parameter("count", "How many dates at most.", schema, "12")]
    }
}

/// A date to come.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "UpcomingDate")]
pub(crate) struct UpcomingBody {
    /// The date.
    date: Day,
    /// Whether it is skipped, so that no expense is made of it.
    skipped: bool,
}

/// The dates to come.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "UpcomingDates")]
pub(crate) struct UpcomingListBody {
    /// Ascending.
    items: Vec<UpcomingBody>,
}

impl From<Vec<Upcoming>> for UpcomingListBody {
    fn from(dates: Vec<Upcoming>) -> Self {
        let body = |upcoming: Upcoming| UpcomingBody { date: Day(upcoming.date), skipped: upcoming.skipped };
        Self { items: dates.into_iter().map(body).collect() }
    }
}

impl Example for UpcomingListBody {
    fn example() -> Value {
        json!({"items": [
            {"date": "2026-11-30", "skipped": false},
            {"date": "2026-12-31", "skipped": true},
            {"date": "2027-01-31", "skipped": false},
            {"date": "2027-02-28", "skipped": false}
        ]})
    }
}

/// A date to come of something that recurs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UpcomingExpense")]
pub(crate) struct UpcomingExpenseBody {
    /// The date.
    date: Day,
    /// The recurring expense.
    recurring_id: Id,
    /// What it is for.
    title: String,
    /// In major units.
    amount: Amount,
    /// ISO 4217.
    currency: CurrencyCode,
    /// Whether the money goes out or comes in.
    kind: Kind,
}

impl From<(NaiveDate, Recurring)> for UpcomingExpenseBody {
    fn from((date, recurring): (NaiveDate, Recurring)) -> Self {
        Self {
            date: Day(date),
            recurring_id: Id(recurring.id.uuid()),
            title: recurring.title.into_string(),
            amount: Amount(recurring.money),
            currency: CurrencyCode(recurring.money.currency()),
            kind: recurring.kind.into(),
        }
    }
}

impl Example for UpcomingExpenseBody {
    fn example() -> Value {
        json!({
            "date": "2026-11-30",
            "recurring_id": "019ab2c3-7d00-7000-8000-000000000001",
            "title": "Rent",
            "amount": 900.00,
            "currency": "EUR",
            "kind": "expense"
        })
    }
}
