//! What the log says of requests, and what it never says.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Engine, Place, Request, Server, on_both_engines, wait_until};

on_both_engines!(one_line_a_request, secrets_and_bodies_are_never_logged);

/// The lines that tell of a request with this id.
fn lines_of(server: &Server, id: &str) -> Vec<Value> {
    server.log_lines().into_iter().filter(|line| line["request_id"] == id).collect()
}

fn one_line_a_request(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut user = server.user("ada@example.org");
    let me = user.get("/me").json()["id"].clone();
    let made = user.expense(&json!({"title": "x", "amount": 1}));
    let address = format!("/expenses/{}", made["id"].as_str().unwrap());
    let mut stranger = server.client();
    let mine = Some(&me);
    let requests = [
        (mine, Request::new("GET", "/me"), 200, json!("/me")),
        (mine, Request::new("GET", &address), 200, json!("/expenses/{id}")),
        (mine, Request::new("PATCH", &address).json(&json!({"amount": 2})), 200, json!("/expenses/{id}")),
        (mine, Request::new("GET", "/expenses?limit=1"), 200, json!("/expenses/")),
        (mine, Request::new("POST", "/expenses/").json(&json!({"title": ""})), 422, json!("/expenses/")),
        (mine, Request::new("DELETE", &address), 204, json!("/expenses/{id}")),
        (mine, Request::new("GET", &address), 404, json!("/expenses/{id}")),
        (mine, Request::new("HEAD", "/me"), 200, json!("/me")),
        (None, Request::new("GET", "/me"), 401, json!("/me")),
        (None, Request::new("GET", "/health/live"), 200, json!("/health/live")),
        (None, Request::new("GET", "/no/such/place"), 404, Value::Null),
    ];
    for (number, (who, request, status, route)) in requests.iter().enumerate() {
        let id = format!("request-{number}");
        let client = if who.is_some() { &mut user } else { &mut stranger };
        client.send(&request.clone().header("x-request-id", &*id)).expect_status(*status);
        let lines = wait_until("a line of the log", || {
            let lines = lines_of(&server, &id);
            (!lines.is_empty()).then_some(lines)
        });
        let [line] = &lines[..] else { panic!("{lines:?}") };
        let method = format!("{request:?}");
        assert!(method.contains(line["method"].as_str().unwrap()), "{line}");
        assert_eq!((&line["status"], &line["route"]), (&json!(status), route), "{line}");
        assert!(
            line["latency_ms"].as_f64().is_some_and(|latency| (0.0..60_000.0).contains(&latency)),
            "{line}"
        );
        assert_eq!(line.get("user_id"), *who, "{line}");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z') && line["level"].is_string(), "{line}");
    }
    // Each request has an id, also when the client names none.
    let id = stranger.get("/version").header("x-request-id").to_owned();
    assert!(wait_until("a line of the log", || lines_of(&server, &id).pop())["status"] == 200);
}

const MARKER: &str = "Zebra-7391";

fn secrets_and_bodies_are_never_logged(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve_with(&[("LOG_LEVEL", "trace")]);
    let mut client = server.client();
    let email = format!("{MARKER}@example.org");
    let password = format!("{MARKER} password");
    let credentials = json!({"email": email, "password": password, "name": MARKER});
    client.post("/auth/register", &credentials).expect_status(201);
    client.post("/auth/register", &credentials).expect_status(409);
    let login = json!({"email": email, "password": password});
    let token = client.post("/auth/login", &login).expect_status(200).json();
    client
        .post("/auth/login", &json!({"email": email, "password": format!("{password} wrong")}))
        .expect_status(401);
    client
        .post("/auth/login", &json!({"email": MARKER, "password": MARKER, "more": MARKER}))
        .expect_status(422);
    client
        .send(&Request::new("POST", "/auth/login").body("application/json", format!("{{\"{MARKER}")))
        .expect_status(400);
    let token = token["access_token"].as_str().unwrap();
    client.set_token(token);
    let expense = json!({"title": MARKER, "amount": 73_917_391, "description": MARKER, "category": MARKER, "tags": [MARKER]});
    let made = client.expense(&expense);
    let address = format!("/expenses/{}", made["id"].as_str().unwrap());
    client.put(&address, &expense).expect_status(200);
    client.patch(&address, &json!({"title": format!("{MARKER} again")})).expect_status(200);
    client.post("/expenses/", &json!({"title": MARKER, "amount": MARKER, MARKER: 1})).expect_status(422);
    client.get(&format!("/expenses/?q={MARKER}&category={MARKER}&tag={MARKER}")).expect_status(200);
    client.get(&format!("/expenses/?cursor={MARKER}")).expect_status(422);
    client.patch("/me", &json!({"name": format!("{MARKER} too")})).expect_status(200);
    let mut stranger = server.client();
    stranger.get(&format!("/me?access_token={token}")).expect_status(401);
    stranger.set_token(format!("{token}x"));
    stranger.get("/me").expect_status(401);
    client.send(&Request::new("GET", "/version").header("x-request-id", "the-last"));
    wait_until("the last line", || lines_of(&server, "the-last").pop());

    let printed = server.everything_printed();
    assert!(printed.lines().count() > 15);
    let signature = token.rsplit('.').next().unwrap();
    for secret in
        [MARKER, "zebra-7391", "73917391", token, signature, support::SECRET, "$2b$", "$2y$", "$2a$"]
    {
        let found = printed.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(found, None, "{secret} is in the log");
    }
}
