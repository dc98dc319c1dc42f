//! Answers that are known by a digest of their bytes.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use apistos::ApiComponent;
use apistos::paths::{Examples, Header, MediaType, Response, Responses};
use apistos::reference_or::ReferenceOr;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::table::{Table, csv};
use crate::accept::Form;
use crate::conditional::IfNoneMatch;
use crate::openapi::{Example, media_type, response_header};
use crate::problem::Problem;

/// 200 with a report as JSON or as a table, or 304 when the client has it as it is now.
pub(crate) struct Report<T> {
    pub(crate) body: T,
    pub(crate) form: Form,
    pub(crate) known: IfNoneMatch,
}

/// 200 with JSON, or 304 when the client has it as it is now.
pub(crate) struct Tagged<T> {
    pub(crate) body: T,
    pub(crate) known: IfNoneMatch,
}

/// The bytes of the digest that are kept.
const DIGEST: usize = 16;

fn tagged(bytes: Vec<u8>, content_type: &'static str, known: &IfNoneMatch) -> HttpResponse {
    let digest = Sha256::digest(&bytes);
    let tag = URL_SAFE_NO_PAD.encode(digest.get(..DIGEST).unwrap_or_default());
    let mut response = if known.names_tag(&tag) {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::Ok().insert_header((header::CONTENT_TYPE, content_type)).body(bytes)
    };
    let headers = response.headers_mut();
    if let Ok(tag) = header::HeaderValue::from_str(&format!("\"{tag}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-cache"));
    response
}

fn json<T: Serialize>(body: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(body).map_err(Problem::internal)
}

impl<T: Serialize + Table> Responder for Report<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let bytes = match self.form {
            Form::Json => json(&self.body),
            Form::Csv => csv(&self.body),
        };
        let mut response = match bytes {
            Ok(bytes) => tagged(bytes, self.form.media_type(), &self.known),
            Err(problem) => return HttpResponse::from_error(problem),
        };
        if self.form == Form::Csv {
            let value = format!("attachment; filename=\"{}.csv\"", self.body.file_name());
            if let Ok(value) = header::HeaderValue::from_str(&value) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
            }
        }
        response
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match json(&self.body) {
            Ok(bytes) => tagged(bytes, Form::Json.media_type(), &self.known),
            Err(problem) => HttpResponse::from_error(problem),
        }
    }
}

fn etag() -> (String, ReferenceOr<Header>) {
    response_header(
        "ETag",
        "A digest of the answer, to be sent as `If-None-Match`.",
        "\"n4bQgYhMfWWaL-qgxVrQFQ\"",
    )
}

fn vary() -> (String, ReferenceOr<Header>) {
    response_header("Vary", "What the answer depends on besides its address.", "accept, accept-encoding")
}

fn responses(content: BTreeMap<String, MediaType>, more: Vec<(String, ReferenceOr<Header>)>) -> Responses {
    let response = |description: &str, content, more: Vec<_>| {
        let headers = [etag(), vary()].into_iter().chain(more).collect();
        ReferenceOr::Object(Response {
            description: description.to_owned(),
            headers,
            content,
            ..Response::default()
        })
    };
    let responses = BTreeMap::from([
        ("200".to_owned(), response("Here it is.", content, more)),
        ("304".to_owned(), response("The client has this already.", BTreeMap::new(), Vec::new())),
    ]);
    Responses { responses, ..Responses::default() }
}

impl<T: ApiComponent + Example + Table> ApiComponent for Report<T> {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        T::child_schemas()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        T::schema()
    }

    fn responses(_: Option<String>) -> Option<Responses> {
        let schema = crate::openapi::schema_object(json!({"type": "string"}));
        let table = MediaType {
            schema: Some(ReferenceOr::Object(schema)),
            example: Some(Examples::Example(json!(format!("{}\r\n", T::header().join(","))))),
            ..MediaType::default()
        };
        let content =
            [(Form::Json.media_type().to_owned(), media_type::<T>()), ("text/csv".to_owned(), table)];
        let file = response_header(
            "Content-Disposition",
            "The name of the file; of a table only.",
            "attachment; filename=\"monthly-2026-11.csv\"",
        );
        Some(responses(content.into(), vec![file]))
    }
}

impl<T: ApiComponent + Example> ApiComponent for Tagged<T> {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        T::child_schemas()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        T::schema()
    }

    fn responses(_: Option<String>) -> Option<Responses> {
        let content = [(Form::Json.media_type().to_owned(), media_type::<T>())];
        Some(responses(content.into(), Vec::new()))
    }
}
