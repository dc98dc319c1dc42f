//! The few shapes that answers have, each documented once.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use apistos::ApiComponent;
use apistos::paths::{Header, Response, Responses};
use apistos::reference_or::ReferenceOr;
use finance_domain::Version;
use serde::Serialize;

use crate::conditional::{EntityTag, IfNoneMatch};
use crate::openapi::{Example, media_type, response_header};

/// 200 with a body that has no version.
pub(crate) struct Okay<T>(pub(crate) T);

/// 201: what was made, its version and where it is.
pub(crate) struct Created<T, V = Version> {
    pub(crate) body: T,
    pub(crate) version: V,
    pub(crate) location: String,
}

/// 200: what is stored now and its version.
pub(crate) struct Versioned<T, V = Version> {
    pub(crate) body: T,
    pub(crate) version: V,
}

/// 201 when something was made, 200 when what there was is changed.
pub(crate) enum Written<T, V = Version> {
    Created(Created<T, V>),
    Changed(Versioned<T, V>),
}

/// 200 with the version, or 304 when the client has that version.
pub(crate) enum Fetched<T, V = Version> {
    Changed(Versioned<T, V>),
    NotModified(EntityTag),
}

impl<T, V: Clone + Into<EntityTag>> Fetched<T, V> {
    pub(crate) fn new(body: T, version: V, known: &IfNoneMatch) -> Self {
        let tag = version.clone().into();
        if known.names(&tag) { Self::NotModified(tag) } else { Self::Changed(Versioned { body, version }) }
    }
}

/// 200: a page of a list.
pub(crate) struct Page<T> {
    pub(crate) body: T,
    /// The address of the next page.
    pub(crate) next: Option<String>,
}

/// 204.
pub(crate) struct NoContent;

/// A private cache may keep what has a version, if it asks each time whether that is still the one.
const REVALIDATE: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));

/// Bytes of most answers about one thing, and of most pages: a buffer that need not grow.
const USUAL: usize = 512;
const USUAL_PAGE: usize = 20 << 10;

fn json(status: StatusCode, body: &impl Serialize, usual: usize) -> HttpResponse {
    let mut text = Vec::with_capacity(usual);
    match serde_json::to_writer(&mut text, body) {
        Ok(()) => HttpResponse::build(status).insert_header(header::ContentType::json()).body(text),
        Err(error) => HttpResponse::from_error(crate::problem::Problem::internal(error)),
    }
}

fn with(mut response: HttpResponse, name: HeaderName, value: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

impl<T: Serialize> Responder for Okay<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(StatusCode::OK, &self.0, USUAL)
    }
}

impl<T: Serialize, V: Into<EntityTag>> Responder for Created<T, V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let response = json(StatusCode::CREATED, &self.body, USUAL);
        let response = with(response, header::LOCATION, &self.location);
        with(response, header::ETAG, &self.version.into().quoted())
    }
}

impl<T: Serialize, V: Into<EntityTag>> Responder for Versioned<T, V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        with(json(StatusCode::OK, &self.body, USUAL), header::ETAG, &self.version.into().quoted())
    }
}

impl<T: Serialize, V: Into<EntityTag>> Responder for Written<T, V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Created(created) => created.respond_to(request),
            Self::Changed(versioned) => versioned.respond_to(request),
        }
    }
}

impl<T: Serialize, V: Into<EntityTag>> Responder for Fetched<T, V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = match self {
            Self::Changed(versioned) => versioned.respond_to(request),
            Self::NotModified(version) => {
                with(HttpResponse::new(StatusCode::NOT_MODIFIED), header::ETAG, &version.quoted())
            }
        };
        response.headers_mut().insert(REVALIDATE.0, REVALIDATE.1);
        response
    }
}

impl<T: Serialize> Responder for Page<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let response = json(StatusCode::OK, &self.body, USUAL_PAGE);
        match self.next {
            Some(next) => with(response, header::LINK, &format!("<{next}>; rel=\"next\"")),
            None => response,
        }
    }
}

impl Responder for NoContent {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::new(StatusCode::NO_CONTENT)
    }
}

fn etag() -> (String, ReferenceOr<Header>) {
    response_header(
        "ETag",
        "The version, and for some things a digest of names shown with it; to be sent as `If-Match` or `If-None-Match`.",
        "\"1\"",
    )
}

fn documented<T: ApiComponent + Example>(
    description: &str,
    headers: impl IntoIterator<Item = (String, ReferenceOr<Header>)>,
) -> ReferenceOr<Response> {
    ReferenceOr::Object(Response {
        description: description.to_owned(),
        headers: headers.into_iter().collect(),
        content: [("application/json".to_owned(), media_type::<T>())].into(),
        ..Response::default()
    })
}

fn bodiless(
    description: &str,
    headers: impl IntoIterator<Item = (String, ReferenceOr<Header>)>,
) -> ReferenceOr<Response> {
    ReferenceOr::Object(Response {
        description: description.to_owned(),
        headers: headers.into_iter().collect(),
        ..Response::default()
    })
}

/// Of an address it is said in `openapi.rs` which one it is: a type does not know it.
fn created<T: ApiComponent + Example>() -> ReferenceOr<Response> {
    documented::<T>("Created.", [etag(), response_header("Location", "Where it is.", "")])
}

fn changed<T: ApiComponent + Example>() -> ReferenceOr<Response> {
    documented::<T>("What is stored now.", [etag()])
}

/// Documents a response type: its schema is that of its body.
macro_rules! document_response {
    ($name:ident$(<$version:ident>)?, $($status:literal => $response:expr),+) => {
        impl<T: ApiComponent + Example $(, $version)?> ApiComponent for $name<T $(, $version)?> {
            fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
                T::child_schemas()
            }

            fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
                T::schema()
            }

            fn responses(_: Option<String>) -> Option<Responses> {
                let responses = BTreeMap::from([$(($status.to_owned(), $response)),+]);
                Some(Responses { responses, ..Responses::default() })
            }
        }
    };
}

document_response!(Okay, "200" => documented::<T>("Done.", []));
document_response!(Created<V>, "201" => created::<T>());
document_response!(Versioned<V>, "200" => changed::<T>());
document_response!(Written<V>, "201" => created::<T>(), "200" => changed::<T>());
document_response!(Fetched<V>,
    "200" => documented::<T>("Here it is.", [etag()]),
    "304" => bodiless("The client has this version already.", [etag()])
);
document_response!(Page, "200" => documented::<T>("A page.", [response_header(
    "Link",
    "The next page, if there is one (RFC 8288).",
    "",
)]));

impl ApiComponent for NoContent {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn responses(_: Option<String>) -> Option<Responses> {
        let responses = BTreeMap::from([("204".to_owned(), bodiless("Done; there is nothing to say.", []))]);
        Some(Responses { responses, ..Responses::default() })
    }
}
