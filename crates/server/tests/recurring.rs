//! Recurring expenses are posted in the background, each date exactly once, whatever becomes of the processes. Their clock
//! is moved by `faketime`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::{Client, Engine, Place, Server, on_both_engines, wait_until};

on_both_engines!(
    what_was_missed_is_caught_up_with,
    a_killed_poster_leaves_no_gap_and_nothing_twice,
    a_clock_that_was_ahead_stops_nobody
);

/// The library that moves the clock of a program (Debian: `faketime`).
fn faketime() -> String {
    let found = std::fs::read_dir("/usr/lib").unwrap().filter_map(|entry| {
        let path: PathBuf = entry.ok()?.path().join("faketime/libfaketime.so.1");
        path.exists().then(|| path.to_string_lossy().into_owned())
    });
    found.into_iter().next().expect("missing: libfaketime. Get it with: apt-get install --yes faketime")
}

/// A server whose clock is so far ahead, and which looks for what is due each second.
fn serve_ahead(place: &Place, ahead: &str) -> Server {
    let library = faketime();
    place.serve_with(&[
        ("RECURRING_POLL_SECONDS", "1"),
        ("LOG_LEVEL", "debug"),
        ("LD_PRELOAD", &library),
        ("FAKETIME", ahead),
        // Waiting and measuring is done in real time.
        ("DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ])
}

/// How many expenses of each date there are of a recurring expense.
fn posted(client: &mut Client, recurring: &Value) -> BTreeMap<String, usize> {
    let mut dates = BTreeMap::new();
    for expense in
        client.every("limit=200").iter().filter(|expense| expense["recurring_id"] == recurring["id"])
    {
        *dates.entry(expense["date"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    dates
}

fn next_on(client: &mut Client, recurring: &Value) -> String {
    let shown = client.get(&format!("/recurring/{}", recurring["id"].as_str().unwrap())).expect_status(200);
    shown.json()["next_on"].as_str().unwrap_or_default().to_owned()
}

/// Waits until a recurring expense is posted up to today, and gives what was posted.
fn caught_up(client: &mut Client, recurring: &Value, today: &str) -> BTreeMap<String, usize> {
    wait_until("everything due to be posted", || (next_on(client, recurring).as_str() > today).then_some(()));
    posted(client, recurring)
}

/// The days from one on to another one, each once.
fn each_once(from: &str, to: &str) -> BTreeMap<String, usize> {
    let (from, to): (chrono::NaiveDate, chrono::NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
    from.iter_days().take_while(|day| *day <= to).map(|day| (day.to_string(), 1)).collect()
}

/// Where the server thinks that it is.
fn today(client: &mut Client) -> String {
    let expense = client.expense(&json!({"title": "today", "amount": 1}));
    expense["date"].as_str().unwrap().to_owned()
}

/// Created by a server whose clock is right, posted by later ones after it was down for weeks.
fn what_was_missed_is_caught_up_with(engine: Engine) {
    let place = Place::new(engine);
    let mut server = place.serve();
    let user = server.user("ada@example.org");
    let mut client = user.at(server.address());
    let body = json!({"title": "Coffee", "amount": 3.2, "category": "Food", "tags": ["daily"], "rule": "FREQ=DAILY"});
    let daily = client.post("/recurring/", &body).expect_status(201).json();
    let body = json!({"title": "Rent", "amount": 900, "rule": "FREQ=MONTHLY;BYMONTHDAY=31"});
    let monthly = client.post("/recurring/", &body).expect_status(201).json();
    let start = daily["starts_on"].as_str().unwrap().to_owned();
    assert_eq!(posted(&mut client, &daily), each_once(&start, &start));
    for ahead in ["+40d", "+100d"] {
        server.signal("TERM");
        server.wait(std::time::Duration::from_secs(25));
        server = serve_ahead(&place, ahead);
        server.wait_until_ready();
        // The token of a clock that is behind has expired.
        client = server.log_in("ada@example.org");
        let now = today(&mut client);
        assert!(now > start);
        assert_eq!(caught_up(&mut client, &daily, &now), each_once(&start, &now));
        let rent = caught_up(&mut client, &monthly, &now);
        let last_days = each_once(&start, &now).into_keys().filter(|day| {
            day.parse::<chrono::NaiveDate>().unwrap().succ_opt().unwrap().to_string().ends_with("-01")
        });
        assert_eq!(rent.into_keys().collect::<Vec<_>>(), last_days.collect::<Vec<_>>());
    }
    let expenses = server.wait_for_log("the line of a batch", |line| {
        (line["message"] == "recurring expenses posted").then(|| line["expenses"].as_u64().unwrap())
    });
    assert!(expenses > 0);
}

/// Two at once on `PostgreSQL`, one after the other on `SQLite`; the one that posts is killed in the middle of it, again and
/// again.
fn a_killed_poster_leaves_no_gap_and_nothing_twice(engine: Engine) {
    let place = Place::new(engine);
    let mut first = serve_ahead(&place, "+0d");
    let user = first.user("ada@example.org");
    let mut client = user.at(first.address());
    let recurring: Vec<Value> = (0..4)
        .map(|number| {
            let title = format!("Daily {number}");
            let body = json!({"title": title, "amount": 1, "category": "Food", "tags": ["a", "b"], "rule": "FREQ=DAILY"});
            client.post("/recurring/", &body).expect_status(201).json()
        })
        .collect();
    let start = recurring[0]["starts_on"].as_str().unwrap().to_owned();
    first.kill();
    for ahead in ["+300d", "+600d"] {
        first = serve_ahead(&place, ahead);
        let mut other = (engine == Engine::Postgres).then(|| serve_ahead(&place, ahead));
        first.wait_until_ready();
        client = first.log_in("ada@example.org");
        let now = today(&mut client);
        let before = posted(&mut client, &recurring[0]).len();
        wait_until("the posting to go on", || {
            let all: usize = recurring.iter().map(|one| posted(&mut client, one).len()).sum();
            (all > before + 20).then_some(())
        });
        first.kill();
        if let Some(mut other) = other.take() {
            other.kill();
        }
        first = serve_ahead(&place, ahead);
        let second = (engine == Engine::Postgres).then(|| serve_ahead(&place, ahead));
        first.wait_until_ready();
        client = client.at(first.address());
        for one in &recurring {
            assert_eq!(caught_up(&mut client, one, &now), each_once(&start, &now));
        }
        drop(second);
        first.kill();
    }
}

/// A process whose clock is wrong by weeks is killed while it has the lease; the others go on at once.
fn a_clock_that_was_ahead_stops_nobody(engine: Engine) {
    let place = Place::new(engine);
    let mut ahead = serve_ahead(&place, "+40d");
    let user = ahead.user("ada@example.org");
    let later = today(&mut user.at(ahead.address()));
    let body = json!({"title": "Rent", "amount": 900, "rule": "FREQ=DAILY", "starts_on": later});
    user.at(ahead.address()).post("/recurring/", &body).expect_status(201);
    ahead.kill();
    let right = serve_ahead(&place, "+0d");
    right.wait_until_ready();
    let mut client = right.log_in("ada@example.org");
    let now = today(&mut client);
    assert!(now < later);
    // More than one request makes, so that the rest is the poster's.
    let start = (now.parse::<chrono::NaiveDate>().unwrap() - chrono::Days::new(420)).to_string();
    let body = json!({"title": "Coffee", "amount": 3, "rule": "FREQ=DAILY", "starts_on": start});
    let daily = client.post("/recurring/", &body).expect_status(201).json();
    assert_eq!(caught_up(&mut client, &daily, &now), each_once(&start, &now));
    if engine == Engine::Postgres {
        let other = serve_ahead(&place, "+0d");
        let waits =
            |line: &Value| (line["message"] == "another process posts recurring expenses").then_some(());
        wait_until("the line of who waits", || right.logged(waits).or_else(|| other.logged(waits)));
    }
}
