//! Reports over HTTP.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Answer, Api, request};

const REPORTS: [&str; 4] =
    ["/reports/monthly/2026-11", "/reports/summary", "/reports/trends", "/reports/forecast"];

async fn fill(api: &Api, token: &str) {
    for (title, amount, currency, kind, category, tags, date) in [
        ("Rent", "800", "EUR", "expense", "Home", json!([]), "2026-11-01"),
        ("Rent", "790", "EUR", "expense", "Home", json!([]), "2026-10-01"),
        ("Wage", "2100", "EUR", "income", "Work", json!([]), "2026-11-01"),
        ("Bread", "45.58", "EUR", "expense", "=Food", json!(["a", "b"]), "2026-11-20"),
        ("Gift", "0.01", "EUR", "expense", "", json!(["a"]), "2026-11-30"),
        ("Tea", "500", "JPY", "expense", "=Food", json!([]), "2026-09-30"),
        ("Tea", "600", "JPY", "expense", "=Food", json!([]), "2026-11-22"),
    ] {
        let mut body = json!({
            "title": title, "currency": currency, "kind": kind, "tags": tags, "date": date,
            "amount": amount.parse::<serde_json::Number>().unwrap(),
        });
        if !category.is_empty() {
            body["category"] = json!(category);
        }
        api.expense(token, body).await;
    }
}

fn row<'a>(rows: &'a Value, member: &str, value: &Value) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row[member] == *value).unwrap()
}

async fn csv(api: &Api, token: &str, uri: &str) -> Answer {
    api.send(request(Method::GET, token, uri).insert_header(("accept", "text/csv"))).await
}

#[actix_web::test]
async fn a_month_is_reported() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    let answer = api.get(&token, "/reports/monthly/2026-11").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let text = String::from_utf8(answer.body.clone()).unwrap();
    assert!(text.contains("\"income\":2100.00,\"expenses\":845.59,\"net\":1254.41,\"count\":4,"), "{text}");
    let body = answer.json();
    assert_eq!(
        (&body["month"], &body["from"], &body["to"]),
        (&json!("2026-11"), &json!("2026-11-01"), &json!("2026-11-30"))
    );
    let [euros, yen] = body["currencies"].as_array().unwrap().as_slice() else { panic!("{body}") };
    assert_eq!((&euros["currency"], &yen["currency"]), (&json!("EUR"), &json!("JPY")));
    assert_eq!(euros["average_per_day"], 28.19);
    assert_eq!(euros["previous"], json!({"income": 0.0, "expenses": 790.0, "net": -790.0, "count": 1}));
    let names: Vec<_> = euros["by_category"].as_array().unwrap().iter().map(|row| &row["category"]).collect();
    assert_eq!(names, [&json!("Home"), &json!("=Food"), &Value::Null, &json!("Work")]);
    let home = row(&euros["by_category"], "category", &json!("Home"));
    assert_eq!(
        (&home["share"], &home["change"], &home["change_percent"]),
        (&json!(94.61), &json!(10.0), &json!(1.27))
    );
    let none = row(&euros["by_category"], "category_id", &Value::Null);
    assert_eq!((&none["share"], &none["change_percent"]), (&json!(0.0), &Value::Null));
    let days = euros["by_day"].as_array().unwrap();
    assert_eq!(
        (days.len(), &days[29]["date"], &days[29]["expenses"]),
        (30, &json!("2026-11-30"), &json!(0.01))
    );
    let largest: Vec<_> = euros["largest"].as_array().unwrap().iter().map(|row| &row["title"]).collect();
    assert_eq!(largest, ["Rent", "Bread", "Gift"]);
    assert_eq!(yen["expenses"], 600);
    let empty = api.get(&token, "/reports/monthly/1999-01").await.json();
    assert_eq!(empty["currencies"], json!([]));
}

