//! The page at `/dashboard`, from files in the binary. It knows no other crate: what it shows, the browser asks the public
//! API for, as any program could.

use actix_web::guard::{self, GuardContext};
use actix_web::http::Method;
use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, Encoding, Header as _, HeaderName, HeaderValue,
};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// A file as it is, and compressed.
struct Asset {
    name: &'static str,
    plain: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

/// Made by the build script. All names but that of the document carry a digest of the content.
static ASSETS: [Asset; 5] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const DOCUMENT: &str = "index.html";

/// Own files only, nothing inline, and no way to make script out of text. A form is never sent by the browser itself.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// No window that opened this page, or that it opens, may reach into it.
const OPENER_POLICY: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));

/// A name that carries its content's digest never means anything else (RFC 8246).
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Puts the page beside whatever else answers; before the API, which answers the same address to programs.
pub fn routes(config: &mut ServiceConfig) {
    for address in ["/dashboard", "/dashboard/"] {
        config.service(web::resource(address).guard(guard::fn_guard(is_navigation)).route(web::to(document)));
    }
    config.route("/dashboard/assets/{name}", web::get().to(asset));
}

/// Whether a browser wants to show what is here. A program shows who it is, or does not ask for HTML.
fn is_navigation(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let wants_html = || {
        head.headers()
            .get_all(header::ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.contains("text/html"))
    };
    head.method == Method::GET && !head.headers().contains_key(header::AUTHORIZATION) && wants_html()
}

async fn document(request: HttpRequest) -> HttpResponse {
    let Some(document) = find(DOCUMENT) else { return HttpResponse::NotFound().finish() };
    let mut response = serve(&request, document);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(OPENER_POLICY.0, OPENER_POLICY.1);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("accept, authorization"));
    response
}

async fn asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    match find(&name).filter(|asset| asset.name != DOCUMENT) {
        Some(asset) => {
            let mut response = serve(&request, asset);
            response.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
            response
        }
        None => HttpResponse::NotFound().finish(),
    }
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

fn serve(request: &HttpRequest, asset: &Asset) -> HttpResponse {
    let (encoding, content) = match coding(request) {
        Some(ContentEncoding::Brotli) => (Some(ContentEncoding::Brotli), asset.brotli),
        Some(ContentEncoding::Gzip) => (Some(ContentEncoding::Gzip), asset.gzip),
        _ => (None, asset.plain),
    };
    let mut response = HttpResponse::Ok();
    response.content_type(content_type(asset.name)).insert_header((header::VARY, "accept-encoding"));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding.as_str()));
    }
    response.body(content)
}

/// The best of the codings that the client takes and that there is.
fn coding(request: &HttpRequest) -> Option<ContentEncoding> {
    let accepted = AcceptEncoding::parse(request).ok()?;
    let there_are = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    match accepted.negotiate(there_are.iter())? {
        Encoding::Known(coding) => Some(coding),
        Encoding::Unknown(_) => None,
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
