//! Categories: every status and body of their operations.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Answer, Api, request};

const NOBODYS: &str = "019ab2c3-7d00-7000-8000-0000000000ff";

async fn category(api: &Api, token: &str, body: Value) -> Value {
    let answer = api.post(token, "/categories/", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn path(category: &Value) -> String {
    format!("/categories/{}", category["id"].as_str().unwrap())
}

async fn send(api: &Api, method: Method, token: &str, uri: &str, body: Value) -> Answer {
    api.send(request(method, token, uri).set_json(body)).await
}

async fn names(api: &Api, token: &str, query: &str) -> Vec<String> {
    let answer = api.get(token, &format!("/categories/?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_new_user_starts_with_categories() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let answer = api.get(&ada, "/categories?limit=200").await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    let items = body["items"].as_array().unwrap();
    assert!(items.len() >= 15 && body["next_cursor"].is_null());
    let food = items.iter().find(|item| item["name"] == "Food").unwrap();
    let groceries = items.iter().find(|item| item["name"] == "Groceries").unwrap();
    assert_eq!(groceries["parent_id"], food["id"]);
    let expense = api.expense(&ada, json!({"title": "Bread", "amount": 3, "category": "groceries"})).await;
    assert_eq!((&expense["category_id"], &expense["category"]), (&groceries["id"], &json!("Groceries")));
    let changed = send(&api, Method::PATCH, &ada, &path(food), json!({"name": "Eating"})).await;
    assert_eq!((changed.status.as_u16(), changed.json()["name"].as_str()), (200, Some("Eating")));
}

#[actix_web::test]
async fn a_category_is_created_shown_replaced_and_changed() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let answer = api.post(&ada, "/categories/", json!({"name": " Cafe\u{301} "})).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (201, "\"1\""));
    let made = answer.json();
    assert_eq!(answer.header("location"), path(&made));
    assert_eq!((&made["name"], &made["parent_id"]), (&json!("Café"), &Value::Null));
    assert_eq!(
        (&made["icon"], &made["archived"], &made["version"]),
        (&json!("folder"), &json!(false), &json!(1))
    );
    let color = made["color"].as_str().unwrap().to_owned();
    assert!(color.len() == 7 && color.starts_with('#'));
    assert_eq!(api.get(&ada, &path(&made)).await.json(), made);
    let known = request(Method::GET, &ada, &path(&made)).insert_header(("if-none-match", "\"1\""));
    assert_eq!(api.send(known).await.status, 304);

    let parent = category(&api, &ada, json!({"name": "Outside"})).await;
    let body = json!({"name": "Café", "parent_id": parent["id"], "color": "#FFaa00", "icon": "cup", "archived": true});
    let replaced = send(&api, Method::PUT, &ada, &path(&made), body).await;
    assert_eq!((replaced.status.as_u16(), replaced.header("etag")), (200, "\"2\""));
    let replaced = replaced.json();
    assert_eq!(replaced["color"], "#ffaa00");
    assert_eq!((&replaced["icon"], &replaced["archived"]), (&json!("cup"), &json!(true)));
    assert_eq!((&replaced["parent_id"], &replaced["created_at"]), (&parent["id"], &made["created_at"]));

    let changed = send(&api, Method::PATCH, &ada, &path(&made), json!({"archived": false})).await.json();
    assert_eq!((&changed["icon"], &changed["archived"]), (&json!("cup"), &json!(false)));
    let body = json!({"parent_id": null, "color": null, "icon": null});
    let changed = send(&api, Method::PATCH, &ada, &path(&made), body).await.json();
    assert_eq!((&changed["parent_id"], &changed["color"]), (&Value::Null, &json!(color)));
    assert_eq!((&changed["icon"], &changed["version"]), (&json!("folder"), &json!(4)));
    let plain = send(&api, Method::PUT, &ada, &path(&made), json!({"name": "CAFÉ"})).await.json();
    assert_eq!((&plain["name"], &plain["version"]), (&json!("CAFÉ"), &json!(5)));
}

#[actix_web::test]
async fn bad_fields_are_named() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let body = json!({"parent_id": "x", "color": "red", "icon": "A b", "archived": 1, "colour": 1});
    let found = api.post(&ada, "/categories/", body.clone()).await.bad_fields();
    assert_eq!(
        found,
        [
            "/archived invalid_type",
            "/color not_a_color",
            "/colour unknown_field",
            "/icon not_an_icon",
            "/name required",
            "/parent_id unknown_category"
        ]
    );
    let body = json!({"name": "\u{7}", "parent_id": "x", "color": "red", "icon": "A b"});
    let named =
        ["/color not_a_color", "/icon not_an_icon", "/name control_character", "/parent_id unknown_category"];
    assert_eq!(api.post(&ada, "/categories/", body.clone()).await.bad_fields(), named);
    let made = category(&api, &ada, json!({"name": "One"})).await;
    assert_eq!(send(&api, Method::PUT, &ada, &path(&made), body.clone()).await.bad_fields(), named);
    assert_eq!(send(&api, Method::PATCH, &ada, &path(&made), body).await.bad_fields(), named);
    let body = json!({"name": null, "archived": null});
    assert_eq!(
        send(&api, Method::PATCH, &ada, &path(&made), body).await.bad_fields(),
        ["/archived required", "/name required"]
    );
    for (uri, bad) in [
        ("/categories/?archived=yes", "?archived not_a_boolean"),
        ("/categories/?limit=0", "?limit out_of_range"),
        ("/categories/?cursor=x", "?cursor invalid_cursor"),
        ("/categories/?name=x", "?name unknown_parameter"),
    ] {
        assert_eq!(api.get(&ada, uri).await.bad_fields(), [bad]);
    }
}

#[actix_web::test]
async fn a_name_is_taken_whatever_its_case() {
    let api = Api::new();
    let (ada, bob) = (api.user("ada@example.org").await, api.user("bob@example.org").await);
    let made = category(&api, &ada, json!({"name": "Straße"})).await;
    let other = category(&api, &ada, json!({"name": "Weg"})).await;
    let taken = (409, "category_name_taken".to_owned());
    assert_eq!(api.post(&ada, "/categories/", json!({"name": "STRASSE"})).await.problem(), taken);
    for method in [Method::PUT, Method::PATCH] {
        let body = json!({"name": "strasse"});
        assert_eq!(send(&api, method.clone(), &ada, &path(&other), body.clone()).await.problem(), taken);
        assert_eq!(send(&api, method, &ada, &path(&made), body).await.status, 200);
    }
    category(&api, &bob, json!({"name": "Straße"})).await;
}

#[actix_web::test]
async fn there_are_two_levels() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let top = category(&api, &ada, json!({"name": "Top"})).await;
    let part = category(&api, &ada, json!({"name": "Part", "parent_id": top["id"]})).await;
    let other = category(&api, &ada, json!({"name": "Elsewhere"})).await;
    for (of, parent, code) in [
        (&other, json!(NOBODYS), "/parent_id unknown_category"),
        (&other, part["id"].clone(), "/parent_id parent_is_child"),
        (&other, other["id"].clone(), "/parent_id own_parent"),
        (&top, other["id"].clone(), "/parent_id has_children"),
    ] {
        let body = json!({"name": of["name"], "parent_id": parent});
        for method in [Method::PUT, Method::PATCH] {
            let refused = send(&api, method, &ada, &path(of), body.clone()).await;
            assert_eq!(refused.bad_fields(), [code]);
        }
    }
    let refused = api.post(&ada, "/categories/", json!({"name": "X", "parent_id": part["id"]})).await;
    assert_eq!(refused.bad_fields(), ["/parent_id parent_is_child"]);
}