#[actix_web::test]
async fn a_range_is_summed_up_by_anything() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    let rows = async |query: &str| {
        let answer = api.get(&token, &format!("/reports/summary?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        let body = answer.json();
        let euros = row(&body["currencies"], "currency", &json!("EUR"));
        let row = |row: &Value| {
            format!(
                "{} {} {}",
                row["key"].as_str().unwrap_or("null"),
                row["label"].as_str().unwrap(),
                row["expenses"]
            )
        };
        euros["rows"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    let range = "from=2026-10-30&to=2026-11-02";
    assert_eq!(
        rows(&format!("{range}&group_by=day")).await,
        [
            "2026-10-30 2026-10-30 0.0",
            "2026-10-31 2026-10-31 0.0",
            "2026-11-01 2026-11-01 800.0",
            "2026-11-02 2026-11-02 0.0"
        ]
    );
    assert_eq!(
        rows(&format!("{range}&group_by=week")).await,
        ["2026-10-26 2026-10-26/2026-11-01 800.0", "2026-11-02 2026-11-02/2026-11-08 0.0"]
    );
    assert_eq!(
        rows("from=2026-10-01&to=2026-11-02&group_by=month").await,
        ["2026-10 2026-10 790.0", "2026-11 2026-11 800.0"]
    );
    assert_eq!(
        rows("from=2026-07-01&to=2026-11-02&group_by=quarter").await,
        ["2026-Q3 2026-Q3 0.0", "2026-Q4 2026-Q4 1590.0"]
    );
    assert_eq!(rows(&format!("{range}&group_by=year")).await, ["2026 2026 800.0"]);
    assert_eq!(rows("group_by=kind").await, ["expense expense 845.59", "income income 0.0"]);
    let labels = |rows: Vec<String>| {
        rows.into_iter().map(|row| row.split_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels(rows("").await), ["Home 800.0", "=Food 45.58", "Uncategorised 0.01", "Work 0.0"]);
    assert_eq!(labels(rows("group_by=tag").await), ["Untagged 800.0", "a 45.59", "b 45.58"]);
    let body = api.get(&token, "/reports/summary?group_by=tag").await.json();
    assert_eq!((&body["overlapping"], &body["currencies"][0]["expenses"]), (&json!(true), &json!(845.59)));
    for (query, from, to) in [
        ("", "2026-11-01", "2026-11-30"),
        ("from=2026-09-15", "2026-09-15", "2026-11-30"),
        ("from=2026-11-30", "2026-11-30", "2026-11-30"),
        ("from=2027-02-10", "2027-02-10", "2027-02-28"),
        ("from=9999-12-31", "9999-12-31", "9999-12-31"),
        ("to=2020-02-10", "2020-02-01", "2020-02-10"),
        ("to=0001-01-01", "0001-01-01", "0001-01-01"),
        ("to=2026-12-10", "2026-11-01", "2026-12-10"),
    ] {
        let body = api.get(&token, &format!("/reports/summary?{query}")).await.json();
        assert_eq!((&body["from"], &body["to"]), (&json!(from), &json!(to)), "{query}");
    }

    let patch = json!({"first_day_of_week": "sunday"});
    assert_eq!(api.send(request(Method::PATCH, &token, "/me").set_json(patch)).await.status, 200);
    assert_eq!(
        rows(&format!("{range}&group_by=week")).await,
        ["2026-10-25 2026-10-25/2026-10-31 0.0", "2026-11-01 2026-11-01/2026-11-07 800.0"]
    );
}

#[actix_web::test]
async fn months_go_somewhere() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    let body = api.get(&token, "/reports/trends?months=2").await.json();
    assert_eq!(body["months"], json!(["2026-10", "2026-11"]));
    let euros = &body["currencies"][0];
    assert_eq!(euros["totals"][1]["net"], 1254.41);
    let home = row(&euros["series"], "category", &json!("Home"));
    assert_eq!(home["amounts"], json!([790.0, 800.0]));
    assert_eq!(
        (&home["mean"], &home["median"], &home["slope"]),
        (&json!(795.0), &json!(795.0), &json!(10.0))
    );
    assert_eq!(row(&euros["series"], "kind", &json!("income"))["category"], "Work");
    assert_eq!(api.get(&token, "/reports/trends").await.json()["months"].as_array().unwrap().len(), 12);
    let one = api.get(&token, "/reports/trends?months=1").await.json();
    assert_eq!(one["currencies"][0]["series"][0]["slope"], Value::Null);
}

#[actix_web::test]
async fn a_forecast_needs_history() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    let body = api.get(&token, "/reports/forecast").await.json();
    assert_eq!((&body["month"], &body["as_of"]), (&json!("2026-11"), &json!("2026-11-23")));
    let euros = &body["currencies"][0];
    assert_eq!((&euros["spent"], &euros["enough_history"]), (&json!(845.58), &json!(false)));
    assert_eq!((&euros["projected"], &euros["backtest"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&body["method"], &euros["entered_rest"]),
        (&json!("spent_plus_mean_or_entered_rest"), &json!(0.01))
    );
    for (date, amount) in [("2026-07-01", 100), ("2026-08-30", 30), ("2026-09-24", 31), ("2026-10-24", 33)] {
        api.expense(&token, json!({"title": "x", "amount": amount, "currency": "EUR", "date": date})).await;
    }
    let euros = api.get(&token, "/reports/forecast").await.json()["currencies"][0].clone();
    assert_eq!(
        euros["basis"],
        json!([
            {"month": "2026-08", "rest": 30.0}, {"month": "2026-09", "rest": 31.0}, {"month": "2026-10", "rest": 33.0}
        ])
    );
    assert_eq!((&euros["expected_rest"], &euros["projected"]), (&json!(31.33), &json!(876.91)));
    assert_eq!(
        euros["backtest"],
        json!({
            "months": [{"month": "2026-10", "projected": 810.33, "actual": 823.0}],
            "mean_absolute_error": 12.67,
            "mean_absolute_percentage_error": 1.54
        })
    );
    api.expense(&token, json!({"title": "x", "amount": 50, "currency": "EUR", "date": "2026-11-24"})).await;
    let euros = api.get(&token, "/reports/forecast").await.json()["currencies"][0].clone();
    assert_eq!(
        (&euros["entered_rest"], &euros["expected_rest"], &euros["projected"]),
        (&json!(50.01), &json!(50.01), &json!(895.59))
    );
}

#[actix_web::test]
async fn nothing_is_left_of_the_last_day_of_a_month() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for date in ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"] {
        api.expense(&token, json!({"title": "Rent", "amount": 900, "currency": "EUR", "date": date})).await;
    }
    for (now, spent, rest) in [("2026-11-29T12:00:00Z", 0.0, 900.0), ("2026-11-30T00:00:00Z", 900.0, 0.0)] {
        api.clock.set(now.parse().unwrap());
        let euros = api.get(&token, "/reports/forecast").await.json()["currencies"][0].clone();
        assert_eq!((&euros["spent"], &euros["expected_rest"]), (&json!(spent), &json!(rest)), "{now}");
        assert_eq!(
            (&euros["projected"], &euros["backtest"]["mean_absolute_error"]),
            (&json!(900.0), &json!(0.0))
        );
    }
}

#[actix_web::test]
async fn a_dashboard_has_everything() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    let body = api.get(&token, "/dashboard").await.json();
    assert_eq!(body["month"], "2026-11");
    let monthly = api.get(&token, "/reports/monthly/2026-11").await.json();
    let mut euros = body["currencies"][0].clone();
    let trend = euros["trend"].take();
    assert_eq!((trend.as_array().unwrap().len(), &trend[10]["expenses"]), (12, &json!(790.0)));
    assert_eq!(euros["forecast"].take()["spent"], 845.58);
    euros.as_object_mut().unwrap().retain(|name, _| name != "trend" && name != "forecast");
    assert_eq!(euros, monthly["currencies"][0]);
    assert_eq!(body["latest"][0]["title"], "Gift");
    let wage =
        json!({"title": "Wage", "amount": 1, "currency": "USD", "kind": "income", "date": "2026-11-01"});
    api.expense(&token, wage).await;
    let [dashboard, forecast] = ["/dashboard", "/reports/forecast"].map(|uri| api.get(&token, uri));
    let (dashboard, forecast) = (dashboard.await.json(), forecast.await.json());
    let dollars = row(&dashboard["currencies"], "currency", &json!("USD"));
    assert_eq!((&dollars["income"], &dollars["forecast"]), (&json!(1.0), &Value::Null));
    let currencies = forecast["currencies"].as_array().unwrap().iter().map(|of| &of["currency"]);
    assert_eq!(currencies.collect::<Vec<_>>(), ["EUR", "JPY"]);
    let past = api.get(&token, "/dashboard?month=2026-10").await.json();
    assert_eq!((&past["month"], &past["currencies"][0]["forecast"]), (&json!("2026-10"), &Value::Null));
}

