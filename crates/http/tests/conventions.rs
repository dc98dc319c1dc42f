//! What holds for every address.

mod support;

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use finance_http::HttpSettings;
use finance_testing::fixtures::PlainTokens;
use serde_json::json;
use support::{Api, request};

#[actix_web::test]
async fn errors_have_one_shape() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    assert_eq!(api.get(&token, "/nowhere").await.problem(), (404, "not_found".into()));
    let answer = api.send(request(Method::DELETE, &token, "/expenses/")).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".into()));
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    for (uri, allowed) in [("/reports/forecast", "GET, HEAD"), ("/auth/login", "POST")] {
        let answer = api.send(request(Method::DELETE, &token, uri)).await;
        assert_eq!((answer.problem().0, answer.header("allow")), (405, allowed));
    }
    let post =
        || request(Method::POST, &token, "/expenses/").insert_header(("content-type", "application/json"));
    for body in ["", "{", "{\"title\":}", "\u{0}"] {
        assert_eq!(
            api.send(post().set_payload(body)).await.problem(),
            (400, "malformed_json".into()),
            "{body}"
        );
    }
    assert_eq!(api.send(post().set_payload("[]")).await.bad_fields(), [" invalid_type"]);
    let large = format!("{{\"title\":\"{}\"}}", "x".repeat(20_000));
    assert_eq!(api.send(post().set_payload(large)).await.problem(), (413, "body_too_large".into()));
    let typed = |media_type: &'static str| {
        request(Method::POST, &token, "/expenses/")
            .insert_header(("content-type", media_type))
            .set_payload("{}")
    };
    assert_eq!(api.send(typed("text/plain")).await.problem(), (415, "unsupported_media_type".into()));
    assert_eq!(api.send(typed("application/json; charset=latin1")).await.problem().0, 415);
    assert_eq!(api.send(typed("application/json; charset=UTF-8")).await.problem().0, 422);
    let untyped = request(Method::POST, &token, "/expenses/").set_payload("{}");
    assert_eq!(api.send(untyped).await.problem().0, 415);
    let zipped = post().insert_header(("content-encoding", "gzip")).set_payload("{}");
    assert_eq!(api.send(zipped).await.problem(), (415, "unsupported_encoding".into()));
}

#[actix_web::test]
async fn every_answer_carries_an_id_and_the_security_headers() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for uri in [
        "/",
        "/docs",
        "/docs/start.js",
        "/openapi.json",
        "/health/live",
        "/version",
        "/me",
        "/nowhere",
        "/expenses/x",
    ] {
        let answer = api.get(&token, uri).await;
        assert!(!answer.header("x-request-id").is_empty(), "{uri}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{uri}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{uri}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{uri}");
        let cache = answer.header("cache-control");
        assert!(cache == "no-store" || cache.starts_with("private"), "{uri}: {cache}");
    }
    for (sent, kept) in
        [("abc-1.2_Z", true), ("", false), ("a b", false), ("<x>", false), (&*"x".repeat(129), false)]
    {
        let answer =
            api.send(TestRequest::get().uri("/health/live").insert_header(("x-request-id", sent))).await;
        assert_eq!(answer.header("x-request-id") == sent, kept, "{sent}");
    }
    let tls = TestRequest::get().uri("/version").insert_header(("x-forwarded-proto", "https"));
    assert_eq!(api.send(tls).await.header("strict-transport-security"), "max-age=31536000");
}

#[actix_web::test]
async fn tokens_are_parsed_strictly() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let user =
        finance_domain::UserId::parse(api.get(&token, "/me").await.json()["id"].as_str().unwrap()).unwrap();
    let ask = |value: &str| TestRequest::get().uri("/me").insert_header(("authorization", value));
    assert_eq!(api.send(ask(&format!("bearer {token}"))).await.status, 200);
    let missing = api.send(TestRequest::get().uri("/me")).await;
    assert_eq!(missing.problem(), (401, "missing_token".into()));
    assert_eq!(missing.header("www-authenticate"), "Bearer realm=\"finance-api\"");
    for value in [
        token.clone(),
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        format!("Basic {token}"),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Bearer {token},"),
        format!("Bearer {token} x"),
        format!("Bearer {}", PlainTokens::expired(user)),
        format!("Bearer {}", PlainTokens::invalid()),
    ] {
        let answer = api.send(ask(&value)).await;
        assert_eq!(answer.problem(), (401, "invalid_token".into()), "{value}");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
    let twice = ask(&format!("Bearer {token}")).append_header(("authorization", format!("Bearer {token}")));
    assert_eq!(api.send(twice).await.problem().0, 401);
    let in_query = TestRequest::get().uri(&format!("/me?access_token={token}"));
    assert_eq!(api.send(in_query).await.problem().0, 401);
}

