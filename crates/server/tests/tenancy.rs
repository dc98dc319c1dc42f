//! Two users who try each other's ids: what belongs to somebody else is like what does not exist.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Answer, Client, Engine, Place, Request, on_both_engines};

on_both_engines!(every_address_with_an_id, ids_in_bodies_and_queries);

const NOBODYS: &str = "019ab2c3-7d00-7000-8000-00000000dead";

/// An operation of the `OpenAPI` document whose address has an id in it.
struct Operation {
    method: String,
    path: String,
    body: Option<(String, Value)>,
}

/// Whatever the document has now or will have later.
fn operations_with_an_id(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters =
                item["parameters"].as_array().into_iter().chain(operation["parameters"].as_array());
            let in_path: Vec<&Value> =
                parameters.flatten().filter(|parameter| parameter["in"] == "path").collect();
            if !in_path.iter().any(|parameter| parameter["schema"]["format"] == "uuid") {
                continue;
            }
            let mut path = path.clone();
            for parameter in in_path.iter().filter(|parameter| parameter["schema"]["format"] != "uuid") {
                let example = match &parameter["example"] {
                    Value::String(text) => text.clone(),
                    Value::Null => "1".to_owned(),
                    other => other.to_string(),
                };
                path = path.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &example);
            }
            let content = operation["requestBody"]["content"].as_object();
            let body = content.and_then(|content| content.iter().next()).map(|(media_type, content)| {
                assert!(!content["example"].is_null(), "{method} {path} has no example of its body");
                (media_type.clone(), content["example"].clone())
            });
            found.push(Operation { method: method.to_uppercase(), path, body });
        }
    }
    found
}

impl Operation {
    fn ask(&self, client: &mut Client, id: &str, condition: Option<(&str, &str)>) -> Answer {
        let before = self.path.split('{').next().unwrap();
        let after = self.path.rsplit('}').next().unwrap();
        let mut request =
            Request::new(&self.method, format!("{before}{id}{after}")).header("x-request-id", "the-same");
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        if let Some((media_type, body)) = &self.body {
            request = request.body(media_type, body.to_string());
        }
        comparable(client.send(&request))
    }
}

/// Without the time, and with the headers in an order, which they have not got by themselves.
fn comparable(mut answer: Answer) -> Answer {
    answer.headers.retain(|(name, _)| name != "date");
    answer.headers.sort();
    answer
}

fn every_address_with_an_id(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let (mut ada, mut eve) = (server.user("ada@example.org"), server.user("eve@example.org"));
    let secret =
        ada.expense(&json!({"title": "A secret", "amount": 1, "category": "Secrets", "tags": ["secret"]}));
    let mine = eve.expense(&json!({"title": "Mine", "amount": 2}));
    let me = ada.get("/me").json();
    let tag = ada.get("/tags/").json()["items"][0]["id"].clone();

    let operations = operations_with_an_id(&eve.get("/openapi.json").json());
    let methods: Vec<&str> = operations.iter().map(|operation| operation.method.as_str()).collect();
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        assert!(methods.contains(&method), "the document has lost {method} of an expense: {methods:?}");
    }
    for operation in &operations {
        for condition in [
            None,
            Some(("if-match", "*")),
            Some(("if-match", "\"1\"")),
            Some(("if-match", "\"7\"")),
            Some(("if-none-match", "\"1\"")),
            Some(("if-none-match", "*")),
        ] {
            let nobodys = operation.ask(&mut eve, NOBODYS, condition);
            assert_eq!(nobodys.problem().0, 404, "{} {}", operation.method, operation.path);
            for id in [&secret["id"], &secret["category_id"], &tag, &me["id"]] {
                let theirs = operation.ask(&mut eve, id.as_str().unwrap(), condition);
                assert_eq!(theirs, nobodys, "{} {} {condition:?}", operation.method, operation.path);
            }
        }
    }
    assert_eq!(ada.every(""), [secret]);
    assert_eq!(eve.every(""), [mine]);
    assert_eq!(ada.get("/me").json(), me);
}

fn ids_in_bodies_and_queries(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let (mut ada, mut eve) = (server.user("ada@example.org"), server.user("eve@example.org"));
    let secret =
        ada.expense(&json!({"title": "A secret", "amount": 1, "category": "Secrets", "tags": ["secret"]}));
    let mine = eve.expense(&json!({"title": "Mine", "amount": 2}));
    let address = format!("/expenses/{}", mine["id"].as_str().unwrap());
    let theirs = secret["category_id"].as_str().unwrap();
    let mut alike = |ask: &mut dyn FnMut(&mut Client, &str) -> Answer| {
        let [theirs, nobodys] = [theirs, NOBODYS].map(|id| comparable(ask(&mut eve, id)));
        assert_eq!(theirs, nobodys);
        theirs
    };
    let request =
        |method: &str, target: String| Request::new(method, target).header("x-request-id", "the-same");
    let bodies: [(&str, &str); 3] = [("POST", "/expenses/"), ("PUT", &address), ("PATCH", &address)];
    for (method, target) in bodies {
        let refused = alike(&mut |eve, id| {
            let body = json!({"title": "Mine", "amount": 2, "category_id": id});
            eve.send(&request(method, target.to_owned()).json(&body))
        });
        assert_eq!(refused.bad_fields(), ["/category_id unknown_category"]);
    }
    for query in ["category_id=ID", "category=secrets", "tag=secret", "q=secret"] {
        let nothing = alike(&mut |eve, id| {
            eve.send(&request("GET", format!("/expenses/?{}", query.replace("ID", id))))
        });
        assert_eq!(nothing.expect_status(200).json()["items"], json!([]), "{query}");
    }
    // Categories and tags of one name belong to each of them.
    let own =
        eve.expense(&json!({"title": "Mine too", "amount": 3, "category": "secrets", "tags": ["SECRET"]}));
    assert_ne!(own["category_id"], secret["category_id"]);
    assert_eq!((&own["category"], &own["tags"]), (&json!("secrets"), &json!(["SECRET"])));
    assert_eq!(ada.every(""), [secret]);
}