/// A new budget.
async fn budget(api: &Api, token: &str, body: Value) -> Value {
    let answer = api.post(token, "/budgets/", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

/// What the status of each of these budgets says, with its name.
async fn standings(api: &Api, token: &str, budgets: &[&Value], on: &str) -> Value {
    let mut standings = Vec::new();
    for budget in budgets {
        let uri = format!("/budgets/{}/status?on={on}", budget["id"].as_str().unwrap());
        let mut standing = api.get(token, &uri).await.json();
        standing["name"] = budget["name"].clone();
        standings.push(standing);
    }
    json!(standings)
}

#[actix_web::test]
async fn budgets_are_shown_as_they_stand() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let from = |day: &str, more: Value| {
        let mut body = json!({"name": "x", "amount": 900, "starts_on": day});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let all = budget(&api, &token, from("2026-01-01", json!({"name": "All", "rollover": "all"}))).await;
    let weekly = budget(&api, &token, from("2026-10-05", json!({"name": "A week", "period": "week"}))).await;
    let ended =
        budget(&api, &token, from("2026-01-01", json!({"name": "Ended", "ends_on": "2026-11-22"}))).await;
    budget(&api, &token, from("2027-01-01", json!({"name": "To come"}))).await;
    fill(&api, &token).await;
    for (query, month, on, budgets) in [
        ("", "2026-11", "2026-11-23", vec![&all, &weekly]),
        ("?month=2026-10", "2026-10", "2026-10-31", vec![&all, &weekly, &ended]),
        ("?month=2026-09", "2026-09", "2026-09-30", vec![&all, &ended]),
        ("?month=2026-12", "2026-12", "2026-12-31", vec![&all, &weekly]),
        ("?month=2025-12", "2025-12", "2025-12-31", vec![]),
    ] {
        let expected = standings(&api, &token, &budgets, on).await;
        let dashboard = api.get(&token, &format!("/dashboard{query}")).await.json();
        assert_eq!(dashboard["budgets"], expected, "{month}");
        let monthly = api.get(&token, &format!("/reports/monthly/{month}")).await.json();
        assert_eq!(monthly["budgets"], expected, "{month}");
    }
    let other = api.user("bob@example.org").await;
    let dashboard = api.get(&other, "/dashboard").await.json();
    assert_eq!((&dashboard["budgets"], &dashboard["alerts"]), (&json!([]), &json!([])));
}

#[actix_web::test]
async fn no_more_than_a_hundred_budgets_are_shown() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for number in 0..105 {
        // The first three are over.
        let ends_on = if number < 3 { json!("2026-11-01") } else { Value::Null };
        let body =
            json!({"name": number.to_string(), "amount": 1, "starts_on": "2026-11-01", "ends_on": ends_on});
        budget(&api, &token, body).await;
    }
    let body = api.get(&token, "/dashboard").await.json();
    let names: Vec<_> = body["budgets"].as_array().unwrap().iter().map(|budget| &budget["name"]).collect();
    assert_eq!((names.len(), names[0], names[99]), (100, &json!("3"), &json!("102")));
}

#[actix_web::test]
async fn a_dashboard_shows_the_latest_alerts() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let thresholds: Vec<u16> = (1..=10).map(|tenth| tenth * 10).collect();
    for name in ["First", "Second"] {
        budget(&api, &token, json!({"name": name, "amount": 100, "alert_at": thresholds})).await;
    }
    api.expense(&token, json!({"title": "x", "amount": 60})).await;
    let listed = api.get(&token, "/alerts?limit=10").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 10);
    assert_ne!(listed["next_cursor"], Value::Null);
    let tag = api.get(&token, "/dashboard").await;
    assert_eq!(tag.json()["alerts"], listed["items"]);
    let id = api.get(&token, "/budgets").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let renamed =
        request(Method::PATCH, &token, &format!("/budgets/{id}")).set_json(json!({"name": "Third"}));
    assert_eq!(api.send(renamed).await.status, 200);
    assert_ne!(api.get(&token, "/dashboard").await.header("etag"), tag.header("etag"));
}

