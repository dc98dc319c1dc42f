//! A signal ends the server without the loss of a request.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Answer, Client, Engine, PASSWORD, Place, Request, on_both_engines, wait_until};

on_both_engines!(
    no_request_is_lost_under_load,
    a_request_that_is_under_way_is_finished,
    a_second_signal_ends_it_at_once,
);

/// From the signal to the end of the process at the latest.
const PROMISE: Duration = Duration::from_secs(25);

/// What a client has seen.
#[derive(Default)]
struct Seen {
    created: Vec<String>,
    lost: Vec<String>,
    /// Answered after the signal.
    late: usize,
}

fn no_request_is_lost_under_load(engine: Engine) {
    let place = Place::new(engine);
    let mut server = place.serve_with(&[("SHUTDOWN_GRACE_SECONDS", "2")]);
    let user = server.user("ada@example.org");
    let ending = AtomicBool::new(false);
    let all = Mutex::new(Seen::default());
    let mut took = Duration::ZERO;
    let mut code = None;
    std::thread::scope(|scope| {
        for number in 0..12 {
            let (user, ending, all) = (&user, &ending, &all);
            scope.spawn(move || {
                let seen = load(user.another(), number, ending);
                let mut all = all.lock().unwrap();
                all.created.extend(seen.created);
                all.lost.extend(seen.lost);
                all.late += seen.late;
            });
        }
        std::thread::sleep(Duration::from_millis(700));
        server.signal("TERM");
        let start = Instant::now();
        ending.store(true, Ordering::SeqCst);
        wait_until("draining", || (server.client().get("/health/ready").status == 503).then_some(()));
        // Well within the grace, everybody is told, and served.
        for _ in 0..6 {
            assert_eq!(server.client().get("/health/ready").problem(), (503, "draining".into()));
            server.client().get("/health/live").expect_status(200);
            std::thread::sleep(Duration::from_millis(50));
        }
        code = server.wait(PROMISE).code();
        took = start.elapsed();
    });
    let all = all.into_inner().unwrap();
    assert_eq!(all.lost, Vec::<String>::new());
    assert_eq!(code, Some(0));
    assert!(took < PROMISE, "{took:?}");
    assert!(all.late > 50, "only {} requests were served after the signal", all.late);
    let server = place.serve();
    let mut stored: Vec<String> = user
        .at(server.address())
        .every("limit=200")
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect();
    let mut created = all.created;
    stored.sort();
    created.sort();
    assert_eq!(stored, created);
}

/// Sends requests until no connection is to be had any more: on a connection that is kept alive for as long as the
/// server agrees, or each on a new one.
fn load(mut client: Client, number: usize, ending: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    for count in 0.. {
        if number.is_multiple_of(2) {
            client = client.another();
        }
        if client.connect().is_err() {
            // Nobody accepted it, so that another process is asked.
            break;
        }
        let title = format!("{number}-{count}");
        let (request, expected) = match count % 3 {
            0 => (Request::new("POST", "/expenses/").json(&json!({"title": title, "amount": 1})), 201),
            1 => (Request::new("GET", "/expenses/?limit=5"), 200),
            _ => (
                Request::new("POST", "/auth/login")
                    .json(&json!({"email": "ada@example.org", "password": PASSWORD})),
                200,
            ),
        };
        let late = ending.load(Ordering::SeqCst);
        match client.try_send(&request) {
            Ok(answer) if answer.status == expected => {
                if expected == 201 {
                    seen.created.push(title);
                }
                seen.late += usize::from(late);
            }
            Ok(answer) => seen.lost.push(format!("{title} was answered {answer:?}")),
            Err(error) => seen.lost.push(format!("{title} got no answer: {error}")),
        }
    }
    seen
}

fn a_request_that_is_under_way_is_finished(engine: Engine) {
    let place = Place::new(engine);
    let mut server = place.serve_with(&[("SHUTDOWN_GRACE_SECONDS", "1"), ("SHUTDOWN_DRAIN_SECONDS", "10")]);
    let mut client = server.user("ada@example.org");
    client.expense(&json!({"title": "before", "amount": 1}));
    assert!(client.is_connected());
    let body = json!({"title": "slow", "amount": 1});
    let bytes = Request::new("POST", "/expenses/").json(&body).bytes(Some(client.token()));
    let (first, rest) = bytes.split_at(bytes.len() - 5);
    let connection = client.connect().unwrap();
    connection.get_mut().write_all(first).unwrap();

    server.signal("TERM");
    server.wait_for_log("the end of accepting", |line| {
        line["message"].as_str().filter(|message| message.contains("no more connections")).map(drop)
    });
    connection.get_mut().write_all(rest).unwrap();
    let answer = Answer::read(connection, false).unwrap().expect_status(201);
    assert_eq!(answer.header("connection"), "close");
    assert_eq!(server.wait(PROMISE).code(), Some(0));
    let server = place.serve();
    assert_eq!(client.at(server.address()).every("").len(), 2);
}

fn a_second_signal_ends_it_at_once(engine: Engine) {
    for (first, second, code) in [("TERM", "TERM", 143), ("TERM", "INT", 130), ("INT", "TERM", 143)] {
        let place = Place::new(engine);
        let mut server =
            place.serve_with(&[("SHUTDOWN_GRACE_SECONDS", "20"), ("SHUTDOWN_DRAIN_SECONDS", "4")]);
        server.signal(first);
        wait_until("draining", || (server.client().get("/health/ready").status == 503).then_some(()));
        server.client().get("/version").expect_status(200);
        server.signal(second);
        assert_eq!(server.wait(Duration::from_secs(15)).code(), Some(code), "{first} {second}");
    }
}
