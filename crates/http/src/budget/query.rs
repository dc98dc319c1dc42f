use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use chrono::NaiveDate;
use finance_domain::BudgetId;
use serde_json::json;

use crate::list::Paging;
use crate::openapi::query_parameter;
use crate::problem::Problem;
use crate::query::QueryReader;
use crate::wire::{not_a_date, parse_day};

/// The day of a status.
pub(crate) struct On(pub(crate) Option<NaiveDate>);

/// The days of periods.
pub(crate) struct FromTo {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
}

/// The query parameters of a list of alerts.
pub(crate) struct AlertListParameters {
    pub(crate) budget: Option<BudgetId>,
    pub(crate) paging: Paging,
}

impl FromRequest for On {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let on = reader.take("on", parse_day, not_a_date);
        ready(reader.finish(Self(on)))
    }
}

impl FromRequest for FromTo {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let from = reader.take("from", parse_day, not_a_date);
        let to = reader.take("to", parse_day, not_a_date);
        ready(reader.finish(Self { from, to }))
    }
}

impl FromRequest for AlertListParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let id = |text: &str| BudgetId::parse(text).ok_or("is no id");
        let budget = reader.take("budget_id", id, |_| "not_an_id");
        let paging = Paging::take(&mut reader, request);
        ready(reader.finish(Self { budget, paging }))
    }
}

macro_rules! document_parameters {
    ($name:ident, $parameters:expr) => {
        impl ApiComponent for $name {
            fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
                Vec::new()
            }

            fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
                None
            }

            fn parameters() -> Vec<Parameter> {
                $parameters
            }
        }
    };
}

fn day(name: &str, description: &str, example: &str) -> Parameter {
    query_parameter(name, description, json!({"type": "string", "format": "date"}), example)
}

document_parameters!(
    On,
    vec![day(
        "on",
        "A day of the period; by default today in the user's time zone, or the day of the budget nearest to it.",
        "2026-11-23",
    )]
);
document_parameters!(
    FromTo,
    vec![
        day("from", "Periods that end on this day or later; by default a year before `to`.", "2026-01-01"),
        day(
            "to",
            "Periods that begin on this day or earlier; by default today, or the day of the budget nearest to it.",
            "2026-12-31",
        ),
    ]
);
document_parameters!(AlertListParameters, {
    let id = json!({"type": "string", "format": "uuid"});
    let budget = query_parameter("budget_id", "Of this budget.", id, "019ab2c3-7d00-7000-8000-000000000001");
    std::iter::once(budget).chain(Paging::documented()).collect()
});
