//! Expenses over HTTP.

mod support;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use support::{Api, request};

#[actix_web::test]
async fn an_expense_is_created_shown_replaced_changed_and_deleted() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let body = json!({
        "title": "  Cafe\u{301} ", "amount": 45.58, "currency": "USD", "description": "two\nlines", "category": "Food",
        "tags": ["fun", "Fun", "late"], "date": "2026-11-20", "kind": "income"
    });
    let created = api.post(&token, "/expenses/", body).await;
    assert_eq!(created.status, 201);
    let expense = created.json();
    let id = expense["id"].as_str().unwrap();
    let address = format!("/expenses/{id}");
    assert_eq!(created.header("location"), address);
    assert!(created.header("etag").starts_with("\"1-"), "with a digest of the names shown");
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(expense["title"], "Café");
    assert_eq!(expense["tags"], json!(["fun", "late"]));
    assert_eq!((&expense["category"], &expense["date"]), (&json!("Food"), &json!("2026-11-20")));
    assert_eq!((&expense["kind"], &expense["version"]), (&json!("income"), &json!(1)));
    assert!(String::from_utf8(created.body.clone()).unwrap().contains("\"amount\":45.58,"));

    let shown = api.get(&token, &address).await;
    assert_eq!((shown.status.as_u16(), shown.json()), (200, expense.clone()));
    assert_eq!(shown.header("cache-control"), "private, no-cache");

    let replaced =
        api.send(request(Method::PUT, &token, &address).set_json(json!({"title": "Tea", "amount": 3}))).await;
    let body = replaced.json();
    assert_eq!((replaced.status.as_u16(), replaced.header("etag")), (200, "\"2\""));
    assert_eq!(
        (&body["category"], &body["tags"], &body["description"]),
        (&Value::Null, &json!([]), &Value::Null)
    );
    assert_eq!(
        (&body["currency"], &body["kind"], &body["created_at"]),
        (&json!("EUR"), &json!("expense"), &expense["created_at"])
    );

    let patch = json!({"amount": 3.5, "category": "Drinks"});
    let changed = api.send(request(Method::PATCH, &token, &address).set_json(patch)).await;
    let body = changed.json();
    assert_eq!(
        (&body["title"], &body["amount"], &body["category"], &body["version"]),
        (&json!("Tea"), &json!(3.5), &json!("Drinks"), &json!(3))
    );

    let deleted = api.send(request(Method::DELETE, &token, &address)).await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    assert_eq!(api.get(&token, &address).await.problem(), (404, "not_found".into()));
    let again = api.send(request(Method::DELETE, &token, &address)).await;
    assert_eq!(again.problem().0, 404);
    assert!(api.titles(&token, "").await.is_empty());
}

#[actix_web::test]
async fn defaults_come_from_the_profile() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    // The test clock stands at some instant; in Kiritimati it is 14 hours later.
    let patch = json!({"currency": "JPY", "time_zone": "Pacific/Kiritimati"});
    assert_eq!(api.send(request(Method::PATCH, &token, "/me").set_json(patch)).await.status, 200);
    let expense = api.expense(&token, json!({"title": "Tea", "amount": 500})).await;
    let now = finance_domain::ports::Clock::now(&*api.clock) + chrono::TimeDelta::hours(14);
    assert_eq!(expense["currency"], "JPY");
    assert_eq!(expense["date"], now.date_naive().to_string());
    let bad = api.post(&token, "/expenses/", json!({"title": "Tea", "amount": 500.5})).await;
    assert_eq!(bad.bad_fields(), ["/amount too_many_decimals"]);
}

