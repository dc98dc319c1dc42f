//! What each request and each answer has, whatever they are about: an id, a line in the log, security headers, a
//! problem's body, an answer even when a handler panics.

use std::any::Any;
use std::future::{Future, Ready, ready};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode, Uri};
use actix_web::{Error, HttpMessage as _};
use futures_util::FutureExt as _;

use crate::authenticated_user::AuthenticatedUser;
use crate::connection_activity::ConnectionActivity;
use crate::kept_body::{KeptBody, keep_until_sent};
use crate::problem::Problem;
use crate::state::Lifecycle;

/// Collections are documented with a trailing slash and answer the same without it.
const COLLECTIONS: &[&str] = &["/alerts", "/budgets", "/categories", "/expenses", "/recurring", "/tags"];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What browsers must not do with the answers of an API (OWASP REST Security Cheat Sheet).
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// Behind a load balancer that speaks TLS, browsers are told to keep to it for a year (RFC 6797).
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the answers of an address depend on besides it. All say so alike, a 304 and a problem, too, and whatever is not
/// compressed (RFC 9110, sections 12.5.5 and 15.4.5).
fn vary(path: &str) -> &'static str {
    match path {
        // Browsers that ask for a page may get one at the same address.
        "/dashboard" | "/dashboard/" => "accept, accept-encoding, authorization",
        _ if path.starts_with("/reports/") => "accept, accept-encoding",
        _ => "accept-encoding",
    }
}

/// The outermost middleware.
#[derive(Clone)]
pub(crate) struct RequestContext {
    lifecycle: Arc<Lifecycle>,
    ids: Arc<RequestIds>,
}

impl RequestContext {
    pub(crate) fn new(lifecycle: Arc<Lifecycle>, ids: Arc<RequestIds>) -> Self {
        Self { lifecycle, ids }
    }
}

/// Makes ids of requests: a number of the process, then one that counts.
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        use std::hash::{BuildHasher as _, RandomState};
        // Random enough to tell processes apart; nothing secret depends on it.
        Self { process: RandomState::new().hash_one(std::process::id()), next: AtomicU64::new(1) }
    }

    fn next(&self) -> String {
        format!("{:016x}{:016x}", self.process, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequestContext
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequestContextService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequestContextService { service: Rc::new(service), context: self.clone() }))
    }
}

pub(crate) struct RequestContextService<S> {
    service: Rc<S>,
    context: RequestContext,
}

/// What the log says of a request.
struct Record {
    started: Instant,
    id: String,
    method: Method,
    secure: bool,
    vary: &'static str,
}

impl<S, B> Service<ServiceRequest> for RequestContextService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let serving = request.conn_data().map(ConnectionActivity::serve);
        let id = acceptable_id(request.headers()).unwrap_or_else(|| self.context.ids.next());
        let record = Record {
            started: Instant::now(),
            id,
            method: request.method().clone(),
            secure: request.headers().get(header::X_FORWARDED_PROTO).is_some_and(|scheme| scheme == "https"),
            vary: vary(request.path()),
        };
        rewrite(&mut request);
        if self.context.lifecycle.is_migrating() && needs_database(request.path()) && !is_page(&request) {
            let problem = Problem::unavailable("the database is still being brought up to date");
            return Box::pin(ready(Err(finish_error(&problem, &record))));
        }
        let body = KeptBody::of(&mut request);
        let service = Rc::clone(&self.service);
        let lifecycle = Arc::clone(&self.context.lifecycle);
        Box::pin(async move {
            let outcome = AssertUnwindSafe(async { service.call(request).await }).catch_unwind().await;
            match outcome {
                Ok(Ok(response)) => {
                    let response = finish(response, &record, &lifecycle);
                    Ok(if body.is_some() || is_long(&response) {
                        keep_until_sent((body, serving), response)
                    } else {
                        response
                    })
                }
                // The request is gone with the handler, so the answer goes the way of errors.
                Ok(Err(error)) => Err(finish_error(&Problem::internal(error.to_string()), &record)),
                Err(panic) => Err(finish_error(&Problem::internal(panic_message(&*panic)), &record)),
            }
        })
    }
}

/// HEAD is GET without the body, which the server leaves away by itself (RFC 9110, section 9.3.2).
fn rewrite(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    if COLLECTIONS.contains(&request.path()) {
        let mut parts = request.uri().clone().into_parts();
        let path = match request.query_string() {
            "" => format!("{}/", request.path()),
            query => format!("{}/?{query}", request.path()),
        };
        parts.path_and_query = path.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
    }
}

/// Whether a reader can make its sending last; what is shorter goes into a buffer at once.
fn is_long<B: MessageBody>(response: &ServiceResponse<B>) -> bool {
    const BUFFER: u64 = 32 << 10;
    match response.response().body().size() {
        BodySize::None => false,
        BodySize::Sized(length) => length > BUFFER,
        BodySize::Stream => true,
    }
}

