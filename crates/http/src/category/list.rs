use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use finance_domain::CategoryId;
use serde_json::json;

use crate::list::Paging;
use crate::openapi::query_parameter;
use crate::problem::Problem;
use crate::query::QueryReader;

/// The query parameters of a list of categories.
pub(crate) struct CategoryListParameters {
    pub(crate) archived: Option<bool>,
    pub(crate) paging: Paging,
}

impl FromRequest for CategoryListParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let parse = |text: &str| text.parse::<bool>().map_err(|_| "must be true or false");
        let archived = reader.take("archived", parse, |_| "not_a_boolean");
        let paging = Paging::take(&mut reader, request);
        ready(reader.finish(Self { archived, paging }))
    }
}

impl ApiComponent for CategoryListParameters {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let description = "Only those that are archived, or only those that are not.";
        let archived = query_parameter("archived", description, json!({"type": "boolean"}), "false");
        std::iter::once(archived).chain(Paging::documented()).collect()
    }
}

/// The query parameters of a deletion.
pub(crate) struct ReassignTo(pub(crate) Option<CategoryId>);

impl FromRequest for ReassignTo {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let id = |text: &str| CategoryId::parse(text).ok_or("is no category of yours");
        let id = reader.take("reassign_to", id, |_| "unknown_category");
        ready(reader.finish(Self(id)))
    }
}

impl ApiComponent for ReassignTo {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let description = "The id of the category into which everything goes that is in this one.";
        let schema = json!({"type": "string", "format": "uuid"});
        vec![query_parameter("reassign_to", description, schema, "019ab2c3-7d00-7000-8000-000000000002")]
    }
}