#[actix_web::test]
async fn a_database_that_is_away_is_a_503() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    api.storage.set_available(false);
    for uri in ["/expenses/", "/me", "/health/ready", "/expenses/019ab2c3-7d00-7000-8000-000000000001"] {
        let answer = api.get(&token, uri).await;
        assert_eq!(answer.problem(), (503, "database_unavailable".into()), "{uri}");
        assert_eq!(answer.header("retry-after"), "2");
    }
    let login = json!({"email": "ada@example.org", "password": "correct horse battery staple"});
    assert_eq!(api.post("", "/auth/login", login).await.problem().0, 503);
    assert_eq!(api.get("", "/health/live").await.status, 200);
    api.storage.set_available(true);
    assert_eq!(api.get("", "/health/ready").await.json(), json!({"status": "ok"}));
    api.storage.set_broken(true);
    let answer = api.get(&token, "/expenses/").await;
    assert_eq!(answer.problem(), (500, "internal_error".into()));
}

#[actix_web::test]
async fn until_the_schema_is_there_requests_are_told_to_come_back() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    api.lifecycle.start_migrating();
    for uri in ["/expenses", "/expenses/019ab2c3-7d00-7000-8000-000000000001", "/me", "/health/ready"] {
        let answer = api.get(&token, uri).await;
        assert_eq!(answer.problem(), (503, "database_unavailable".into()), "{uri}");
        assert_eq!(answer.header("retry-after"), "2");
    }
    for uri in ["/health/live", "/version", "/docs"] {
        assert_eq!(api.get("", uri).await.status, 200, "{uri}");
    }
    api.lifecycle.start_serving();
    assert_eq!(api.get(&token, "/me").await.status, 200);
}

#[actix_web::test]
async fn a_process_that_ends_is_not_ready_but_serves() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    api.lifecycle.start_draining();
    assert_eq!(api.get("", "/health/ready").await.problem(), (503, "draining".into()));
    assert_eq!(api.get("", "/health/live").await.status, 200);
    assert_eq!(api.get(&token, "/expenses/").await.status, 200);
}

#[actix_web::test]
async fn head_is_get_without_its_body() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for uri in ["/me", "/expenses/", "/health/live", "/docs"] {
        let answer = api.send(request(Method::HEAD, &token, uri)).await;
        assert_eq!(answer.status, 200, "{uri}");
    }
}

#[actix_web::test]
async fn answers_are_compressed_on_demand() {
    let api = Api::new();
    for encoding in ["gzip", "br", "zstd"] {
        let answer = api
            .send(TestRequest::get().uri("/openapi.json").insert_header(("accept-encoding", encoding)))
            .await;
        assert_eq!(answer.header("content-encoding"), encoding);
        let whole = finance_http::openapi_document().len();
        assert!(answer.body.len() < whole / 5, "{encoding}: {} of {whole}", answer.body.len());
        assert!(answer.header("vary").contains("accept-encoding"));
    }
}

#[actix_web::test]
async fn other_origins_are_let_in_only_by_name() {
    let api = Api::new();
    let ask = || TestRequest::get().uri("/version").insert_header(("origin", "https://app.example.org"));
    assert_eq!(api.send(ask()).await.header("access-control-allow-origin"), "");
    let api = Api::with(HttpSettings {
        body_limit: 1000,
        body_timeout: Duration::from_secs(1),
        cors_allowed_origins: vec!["https://app.example.org".into()],
    });
    assert_eq!(api.send(ask()).await.header("access-control-allow-origin"), "https://app.example.org");
    let zipped = api.send(ask().insert_header(("accept-encoding", "gzip"))).await;
    assert!(zipped.header("vary").starts_with("accept-encoding, origin"), "{zipped:?}");
    let failed =
        api.send(TestRequest::get().uri("/me").insert_header(("origin", "https://app.example.org"))).await;
    assert_eq!(
        (failed.problem().0, failed.header("access-control-allow-origin")),
        (401, "https://app.example.org")
    );
    let preflight = TestRequest::with_uri("/expenses/")
        .method(Method::OPTIONS)
        .insert_header(("origin", "https://app.example.org"))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header(("access-control-request-headers", "authorization,content-type"));
    let answer = api.send(preflight).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    let other = TestRequest::get().uri("/version").insert_header(("origin", "https://evil.example.org"));
    assert_eq!(api.send(other).await.header("access-control-allow-origin"), "");
}
