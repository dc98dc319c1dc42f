//! Budgets and alerts over repositories in memory.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use actix_web::http::Method;
use serde_json::{Value, json};

use support::{Answer, Api, request};

async fn budget(api: &Api, token: &str, body: Value) -> Value {
    let answer = api.post(token, "/budgets/", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    assert_eq!(answer.header("location"), format!("/budgets/{}", made["id"].as_str().unwrap()));
    assert_eq!(answer.header("etag"), "\"1\"");
    made
}

async fn patch(api: &Api, token: &str, id: &Value, body: Value) -> Answer {
    let uri = format!("/budgets/{}", id.as_str().unwrap());
    api.send(request(Method::PATCH, token, &uri).set_json(body)).await
}

async fn status(api: &Api, token: &str, id: &Value, query: &str) -> Value {
    let answer = api.get(token, &format!("/budgets/{}/status{query}", id.as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[actix_web::test]
async fn a_budget_has_sane_defaults() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let made = budget(&api, &token, json!({"name": " Everything ", "amount": 1500})).await;
    let id = made["id"].clone();
    assert_eq!(
        made,
        json!({
            "id": id, "name": "Everything", "category_ids": [], "amount": 1500.00, "currency": "EUR",
            "period": "month", "rollover": "none", "starts_on": "2026-11-01", "ends_on": null,
            "alert_at": [80, 100], "amounts": [{"from": "2026-11-01", "amount": 1500.00}],
            "created_at": "2026-11-23T12:00:00.000Z", "updated_at": "2026-11-23T12:00:00.000Z", "version": 1
        })
    );
    let uri = format!("/budgets/{}", id.as_str().unwrap());
    let shown = api.get(&token, &uri).await;
    assert_eq!((shown.json(), shown.header("etag")), (made.clone(), "\"1\""));
    let known = api.send(request(Method::GET, &token, &uri).insert_header(("if-none-match", "\"1\""))).await;
    assert_eq!(known.status, 304);
    let list = api.get(&token, "/budgets?limit=1").await.json();
    assert_eq!(list, json!({"items": [made], "next_cursor": null}));
    let other = api.user("bob@example.org").await;
    for uri in [uri.clone(), format!("{uri}/status"), format!("{uri}/periods"), "/budgets/1".into()] {
        assert_eq!(api.get(&other, &uri).await.problem(), (404, "not_found".into()), "{uri}");
    }
    assert_eq!(api.send(request(Method::DELETE, &token, &uri)).await.status, 204);
    assert_eq!(api.get(&token, &uri).await.status, 404);
}

#[actix_web::test]
async fn every_bad_field_is_named() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({
        "name": "", "amount": -1, "currency": "EURO", "period": "day", "rollover": "some", "alert_at": [100, 80],
        "category_ids": ["x"], "starts_on": "2026-02-30", "ends_on": "soon", "amount_from": "now", "colour": 1
    });
    let bad = api.post(&token, "/budgets/", body).await;
    assert_eq!(
        bad.bad_fields(),
        [
            "/alert_at invalid_thresholds",
            "/amount not_positive",
            "/amount_from not_a_date",
            "/category_ids/0 unknown_category",
            "/colour unknown_field",
            "/currency unknown_currency",
            "/ends_on not_a_date",
            "/name blank",
            "/period invalid_type",
            "/rollover invalid_type",
            "/starts_on not_a_date"
        ]
    );
    let valid = json!({"name": "x", "amount": 1});
    for (more, field) in [
        (json!({"amount": 0.001}), "/amount too_many_decimals"),
        (json!({"category_ids": ["019ab2c3-7d00-7000-8000-000000000009"]}), "/category_ids unknown_category"),
        (json!({"starts_on": "2026-11-02", "ends_on": "2026-11-01"}), "/ends_on ends_before_start"),
        (json!({"amount_from": "2026-11-02"}), "/amount_from not_applicable"),
        (json!({"alert_at": [0]}), "/alert_at invalid_thresholds"),
        (json!({"alert_at": [70000]}), "/alert_at invalid_type"),
    ] {
        let mut body = valid.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(api.post(&token, "/budgets/", body).await.bad_fields(), [field]);
    }
    let made = budget(&api, &token, json!({"name": "x", "amount": 1, "ends_on": "2026-12-31"})).await;
    for (body, field) in [
        (json!({"currency": "CHF"}), "/currency cannot_be_changed"),
        (json!({"period": "week"}), "/period cannot_be_changed"),
        (json!({"amount_from": "2026-12-01"}), "/amount_from not_applicable"),
        (json!({"amount": 2, "amount_from": "2027-01-01"}), "/amount_from outside_of_budget"),
        (json!({"amount": 2, "amount_from": "2026-10-31"}), "/amount_from outside_of_budget"),
        (json!({"starts_on": null}), "/starts_on required"),
        (json!({"starts_on": "2027-01-01"}), "/ends_on ends_before_start"),
    ] {
        assert_eq!(patch(&api, &token, &made["id"], body).await.bad_fields(), [field]);
    }
    // Also of what only the budget that there is can tell, everything at once.
    let body = json!({"currency": "CHF", "period": "week", "amount": 0.001, "amount_from": "2026-10-31"});
    assert_eq!(
        patch(&api, &token, &made["id"], body).await.bad_fields(),
        [
            "/amount too_many_decimals",
            "/amount_from outside_of_budget",
            "/currency cannot_be_changed",
            "/period cannot_be_changed"
        ]
    );
    let body = json!({"name": "", "amount": 1, "starts_on": "2026-11-02", "ends_on": "2026-11-01"});
    let both = ["/ends_on ends_before_start", "/name blank"];
    assert_eq!(api.post(&token, "/budgets/", body.clone()).await.bad_fields(), both);
    assert_eq!(patch(&api, &token, &made["id"], body).await.bad_fields(), both);
    let body = json!({"name": "x", "amount": 0.001, "amount_from": "2026-11-02", "ends_on": "2026-10-31"});
    assert_eq!(
        api.post(&token, "/budgets/", body).await.bad_fields(),
        ["/amount too_many_decimals", "/amount_from not_applicable", "/ends_on ends_before_start"]
    );
    let unknown = ["019ab2c3-7d00-7000-8000-000000000008", "019ab2c3-7d00-7000-8000-000000000009"];
    let bad = api.post(&token, "/budgets/", json!({"name": "x", "amount": 1, "category_ids": unknown})).await;
    let details = bad.json()["errors"].to_string();
    assert!(unknown.iter().all(|id| details.contains(id)), "{details}");

    let uri = format!("/budgets/{}", made["id"].as_str().unwrap());
    for (query, field) in [
        ("status?on=2027-01-01", "?on outside_of_budget"),
        ("status?on=x", "?on not_a_date"),
        ("status?at=x", "?at unknown_parameter"),
        ("periods?from=2026-11-02&to=2026-11-01", "?to empty_range"),
    ] {
        assert_eq!(api.get(&token, &format!("{uri}/{query}")).await.bad_fields(), [field]);
    }
    assert_eq!(api.get(&token, "/alerts/?budget_id=1").await.bad_fields(), ["?budget_id not_an_id"]);
}

#[actix_web::test]
async fn a_status_is_computed() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let spend = async |amount: f64, date: &str| {
        api.expense(&token, json!({"title": "x", "amount": amount, "date": date})).await;
    };
    let made = budget(
        &api,
        &token,
        json!({"name": "All", "amount": 100, "rollover": "all", "starts_on": "2026-10-16"}),
    )
    .await;
    spend(70.5, "2026-10-31").await;
    spend(11.5, "2026-11-01").await;
    spend(11.5, "2026-11-23").await;
    spend(1.0, "2026-11-30").await;
    let id = &made["id"];
    assert_eq!(
        status(&api, &token, id, "").await,
        json!({
            "budget_id": id, "on": "2026-11-23", "period": {"from": "2026-11-01", "to": "2026-11-30"},
            "currency": "EUR", "base": 100.00, "carried_in": 29.50, "available": 129.50, "spent": 24.00,
            "remaining": 105.50, "percent": 18, "projected": 30.00,
            "projection": {"method": "pace", "spent_to_date": 23.00, "days_elapsed": 23, "days": 30}
        })
    );
    let october = status(&api, &token, id, "?on=2026-10-20").await;
    assert_eq!(october["period"], json!({"from": "2026-10-16", "to": "2026-10-31"}));
    assert_eq!((&october["base"], &october["projection"]["method"]), (&json!(100.0), &json!("final")));
    let december = status(&api, &token, id, "?on=2026-12-31").await;
    assert_eq!(december["carried_in"], json!(105.5));
    assert_eq!(
        december["projection"],
        json!({"method": "entered", "spent_to_date": 0.0, "days_elapsed": 0, "days": 31})
    );
    let periods =
        api.get(&token, &format!("/budgets/{}/periods?to=2026-12-01", id.as_str().unwrap())).await.json();
    let months: Vec<_> =
        periods["items"].as_array().unwrap().iter().map(|it| it["on"].as_str().unwrap()).collect();
    assert_eq!(months, ["2026-10-16", "2026-11-01", "2026-12-01"]);
    let weekly =
        budget(&api, &token, json!({"name": "W", "amount": 1, "period": "week", "starts_on": "2010-01-01"}))
            .await;
    let uri = format!("/budgets/{}/periods", weekly["id"].as_str().unwrap());
    assert_eq!(api.get(&token, &uri).await.json()["items"].as_array().unwrap().len(), 54);
    let bad = api.get(&token, &format!("{uri}?from=2010-01-01")).await;
    assert_eq!(bad.bad_fields(), ["?from too_many_periods"]);
}

#[actix_web::test]
async fn a_new_amount_keeps_history_true() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let made = budget(&api, &token, json!({"name": "All", "amount": 100, "starts_on": "2026-01-01"})).await;
    let id = &made["id"];
    let planned = patch(&api, &token, id, json!({"amount": 300, "amount_from": "2026-12-24"})).await.json();
    assert_eq!((&planned["amount"], &planned["version"]), (&json!(100.0), &json!(2)));
    let raised = patch(&api, &token, id, json!({"amount": 200})).await.json();
    assert_eq!(
        raised["amounts"],
        json!([
            {"from": "2026-01-01", "amount": 100.00},
            {"from": "2026-11-01", "amount": 200.00},
            {"from": "2026-12-01", "amount": 300.00}
        ])
    );
    // What was shown can be sent back as it is.
    let put = json!({"name": "All", "amount": raised["amount"], "rollover": "none"});
    let uri = format!("/budgets/{}", id.as_str().unwrap());
    let sent =
        api.send(request(Method::PUT, &token, &uri).insert_header(("if-match", "\"3\"")).set_json(put)).await;
    assert_eq!(
        (&sent.json()["amounts"], &sent.json()["starts_on"]),
        (&raised["amounts"], &json!("2026-01-01"))
    );
    let base = async |on: &str| status(&api, &token, id, on).await["base"].clone();
    assert_eq!(base("?on=2026-10-31").await, json!(100.0));
    assert_eq!(base("").await, json!(200.0));
    // The plan takes effect without a change of the budget: that is another answer, with a tag of its own.
    let tag = sent.header("etag").to_owned();
    let known = || request(Method::GET, &token, &uri).insert_header(("if-none-match", tag.as_str()));
    assert_eq!(api.send(known()).await.status, 304);
    api.clock.set(finance_testing::fixtures::instant("2026-12-01T00:00:00Z"));
    let shown = api.send(known()).await;
    assert_eq!((shown.status.as_u16(), &shown.json()["amount"]), (200, &json!(300.0)));
    assert_ne!(shown.header("etag"), tag);
    assert_eq!(base("").await, json!(300.0));
}

