//! Budgets and alerts of the real program: a journey, and two servers on one database.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Client, Engine, Place, at_once, on_both_engines};

on_both_engines!(from_a_plan_to_an_alert, two_servers_record_each_threshold_once);

fn path(thing: &Value) -> String {
    format!("/budgets/{}", thing["id"].as_str().unwrap())
}

fn thresholds(client: &mut Client, budget: &Value) -> Vec<u64> {
    let uri = format!("/alerts/?limit=200&budget_id={}", budget["id"].as_str().unwrap());
    let list = client.get(&uri).expect_status(200).json();
    let mut found: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|it| it["threshold"].as_u64().unwrap()).collect();
    found.sort_unstable();
    found
}

fn from_a_plan_to_an_alert(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut ada = server.user("ada@example.org");
    let bread = ada.expense(&json!({"title": "Bread", "amount": 40, "category": "Bread"}));
    let body = json!({"name": "Bread", "amount": 100, "category_ids": [bread["category_id"]]});
    let budget = ada.post("/budgets/", &body).expect_status(201).json();
    let all = ada.post("/budgets/", &json!({"name": "All", "amount": 1000})).expect_status(201).json();
    ada.expense(&json!({"title": "Refund", "amount": 10, "category": "bread", "kind": "income"}));
    let cake = ada.expense(&json!({"title": "Cake", "amount": 49.99, "category": "Bread"}));
    assert_eq!(thresholds(&mut ada, &budget), [0; 0]);
    ada.patch(&format!("/expenses/{}", cake["id"].as_str().unwrap()), &json!({"amount": 50}))
        .expect_status(200);
    let alert = &ada.get("/alerts").expect_status(200).json()["items"][0];
    assert_eq!((&alert["threshold"], &alert["expense_id"]), (&json!(80), &cake["id"]));
    ada.patch(&path(&budget), &json!({"amount": 80})).expect_status(200);
    assert_eq!(thresholds(&mut ada, &budget), [80, 100]);
    let status = ada.get(&format!("{}/status", path(&all))).expect_status(200);
    assert_eq!((&status.json()["spent"], &status.json()["percent"]), (&json!(90.0), &json!(9)));
    // All of it is there in another process, which goes on counting.
    drop(server);
    let server = place.serve();
    let mut ada = ada.at(server.address());
    ada.expense(&json!({"title": "Car", "amount": 800}));
    assert_eq!(thresholds(&mut ada, &all), [80]);
    ada.delete(&path(&budget)).expect_status(204);
    assert_eq!(ada.get("/alerts/").json()["items"].as_array().unwrap().len(), 1);
}

fn two_servers_record_each_threshold_once(engine: Engine) {
    let place = Place::new(engine);
    let servers = [place.serve(), place.serve()];
    let mut ada = servers[0].user("ada@example.org");
    let bread = ada.expense(&json!({"title": "Bread", "amount": 0.01, "category": "Bread"}));
    let all = json!({"name": "All", "amount": 64.01, "alert_at": [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]});
    let mut of_bread = all.clone();
    of_bread["category_ids"] = json!([bread["category_id"]]);
    let budgets = [all, of_bread].map(|body| ada.post("/budgets/", &body).expect_status(201).json());
    at_once(16, |number| {
        let mut client = ada.at(servers[number % 2].address());
        for _ in 0..4 {
            client.expense(&json!({"title": "x", "amount": 1, "category": "Bread"}));
        }
    });
    for budget in &budgets {
        assert_eq!(thresholds(&mut ada, budget), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
        let status = ada.get(&format!("{}/status", path(budget))).expect_status(200).json();
        assert_eq!((&status["spent"], &status["percent"]), (&json!(64.01), &json!(100)));
    }
}
