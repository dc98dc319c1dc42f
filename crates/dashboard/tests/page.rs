//! What the page, its files and its neighbour at the same address answer.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderName};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};

/// The page beside an API that has the same address.
async fn ask(request: TestRequest) -> ServiceResponse {
    let api = web::to(async || HttpResponse::Ok().json("the API"));
    let app = init_service(App::new().configure(finance_dashboard::routes).route("/dashboard", api)).await;
    call_service(&app, request.to_request()).await
}

fn navigation(address: &str) -> TestRequest {
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    TestRequest::get().uri(address).insert_header((header::ACCEPT, accept))
}

async fn text(response: ServiceResponse) -> String {
    String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap()
}

fn header_of(response: &ServiceResponse, name: &HeaderName) -> String {
    let values = response.headers().get_all(name).map(|value| value.to_str().unwrap());
    values.collect::<Vec<_>>().join(", ")
}

/// The addresses of files in the document.
fn assets(document: &str) -> Vec<&str> {
    document.split('"').filter(|part| part.starts_with("/dashboard/assets/")).collect()
}

#[actix_web::test]
async fn browsers_get_the_page() {
    for address in ["/dashboard", "/dashboard/", "/dashboard?view=expenses&month=2026-11"] {
        let response = ask(navigation(address)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header_of(&response, &header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(header_of(&response, &header::CACHE_CONTROL), "no-cache");
        assert_eq!(header_of(&response, &header::VARY), "accept-encoding, accept, authorization");
        let policy = header_of(&response, &header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let document = text(response).await;
        assert_eq!(assets(&document).len(), 4, "{document}");
        assert!(
            !document.contains('{') && !document.contains("style=") && !document.contains("://"),
            "{document}"
        );
    }
}

#[actix_web::test]
async fn programs_get_the_api() {
    let bearer = (header::AUTHORIZATION, "Bearer x");
    for request in [
        TestRequest::get().uri("/dashboard"),
        TestRequest::get().uri("/dashboard").insert_header((header::ACCEPT, "*/*")),
        TestRequest::get()
            .uri("/dashboard?month=2026-11")
            .insert_header((header::ACCEPT, "application/json")),
        TestRequest::get()
            .uri("/dashboard")
            .insert_header((header::ACCEPT, "*/*"))
            .insert_header(bearer.clone()),
        navigation("/dashboard").insert_header(bearer),
        navigation("/dashboard").method(actix_web::http::Method::POST),
    ] {
        let response = ask(request).await;
        assert_eq!(header_of(&response, &header::CONTENT_TYPE), "application/json");
        assert_eq!(text(response).await, "\"the API\"");
    }
}

#[actix_web::test]
async fn files_never_change_under_their_name() {
    let document = text(ask(navigation("/dashboard")).await).await;
    for (address, content_type) in assets(&document).into_iter().zip([
        "image/svg+xml",
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
        "text/plain; charset=utf-8",
    ]) {
        let response = ask(TestRequest::get().uri(address)).await;
        assert_eq!(response.status(), 200, "{address}");
        assert_eq!(header_of(&response, &header::CONTENT_TYPE), content_type);
        assert_eq!(header_of(&response, &header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(header_of(&response, &header::CONTENT_ENCODING), "");
    }
    for address in
        ["/dashboard/assets/app.js", "/dashboard/assets/index.html", "/dashboard/assets/..%2Findex.html"]
    {
        assert_eq!(ask(TestRequest::get().uri(address)).await.status(), 404, "{address}");
    }
}

#[actix_web::test]
async fn what_the_browser_loads_is_less_than_150_kb() {
    let document = text(ask(navigation("/dashboard")).await).await;
    for (accepted, coding) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")]
    {
        let mut bytes = 0;
        for address in assets(&document).into_iter().chain(["/dashboard"]) {
            let response = ask(navigation(address).insert_header((header::ACCEPT_ENCODING, accepted))).await;
            assert_eq!(header_of(&response, &header::CONTENT_ENCODING), coding, "{address}");
            bytes += to_bytes(response.into_body()).await.unwrap().len();
        }
        println!("{coding}: {bytes} bytes in all");
        assert!(bytes < 150_000, "{bytes} bytes in {coding}");
    }
}
