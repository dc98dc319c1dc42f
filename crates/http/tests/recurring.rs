//! Recurring expenses over HTTP.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use actix_web::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use support::{Api, request};

fn noon(day: &str) -> DateTime<Utc> {
    finance_testing::fixtures::instant(&format!("{day}T12:00:00Z"))
}

/// A new recurring expense and its address.
async fn recurring(api: &Api, token: &str, body: Value) -> (Value, String) {
    let created = api.post(token, "/recurring/", body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let address = created.header("location").to_owned();
    (created.json(), address)
}

async fn upcoming(api: &Api, token: &str, address: &str, count: usize) -> Vec<String> {
    let answer = api.get(token, &format!("{address}/upcoming?count={count}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let date = |item: &Value| {
        let mark = if item["skipped"] == true { "skipped " } else { "" };
        format!("{mark}{}", item["date"].as_str().unwrap())
    };
    answer.json()["items"].as_array().unwrap().iter().map(date).collect()
}

async fn dates(api: &Api, token: &str) -> Vec<String> {
    let answer = api.get(token, "/expenses/?sort=date&limit=200").await;
    let date = |item: &Value| item["date"].as_str().unwrap().to_owned();
    answer.json()["items"].as_array().unwrap().iter().map(date).collect()
}

async fn patch(api: &Api, token: &str, address: &str, body: Value) -> support::Answer {
    api.send(request(Method::PATCH, token, address).set_json(body)).await
}

#[actix_web::test]
async fn a_recurring_expense_is_created_shown_replaced_changed_and_deleted() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({
        "title": "Rent", "amount": 900, "category": "Home", "tags": ["fixed"], "rule": "freq=monthly;bymonthday=31;count=12",
        "starts_on": "2026-12-01"
    });
    let (made, address) = recurring(&api, &token, body).await;
    assert_eq!(address, format!("/recurring/{}", made["id"].as_str().unwrap()));
    assert_eq!(
        (&made["rule"], &made["occurrences"], &made["ends_on"], &made["next_on"]),
        (&json!("FREQ=MONTHLY;BYMONTHDAY=31"), &json!(12), &Value::Null, &json!("2026-12-31"))
    );
    assert_eq!(
        (&made["currency"], &made["kind"], &made["paused"]),
        (&json!("EUR"), &json!("expense"), &json!(false))
    );
    let shown = api.get(&token, &address).await;
    assert_eq!((shown.status.as_u16(), shown.json()), (200, made.clone()));
    let tag = shown.header("etag").to_owned();
    assert!(tag.starts_with("\"1-"), "the names are in it, too: {tag}");
    let known = request(Method::GET, &token, &address).insert_header(("if-none-match", tag));
    assert_eq!(api.send(known).await.status, 304);
    assert_eq!(upcoming(&api, &token, &address, 3).await, ["2026-12-31", "2027-01-31", "2027-02-28"]);
    assert_eq!(api.get(&token, "/recurring?limit=1").await.json()["items"], json!([made]));

    let changed =
        patch(&api, &token, &address, json!({"amount": 950.5, "occurrences": null, "category": null})).await;
    let changed = changed.json();
    assert_eq!(
        (&changed["amount"], &changed["occurrences"], &changed["category"], &changed["version"]),
        (&json!(950.5), &Value::Null, &Value::Null, &json!(2))
    );
    let body = json!({"title": "Flat", "amount": 1, "rule": "FREQ=YEARLY;UNTIL=20300101"});
    let replaced = api.send(request(Method::PUT, &token, &address).set_json(body)).await.json();
    // It started today, so that today's was made at once.
    assert_eq!((&replaced["starts_on"], &replaced["next_on"]), (&json!("2026-11-23"), &json!("2027-11-23")));
    assert_eq!((&replaced["ends_on"], &replaced["tags"]), (&json!("2030-01-01"), &json!([])));
    let stale = request(Method::DELETE, &token, &address).insert_header(("if-match", "\"1\""));
    assert_eq!(api.send(stale).await.problem(), (412, "stale".into()));
    assert_eq!(api.send(request(Method::DELETE, &token, &address)).await.status, 204);
    assert_eq!(api.get(&token, &address).await.problem().0, 404);
    assert_eq!(dates(&api, &token).await, ["2026-11-23"]);
}

#[actix_web::test]
async fn what_has_come_becomes_expenses_at_once() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({"title": "Rent", "amount": 900, "category": "Home", "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "starts_on": "2026-08-01"});
    let (made, address) = recurring(&api, &token, body).await;
    assert_eq!((&made["next_on"], &made["version"]), (&json!("2026-11-30"), &json!(4)));
    assert_eq!(dates(&api, &token).await, ["2026-08-31", "2026-09-30", "2026-10-31"]);
    let list = api.get(&token, "/expenses/").await.json();
    let expense = &list["items"][0];
    assert_eq!((&expense["recurring_id"], &expense["category"]), (&made["id"], &json!("Home")));
    // To change the expense keeps what made it; to delete it does not bring it back.
    let of_expense = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let changed = patch(&api, &token, &of_expense, json!({"amount": 1})).await.json();
    assert_eq!(changed["recurring_id"], made["id"]);
    let put = request(Method::PUT, &token, &of_expense).set_json(json!({"title": "x", "amount": 2}));
    assert_eq!(api.send(put).await.json()["recurring_id"], made["id"]);
    assert_eq!(api.send(request(Method::DELETE, &token, &of_expense)).await.status, 204);
    assert_eq!(patch(&api, &token, &address, json!({"title": "Flat"})).await.status, 200);
    assert_eq!(dates(&api, &token).await.len(), 2);
}

#[actix_web::test]
async fn a_start_may_be_far_back_but_not_too_far() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = |starts_on: &str| json!({"title": "Coffee", "amount": 3, "rule": "FREQ=DAILY", "starts_on": starts_on});
    let bad = api.post(&token, "/recurring/", body("2015-01-01")).await;
    assert_eq!(bad.bad_fields(), ["/starts_on too_far_back"]);
    let bad = api.post(&token, "/recurring/", body("1969-12-31")).await;
    assert_eq!(bad.bad_fields(), ["/starts_on out_of_range"]);
    let (made, address) = recurring(&api, &token, body("2016-11-23")).await;
    // Four hundred at once; the poster does the rest.
    assert_eq!(made["next_on"], "2017-12-28");
    let changed = patch(&api, &token, &address, json!({"paused": true})).await;
    assert_eq!(changed.problem(), (409, "still_posting".into()));
    assert!(!changed.header("retry-after").is_empty());
}

#[actix_web::test]
async fn dates_are_skipped_and_not() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body =
        json!({"title": "Gym", "amount": 30, "rule": "FREQ=WEEKLY;COUNT=5", "starts_on": "2026-11-23"});
    let (_, address) = recurring(&api, &token, body).await;
    let act = async |what: &str, date: &str| {
        api.post(&token, &format!("{address}/{what}"), json!({"date": date})).await
    };
    let skipped = act("skip", "2026-11-30").await;
    assert_eq!((skipped.status.as_u16(), &skipped.json()["next_on"]), (200, &json!("2026-12-07")));
    assert_eq!(skipped.json(), act("skip", "2026-11-30").await.json());
    assert_eq!(
        upcoming(&api, &token, &address, 10).await,
        ["skipped 2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]
    );
    for (what, date, field) in [
        ("skip", "2026-12-01", "/date no_such_occurrence"),
        ("skip", "2026-12-28", "/date no_such_occurrence"),
        ("skip", "2026-02-30", "/date not_a_date"),
        ("unskip", "2026-11-24", "/date no_such_occurrence"),
    ] {
        assert_eq!(act(what, date).await.bad_fields(), [field], "{what} {date}");
    }
    assert_eq!(act("skip", "2026-11-23").await.problem(), (409, "occurrence_posted".into()));
    assert_eq!(act("unskip", "2026-11-30").await.json()["next_on"], "2026-11-30");
    act("skip", "2026-12-07").await;
    api.clock.set(noon("2026-12-31"));
    // What is due is made before anything changes, without the one that was skipped.
    assert_eq!(patch(&api, &token, &address, json!({"title": "Sport"})).await.json()["next_on"], Value::Null);
    assert_eq!(dates(&api, &token).await, ["2026-11-23", "2026-11-30", "2026-12-14", "2026-12-21"]);
    assert_eq!(act("unskip", "2026-12-07").await.bad_fields(), ["/date no_such_occurrence"]);
}

#[actix_web::test]
async fn a_pause_is_not_made_up_for() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({"title": "Gym", "amount": 30, "rule": "FREQ=WEEKLY", "starts_on": "2026-11-16"});
    let (_, address) = recurring(&api, &token, body).await;
    api.clock.set(noon("2026-12-01"));
    let paused = patch(&api, &token, &address, json!({"paused": true})).await.json();
    assert_eq!((&paused["paused"], &paused["next_on"]), (&json!(true), &Value::Null));
    assert!(upcoming(&api, &token, &address, 10).await.is_empty());
    assert_eq!(dates(&api, &token).await, ["2026-11-16", "2026-11-23", "2026-11-30"]);
    api.clock.set(noon("2026-12-21"));
    let resumed = patch(&api, &token, &address, json!({"paused": false})).await.json();
    assert_eq!(resumed["next_on"], "2026-12-28");
    assert_eq!(dates(&api, &token).await, ["2026-11-16", "2026-11-23", "2026-11-30", "2026-12-21"]);
}