#[actix_web::test]
async fn amounts_are_exact_or_refused() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for (text, shown) in [
        ("0.01", "0.01"),
        ("9999999999999.99", "9999999999999.99"),
        ("1e2", "100.00"),
        ("0.1", "0.10"),
        ("4558e-2", "45.58"),
    ] {
        let body = format!(r#"{{"title":"x","amount":{text},"currency":"EUR"}}"#);
        let answer = api
            .send(
                request(Method::POST, &token, "/expenses/")
                    .insert_header(("content-type", "application/json"))
                    .set_payload(body),
            )
            .await;
        assert_eq!(answer.status, 201, "{text}");
        assert!(String::from_utf8(answer.body).unwrap().contains(&format!("\"amount\":{shown},")), "{text}");
    }
    for (text, code) in [
        ("0", "not_positive"),
        ("-1", "not_positive"),
        ("-0.0", "not_positive"),
        ("0.001", "too_many_decimals"),
        ("10000000000000", "too_large"),
        ("1e400", "too_large"),
        ("1e-400", "too_large"),
        ("0.1234567890123456", "too_large"),
        ("\"5\"", "invalid_type"),
        ("NaN", "invalid_type"),
        ("-Infinity", "invalid_type"),
        ("true", "invalid_type"),
        ("null", "required"),
        ("[1]", "invalid_type"),
    ] {
        let body = format!(r#"{{"title":"x","amount":{text},"currency":"EUR"}}"#);
        let answer = api
            .send(
                request(Method::POST, &token, "/expenses/")
                    .insert_header(("content-type", "application/json"))
                    .set_payload(body),
            )
            .await;
        assert_eq!(answer.bad_fields(), [format!("/amount {code}")], "{text}");
    }
}

#[actix_web::test]
async fn every_bad_field_is_named_at_once() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let bad = api.post(&token, "/expenses/", json!({
        "title": " ", "amount": 0, "currency": "EURO", "kind": "gift", "category": "a\u{7}", "tags": ["ok", ""],
        "date": "2026-02-30", "description": "x".repeat(2001), "colour": "red"
    })).await;
    assert_eq!(
        bad.bad_fields(),
        [
            "/amount not_positive",
            "/category control_character",
            "/colour unknown_field",
            "/currency unknown_currency",
            "/date not_a_date",
            "/description too_long",
            "/kind invalid_type",
            "/tags/1 blank",
            "/title blank",
        ]
    );
    let bad = api.post(&token, "/expenses/", json!({})).await;
    assert_eq!(bad.bad_fields(), ["/amount required", "/title required"]);
    let both = json!({"title": "x", "amount": 1, "category": "a", "category_id": "019ab2c3-7d00-7000-8000-000000000002"});
    assert_eq!(api.post(&token, "/expenses/", both).await.bad_fields(), ["/category_id conflicting_fields"]);
    let unknown = json!({"title": "x", "amount": 1, "category_id": "019ab2c3-7d00-7000-8000-000000000002"});
    assert_eq!(api.post(&token, "/expenses/", unknown).await.bad_fields(), ["/category_id unknown_category"]);
    let expense = api.expense(&token, json!({"title": "x", "amount": 1})).await;
    let address = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let nulls =
        json!({"title": null, "amount": null, "currency": null, "kind": null, "tags": null, "date": null});
    let bad = api.send(request(Method::PATCH, &token, &address).set_json(nulls)).await;
    assert_eq!(
        bad.bad_fields(),
        [
            "/amount required",
            "/currency required",
            "/date required",
            "/kind required",
            "/tags required",
            "/title required"
        ]
    );
    // 45.58 EUR cannot become yen as it is.
    api.send(request(Method::PATCH, &token, &address).set_json(json!({"amount": 45.58}))).await;
    let bad = api.send(request(Method::PATCH, &token, &address).set_json(json!({"currency": "JPY"}))).await;
    assert_eq!(bad.bad_fields(), ["/amount too_many_decimals"]);
}

#[actix_web::test]
async fn conditional_requests() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let expense = api.expense(&token, json!({"title": "x", "amount": 1})).await;
    let address = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let with = |method, name, value| request(method, &token, &address).insert_header((name, value));

    for (value, status) in
        [("\"1\"", 304), ("W/\"1\"", 304), ("*", 304), ("\"2\", \"1\"", 304), ("\"2\"", 200)]
    {
        let answer = api.send(with(Method::GET, "if-none-match", value)).await;
        assert_eq!(answer.status, status, "{value}");
        assert_eq!(answer.header("etag"), "\"1\"");
        assert_eq!(answer.body.is_empty(), status == 304);
    }
    let body = json!({"title": "y", "amount": 1});
    for (value, status) in
        [("\"2\"", 412), ("W/\"1\"", 412), ("\"x\"", 412), ("1", 400), ("\"1\"", 200), ("*", 200)]
    {
        let answer = api.send(with(Method::PUT, "if-match", value).set_json(&body)).await;
        assert_eq!(answer.status, status, "{value}");
    }
    assert_eq!(
        api.send(with(Method::PATCH, "if-match", "\"1\"").set_json(&body)).await.problem(),
        (412, "stale".into())
    );
    assert_eq!(api.send(with(Method::DELETE, "if-match", "\"1\"")).await.problem().0, 412);
    assert_eq!(api.send(with(Method::DELETE, "if-match", "\"3\"")).await.status, 204);
}