#[actix_web::test]
async fn a_dashboard_shows_what_recurs_next() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    let recur = async |title: &str, rule: &str, more: Value| {
        let mut body = json!({"title": title, "amount": 12.5, "rule": rule, "starts_on": "2026-11-25"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = api.post(&token, "/recurring/", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].clone()
    };
    let weekly = recur("Market", "FREQ=WEEKLY", json!({})).await;
    let wage = recur(
        "Wage",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        json!({"kind": "income", "currency": "JPY", "amount": 7}),
    );
    let wage = wage.await;
    recur("Paused", "FREQ=DAILY", json!({"paused": true})).await;
    let skip = format!("/recurring/{}/skip", weekly.as_str().unwrap());
    let skipped = api.post(&token, &skip, json!({"date": "2026-12-02"})).await;
    assert!(skipped.status.is_success(), "{skipped:?}");
    let upcoming = api.get(&token, "/dashboard").await.json()["upcoming"].clone();
    assert_eq!(
        upcoming[0],
        json!({
            "date": "2026-11-25", "recurring_id": weekly, "title": "Market", "amount": 12.50, "currency": "EUR",
            "kind": "expense"
        })
    );
    assert_eq!(
        upcoming[1],
        json!({
            "date": "2026-11-30", "recurring_id": wage, "title": "Wage", "amount": 7, "currency": "JPY", "kind": "income"
        })
    );
    let dates = async || {
        let upcoming = api.get(&token, "/dashboard?month=2026-01").await.json()["upcoming"].clone();
        let date = |one: &Value| one["date"].as_str().unwrap().to_owned();
        upcoming.as_array().unwrap().iter().map(date).collect::<Vec<_>>()
    };
    assert_eq!(dates().await, ["2026-11-25", "2026-11-30", "2026-12-09", "2026-12-16", "2026-12-23"]);
    recur("Daily", "FREQ=DAILY", json!({})).await;
    let dates = dates().await;
    assert_eq!((dates.len(), dates[1].as_str(), dates[9].as_str()), (10, "2026-11-25", "2026-12-02"));
}

#[actix_web::test]
async fn reports_come_as_tables() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    api.expense(&token, json!({"title": "x", "amount": 1, "category": "a \"b\", c", "date": "2026-11-02"}))
        .await;
    for (uri, name, columns) in [
        ("/reports/monthly/2026-11", "monthly-2026-11", 13),
        ("/reports/summary", "summary-2026-11-01-2026-11-30-by-category", 7),
        ("/reports/trends", "trends-2025-12-2026-11", 10),
        ("/reports/forecast", "forecast-2026-11-23", 11),
    ] {
        let answer = csv(&api, &token, uri).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}.csv\""));
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count(),
            "{text}"
        );
        assert_eq!(text.lines().next().unwrap().split(',').count(), columns, "{text}");
        assert!(text.lines().count() > 1 && !text.contains(",="), "{text}");
    }
    let text = String::from_utf8(csv(&api, &token, "/reports/summary").await.body).unwrap();
    assert!(text.contains(",'=Food,0.00,45.58,-45.58,1\r\n"), "{text}");
    assert!(text.contains(",\"a \"\"b\"\", c\",0.00,1.00,-1.00,1\r\n"), "{text}");
    assert!(text.contains("EUR,,Uncategorised,0.00,0.01,-0.01,1\r\n"), "{text}");
}