fn needs_database(path: &str) -> bool {
    [
        "/alerts/",
        "/auth/",
        "/budgets/",
        "/categories/",
        "/expenses/",
        "/health/ready",
        "/me",
        "/recurring/",
        "/reports/",
        "/dashboard",
        "/tags/",
    ]
    .iter()
    .any(|start| path.starts_with(start))
}

/// Whether a page of ours is asked for: one has the same address as a report, which is for those who say who they are.
fn is_page(request: &ServiceRequest) -> bool {
    request.path().starts_with("/dashboard") && !request.headers().contains_key(header::AUTHORIZATION)
}

/// The id that the client sent, if it is short and plain enough to stand in logs and headers.
fn acceptable_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    ((1..=128).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

fn finish<B: MessageBody>(
    response: ServiceResponse<B>,
    record: &Record,
    lifecycle: &Lifecycle,
) -> ServiceResponse<EitherBody<B>> {
    let status = response.status();
    let (response, cause) = if status.is_client_error() || status.is_server_error() {
        let made = Problem::of_status(status);
        let problem =
            response.response().error().and_then(|error| error.as_error::<Problem>()).unwrap_or(&made);
        let mut replacement = problem.response(&record.id);
        let cause = problem.cause();
        for (name, value) in response.headers() {
            if !replacement.headers().contains_key(name) && name != header::CONTENT_LENGTH {
                replacement.headers_mut().append(name.clone(), value.clone());
            }
        }
        (response.into_response(replacement).map_into_right_body(), cause)
    } else {
        (response.map_into_left_body(), None)
    };
    let mut response = response;
    if lifecycle.is_draining() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    put_headers(response.headers_mut(), record);
    let request = response.request();
    let user = request.extensions().get::<AuthenticatedUser>().map(|user| user.0);
    log(record, request.match_pattern().as_deref(), response.status(), user, cause.as_deref());
    response
}

fn finish_error(problem: &Problem, record: &Record) -> Error {
    let mut response = problem.response(&record.id);
    put_headers(response.headers_mut(), record);
    log(record, None, response.status(), None, problem.cause().as_deref());
    InternalError::from_response(problem.to_string(), response).into()
}

fn put_headers(headers: &mut HeaderMap, record: &Record) {
    if let Ok(id) = HeaderValue::from_str(&record.id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in &SECURITY_HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if record.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    put_vary(headers, record.vary);
    // HEAD is answered where GET is.
    let allow = headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok());
    if let Some(Ok(allow)) = allow.map(|allow| HeaderValue::from_str(&allow.replace("GET", "GET, HEAD"))) {
        headers.insert(header::ALLOW, allow);
    }
}

/// Adds these names to those that compression and CORS may have put there, each once.
fn put_vary(headers: &mut HeaderMap, names: &'static str) {
    let mut value = HeaderValue::from_static(names);
    if headers.contains_key(header::VARY) {
        let mut all: Vec<String> = names.split(", ").map(str::to_owned).collect();
        let there = headers.get_all(header::VARY).filter_map(|value| value.to_str().ok());
        for name in there.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        value = HeaderValue::from_str(&all.join(", ")).unwrap_or(value);
    }
    headers.insert(header::VARY, value);
}

fn log(
    record: &Record,
    route: Option<&str>,
    status: StatusCode,
    user: Option<finance_domain::UserId>,
    cause: Option<&str>,
) {
    // Microseconds are as fine as it gets to be of use.
    let micros = u32::try_from(record.started.elapsed().as_micros()).unwrap_or(u32::MAX);
    let latency_ms = f64::from(micros) / 1000.0;
    let (request_id, method, status) = (record.id.as_str(), record.method.as_str(), status.as_u16());
    let user_id = user.map(tracing::field::display);
    if status >= 500 {
        tracing::error!(request_id, method, route, status, latency_ms, user_id, cause, "request");
    } else {
        tracing::info!(request_id, method, route, status, latency_ms, user_id, cause, "request");
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message =
        panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", message.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn a_panic_is_a_500_and_the_next_request_is_served() {
        async fn broken() -> &'static str {
            panic!("for the test")
        }
        let context = RequestContext::new(Arc::new(Lifecycle::new()), Arc::new(RequestIds::new()));
        let app = App::new()
            .wrap(context)
            .route("/broken", web::get().to(broken))
            .route("/fine", web::get().to(async || "fine"));
        let service = init_service(app).await;
        let error = service.call(TestRequest::get().uri("/broken").to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
        let fine = service.call(TestRequest::get().uri("/fine").to_request()).await.unwrap();
        assert_eq!(fine.status(), 200);
    }
}
