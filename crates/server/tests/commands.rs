//! The other commands.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::{Engine, Finished, PASSWORD, Place, Server, on_both_engines};

on_both_engines!(healthcheck_tells_how_the_server_is, the_demo_is_the_same_for_the_same_seed);

fn healthcheck(place: &Place, port: u16, arguments: &[&str]) -> Finished {
    let mut command = place.bare(&["healthcheck"]);
    command.args(arguments).env("PORT", port.to_string());
    Finished::of(command)
}

fn healthcheck_tells_how_the_server_is(engine: Engine) {
    let place = Place::new(engine);
    let mut server = place.serve_with(&[("SHUTDOWN_GRACE_SECONDS", "20"), ("SHUTDOWN_DRAIN_SECONDS", "1")]);
    let port = server.address().port();
    assert_eq!(healthcheck(&place, port, &[]).success(), "");
    assert_eq!(healthcheck(&place, port, &["--ready"]).success(), "");
    server.signal("TERM");
    server.wait_for_log("the signal", |line| (line["signal"] == "SIGTERM").then_some(()));
    assert_eq!(healthcheck(&place, port, &[]).success(), "");
    let draining = healthcheck(&place, port, &["--ready"]);
    assert_eq!(draining.code, Some(1));
    assert!(draining.stderr.contains("503"), "{draining:?}");
    server.kill();
    let gone = healthcheck(&place, port, &[]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.contains("does not answer"), "{gone:?}");
}

#[test]
fn healthcheck_does_not_wait_for_ever() {
    let place = Place::new(Engine::Sqlite);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let finished = healthcheck(&place, silent.local_addr().unwrap().port(), &[]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let mut command = place.bare(&["healthcheck"]);
    command.env("PORT", "x");
    assert_eq!(Finished::of(command).code, Some(78));
}

#[test]
fn openapi_is_the_committed_document() {
    let place = Place::new(Engine::Sqlite);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = std::fs::read_to_string(committed).unwrap();
    let printed = Finished::of(place.bare(&["openapi"]));
    assert!(printed.success() == committed, "docs/openapi.json is not what `finance-api openapi` prints");
    let served = place.serve().client().get("/openapi.json").expect_status(200);
    let document: Value = serde_json::from_str(&committed).unwrap();
    assert_eq!(served.json(), document);
}

#[test]
fn version_and_help() {
    let place = Place::new(Engine::Sqlite);
    let version = Finished::of(place.bare(&["--version"]));
    let served = place.serve().client().get("/version").json();
    let commit = served["commit"].as_str().unwrap();
    assert!(
        commit == "unknown" || (commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit())),
        "{commit}"
    );
    assert_eq!(version.success().trim(), format!("finance-api {} ({commit})", env!("CARGO_PKG_VERSION")));
    let help = Finished::of(place.bare(&["--help"]));
    for word in
        ["serve", "migrate", "healthcheck", "openapi", "demo", "DATABASE_URL", "JWT_SECRET_KEY", "PORT"]
    {
        assert!(help.success().contains(word), "{word}");
    }
    let wrong = Finished::of(place.bare(&["swerve"]));
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("serve"), "{wrong:?}");
}

/// Everything that the demo made for its user.
fn demo(place: &Place, seed: &str) -> (Value, Vec<Value>) {
    let arguments = ["demo", "--seed", seed, "--years", "1", "--until", "2026-11-23", "--password", PASSWORD];
    let printed = place.run(&arguments);
    assert!(printed.success().contains("demo@example.org"), "{printed:?}");
    let again = place.run(&arguments);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("exists already"), "{again:?}");
    let server = place.serve();
    let mut client = server.log_in("demo@example.org");
    (client.get("/me").json(), client.every("limit=200"))
}

fn the_demo_is_the_same_for_the_same_seed(engine: Engine) {
    let (user, expenses) = demo(&Place::new(engine), "7");
    assert!(expenses.len() > 200, "{} expenses in a year", expenses.len());
    let dates: Vec<&str> = expenses.iter().map(|expense| expense["date"].as_str().unwrap()).collect();
    assert!(dates.iter().all(|date| ("2025-11-01"..="2026-11-23").contains(date)), "{:?}", dates.last());
    assert_eq!(user["email"], "demo@example.org");
    // On either engine, ids and instants included.
    for other in [Engine::Sqlite, Engine::Postgres] {
        let (same_user, same) = demo(&Place::new(other), "7");
        assert_eq!(same_user, user);
        assert!(same == expenses, "another story of the same seed on {other:?}");
    }
    let (_, different) = demo(&Place::new(engine), "8");
    assert!(different != expenses);
}

#[test]
fn the_demo_can_be_looked_at_at_once() {
    let place = Place::new(Engine::Sqlite);
    let mut command: Command = place.bare(&["demo", "--years", "1"]);
    command.env("BCRYPT_COST", "4");
    let printed = Finished::of(command);
    let password = printed.success().lines().find_map(|line| line.trim().strip_prefix("password"));
    let password = password.unwrap().trim().to_owned();
    let mut command = place.bare(&[]);
    command.env("PORT", "0").env("BCRYPT_COST", "4");
    let server = Server::start(command);
    let mut client = server.client();
    let login = json!({"email": "demo@example.org", "password": password});
    client.post("/auth/login", &login).expect_status(200);
}