#[actix_web::test]
async fn a_change_of_the_schedule_counts_from_today_on() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({"title": "Rent", "amount": 900, "rule": "FREQ=MONTHLY;BYMONTHDAY=1", "starts_on": "2026-11-01"});
    let (_, address) = recurring(&api, &token, body).await;
    let changed = patch(&api, &token, &address, json!({"rule": "FREQ=MONTHLY;BYMONTHDAY=15"})).await.json();
    assert_eq!(changed["next_on"], "2026-12-15");
    let changed = patch(&api, &token, &address, json!({"rule": "FREQ=MONTHLY;BYMONTHDAY=23"})).await.json();
    assert_eq!(changed["next_on"], "2026-12-23");
    let changed =
        patch(&api, &token, &address, json!({"rule": "FREQ=MONTHLY;BYMONTHDAY=23;INTERVAL=1"})).await.json();
    assert_eq!(changed["next_on"], "2026-12-23");
    assert_eq!(dates(&api, &token).await, ["2026-11-01", "2026-11-23"]);
}

#[actix_web::test]
async fn a_change_from_a_date_on_keeps_the_past() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({"title": "Rent", "amount": 900, "rule": "FREQ=MONTHLY;COUNT=6", "starts_on": "2026-10-31", "category": "Home"});
    let (made, address) = recurring(&api, &token, body).await;
    let change = format!("{address}/change");
    api.post(&token, &format!("{address}/skip"), json!({"date": "2027-03-31"})).await;
    for (body, fields) in [
        (json!({"amount": 1}), vec!["/from required"]),
        (json!({"from": "2026-12-01"}), vec!["/from no_such_occurrence"]),
        (json!({"from": "2027-04-30"}), vec!["/from no_such_occurrence"]),
        (
            json!({"from": "2026-11-30", "starts_on": "2026-11-30", "title": ""}),
            vec!["/starts_on unknown_field", "/title blank"],
        ),
    ] {
        assert_eq!(api.post(&token, &change, body).await.bad_fields(), fields);
    }
    let taken = api.post(&token, &change, json!({"from": "2026-10-31"})).await;
    assert_eq!(taken.problem(), (409, "occurrence_posted".into()));
    let created = api.post(&token, &change, json!({"from": "2027-02-28", "amount": 950})).await;
    assert_eq!(created.status, 201, "{created:?}");
    let second = created.json();
    assert_eq!(
        (
            &second["starts_on"],
            &second["rule"],
            &second["occurrences"],
            &second["amount"],
            &second["category"]
        ),
        (
            &json!("2027-02-28"),
            &json!("FREQ=MONTHLY;BYMONTHDAY=31"),
            &json!(2),
            &json!(950.0),
            &json!("Home")
        )
    );
    assert_eq!(upcoming(&api, &token, &address, 9).await, ["2026-11-30", "2026-12-31", "2027-01-31"]);
    assert_eq!(
        upcoming(&api, &token, created.header("location"), 9).await,
        ["2027-02-28", "skipped 2027-03-31"]
    );
    let first = api.get(&token, &address).await.json();
    assert_eq!((&first["ends_on"], &first["amount"]), (&json!("2027-02-27"), &made["amount"]));
}

