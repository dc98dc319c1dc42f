//! Answers what the product would, byte by byte, without doing anything for it.

use std::fs;
use std::path::Path;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, Data, Json};
use actix_web::{App, HttpResponse, HttpServer};
use serde::de::IgnoredAny;

use crate::Outcome;

/// The bodies: one expense, and a page of them.
struct Bodies {
    one: Bytes,
    page: Bytes,
}

pub(crate) fn serve(port: u16, workers: usize, directory: &str) -> Outcome<()> {
    let read = |name: &str| fs::read(Path::new(directory).join(name)).map(Bytes::from);
    let bodies = Data::new(Bodies { one: read("one.json")?, page: read("page.json")? });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bodies.clone())
            .route("/expenses/", web::get().to(page))
            .route("/expenses/", web::post().to(create))
            .route("/expenses/{id}", web::get().to(one))
    });
    let server = server.workers(workers).tcp_nodelay(true).bind(("127.0.0.1", port))?.run();
    Ok(actix_web::rt::System::new().block_on(server)?)
}

async fn one(bodies: Data<Bodies>) -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(bodies.one.clone())
}

async fn page(bodies: Data<Bodies>) -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(bodies.page.clone())
}

async fn create(_: Json<IgnoredAny>, bodies: Data<Bodies>) -> HttpResponse {
    HttpResponse::Created().insert_header(ContentType::json()).body(bodies.one.clone())
}