#[actix_web::test]
async fn lists_filter_sort_and_page() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for (title, amount, currency, category, date, tags) in [
        ("Crème brûlée", 6.5, "EUR", "Food", "2026-11-01", json!(["Sweet"])),
        ("Rent", 900.0, "EUR", "Home", "2026-11-02", json!([])),
        ("Ramen", 1200.0, "JPY", "Food", "2026-11-03", json!(["noodles", "sweet"])),
        ("Salt 100%_\\", 1.0, "EUR", "food", "2026-11-04", json!([])),
    ] {
        api.expense(&token, json!({"title": title, "amount": amount, "currency": currency, "category": category, "date": date, "tags": tags})).await;
    }
    for (query, expected) in [
        ("", vec!["Salt 100%_\\", "Ramen", "Rent", "Crème brûlée"]),
        ("sort=date", vec!["Crème brûlée", "Rent", "Ramen", "Salt 100%_\\"]),
        ("sort=-amount", vec!["Ramen", "Rent", "Crème brûlée", "Salt 100%_\\"]),
        ("sort=created_at&limit=2", vec!["Crème brûlée", "Rent"]),
        ("category=FOOD&sort=amount", vec!["Salt 100%_\\", "Crème brûlée", "Ramen"]),
        ("tag=SWEET", vec!["Ramen", "Crème brûlée"]),
        ("currency=JPY", vec!["Ramen"]),
        ("from=2026-11-02&to=2026-11-03", vec!["Ramen", "Rent"]),
        ("min_amount=6.5&max_amount=900", vec!["Rent", "Crème brûlée"]),
        ("q=creme%20BRULEE", vec!["Crème brûlée"]),
        ("q=%25_", vec!["Salt 100%_\\"]),
        ("q=_a", vec![]),
        ("kind=income", vec![]),
        ("category=nowhere", vec![]),
    ] {
        assert_eq!(api.titles(&token, query).await, expected, "{query}");
    }
    let mut seen = Vec::new();
    let mut uri = "/expenses/?limit=3&sort=amount&category=food".to_owned();
    loop {
        let answer = api.get(&token, &uri).await;
        let body = answer.json();
        seen.extend(
            body["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert_eq!(answer.header("link"), "");
            break;
        };
        uri = format!("/expenses/?limit=1&sort=amount&category=food&cursor={cursor}");
        let link = answer.header("link");
        assert!(
            link.starts_with("</expenses/?") && link.contains(cursor) && link.ends_with("; rel=\"next\""),
            "{link}"
        );
    }
    assert_eq!(seen, ["Salt 100%_\\", "Crème brûlée", "Ramen"]);
}

#[actix_web::test]
async fn query_parameters_are_known_and_right() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for (query, fields) in [
        ("colour=red", vec!["?colour unknown_parameter"]),
        ("limit=0", vec!["?limit out_of_range"]),
        (
            "limit=201&sort=size&from=tomorrow",
            vec!["?from not_a_date", "?limit out_of_range", "?sort unknown_sort"],
        ),
        ("limit=1&limit=2", vec!["?limit duplicate"]),
        ("min_amount=-1&max_amount=x", vec!["?max_amount not_a_number", "?min_amount negative"]),
        ("from=2026-02-01&to=2026-01-01", vec!["?to empty_range"]),
        (
            "kind=gift&currency=eur&category_id=1",
            vec!["?category_id not_an_id", "?currency unknown_currency", "?kind unknown_kind"],
        ),
        ("q=&tag=%07", vec!["?q blank", "?tag control_character"]),
        ("cursor=nonsense", vec!["?cursor invalid_cursor"]),
    ] {
        assert_eq!(api.get(&token, &format!("/expenses/?{query}")).await.bad_fields(), fields, "{query}");
    }
    assert_eq!(api.get(&token, "/me?x=1").await.bad_fields(), ["?x unknown_parameter"]);
    for n in 0..3 {
        api.expense(&token, json!({"title": n.to_string(), "amount": 1})).await;
    }
    let cursor =
        api.get(&token, "/expenses/?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&token, &format!("/expenses/?cursor={cursor}")).await.status, 200);
    let foreign = api.get(&token, &format!("/expenses/?kind=expense&cursor={cursor}")).await;
    assert_eq!(foreign.bad_fields(), ["?cursor invalid_cursor"]);
    let other = api.user("eve@example.org").await;
    let foreign = api.get(&other, &format!("/expenses/?cursor={cursor}")).await;
    assert_eq!(foreign.bad_fields(), ["?cursor invalid_cursor"]);
}

#[actix_web::test]
async fn another_users_expense_is_as_if_it_did_not_exist() {
    let api = Api::new();
    let (ada, eve) = (api.user("ada@example.org").await, api.user("eve@example.org").await);
    let expense = api.expense(&ada, json!({"title": "x", "amount": 1, "category": "Secret"})).await;
    let theirs = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let nobodys = "/expenses/019ab2c3-7d00-7000-8000-00000000dead";
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let ask = async |uri: &str| {
            let mut request = request(method.clone(), &eve, uri).insert_header(("x-request-id", "same"));
            if method == Method::PUT || method == Method::PATCH {
                request = request.set_json(json!({"title": "y", "amount": 2}));
            }
            let answer = api.send(request).await;
            let mut headers: Vec<_> =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.sort();
            (answer.status, headers, answer.body)
        };
        assert_eq!(ask(&theirs).await, ask(nobodys).await, "{method}");
        assert_eq!(ask(&theirs).await.0, 404);
    }
    let category = json!({"title": "y", "amount": 2, "category_id": expense["category_id"]});
    assert_eq!(api.post(&eve, "/expenses/", category).await.bad_fields(), ["/category_id unknown_category"]);
    assert_eq!(api.titles(&eve, "category=Secret").await, Vec::<String>::new());
    assert_eq!(api.get(&ada, &theirs).await.json()["title"], "x");
}

#[actix_web::test]
async fn an_address_that_is_no_id_is_not_found() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for id in ["1", "nonsense", "019AB2C3-7D00-7000-8000-000000000001", "%00", "..%2f"] {
        assert_eq!(api.get(&token, &format!("/expenses/{id}")).await.problem().0, 404, "{id}");
    }
    let bare = TestRequest::get().uri("/expenses");
    assert_eq!(api.send(bare).await.problem().0, 401);
    assert_eq!(api.get(&token, "/expenses?limit=1").await.status, 200);
}
