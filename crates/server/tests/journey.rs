//! What a client does from the first day on.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::{Engine, PASSWORD, Place, Request, on_both_engines};

on_both_engines!(
    an_account_and_its_expenses,
    lists_are_filtered_sorted_and_walked,
    what_is_wrong_is_told,
    operations_and_documentation,
);

fn an_account_and_its_expenses(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.client();

    let registration = json!({"email": "Ada@Example.org", "password": PASSWORD, "name": " Ada "});
    let answer = client.post("/auth/register", &registration).expect_status(201);
    assert_eq!((answer.header("location"), answer.header("etag")), ("/me", "\"1\""));
    let user = answer.json();
    assert_eq!(
        (&user["email"], &user["name"], &user["currency"]),
        (&json!("Ada@Example.org"), &json!("Ada"), &json!("EUR"))
    );
    assert!(!answer.text().contains(PASSWORD));
    assert_eq!(client.post("/auth/register", &registration).problem(), (409, "email_taken".into()));

    let wrong =
        client.post("/auth/login", &json!({"email": "ada@example.org", "password": "something else"}));
    let unknown = client.post("/auth/login", &json!({"email": "eve@example.org", "password": PASSWORD}));
    assert_eq!(wrong.problem(), (401, "wrong_credentials".into()));
    assert_eq!(unknown.problem(), wrong.problem());
    assert_eq!(client.get("/me").problem(), (401, "missing_token".into()));
    let token = client.post("/auth/login", &json!({"email": "ADA@example.ORG", "password": PASSWORD}));
    let token = token.expect_status(200).json();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(1800)));
    client.set_token(token["access_token"].as_str().unwrap());

    let answer = client.get("/me").expect_status(200);
    assert_eq!(answer.json(), user);
    let unchanged = client.send(&Request::new("GET", "/me").header("if-none-match", answer.header("etag")));
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let change =
        json!({"name": null, "currency": "JPY", "time_zone": "Asia/Tokyo", "first_day_of_week": "sunday"});
    let changed = client.patch("/me", &change).expect_status(200).json();
    assert_eq!(
        (&changed["name"], &changed["currency"], &changed["version"]),
        (&json!(null), &json!("JPY"), &json!(2))
    );
    let stale = Request::new("PATCH", "/me").header("if-match", "\"1\"").json(&json!({"name": "Bob"}));
    assert_eq!(client.send(&stale).problem(), (412, "stale".into()));
    assert_eq!(client.get("/me").json(), changed);

    let created = client.post("/expenses/", &json!({"title": "Ramen", "amount": 1200})).expect_status(201);
    let ramen = created.json();
    let location = format!("/expenses/{}", ramen["id"].as_str().unwrap());
    assert_eq!((created.header("location"), created.header("etag")), (&*location, "\"1\""));
    assert_eq!(
        (&ramen["currency"], &ramen["kind"], &ramen["version"]),
        (&json!("JPY"), &json!("expense"), &json!(1))
    );
    assert_eq!(client.get(&location).expect_status(200).json(), ramen);

    let whole = json!({"title": "Rāmen", "amount": 12.5, "currency": "EUR", "category": "Food", "tags": ["Noodles", "noodles"],
                       "date": "2026-11-20", "description": "with\negg", "kind": "income"});
    let put = Request::new("PUT", &location).header("if-match", "\"1\"").json(&whole);
    let replaced = client.send(&put).expect_status(200);
    assert_eq!((&replaced.header("etag")[..3], &*replaced.amount_text()), ("\"2-", "12.50"));
    assert_eq!(replaced.json()["tags"], json!(["Noodles"]));
    assert_eq!(client.send(&put).problem(), (412, "stale".into()));
    let patch = Request::new("PATCH", &location)
        .body("application/merge-patch+json", json!({"description": null, "amount": 0.1}).to_string());
    let patched = client.send(&patch).expect_status(200);
    assert_eq!((&patched.header("etag")[..3], &*patched.amount_text()), ("\"3-", "0.10"));
    let now = patched.json();
    assert_eq!(
        (&now["description"], &now["category"], &now["created_at"]),
        (&json!(null), &json!("Food"), &ramen["created_at"])
    );
    assert_eq!(
        client.get("/expenses/").expect_status(200).json(),
        json!({"items": [now], "next_cursor": null})
    );

    let delete = |tag: &str| Request::new("DELETE", &location).header("if-match", tag);
    assert_eq!(client.send(&delete("\"2\"")).problem(), (412, "stale".into()));
    let deleted = client.send(&delete("\"3\"")).expect_status(204);
    assert!(deleted.body.is_empty());
    for gone in [client.get(&location), client.put(&location, &whole), client.delete(&location)] {
        assert_eq!(gone.problem(), (404, "not_found".into()));
    }
    assert_eq!(client.get("/expenses/").json(), json!({"items": [], "next_cursor": null}));
}

