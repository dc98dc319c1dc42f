//! Swagger UI at `/docs`, from files in the binary; and the page at `/`.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder};

const BUNDLE: &str = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js"));
const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css"));
const ICON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/favicon-32x32.png"));

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Finance Tracker API</title>
<link rel="icon" type="image/png" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

const START: &str = r##"window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"##;

const HOME: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Finance Tracker API</title>
<link rel="icon" type="image/png" href="/docs/favicon.png">
</head>
<body>
<h1>Finance Tracker API</h1>
<p>This server keeps personal expenses. People have a page; programs talk to it over HTTP and JSON.</p>
<ul>
<li><a href="/dashboard">Your dashboard</a></li>
<li><a href="/docs">Try it in the browser</a></li>
<li><a href="/openapi.json">The OpenAPI document</a></li>
<li><a href="/health/ready">Is it ready?</a></li>
</ul>
</body>
</html>
"#;

/// Own files only. Swagger UI draws its icons from `data:` images; it needs no inline script or style.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const HOME_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The files change only with the binary; an hour old is young enough for documentation.
const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=3600");

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(async || page(HOME, HOME_POLICY)))
        .route("/docs", web::get().to(async || page(PAGE, DOCS_POLICY)))
        .route("/docs/", web::get().to(async || page(PAGE, DOCS_POLICY)))
        .route("/docs/start.js", web::get().to(async || file("text/javascript; charset=utf-8", START)))
        .route(
            "/docs/swagger-ui-bundle.js",
            web::get().to(async || file("text/javascript; charset=utf-8", BUNDLE)),
        )
        .route("/docs/swagger-ui.css", web::get().to(async || file("text/css; charset=utf-8", STYLE)))
        .route("/docs/favicon.png", web::get().to(async || file("image/png", ICON)));
}

fn page(html: &'static str, policy: HeaderValue) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

fn file(content_type: &'static str, content: impl Into<web::Bytes>) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, CACHE))
        .content_type(content_type)
        .body(content.into())
}
