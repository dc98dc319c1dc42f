//! The process dies in the middle of writes: what it acknowledged is there afterwards, exactly once.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use support::{Client, Engine, Place, Request, on_both_engines, wait_until};

on_both_engines!(acknowledged_writes_survive_a_kill);

const WRITERS: usize = 8;
const ROUNDS: usize = 4;

/// What a writer knows of an expense: its title, and its version where the last change was acknowledged.
struct Known {
    id: String,
    title: String,
    version: i64,
    /// A deletion was asked for and acknowledged.
    deleted: bool,
    /// A change was asked for and not acknowledged: it may have happened.
    in_doubt: bool,
}

fn acknowledged_writes_survive_a_kill(engine: Engine) {
    let place = Place::new(engine);
    let mut server = place.serve();
    let user = server.user("ada@example.org");
    let mut all: Vec<Known> = Vec::new();
    for round in 0..ROUNDS {
        let acknowledged = AtomicUsize::new(0);
        let known: Vec<Known> = std::thread::scope(|scope| {
            let (server_address, user, acknowledged) = (server.address(), &user, &acknowledged);
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    scope.spawn(move || write(user.at(server_address), round, writer, acknowledged))
                })
                .collect();
            let enough = 40 + 35 * round;
            wait_until("writes", || (acknowledged.load(Ordering::Relaxed) >= enough).then_some(()));
            server.kill();
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
        });
        all.extend(known);
        server = place.serve();
        check(&mut user.at(server.address()), &all, round);
    }
}

/// Creates, changes and deletes until the server is gone.
fn write(mut client: Client, round: usize, writer: usize, acknowledged: &AtomicUsize) -> Vec<Known> {
    let mut known = Vec::new();
    for number in 0.. {
        let title = format!("{round}-{writer}-{number}");
        let body = json!({"title": title, "amount": 1, "category": format!("c{}", number % 3), "tags": [format!("t{writer}")]});
        let Ok(answer) = client.try_send(&Request::new("POST", "/expenses/").json(&body)) else { break };
        let id = answer.expect_status(201).json()["id"].as_str().unwrap().to_owned();
        acknowledged.fetch_add(1, Ordering::Relaxed);
        known.push(Known { id, title, version: 1, deleted: false, in_doubt: false });
        let expense = known.last_mut().unwrap();
        let target = format!("/expenses/{}", expense.id);
        let change = match number % 3 {
            0 => continue,
            1 => Request::new("PATCH", target).json(&json!({"amount": 2})),
            _ => Request::new("DELETE", target),
        };
        match client.try_send(&change) {
            Err(_) => {
                expense.in_doubt = true;
                break;
            }
            Ok(answer) if number % 3 == 1 => {
                answer.expect_status(200);
                expense.version = 2;
            }
            Ok(answer) => {
                answer.expect_status(204);
                expense.deleted = true;
            }
        }
    }
    known
}

fn check(client: &mut Client, all: &[Known], round: usize) {
    let found = client.every("limit=200");
    let mut titles: HashMap<&str, Vec<&Value>> = HashMap::new();
    for item in &found {
        titles.entry(item["title"].as_str().unwrap()).or_default().push(item);
    }
    for expense in all {
        let items = titles.remove(expense.title.as_str()).unwrap_or_default();
        let title = &expense.title;
        if expense.in_doubt {
            assert!(items.len() <= 1, "{title} is there twice");
            continue;
        }
        assert_eq!(items.len(), usize::from(!expense.deleted), "{title} was acknowledged");
        if let [item] = items.as_slice() {
            assert_eq!(
                (&item["id"], &item["version"]),
                (&json!(expense.id), &json!(expense.version)),
                "{title}"
            );
        }
    }
    // A writer may have sent one more whose answer it did not see.
    assert!(titles.values().all(|items| items.len() == 1), "{titles:?}");
    assert!(titles.len() <= WRITERS * (round + 1), "{} that nobody knows", titles.len());
}