#[actix_web::test]
async fn lists_are_walked_by_cursor() {
    let api = Api::new();
    let (ada, bob) = (api.user("ada@example.org").await, api.user("bob@example.org").await);
    let all = names(&api, &ada, "limit=200").await;
    let mut sorted = all.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    assert_eq!(all, sorted);
    let old = category(&api, &ada, json!({"name": "Aaa", "archived": true})).await;
    assert_eq!(names(&api, &ada, "archived=true").await, ["Aaa"]);
    assert_eq!(names(&api, &ada, "archived=false&limit=200").await, all);

    let mut walked = Vec::new();
    let mut uri = "/categories/?archived=false&limit=4".to_owned();
    loop {
        let answer = api.get(&ada, &uri).await;
        let body = answer.json();
        let items = body["items"].as_array().unwrap();
        walked.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = body["next_cursor"].as_str() else { break };
        uri = format!("/categories/?archived=false&limit=4&cursor={cursor}");
        assert_eq!(answer.header("link"), format!("<{uri}>; rel=\"next\""));
        let elsewhere = format!("/categories/?limit=4&cursor={cursor}");
        assert_eq!(api.get(&ada, &elsewhere).await.bad_fields(), ["?cursor invalid_cursor"]);
        assert_eq!(api.get(&bob, &uri).await.bad_fields(), ["?cursor invalid_cursor"]);
    }
    assert_eq!(walked, all);
    assert_eq!(api.get(&bob, &path(&old)).await.problem(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn what_is_in_use_is_not_deleted() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let top = category(&api, &ada, json!({"name": "Top"})).await;
    let part = category(&api, &ada, json!({"name": "Part", "parent_id": top["id"]})).await;
    for _ in 0..3 {
        api.expense(&ada, json!({"title": "x", "amount": 1, "category": "top"})).await;
    }
    let refused = send(&api, Method::DELETE, &ada, &path(&top), Value::Null).await;
    assert_eq!(refused.problem(), (409, "category_in_use".to_owned()));
    let body = refused.json();
    let counts = ["expenses", "children", "budgets", "recurring"].map(|name| body[name].as_u64().unwrap());
    assert_eq!(counts, [3, 1, 0, 0]);
    assert!(
        body["detail"].as_str().unwrap().contains("expenses: 3, categories of which it is the parent: 1)"),
        "{body}"
    );
    let delete = |uri: String| api.send(request(Method::DELETE, &ada, &uri));
    for bad in ["x", NOBODYS] {
        let refused = delete(format!("{}?reassign_to={bad}", path(&top))).await;
        assert_eq!(refused.bad_fields(), ["?reassign_to unknown_category"]);
    }
    let refused = delete(format!("{}?reassign_to={}", path(&top), top["id"].as_str().unwrap())).await;
    assert_eq!(refused.bad_fields(), ["?reassign_to into_itself"]);
    let stale = request(Method::DELETE, &ada, &path(&part)).insert_header(("if-match", "\"9\""));
    assert_eq!(api.send(stale).await.problem(), (412, "stale".to_owned()));

    let moved = delete(format!("{}?reassign_to={}", path(&top), part["id"].as_str().unwrap())).await;
    assert_eq!(moved.status, 204);
    assert_eq!(api.titles(&ada, "category=part").await.len(), 3);
    assert_eq!(api.get(&ada, &path(&part)).await.json()["parent_id"], Value::Null);
    let empty = category(&api, &ada, json!({"name": "Empty"})).await;
    assert_eq!(delete(path(&empty)).await.status, 204);
    assert_eq!(delete(path(&empty)).await.problem(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn a_category_is_merged_into_another_one() {
    let api = Api::new();
    let (ada, bob) = (api.user("ada@example.org").await, api.user("bob@example.org").await);
    let from = category(&api, &ada, json!({"name": "From"})).await;
    let part = category(&api, &ada, json!({"name": "Part", "parent_id": from["id"]})).await;
    let into = category(&api, &ada, json!({"name": "Into"})).await;
    let child = category(&api, &ada, json!({"name": "Child", "parent_id": into["id"]})).await;
    let theirs = category(&api, &bob, json!({"name": "Theirs"})).await;
    let expense = api.expense(&ada, json!({"title": "x", "amount": 1, "category": "From"})).await;
    let uri = format!("{}/merge", path(&from));
    for (body, bad) in [
        (json!({}), "/into required"),
        (json!({"into": 1}), "/into invalid_type"),
        (json!({"into": "x"}), "/into unknown_category"),
        (json!({"into": theirs["id"]}), "/into unknown_category"),
        (json!({"into": from["id"]}), "/into into_itself"),
    ] {
        assert_eq!(api.post(&ada, &uri, body).await.bad_fields(), [bad]);
    }
    let refused = api.post(&ada, &uri, json!({"into": child["id"]})).await;
    assert_eq!(refused.problem(), (409, "target_is_child".to_owned()));
    for token in [&bob, &ada] {
        let uri = if token == &bob { uri.clone() } else { format!("/categories/{NOBODYS}/merge") };
        assert_eq!(api.post(token, &uri, json!({"into": theirs["id"]})).await.problem().0, 404);
    }
    let stale = request(Method::POST, &ada, &uri).insert_header(("if-match", "\"9\""));
    let stale = api.send(stale.set_json(json!({"into": into["id"]}))).await;
    assert_eq!(stale.problem(), (412, "stale".to_owned()));

    let merged = api.post(&ada, &uri, json!({"into": into["id"]})).await;
    assert_eq!((merged.status.as_u16(), merged.header("etag")), (200, "\"1\""));
    assert_eq!(merged.json(), into);
    assert_eq!(api.get(&ada, &path(&part)).await.json()["parent_id"], into["id"]);
    assert_eq!(api.get(&ada, &path(&from)).await.status, 404);
    let moved = api.get(&ada, &format!("/expenses/{}", expense["id"].as_str().unwrap())).await.json();
    assert_eq!((&moved["category"], &moved["version"]), (&json!("Into"), &json!(2)));
}

#[actix_web::test]
async fn an_archived_category_is_still_one() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let old = category(&api, &ada, json!({"name": "Old", "archived": true})).await;
    for body in [json!({"category": "OLD"}), json!({"category_id": old["id"]})] {
        let mut new = json!({"title": "x", "amount": 1});
        new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(api.expense(&ada, new).await["category_id"], old["id"]);
    }
}

#[actix_web::test]
async fn storage_and_tokens_are_needed() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let made = category(&api, &ada, json!({"name": "One"})).await;
    let calls = [
        (Method::GET, "/categories/".to_owned(), Value::Null),
        (Method::POST, "/categories/".to_owned(), json!({"name": "x"})),
        (Method::GET, path(&made), Value::Null),
        (Method::PUT, path(&made), json!({"name": "x"})),
        (Method::PATCH, path(&made), json!({"name": "x"})),
        (Method::DELETE, path(&made), Value::Null),
        (Method::POST, format!("{}/merge", path(&made)), json!({"into": NOBODYS})),
    ];
    for (method, uri, body) in calls {
        let call = |token: &str| {
            let request = request(method.clone(), token, &uri);
            if body.is_null() { request } else { request.set_json(&body) }
        };
        assert_eq!(api.send(call("nonsense")).await.problem().0, 401);
        api.storage.set_available(false);
        assert_eq!(api.send(call(&ada)).await.problem(), (503, "database_unavailable".to_owned()));
        api.storage.set_available(true);
        api.storage.set_broken(true);
        assert_eq!(api.send(call(&ada)).await.problem(), (500, "internal_error".to_owned()));
        api.storage.set_broken(false);
    }
}
