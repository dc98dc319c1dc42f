//! Categories and tags of the real program: a journey, and many clients at once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Client, Engine, Place, Request, at_once, on_both_engines};

on_both_engines!(
    from_the_default_set_to_a_merge,
    expenses_meet_the_end_of_their_category,
    a_ledger_moves_in_one_piece
);

fn path(kind: &str, thing: &Value) -> String {
    format!("/{kind}/{}", thing["id"].as_str().unwrap())
}

fn named(client: &mut Client, kind: &str, name: &str) -> Value {
    let list = client.get(&format!("/{kind}?limit=200")).expect_status(200).json();
    let mut items = list["items"].as_array().unwrap().iter();
    items.find(|item| item["name"] == name).cloned().unwrap_or_else(|| panic!("no {name} in {list}"))
}

fn from_the_default_set_to_a_merge(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut ada = server.user("ada@example.org");
    let groceries = named(&mut ada, "categories", "Groceries");
    assert_eq!(groceries["parent_id"], named(&mut ada, "categories", "Food")["id"]);
    let bread =
        ada.expense(&json!({"title": "Bread", "amount": 3.2, "category": "GROCERIES", "tags": ["shop"]}));
    let of_bread = path("expenses", &bread);
    let tag = ada.get(&of_bread).header("etag").to_owned();

    ada.patch(&path("categories", &groceries), &json!({"name": "Lebensmittel"})).expect_status(200);
    let shop = named(&mut ada, "tags", "shop");
    assert_eq!(shop["count"], 1);
    ada.patch(&path("tags", &shop), &json!({"name": "Laden"})).expect_status(200);
    let after =
        ada.send(&Request::new("GET", of_bread.as_str()).header("if-none-match", tag)).expect_status(200);
    assert_eq!(
        (&after.json()["category"], &after.json()["tags"]),
        (&json!("Lebensmittel"), &json!(["Laden"]))
    );
    let known = Request::new("GET", of_bread.as_str()).header("if-none-match", after.header("etag"));
    ada.send(&known).expect_status(304);

    let refused = ada.delete(&path("categories", &groceries));
    assert_eq!(refused.problem(), (409, "category_in_use".to_owned()));
    assert_eq!(refused.json()["expenses"], 1);
    let other = named(&mut ada, "categories", "Other");
    let into = json!({"into": other["id"]});
    let merged = ada.post(&format!("{}/merge", path("categories", &groceries)), &into).expect_status(200);
    assert_eq!(merged.json(), other);
    ada.delete(&path("tags", &shop)).expect_status(204);
    let after = ada.get(&of_bread).json();
    assert_eq!(
        (&after["category"], &after["tags"], &after["version"]),
        (&json!("Other"), &json!([]), &json!(3))
    );
    // What was changed stays so in another process.
    drop(server);
    let server = place.serve();
    let mut ada = ada.at(server.address());
    assert_eq!(ada.get(&of_bread).json(), after);
    ada.get(&path("categories", &groceries)).expect_status(404);
}

fn expenses_meet_the_end_of_their_category(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut ada = server.user("ada@example.org");
    let into = named(&mut ada, "categories", "Other");
    for round in 0..4 {
        let name = format!("Passing {round}");
        let passing = ada.post("/categories/", &json!({"name": name})).expect_status(201).json();
        let made = at_once(16, |number| {
            let mut client = ada.another();
            match number {
                0 => {
                    let merge = format!("{}/merge", path("categories", &passing));
                    client.post(&merge, &json!({"into": into["id"]})).expect_status(200);
                    None
                }
                1..9 => Some(client.expense(&json!({"title": "x", "amount": 1, "category": name}))),
                _ => {
                    let body = json!({"title": "x", "amount": 1, "category_id": passing["id"]});
                    let answer = client.post("/expenses/", &body);
                    if answer.status == 422 {
                        assert_eq!(answer.bad_fields(), ["/category_id unknown_category"]);
                        return None;
                    }
                    Some(answer.expect_status(201).json())
                }
            }
        });
        for expense in made.into_iter().flatten() {
            let now = ada.get(&path("expenses", &expense)).expect_status(200).json();
            let category = ada.get(&format!("/categories/{}", now["category_id"].as_str().unwrap()));
            assert_eq!(category.expect_status(200).json()["name"], now["category"]);
        }
    }
}

fn a_ledger_moves_in_one_piece(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut ada = server.user("ada@example.org");
    for number in 0..120 {
        ada.expense(&json!({"title": format!("{number}"), "amount": 1, "category": "Travel", "tags": ["t"]}));
    }
    let travel = named(&mut ada, "categories", "Travel");
    let gifts = named(&mut ada, "categories", "Gifts");
    let target = format!("{}?reassign_to={}", path("categories", &travel), gifts["id"].as_str().unwrap());
    ada.delete(&target).expect_status(204);
    assert_eq!(ada.every("category=gifts&limit=200").len(), 120);
    assert_eq!(named(&mut ada, "tags", "t")["count"], 120);
    assert_eq!(ada.get(&path("categories", &travel)).problem(), (404, "not_found".to_owned()));
}
