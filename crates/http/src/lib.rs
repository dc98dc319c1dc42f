//! The REST adapter: what the API promises, over actix-web.

mod accept;
mod authenticated_user;
mod body;
mod budget;
mod category;
mod conditional;
mod connection_activity;
mod docs;
mod expense;
mod kept_body;
mod list;
mod middleware;
mod openapi;
mod operations;
mod path;
mod problem;
mod query;
mod recurring;
mod report;
mod response;
mod routes;
mod state;
mod tag;
mod user;
mod wire;

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, Condition};
use actix_web::web::{self, Data, ServiceConfig};

pub use connection_activity::ConnectionActivity;
pub use openapi::openapi_document;
pub use state::{AppState, BuildInfo, HttpSettings, Lifecycle};

use crate::routes::Routes;
use middleware::{RequestContext, RequestIds};

/// Makes the application, once per worker of a server.
#[derive(Clone)]
pub struct AppFactory {
    state: Data<AppState>,
    settings: HttpSettings,
    request_ids: Arc<RequestIds>,
    pages: fn(&mut ServiceConfig),
}

impl AppFactory {
    /// An application of this state and these settings.
    pub fn new(state: AppState, settings: HttpSettings) -> Self {
        Self { state: Data::new(state), settings, request_ids: Arc::new(RequestIds::new()), pages: |_| {} }
    }

    /// With pages beside the API. They are asked first, and leave to it what they do not want.
    #[must_use]
    pub fn with_pages(self, pages: fn(&mut ServiceConfig)) -> Self {
        Self { pages, ..self }
    }

    /// Makes the application.
    pub fn make(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = actix_web::Error,
            InitError = (),
        > + use<>,
    > {
        let origins = &self.settings.cors_allowed_origins;
        App::new()
            .app_data(self.state.clone())
            .app_data(self.settings.clone())
            // From the inside to the outside.
            .wrap(Compress::default())
            .wrap(Condition::new(!origins.is_empty(), cors(origins)))
            .wrap(RequestContext::new(Arc::clone(&self.state.lifecycle), Arc::clone(&self.request_ids)))
            .configure(self.pages)
            .configure(docs::routes)
            .route("/openapi.json", web::get().to(openapi::serve_document))
            .configure(|config| ROUTES.iter().for_each(|routes| (routes.serve)(config)))
    }
}

/// What the API answers to.
const ROUTES: [Routes; 8] = [
    user::ROUTES,
    category::ROUTES,
    expense::ROUTES,
    budget::ROUTES,
    recurring::ROUTES,
    report::ROUTES,
    tag::ROUTES,
    operations::ROUTES,
];

fn cors(origins: &[String]) -> Cors {
    let cors = if origins.iter().any(|origin| origin == "*") {
        // Tokens travel in a header, never in cookies, so any page may ask and none is trusted more for it.
        Cors::default().allow_any_origin().send_wildcard()
    } else {
        origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
    };
    cors.allowed_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("x-request-id"),
        ])
        .expose_headers(["Content-Disposition", "ETag", "Link", "Location", "Retry-After", "X-Request-Id"])
        .max_age(3600)
}
