//! Reports of the real program: what lists say, added up.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Client, Engine, Place, Request, on_both_engines};

on_both_engines!(
    reports_come_to_what_the_list_has,
    reports_follow_every_write,
    a_dashboard_shows_budgets_and_what_recurs,
    reports_are_private
);

/// An amount of minor units out of its JSON text.
fn cents(value: &Value) -> i64 {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<2}").parse().unwrap()
}

fn fill(client: &mut Client) {
    for number in 0..90 {
        let mut body = json!({
            "title": format!("No. {number}"),
            "amount": f64::from(number * 37 % 1000 + 1) / 4.0,
            "currency": "EUR",
            "kind": if number % 9 == 0 { "income" } else { "expense" },
            "date": format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
            "tags": (["a", "b", "c"][..usize::try_from(number % 3).unwrap()]),
        });
        if number % 5 > 0 {
            body["category"] = json!(["Food", "Home", "Fun", "Work"][usize::try_from(number % 4).unwrap()]);
        }
        client.expense(&body);
    }
    client.expense(&json!({"title": "Tea", "amount": 500, "currency": "JPY", "date": "2026-05-05"}));
}

/// Sums of a list, in minor units, of what passes.
fn sum(expenses: &[Value], kind: &str, passes: impl Fn(&Value) -> bool) -> i64 {
    let of_kind = expenses.iter().filter(|e| e["currency"] == "EUR" && e["kind"] == kind && passes(e));
    of_kind.map(|e| cents(&e["amount"])).sum()
}

fn euros(report: &Value) -> &Value {
    report["currencies"].as_array().unwrap().iter().find(|of| of["currency"] == "EUR").unwrap()
}

fn reports_come_to_what_the_list_has(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    fill(&mut client);
    let all = client.every("limit=200");
    for month in 1..=12 {
        let month = format!("2026-{month:02}");
        let within = |e: &Value| e["date"].as_str().unwrap().starts_with(&month);
        let report = client.get(&format!("/reports/monthly/{month}")).expect_status(200).json();
        let of = euros(&report);
        assert_eq!(cents(&of["expenses"]), sum(&all, "expense", within), "{month}");
        assert_eq!(cents(&of["income"]), sum(&all, "income", within), "{month}");
        for line in of["by_category"].as_array().unwrap() {
            let spent = sum(&all, "expense", |e| within(e) && e["category_id"] == line["category_id"]);
            assert_eq!(cents(&line["expenses"]), spent, "{month}: {line}");
        }
        for day in of["by_day"].as_array().unwrap() {
            assert_eq!(cents(&day["expenses"]), sum(&all, "expense", |e| e["date"] == day["date"]));
        }
    }
    for group_by in ["day", "week", "month", "quarter", "year", "category", "kind"] {
        let target = format!("/reports/summary?from=2026-01-01&to=2026-12-31&group_by={group_by}");
        let report = client.get(&target).expect_status(200).json();
        let rows = euros(&report)["rows"].as_array().unwrap();
        let spent: i64 = rows.iter().map(|row| cents(&row["expenses"])).sum();
        assert_eq!(spent, sum(&all, "expense", |_| true), "{group_by}");
    }
    let report = client.get("/reports/summary?from=2026-01-01&to=2026-12-31&group_by=tag").json();
    for row in euros(&report)["rows"].as_array().unwrap() {
        let spent = sum(&all, "expense", |e| {
            let tags = e["tags"].as_array().unwrap();
            if row["key"].is_null() { tags.is_empty() } else { tags.contains(&row["label"]) }
        });
        assert_eq!(cents(&row["expenses"]), spent, "{row}");
    }
    for target in ["/reports/trends?months=60", "/reports/forecast", "/dashboard?month=2026-05"] {
        client.get(target).expect_status(200);
    }
}

