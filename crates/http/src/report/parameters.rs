use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use finance_domain::period::Month;
use finance_domain::report::{GroupBy, MAX_TREND_MONTHS, SummaryRequest};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::openapi::{plain_path_parameter, query_parameter, schema_object};
use crate::problem::{FieldProblem, Problem};
use crate::query::QueryReader;
use crate::wire::{not_a_date, parse_day};

/// The month of an address.
pub(crate) struct MonthPath(pub(crate) Month);

/// The query parameters of a summary.
pub(crate) struct SummaryParameters(pub(crate) SummaryRequest);

/// For how many months a trend is.
pub(crate) struct TrendParameters(pub(crate) u32);

/// Of which month a dashboard is.
pub(crate) struct DashboardParameters(pub(crate) Option<Month>);

const GROUPS: [(&str, GroupBy); 8] = [
    ("day", GroupBy::Day),
    ("week", GroupBy::Week),
    ("month", GroupBy::Month),
    ("quarter", GroupBy::Quarter),
    ("year", GroupBy::Year),
    ("category", GroupBy::Category),
    ("tag", GroupBy::Tag),
    ("kind", GroupBy::Kind),
];

/// What a summary is grouped by, under the name that it has in an address.
pub(crate) struct GroupName(pub(crate) GroupBy);

impl GroupName {
    pub(crate) fn name(&self) -> &'static str {
        GROUPS.iter().find(|(_, group_by)| *group_by == self.0).map_or("", |(name, _)| name)
    }
}

impl Serialize for GroupName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl JsonSchema for GroupName {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        "GroupBy".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::schema::Schema {
        schema_object(group_schema())
    }
}

fn group_schema() -> Value {
    json!({"type": "string", "enum": GROUPS.map(|(name, _)| name)})
}

const DEFAULT_MONTHS: u32 = 12;

fn parse_month(text: &str) -> Result<Month, &'static str> {
    Month::parse(text).ok_or("must be a month such as 2026-11")
}

fn month_schema() -> Value {
    let pattern = "^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(0[1-9]|1[0-2])$";
    json!({"type": "string", "pattern": pattern})
}

fn parse_group(text: &str) -> Result<GroupBy, &'static str> {
    let found = GROUPS.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, group_by)| *group_by)
        .ok_or("must be day, week, month, quarter, year, category, tag or kind")
}

fn parse_months(text: &str) -> Result<u32, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let months = text.parse().ok().filter(|months| digits && (1..=MAX_TREND_MONTHS).contains(months));
    months.ok_or_else(|| format!("must be 1 to {MAX_TREND_MONTHS}"))
}

impl FromRequest for MonthPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let month = parse_month(request.match_info().get("month").unwrap_or_default());
        ready(
            month.map(Self).map_err(|detail| {
                Problem::invalid(vec![FieldProblem::new("{month}", "not_a_month", detail)])
            }),
        )
    }
}

impl FromRequest for SummaryParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let found = SummaryRequest {
            from: reader.take("from", parse_day, not_a_date),
            to: reader.take("to", parse_day, not_a_date),
            group_by: reader.take("group_by", parse_group, |_| "unknown_group").unwrap_or_default(),
        };
        ready(reader.finish(Self(found)))
    }
}

impl FromRequest for TrendParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let months = reader.take("months", parse_months, |_| "out_of_range").unwrap_or(DEFAULT_MONTHS);
        ready(reader.finish(Self(months)))
    }
}

impl FromRequest for DashboardParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let month = reader.take("month", parse_month, |_| "not_a_month");
        ready(reader.finish(Self(month)))
    }
}

/// Documents an extractor of parameters.
macro_rules! document_parameters {
    ($name:ident: $parameters:expr) => {
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

document_parameters!(MonthPath: vec![plain_path_parameter("month", "The month.", month_schema(), "2026-11")]);

document_parameters!(SummaryParameters: {
    let date = || json!({"type": "string", "format": "date"});
    let mut groups = group_schema();
    groups["default"] = "category".into();
    vec![
        query_parameter(
            "from",
            "The first day; by default that of the current month, or of the month of `to` where that is earlier.",
            date(),
            "2026-11-01",
        ),
        query_parameter(
            "to",
            "The last day; by default that of the current month, or of the month of `from` where that is later.",
            date(),
            "2026-11-30",
        ),
        query_parameter("group_by", "What it is grouped by.", groups, "category"),
    ]
});

document_parameters!(TrendParameters: {
    let months = json!({
        "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_TREND_MONTHS, "default": DEFAULT_MONTHS
    });
    vec![query_parameter("months", "How many months, the current one included.", months, "12")]
});

document_parameters!(DashboardParameters: {
    vec![query_parameter("month", "The month; by default the current one.", month_schema(), "2026-11")]
});
