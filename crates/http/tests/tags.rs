//! Tags: every status and body of their operations.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Answer, Api, request};

const NOBODYS: &str = "/tags/019ab2c3-7d00-7000-8000-0000000000ff";

async fn tagged(api: &Api, token: &str, tags: &[&str]) -> Value {
    api.expense(token, json!({"title": "x", "amount": 1, "tags": tags})).await
}

/// The addresses of tags by their names.
async fn path(api: &Api, token: &str, name: &str) -> String {
    let body = api.get(token, "/tags?limit=200").await.json();
    let tag = body["items"].as_array().unwrap().iter().find(|tag| tag["name"] == name).unwrap();
    format!("/tags/{}", tag["id"].as_str().unwrap())
}

async fn patch(api: &Api, token: &str, uri: &str, body: Value) -> Answer {
    api.send(request(Method::PATCH, token, uri).set_json(body)).await
}

#[actix_web::test]
async fn tags_are_listed_with_counts() {
    let api = Api::new();
    let (ada, bob) = (api.user("ada@example.org").await, api.user("bob@example.org").await);
    assert_eq!(api.get(&ada, "/tags/").await.json(), json!({"items": [], "next_cursor": null}));
    tagged(&api, &ada, &["work", "Food"]).await;
    tagged(&api, &ada, &["WORK", "travel"]).await;
    tagged(&api, &bob, &["work"]).await;
    let first = api.get(&ada, "/tags/?limit=2").await;
    let body = first.json();
    let shown = |body: &Value| -> Vec<(String, u64)> {
        let items = body["items"].as_array().unwrap().iter();
        items.map(|tag| (tag["name"].as_str().unwrap().to_owned(), tag["count"].as_u64().unwrap())).collect()
    };
    assert_eq!(shown(&body), [("Food".to_owned(), 1), ("travel".to_owned(), 1)]);
    let next = format!("/tags/?limit=2&cursor={}", body["next_cursor"].as_str().unwrap());
    assert_eq!(first.header("link"), format!("<{next}>; rel=\"next\""));
    assert_eq!(shown(&api.get(&ada, &next).await.json()), [("work".to_owned(), 2)]);
    assert_eq!(api.get(&bob, &next).await.bad_fields(), ["?cursor invalid_cursor"]);
    assert_eq!(api.get(&ada, "/tags/?count=1").await.bad_fields(), ["?count unknown_parameter"]);
}

#[actix_web::test]
async fn a_tag_is_shown_renamed_and_deleted() {
    let api = Api::new();
    let (ada, bob) = (api.user("ada@example.org").await, api.user("bob@example.org").await);
    let expense = tagged(&api, &ada, &["one", "food"]).await;
    let expense_path = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let before = api.get(&ada, &expense_path).await.header("etag").to_owned();
    let food = path(&api, &ada, "food").await;
    let shown = api.get(&ada, &food).await;
    let tag = shown.header("etag").to_owned();
    assert_eq!(shown.json()["count"], 1);
    assert_eq!(
        api.send(request(Method::GET, &ada, &food).insert_header(("if-none-match", tag.clone())))
            .await
            .status,
        304
    );

    assert_eq!(
        patch(&api, &ada, &food, json!({"name": "ONE"})).await.problem(),
        (409, "tag_name_taken".into())
    );
    for (body, bad) in [
        (json!({"name": null}), "/name required"),
        (json!({"name": " "}), "/name blank"),
        (json!({"name": 1}), "/name invalid_type"),
        (json!({"count": 1}), "/count unknown_field"),
    ] {
        assert_eq!(patch(&api, &ada, &food, body).await.bad_fields(), [bad]);
    }
    assert_eq!(patch(&api, &ada, &food, json!({})).await.json()["version"], 1);
    let stale = request(Method::PATCH, &ada, &food).insert_header(("if-match", "\"2\""));
    assert_eq!(api.send(stale.set_json(json!({"name": "x"}))).await.problem(), (412, "stale".into()));
    let renaming = request(Method::PATCH, &ada, &food).insert_header(("if-match", tag));
    let renamed = api.send(renaming.set_json(json!({"name": "Meals"}))).await;
    assert_eq!((&renamed.json()["name"], &renamed.json()["version"]), (&json!("Meals"), &json!(2)));
    let after = api.get(&ada, &expense_path).await;
    assert_eq!(after.json()["tags"], json!(["one", "Meals"]));
    assert_ne!(after.header("etag"), before, "what is shown has changed");
    assert_eq!(after.json()["version"], 1);

    for uri in [NOBODYS, "/tags/x"] {
        assert_eq!(api.get(&ada, uri).await.problem().0, 404);
        assert_eq!(patch(&api, &ada, uri, json!({"name": "x"})).await.problem().0, 404);
        assert_eq!(patch(&api, &ada, uri, json!({})).await.problem().0, 404);
        assert_eq!(api.send(request(Method::DELETE, &ada, uri)).await.problem().0, 404);
    }
    assert_eq!(api.get(&bob, &food).await.problem().0, 404);
    assert_eq!(api.send(request(Method::DELETE, &bob, &food)).await.problem().0, 404);
    let stale = request(Method::DELETE, &ada, &food).insert_header(("if-match", "\"1\""));
    assert_eq!(api.send(stale).await.problem().0, 412);
    assert_eq!(api.send(request(Method::DELETE, &ada, &food)).await.status, 204);
    let after = api.get(&ada, &expense_path).await.json();
    assert_eq!((&after["tags"], &after["version"]), (&json!(["one"]), &json!(2)));
    assert_eq!(api.get(&ada, &food).await.problem().0, 404);
}