#[actix_web::test]
async fn an_alert_says_what_was_crossed() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let bread = api.expense(&token, json!({"title": "Bread", "amount": 10, "category": "Bread"})).await;
    let category = bread["category_id"].clone();
    let made = budget(&api, &token, json!({"name": "Bread", "amount": 20, "category_ids": [category]})).await;
    api.expense(&token, json!({"title": "Refund", "amount": 5, "category": "Bread", "kind": "income"})).await;
    assert_eq!(status(&api, &token, &made["id"], "").await["spent"], json!(5.0));
    let crossing = api.expense(&token, json!({"title": "Cake", "amount": 11, "category": "bread"})).await;
    let list = api.get(&token, "/alerts").await.json();
    let alert = &list["items"][0];
    assert_eq!(
        *alert,
        json!({
            "id": alert["id"], "budget_id": made["id"], "budget": "Bread",
            "period": {"from": "2026-11-01", "to": "2026-11-30"}, "threshold": 80, "spent": 16.00,
            "available": 20.00, "currency": "EUR", "expense_id": crossing["id"],
            "created_at": "2026-11-23T12:00:00.000Z"
        })
    );
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    patch(&api, &token, &made["id"], json!({"amount": 16})).await;
    let page = api.get(&token, &format!("/alerts/?limit=1&budget_id={}", made["id"].as_str().unwrap())).await;
    let (first, next) = (page.json(), page.json()["next_cursor"].as_str().unwrap().to_owned());
    assert_eq!(
        (&first["items"][0]["threshold"], &first["items"][0]["expense_id"]),
        (&json!(100), &Value::Null)
    );
    let second = format!("/alerts/?budget_id={}&cursor={next}", made["id"].as_str().unwrap());
    assert_eq!(api.get(&token, &second).await.json()["items"], json!([alert]));
    let other = api.user("bob@example.org").await;
    assert_eq!(api.get(&other, "/alerts/").await.json()["items"], json!([]));
}