#[actix_web::test]
async fn the_form_is_negotiated() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for uri in REPORTS {
        for (accept, content_type) in [
            ("*/*", "application/json"),
            ("text/html;q=0.9, text/csv;q=0.8", "text/csv; charset=utf-8; header=present"),
        ] {
            let answer = api.send(request(Method::GET, &token, uri).insert_header(("accept", accept))).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, content_type));
        }
        let answer = api.send(request(Method::GET, &token, uri).insert_header(("accept", "text/html"))).await;
        assert_eq!(answer.problem(), (406, "not_acceptable".into()));
    }
}

#[actix_web::test]
async fn what_a_client_has_is_not_sent_again() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for uri in [&REPORTS[..], &["/dashboard"]].concat() {
        let first = api.get(&token, uri).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
        let again = request(Method::GET, &token, uri).insert_header(("if-none-match", tag.clone()));
        let again = api.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
        if uri != "/dashboard" {
            assert_ne!(csv(&api, &token, uri).await.header("etag"), tag);
        }
        api.expense(&token, json!({"title": "x", "amount": 1})).await;
        let changed = request(Method::GET, &token, uri).insert_header(("if-none-match", tag.clone()));
        let changed = api.send(changed).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), tag);
    }
}

#[actix_web::test]
async fn all_answers_of_an_address_depend_on_the_same_headers() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    fill(&api, &token).await;
    for (uri, expected) in [
        (REPORTS[0], "accept, accept-encoding"),
        ("/reports/summary?group_by=day", "accept, accept-encoding"),
        ("/dashboard", "accept, accept-encoding, authorization"),
        ("/categories/", "accept-encoding"),
        ("/openapi.json", "accept-encoding"),
        ("/reports", "accept-encoding"),
    ] {
        let ask = |name: &'static str, value: &str| {
            request(Method::GET, &token, uri).insert_header((name, value.to_owned()))
        };
        let plain = api.get(&token, uri).await;
        let tag = plain.headers.get("etag").map_or("\"x\"", |tag| tag.to_str().unwrap());
        let zipped = api.send(ask("accept-encoding", "gzip")).await;
        assert_eq!(zipped.headers.contains_key("content-encoding"), uri != "/reports", "{uri}");
        for answer in [
            api.send(ask("accept", "text/csv")).await,
            api.send(ask("accept", "image/png")).await,
            api.send(ask("if-none-match", tag)).await,
            api.send(ask("if-none-match", "x")).await,
            api.send(ask("accept-encoding", "identity;q=0, *;q=0")).await,
            api.send(actix_web::test::TestRequest::get().uri(uri)).await,
            api.send(request(Method::POST, &token, uri)).await,
            plain,
            zipped,
        ] {
            let vary: Vec<_> = answer.headers.get_all("vary").map(|value| value.to_str().unwrap()).collect();
            assert_eq!(vary, [expected], "{uri} {answer:?}");
        }
    }
}