#[actix_web::test]
async fn a_change_from_the_first_date_on_is_one_of_all() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({"title": "Rent", "amount": 900, "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "starts_on": "2026-12-01", "tags": ["flat"]});
    let (made, address) = recurring(&api, &token, body).await;
    api.post(&token, &format!("{address}/skip"), json!({"date": "2027-01-31"})).await;
    let body = json!({"from": "2026-12-31", "amount": 950, "rule": "FREQ=WEEKLY"});
    let changed = api.post(&token, &format!("{address}/change"), body).await;
    assert_eq!((changed.status.as_u16(), changed.headers.get("location")), (200, None));
    let now = changed.json();
    assert_eq!(
        (&now["id"], &now["amount"], &now["starts_on"], &now["tags"], &now["version"]),
        (&made["id"], &json!(950.0), &json!("2026-12-31"), &json!(["flat"]), &json!(3))
    );
    assert_eq!(api.get(&token, "/recurring/").await.json()["items"], json!([now]));
    assert_eq!(changed.header("etag"), api.get(&token, &address).await.header("etag"));
    assert_eq!(upcoming(&api, &token, &address, 2).await, ["2026-12-31", "2027-01-07"]);
}

#[actix_web::test]
async fn a_change_may_begin_with_a_skipped_date() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body =
        json!({"title": "Gym", "amount": 30, "rule": "FREQ=WEEKLY;COUNT=5", "starts_on": "2026-11-23"});
    let (_, address) = recurring(&api, &token, body).await;
    for date in ["2026-11-30", "2026-12-14"] {
        api.post(&token, &format!("{address}/skip"), json!({"date": date})).await;
    }
    let body = json!({"from": "2026-11-30", "amount": 35});
    let created = api.post(&token, &format!("{address}/change"), body).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["next_on"], "2026-12-07");
    let second = created.header("location").to_owned();
    assert_eq!(
        upcoming(&api, &token, &second, 9).await,
        ["skipped 2026-11-30", "2026-12-07", "skipped 2026-12-14", "2026-12-21"]
    );
    let first = api.get(&token, &address).await.json();
    assert_eq!((&first["ends_on"], &first["next_on"]), (&json!("2026-11-29"), &Value::Null));
    let unskipped = api.post(&token, &format!("{second}/unskip"), json!({"date": "2026-11-30"})).await;
    assert_eq!(unskipped.json()["next_on"], "2026-11-30");
    // The very first date, skipped: changed in place, and still skipped.
    let body = json!({"title": "Pool", "amount": 5, "rule": "FREQ=WEEKLY", "starts_on": "2026-12-01"});
    let (_, address) = recurring(&api, &token, body).await;
    api.post(&token, &format!("{address}/skip"), json!({"date": "2026-12-01"})).await;
    let body = json!({"from": "2026-12-01", "amount": 6});
    assert_eq!(api.post(&token, &format!("{address}/change"), body).await.status, 200);
    assert_eq!(upcoming(&api, &token, &address, 2).await, ["skipped 2026-12-01", "2026-12-08"]);
}

