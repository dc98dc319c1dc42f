//! Lists are walked while others write.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use support::{Client, Engine, Place, on_both_engines};

on_both_engines!(each_row_that_stays_is_seen_once);

const STAYING: usize = 120;
const SORTS: [&str; 6] = ["date", "-date", "amount", "-amount", "created_at", "-created_at"];

fn day(number: usize) -> String {
    format!("2026-11-{:02}", number % 28 + 1)
}

fn id(expense: &Value) -> String {
    expense["id"].as_str().unwrap().to_owned()
}

fn each_row_that_stays_is_seen_once(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let mut owner = user.another();
    let mut staying = Vec::new();
    for number in 0..STAYING {
        // Few dates and amounts, so that the id has to tell most rows apart.
        let body =
            json!({"title": "stays", "amount": number % 7 + 1, "date": day(number % 5), "currency": "EUR"});
        staying.push(id(&owner.expense(&body)));
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let (user, done) = (&user, &done);
            scope.spawn(move || disturb(user.another(), writer, done));
        }
        let walkers: Vec<_> = SORTS
            .iter()
            .map(|sort| {
                let (user, staying) = (&user, &staying);
                scope.spawn(move || {
                    for limit in [3, 17] {
                        walk(&mut user.another(), sort, limit, staying);
                    }
                })
            })
            .collect();
        let outcomes: Vec<_> = walkers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        for outcome in outcomes {
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

/// Inserts and deletes all over the list.
fn disturb(mut client: Client, writer: usize, done: &AtomicBool) {
    let mut passing = Vec::new();
    for number in 0.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let body =
            json!({"title": "passes", "amount": (number + writer) % 9 + 1, "date": day(number * 7 % 6)});
        passing.push(id(&client.expense(&body)));
        if passing.len() > 5 {
            let gone = passing.swap_remove(number % passing.len());
            client.delete(&format!("/expenses/{gone}")).expect_status(204);
        }
    }
}

fn walk(client: &mut Client, sort: &str, limit: usize, staying: &[String]) {
    let found = client.every(&format!("sort={sort}&limit={limit}"));
    let mut seen: HashMap<String, usize> = HashMap::new();
    for expense in &found {
        *seen.entry(id(expense)).or_default() += 1;
    }
    let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{sort} {limit}: {twice:?} came more than once");
    let missed: Vec<_> = staying.iter().filter(|id| !seen.contains_key(*id)).collect();
    assert!(missed.is_empty(), "{sort} {limit}: {missed:?} were missed");

    let key = |expense: &Value| match sort.trim_start_matches('-') {
        "date" => (expense["date"].as_str().unwrap().to_owned(), id(expense)),
        "amount" => (format!("{:05}", expense["amount"].as_f64().unwrap()), id(expense)),
        _ => (String::new(), id(expense)),
    };
    let mut keys: Vec<_> = found.iter().map(key).collect();
    if sort.starts_with('-') {
        keys.reverse();
    }
    assert!(keys.is_sorted(), "{sort} {limit}: not in order");
}