#[actix_web::test]
async fn bad_parameters_are_named() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for (uri, fields) in [
        ("/reports/monthly/2026-13", vec!["{month} not_a_month"]),
        ("/reports/monthly/november", vec!["{month} not_a_month"]),
        ("/reports/monthly/2026-11?x=1", vec!["?x unknown_parameter"]),
        (
            "/reports/summary?from=2026-11-31&group_by=hour&y=1",
            vec!["?from not_a_date", "?group_by unknown_group", "?y unknown_parameter"],
        ),
        ("/reports/summary?from=2026-11-02&to=2026-11-01", vec!["?to empty_range"]),
        ("/reports/summary?from=2010-01-01&to=2026-11-01&group_by=day", vec!["?to too_many_groups"]),
        ("/reports/trends?months=61", vec!["?months out_of_range"]),
        ("/reports/trends?months=0", vec!["?months out_of_range"]),
        ("/reports/forecast?x=1", vec!["?x unknown_parameter"]),
        ("/dashboard?month=2026", vec!["?month not_a_month"]),
    ] {
        assert_eq!(api.get(&token, uri).await.bad_fields(), fields, "{uri}");
    }
    let long = "/reports/summary?from=0001-01-01&to=9999-12-31&group_by=category";
    assert_eq!(api.get(&token, long).await.status, 200);
    for uri in ["/reports/monthly/0001-01", "/reports/monthly/9999-12", "/dashboard?month=0001-01"] {
        assert_eq!(api.get(&token, uri).await.status, 200, "{uri}");
    }
}

#[actix_web::test]
async fn reports_are_for_users_and_need_the_database() {
    let api = Api::new();
    let token = api.user("ada@example.org").await;
    for uri in [&REPORTS[..], &["/dashboard"]].concat() {
        let anonymous = api.send(actix_web::test::TestRequest::get().uri(uri)).await;
        assert_eq!(anonymous.problem(), (401, "missing_token".into()));
        api.storage.set_available(false);
        assert_eq!(api.get(&token, uri).await.problem(), (503, "database_unavailable".into()));
        api.storage.set_available(true);
        api.storage.set_broken(true);
        assert_eq!(api.get(&token, uri).await.problem(), (500, "internal_error".into()));
        api.storage.set_broken(false);
    }
}