#[actix_web::test]
async fn every_bad_field_is_named_at_once() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let bad = api.post(&token, "/recurring/", json!({
        "title": " ", "amount": 0, "rule": "FREQ=HOURLY", "starts_on": "x", "ends_on": "y", "occurrences": 0, "paused": 1, "date": "2026-01-01"
    })).await;
    assert_eq!(
        bad.bad_fields(),
        [
            "/amount not_positive",
            "/date unknown_field",
            "/ends_on not_a_date",
            "/occurrences out_of_range",
            "/paused invalid_type",
            "/rule unsupported_frequency",
            "/starts_on not_a_date",
            "/title blank"
        ]
    );
    assert_eq!(
        api.post(&token, "/recurring/", json!({})).await.bad_fields(),
        ["/amount required", "/rule required", "/title required"]
    );
    for (rule, more, fields) in [
        ("every month", json!({}), vec!["/rule invalid_rule"]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", json!({}), vec!["/rule never_occurs"]),
        ("FREQ=MONTHLY;BYDAY=6FR", json!({}), vec!["/rule invalid_rule"]),
        ("FREQ=MONTHLY;BYDAY=-5SU", json!({}), vec!["/rule invalid_rule"]),
        ("FREQ=DAILY;UNTIL=20270101T250000Z", json!({}), vec!["/rule invalid_rule"]),
        ("FREQ=DAILY;COUNT=3", json!({"occurrences": 3}), vec!["/occurrences conflicting_fields"]),
        ("FREQ=DAILY;UNTIL=20270101", json!({"ends_on": "2027-01-01"}), vec!["/ends_on conflicting_fields"]),
        ("FREQ=DAILY", json!({"ends_on": "2026-11-22"}), vec!["/ends_on ends_before_start"]),
        ("FREQ=DAILY", json!({"amount": 1.005}), vec!["/amount too_many_decimals"]),
        (
            "FREQ=DAILY",
            json!({"category_id": "019ab2c3-7d00-7000-8000-00000000dead"}),
            vec!["/category_id unknown_category"],
        ),
    ] {
        let mut body = json!({"title": "x", "amount": 1, "rule": rule});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(api.post(&token, "/recurring/", body).await.bad_fields(), fields, "{rule}");
    }
    let (_, address) = recurring(
        &api,
        &token,
        json!({"title": "x", "amount": 1, "rule": "FREQ=DAILY", "starts_on": "2027-01-01"}),
    )
    .await;
    for (body, fields) in [
        (
            json!({"amount": 1.234, "currency": "EUR", "starts_on": "2027-01-01", "ends_on": "2026-01-01"}),
            vec!["/amount too_many_decimals", "/ends_on ends_before_start"],
        ),
        // Two decimals in the currency of the profile.
        (
            json!({"amount": 1.234, "starts_on": "1960-01-01", "ends_on": "1950-01-01"}),
            vec!["/amount too_many_decimals", "/ends_on ends_before_start", "/starts_on out_of_range"],
        ),
        (
            json!({"amount": 1.234, "ends_on": "1950-01-01"}),
            vec!["/amount too_many_decimals", "/ends_on ends_before_start"],
        ),
        (
            json!({"bogus": 1, "starts_on": "2027-01-01", "rule": "FREQ=DAILY;UNTIL=20260101"}),
            vec!["/bogus unknown_field", "/ends_on ends_before_start"],
        ),
        (
            json!({"starts_on": "1960-01-01", "ends_on": "1950-01-01", "category": " ", "category_id": "x"}),
            vec![
                "/category blank",
                "/category_id conflicting_fields",
                "/ends_on ends_before_start",
                "/starts_on out_of_range",
            ],
        ),
        (
            json!({"title": "", "starts_on": "2027-01-01", "rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}),
            vec!["/rule never_occurs", "/title blank"],
        ),
    ] {
        assert_eq!(patch(&api, &token, &address, body.clone()).await.bad_fields(), fields, "{body}");
        let mut whole = json!({"title": "x", "amount": 1, "rule": "FREQ=DAILY"});
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(api.post(&token, "/recurring/", whole.clone()).await.bad_fields(), fields, "{body}");
        let put = request(Method::PUT, &token, &address).set_json(whole);
        assert_eq!(api.send(put).await.bad_fields(), fields, "{body}");
    }
    let body = json!({"from": "2027-01-02", "ends_on": "2027-01-01", "title": ""});
    let bad = api.post(&token, &format!("{address}/change"), body).await;
    assert_eq!(bad.bad_fields(), ["/ends_on ends_before_start", "/title blank"]);
    let nulls = json!({"rule": null, "starts_on": null, "paused": null, "title": null});
    let bad = patch(&api, &token, &address, nulls).await;
    assert_eq!(
        bad.bad_fields(),
        ["/paused required", "/rule required", "/starts_on required", "/title required"]
    );
    for query in ["count=0", "count=101", "count=x", "limit=1"] {
        assert_eq!(api.get(&token, &format!("{address}/upcoming?{query}")).await.status, 422, "{query}");
    }
}

#[actix_web::test]
async fn another_users_is_as_if_it_did_not_exist() {
    let api = Api::new();
    let (ada, eve) = (api.user("ada@example.org").await, api.user("eve@example.org").await);
    let body = json!({"title": "x", "amount": 1, "rule": "FREQ=DAILY", "starts_on": "2027-01-01"});
    let (made, address) = recurring(&api, &ada, body.clone()).await;
    let nobodys = "/recurring/019ab2c3-7d00-7000-8000-00000000dead";
    for (method, path, body) in [
        (Method::GET, "", None),
        (Method::PUT, "", Some(body)),
        (Method::PATCH, "", Some(json!({"title": "y"}))),
        (Method::DELETE, "", None),
        (Method::GET, "/upcoming", None),
        (Method::POST, "/skip", Some(json!({"date": "2027-01-01"}))),
        (Method::POST, "/unskip", Some(json!({"date": "2027-01-01"}))),
        (Method::POST, "/change", Some(json!({"from": "2027-01-01"}))),
    ] {
        let ask = async |address: &str| {
            let uri = format!("{address}{path}");
            let mut request = request(method.clone(), &eve, &uri).insert_header(("x-request-id", "same"));
            if let Some(body) = &body {
                request = request.set_json(body);
            }
            let answer = api.send(request).await;
            (answer.status, answer.body)
        };
        assert_eq!(ask(&address).await, ask(nobodys).await, "{method} {path}");
        assert_eq!(ask(&address).await.0, 404);
    }
    assert_eq!(api.get(&eve, "/recurring/").await.json()["items"], json!([]));
    assert_eq!(api.get(&ada, &address).await.json(), made);
}