fn reports_follow_every_write(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    let target = "/reports/monthly/2026-11";
    let mut seen = Vec::new();
    let mut spent = |client: &mut Client| {
        let answer = client.get(target).expect_status(200);
        seen.push(answer.header("etag").to_owned());
        let report = answer.json();
        let of = report["currencies"].as_array().unwrap().first();
        of.map_or(0, |of| cents(&of["expenses"]))
    };
    assert_eq!(spent(&mut client), 0);
    let made = client.expense(&json!({"title": "x", "amount": 5, "currency": "EUR", "date": "2026-11-02"}));
    assert_eq!(spent(&mut client), 500);
    let address = format!("/expenses/{}", made["id"].as_str().unwrap());
    client.patch(&address, &json!({"amount": 7.5})).expect_status(200);
    assert_eq!(spent(&mut client), 750);
    client.patch(&address, &json!({"date": "2026-12-01"})).expect_status(200);
    assert_eq!(spent(&mut client), 0);
    client.patch(&address, &json!({"date": "2026-11-30"})).expect_status(200);
    assert_eq!(spent(&mut client), 750);
    let tag = client.get(target).header("etag").to_owned();
    let again = client.send(&Request::new("GET", target).header("if-none-match", tag));
    assert_eq!(again.status, 304);
    client.delete(&address).expect_status(204);
    assert_eq!(spent(&mut client), 0);
    assert_eq!(seen.first(), seen.last(), "what is the same again has the same tag");
    let table = client.send(&Request::new("GET", "/reports/trends").header("accept", "text/csv"));
    assert!(table.expect_status(200).text().starts_with("currency,kind,category_id,"));
}

fn a_dashboard_shows_budgets_and_what_recurs(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    let today = client.get("/reports/forecast").json()["as_of"].as_str().unwrap().to_owned();
    let mut budgets = Vec::new();
    for body in [
        json!({"name": "All", "amount": 100, "rollover": "all", "alert_at": [50, 80, 100]}),
        json!({"name": "A week", "amount": 20, "period": "week"}),
    ] {
        budgets.push(client.post("/budgets/", &body).expect_status(201).json());
    }
    client.expense(&json!({"title": "Shoes", "amount": 85.5, "date": today}));
    let recurring = json!({"title": "Bread", "amount": 3.25, "rule": "FREQ=DAILY", "starts_on": today});
    let recurring = client.post("/recurring/", &recurring).expect_status(201).json();
    let dashboard = client.get("/dashboard").expect_status(200).json();
    let expected: Vec<Value> = budgets
        .iter()
        .map(|budget| {
            let target = format!("/budgets/{}/status?on={today}", budget["id"].as_str().unwrap());
            let mut status = client.get(&target).expect_status(200).json();
            status["name"] = budget["name"].clone();
            status
        })
        .collect();
    assert_eq!(dashboard["budgets"], json!(expected));
    // What recurs was made today already.
    assert_eq!(cents(&dashboard["budgets"][0]["spent"]), 8875);
    let monthly = format!("/reports/monthly/{}", &today[..7]);
    assert_eq!(client.get(&monthly).expect_status(200).json()["budgets"], json!(expected));
    let alerts = client.get("/alerts?limit=10").expect_status(200).json();
    assert_eq!(dashboard["alerts"], alerts["items"]);
    assert_eq!(alerts["items"].as_array().unwrap().len(), 4);
    let upcoming = dashboard["upcoming"].as_array().unwrap();
    assert_eq!(upcoming.len(), 10);
    assert_eq!((&upcoming[0]["date"], &upcoming[0]["title"]), (&recurring["next_on"], &json!("Bread")));
    assert!(
        upcoming.iter().all(|one| one["recurring_id"] == recurring["id"] && cents(&one["amount"]) == 325)
    );
}

fn reports_are_private(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let (mut ada, mut eve) = (server.user("ada@example.org"), server.user("eve@example.org"));
    fill(&mut ada);
    ada.post("/budgets/", &json!({"name": "x", "amount": 1, "starts_on": "2026-01-01"})).expect_status(201);
    ada.post("/recurring/", &json!({"title": "x", "amount": 1, "rule": "FREQ=DAILY"})).expect_status(201);
    for target in [
        "/reports/monthly/2026-05",
        "/reports/summary?from=2026-01-01&to=2026-12-31&group_by=tag",
        "/reports/trends?months=60",
        "/reports/forecast",
        "/dashboard?month=2026-05",
    ] {
        let report = eve.get(target).expect_status(200).json();
        assert_eq!(report["currencies"], json!([]), "{target}");
        for member in ["budgets", "alerts", "upcoming"] {
            assert!(report.get(member).is_none_or(|shown| *shown == json!([])), "{target}: {report}");
        }
    }
}