#[actix_web::test]
async fn a_new_name_of_a_category_changes_the_tag_of_its_expenses() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    let expense = api.expense(&ada, json!({"title": "x", "amount": 1, "category": "Food"})).await;
    let uri = format!("/expenses/{}", expense["id"].as_str().unwrap());
    let before = api.get(&ada, &uri).await.header("etag").to_owned();
    assert!(before.starts_with("\"1-"), "{before}");
    let category = format!("/categories/{}", expense["category_id"].as_str().unwrap());
    assert_eq!(patch(&api, &ada, &category, json!({"name": "Meals"})).await.status, 200);
    let asked = request(Method::GET, &ada, &uri).insert_header(("if-none-match", before.clone()));
    let after = api.send(asked).await;
    assert_eq!((after.status.as_u16(), after.json()["category"].as_str()), (200, Some("Meals")));
    assert_ne!(after.header("etag"), before);
    // The expense itself was not written, so who read it under the old name may write it.
    let write = request(Method::PATCH, &ada, &uri).insert_header(("if-match", before.clone()));
    assert_eq!(api.send(write.set_json(json!({"title": "y"}))).await.json()["version"], 2);
    let write = request(Method::PATCH, &ada, &uri).insert_header(("if-match", before));
    assert_eq!(api.send(write.set_json(json!({"title": "z"}))).await.status, 412);
    let write = request(Method::PATCH, &ada, &uri).insert_header(("if-match", "\"2\""));
    assert_eq!(api.send(write.set_json(json!({"title": "z"}))).await.status, 200);
    let plain = api.expense(&ada, json!({"title": "x", "amount": 1})).await;
    let uri = format!("/expenses/{}", plain["id"].as_str().unwrap());
    assert_eq!(api.get(&ada, &uri).await.header("etag"), "\"1\"");
}

#[actix_web::test]
async fn storage_and_tokens_are_needed() {
    let api = Api::new();
    let ada = api.user("ada@example.org").await;
    tagged(&api, &ada, &["food"]).await;
    let food = path(&api, &ada, "food").await;
    for (method, uri) in
        [(Method::GET, "/tags/"), (Method::GET, &*food), (Method::PATCH, &*food), (Method::DELETE, &*food)]
    {
        let call = |token: &str| {
            let request = request(method.clone(), token, uri);
            if method == Method::PATCH { request.set_json(json!({"name": "x"})) } else { request }
        };
        assert_eq!(api.send(call("nonsense")).await.problem().0, 401);
        api.storage.set_available(false);
        assert_eq!(api.send(call(&ada)).await.problem().0, 503);
        api.storage.set_available(true);
    }
}
