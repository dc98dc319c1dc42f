//! Registration, login and profiles over HTTP.

mod support;

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Api, request};

#[actix_web::test]
async fn a_user_registers_and_logs_in() {
    let api = Api::new();
    let body =
        json!({"email": " Ada@Example.org ", "password": "correct horse battery staple", "name": "Ada"});
    let answer = api.post("", "/auth/register", body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location"), answer.header("etag")),
        (201, "/me", "\"1\"")
    );
    let user = answer.json();
    assert_eq!(
        (&user["email"], &user["name"], &user["currency"]),
        (&json!("Ada@Example.org"), &json!("Ada"), &json!("EUR"))
    );
    assert_eq!(
        (&user["time_zone"], &user["first_day_of_week"], &user["version"]),
        (&json!("UTC"), &json!("monday"), &json!(1))
    );
    assert!(!String::from_utf8_lossy(&answer.body).contains("battery"));

    let answer = api
        .post(
            "",
            "/auth/login",
            json!({"email": "ADA@example.ORG", "password": "correct horse battery staple"}),
        )
        .await;
    let token = answer.json();
    assert_eq!((answer.status.as_u16(), &token["token_type"]), (200, &json!("bearer")));
    assert!(token["expires_in"].as_u64().unwrap() > 0);
    let me = api.get(token["access_token"].as_str().unwrap(), "/me").await;
    assert_eq!(me.json(), user);
}

#[actix_web::test]
async fn an_address_is_taken_once() {
    let api = Api::new();
    api.user("jose\u{301}@example.org").await;
    for same in ["josé@example.org", "JOSÉ@EXAMPLE.ORG", " Jose\u{301}@Example.org"] {
        let answer = api
            .post("", "/auth/register", json!({"email": same, "password": "correct horse battery staple"}))
            .await;
        assert_eq!(answer.problem(), (409, "email_taken".into()), "{same}");
    }
    api.user("jose@example.org").await;
}

#[actix_web::test]
async fn registrations_are_checked() {
    let api = Api::new();
    for (body, fields) in [
        (json!({}), vec!["/email required", "/password required"]),
        (
            json!({"email": "ada", "password": "short", "name": " "}),
            vec!["/email not_an_email_address", "/name blank", "/password too_short"],
        ),
        (json!({"email": "a@b.org", "password": "password123"}), vec!["/password too_common"]),
        (json!({"email": "a@b.org", "password": "pässwörd ".repeat(20)}), vec!["/password too_long"]),
        (
            json!({"email": 1, "password": 12_345_678, "admin": true}),
            vec!["/admin unknown_field", "/email invalid_type", "/password invalid_type"],
        ),
    ] {
        assert_eq!(api.post("", "/auth/register", body.clone()).await.bad_fields(), fields, "{body}");
    }
}

#[actix_web::test]
async fn wrong_logins_are_answered_alike() {
    let api = Api::new();
    api.user("ada@example.org").await;
    let mut answers = Vec::new();
    for body in [
        json!({"email": "ada@example.org", "password": "wrong horse battery staple"}),
        json!({"email": "eve@example.org", "password": "correct horse battery staple"}),
        json!({"email": "no address", "password": ""}),
    ] {
        let answer = api
            .send(
                request(Method::POST, "x", "/auth/login")
                    .insert_header(("x-request-id", "same"))
                    .set_json(body),
            )
            .await;
        assert_eq!(answer.problem(), (401, "wrong_credentials".into()));
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"finance-api\"");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    api.hasher.set_busy(true);
    let login = json!({"email": "ada@example.org", "password": "correct horse battery staple"});
    let answer = api.post("", "/auth/login", login).await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "busy".into()), "2"));
}

#[actix_web::test]
async fn a_profile_changes_field_by_field() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let patch = |body: Value| {
        request(Method::PATCH, &token, "/me")
            .insert_header(("content-type", "application/merge-patch+json"))
            .set_payload(body.to_string())
    };
    let body = api.send(patch(json!({"name": "Ada", "currency": "CHF", "time_zone": "Europe/Zurich", "first_day_of_week": "sunday"}))).await.json();
    assert_eq!(
        (&body["name"], &body["currency"], &body["version"]),
        (&json!("Ada"), &json!("CHF"), &json!(2))
    );
    let answer = api.send(patch(json!({"name": null}))).await;
    assert_eq!(
        (answer.header("etag"), &answer.json()["name"], &answer.json()["time_zone"]),
        ("\"3\"", &Value::Null, &json!("Europe/Zurich"))
    );
    let bad = api.send(patch(json!({"currency": "XXX", "time_zone": "Mars/Olympus", "first_day_of_week": "Monday", "email": "x@y.org"}))).await;
    assert_eq!(
        bad.bad_fields(),
        [
            "/currency unknown_currency",
            "/email unknown_field",
            "/first_day_of_week unknown_weekday",
            "/time_zone unknown_time_zone"
        ]
    );
    assert_eq!(api.send(patch(json!({"currency": null}))).await.bad_fields(), ["/currency required"]);
    let stale = api.send(patch(json!({"name": "Eve"})).insert_header(("if-match", "\"1\""))).await;
    assert_eq!(stale.problem(), (412, "stale".into()));
    let fresh = request(Method::GET, &token, "/me").insert_header(("if-none-match", "\"3\""));
    assert_eq!(api.send(fresh).await.status, 304);
}