fn lists_are_filtered_sorted_and_walked(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    for (title, amount, currency, category, date, tags, kind) in [
        ("Crème brûlée", 6.5, "EUR", "Food", "2026-11-01", json!(["Sweet"]), "expense"),
        ("Rent", 900.0, "EUR", "Home", "2026-11-02", json!([]), "expense"),
        ("Ramen", 1200.0, "JPY", "food", "2026-11-03", json!(["noodles", "sweet"]), "expense"),
        ("Salary 100%_\\", 3000.0, "EUR", "Work", "2026-11-03", json!([]), "income"),
    ] {
        client.expense(&json!({"title": title, "amount": amount, "currency": currency, "category": category,
            "date": date, "tags": tags, "kind": kind}));
    }
    let titles = |found: Vec<serde_json::Value>| -> Vec<String> {
        found.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let (creme, rent, ramen, salary) = ("Crème brûlée", "Rent", "Ramen", "Salary 100%_\\");
    for (query, expected) in [
        ("", vec![salary, ramen, rent, creme]),
        ("sort=date", vec![creme, rent, ramen, salary]),
        ("sort=amount", vec![creme, rent, ramen, salary]),
        ("sort=-amount&currency=EUR", vec![salary, rent, creme]),
        ("sort=created_at", vec![creme, rent, ramen, salary]),
        ("category=FOOD", vec![ramen, creme]),
        ("tag=sWEET&sort=date", vec![creme, ramen]),
        ("kind=income", vec![salary]),
        ("from=2026-11-02&to=2026-11-02", vec![rent]),
        ("min_amount=6.5&max_amount=900", vec![rent, creme]),
        ("q=CREME%20brulee", vec![creme]),
        ("q=%25_%5C", vec![salary]),
        ("q=%25e", vec![]),
    ] {
        assert_eq!(titles(client.every(query)), expected, "{query}");
        let separator = if query.is_empty() { "" } else { "&" };
        assert_eq!(titles(client.every(&format!("limit=1{separator}{query}"))), expected, "{query}");
    }
    let page = client.get("/expenses/?limit=2&sort=date").expect_status(200);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let link = format!("</expenses/?limit=2&sort=date&cursor={cursor}>; rel=\"next\"");
    assert_eq!(page.header("link"), link);
    for query in [format!("sort=-date&cursor={cursor}"), format!("cursor={cursor}"), "cursor=x".to_owned()] {
        assert_eq!(client.get(&format!("/expenses/?{query}")).bad_fields(), ["?cursor invalid_cursor"]);
    }
    let mut other = server.user("eve@example.org");
    let foreign = other.get(&format!("/expenses/?limit=2&sort=date&cursor={cursor}"));
    assert_eq!(foreign.bad_fields(), ["?cursor invalid_cursor"]);
}

fn what_is_wrong_is_told(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    assert_eq!(client.get("/nowhere").problem(), (404, "not_found".into()));
    assert_eq!(client.get("/expenses/1").problem(), (404, "not_found".into()));
    let wrong = client.delete("/expenses/");
    assert_eq!((wrong.problem().0, wrong.header("allow")), (405, "GET, HEAD, POST"));
    let bad = json!({"title": " ", "amount": "5", "colour": "red", "date": "2026-02-30", "tags": ["\u{7}"]});
    assert_eq!(
        client.post("/expenses/", &bad).bad_fields(),
        [
            "/amount invalid_type",
            "/colour unknown_field",
            "/date not_a_date",
            "/tags/0 control_character",
            "/title blank"
        ]
    );
    assert_eq!(
        client.get("/expenses/?limit=0&colour=red").bad_fields(),
        ["?colour unknown_parameter", "?limit out_of_range"]
    );
    let short = json!({"email": "nobody", "password": "short"});
    assert_eq!(
        client.post("/auth/register", &short).bad_fields(),
        ["/email not_an_email_address", "/password too_short"]
    );
    let mut stranger = server.client();
    stranger.set_token(format!("{}x", client.token()));
    let refused = stranger.get("/me");
    assert_eq!(refused.problem(), (401, "invalid_token".into()));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    let kept = client.send(&Request::new("GET", "/nowhere").header("x-request-id", "my-own.id_1"));
    assert_eq!((kept.problem().0, kept.header("x-request-id")), (404, "my-own.id_1"));
    assert!(client.every("").is_empty());
}

fn operations_and_documentation(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.client();
    for target in ["/health/live", "/health/ready"] {
        assert_eq!(client.get(target).expect_status(200).json(), json!({"status": "ok"}));
    }
    let version = client.get("/version").expect_status(200).json();
    assert_eq!(
        (&version["name"], &version["version"]),
        (&json!("finance-api"), &json!(env!("CARGO_PKG_VERSION")))
    );
    let document = client.get("/openapi.json").expect_status(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));

    let page = client.get("/docs").expect_status(200);
    assert_eq!(client.get("/docs/").expect_status(200).body, page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let html = page.text();
    let assets: Vec<&str> = html.split(['"', '\'']).filter(|text| text.starts_with("/docs/")).collect();
    assert!(assets.len() >= 3, "{html}");
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("<script>"), "{html}");
    for asset in assets {
        let answer = client.get(asset).expect_status(200);
        assert!(answer.body.len() > 100, "{asset}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asset}");
        let zipped =
            client.send(&Request::new("GET", asset).header("accept-encoding", "gzip")).expect_status(200);
        if answer.header("content-type").starts_with("text/") && answer.body.len() > 10_000 {
            assert_eq!(zipped.header("content-encoding"), "gzip", "{asset}");
            assert!(zipped.body.len() < answer.body.len(), "{asset}");
        }
    }
    let home = client.get("/").expect_status(200).text();
    assert!(home.contains("/docs") && home.contains("/openapi.json"));

    let mut client = server.user("ada@example.org");
    client.expense(&json!({"title": "x", "amount": 1}));
    for target in ["/health/live", "/me", "/expenses/", "/expenses", "/docs", "/openapi.json"] {
        let got = client.get(target).expect_status(200);
        let head = client.send(&Request::new("HEAD", target)).expect_status(200);
        assert_eq!(head.header("content-length"), got.body.len().to_string(), "{target}");
        assert_eq!(head.header("etag"), got.header("etag"), "{target}");
        assert_eq!(head.header("content-type"), got.header("content-type"), "{target}");
        assert!(client.is_connected(), "{target}");
    }
    let missing = client.send(&Request::new("HEAD", "/expenses/019ab2c3-7d00-7000-8000-00000000dead"));
    assert_eq!((missing.status, missing.body.len()), (404, 0));
    let one = client.get("/expenses?limit=1").expect_status(200);
    assert_eq!(one.json(), client.get("/expenses/?limit=1").json());
    client.post("/expenses", &json!({"title": "y", "amount": 1})).expect_status(201);
    assert_eq!(client.every("").len(), 2);
}
