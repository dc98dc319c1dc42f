//! Ten processes bring one empty database up to date at once.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{Engine, Finished, Place, Server, at_once, on_both_engines, wait_until};

on_both_engines!(
    ten_processes_migrate_one_empty_database,
    ten_servers_start_on_one_empty_database,
    both_at_once,
    migrating_again_changes_nothing,
);

/// The migrations that the lines of a log say were applied.
fn applied(lines: &[Value]) -> Vec<String> {
    lines.iter().filter_map(|line| Some(line["migration"].as_str()?.to_owned())).collect()
}

fn lines(finished: &Finished) -> Vec<Value> {
    finished.success().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many migrations there are.
fn known() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    std::fs::read_dir(folder).unwrap().count()
}

/// The schema is right: the server is ready, and everything that writes finds its tables.
fn works(server: &Server, email: &str) {
    wait_until("readiness", || (server.client().get("/health/ready").status == 200).then_some(()));
    let mut user = server.user(email);
    let expense = json!({"title": "x", "amount": 1, "category": "Food", "tags": ["a", "b"]});
    let made = user.expense(&expense);
    assert_eq!(user.every("tag=a&category=food&q=X"), [made]);
}

fn ten_processes_migrate_one_empty_database(engine: Engine) {
    let place = Place::new(engine);
    let finished = at_once(10, |_| place.run(&["migrate"]));
    let names: Vec<String> = finished.iter().flat_map(|finished| applied(&lines(finished))).collect();
    assert_eq!(names.len(), known(), "{names:?}");
    works(&place.serve(), "ada@example.org");
}

fn ten_servers_start_on_one_empty_database(engine: Engine) {
    let place = Place::new(engine);
    let servers = at_once(10, |_| place.serve());
    at_once(10, |number| works(&servers[number], &format!("user{number}@example.org")));
    let names: Vec<String> = servers.iter().flat_map(|server| applied(&server.log_lines())).collect();
    assert_eq!(names.len(), known(), "{names:?}");
    // They share one set of users.
    let user = servers[0].log_in("user9@example.org");
    for server in &servers {
        assert_eq!(user.at(server.address()).every("").len(), 1);
    }
}

fn both_at_once(engine: Engine) {
    let place = Place::new(engine);
    let outcomes =
        at_once(10, |number| if number % 2 == 0 { Ok(place.serve()) } else { Err(place.run(&["migrate"])) });
    let mut names = Vec::new();
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(server) => {
                works(server, &format!("user{number}@example.org"));
                names.extend(applied(&server.log_lines()));
            }
            Err(finished) => names.extend(applied(&lines(finished))),
        }
    }
    assert_eq!(names.len(), known(), "{names:?}");
}

fn migrating_again_changes_nothing(engine: Engine) {
    let place = Place::new(engine);
    assert_eq!(applied(&lines(&place.run(&["migrate"]))).len(), known());
    assert_eq!(applied(&lines(&place.run(&["migrate"]))), Vec::<String>::new());
    let server = place.serve();
    works(&server, "ada@example.org");
    assert_eq!(applied(&lines(&place.run(&["migrate"]))), Vec::<String>::new());
    assert_eq!(server.log_in("ada@example.org").every("").len(), 1);
}
