//! `PostgreSQL` is away or frozen: every answer comes within 5 seconds, and everything is well once it is back.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use finance_testing::postgres::{Options, PostgresServer};
use serde_json::json;
use support::{Answer, Client, PASSWORD, Place, Request, Server, at_once, wait_until};

/// The longest time to an answer, whatever has become of the database.
const PROMISE: Duration = Duration::from_secs(5);

fn requests() -> Vec<Request> {
    let credentials = json!({"email": "ada@example.org", "password": PASSWORD});
    let address = "/expenses/019ab2c3-7d00-7000-8000-00000000dead";
    vec![
        Request::new("GET", "/expenses/"),
        Request::new("POST", "/expenses/").json(&json!({"title": "lost", "amount": 1})),
        Request::new("GET", address),
        Request::new("PATCH", address).json(&json!({"title": "lost"})),
        Request::new("PUT", address).json(&json!({"title": "lost", "amount": 1})),
        Request::new("DELETE", address),
        Request::new("GET", "/me"),
        Request::new("PATCH", "/me").json(&json!({"name": "lost"})),
        Request::new("POST", "/auth/login").json(&credentials),
        Request::new("POST", "/auth/register")
            .json(&json!({"email": "eve@example.org", "password": PASSWORD})),
    ]
}

/// An answer that came in time.
fn in_time(client: &mut Client, request: &Request) -> Answer {
    let start = Instant::now();
    let answer = client.send(request);
    let took = start.elapsed();
    assert!(took < PROMISE, "{request:?} took {took:?}");
    answer
}

/// Sends 40 requests at once, of every kind, and each is told in time that the database is away.
fn everything_is_refused_in_time(server: &Server, user: &Client) {
    let requests = requests();
    at_once(40, |number| {
        let answer = in_time(&mut user.at(server.address()), &requests[number % requests.len()]);
        assert_eq!(
            answer.problem(),
            (503, "database_unavailable".into()),
            "{:?}",
            requests[number % requests.len()]
        );
        assert_eq!(answer.header("retry-after").parse::<u32>().map(|seconds| seconds > 0), Ok(true));
    });
    let mut client = server.client();
    let ready = in_time(&mut client, &Request::new("GET", "/health/ready"));
    assert_eq!((ready.problem().0, ready.header("retry-after").is_empty()), (503, false));
    let live = in_time(&mut client, &Request::new("GET", "/health/live"));
    assert_eq!(live.expect_status(200).json(), json!({"status": "ok"}));
}

/// Waits until the server says that it is ready, after which everything works.
fn recovers(server: &Server, user: &Client, expected: &[&str]) {
    wait_until("readiness", || (server.client().get("/health/ready").status == 200).then_some(()));
    at_once(20, |_| user.at(server.address()).get("/expenses/").expect_status(200));
    let mut client = user.at(server.address());
    let titles: Vec<String> = client
        .every("sort=created_at")
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles, expected);
}

/// A server, a user with one expense, and connections in the pool.
fn settled(place: &Place) -> (Server, Client) {
    // Passwords are as slow to hash as they are by default: nobody has to wait for that and then for the database.
    let server = place.serve_with(&[("BCRYPT_COST", "12")]);
    let mut user = server.user("ada@example.org");
    user.expense(&json!({"title": "kept", "amount": 1}));
    at_once(20, |_| user.another().get("/expenses/").expect_status(200));
    (server, user)
}

#[test]
fn stopped_and_started_again() {
    let mut postgres = PostgresServer::start_with(Options { durable: true, ..Options::default() });
    let place = Place::at(postgres.create_database());
    let (mut server, user) = settled(&place);
    for _ in 0..2 {
        postgres.stop();
        everything_is_refused_in_time(&server, &user);
        everything_is_refused_in_time(&server, &user);
        postgres.start_again();
        recovers(&server, &user, &["kept"]);
    }
    assert!(server.runs());
}

#[test]
fn frozen_and_thawed() {
    let postgres = PostgresServer::start();
    let place = Place::at(postgres.create_database());
    let (mut server, user) = settled(&place);
    postgres.freeze();
    everything_is_refused_in_time(&server, &user);
    everything_is_refused_in_time(&server, &user);
    postgres.thaw();
    // What was asked of the frozen server may have been done when it woke: nobody was told otherwise.
    wait_until("readiness", || (server.client().get("/health/ready").status == 200).then_some(()));
    at_once(20, |_| user.another().get("/expenses/").expect_status(200));
    let titles = user.another().every("");
    assert_eq!(titles.iter().filter(|item| item["title"] == "kept").count(), 1);
    user.another().expense(&json!({"title": "after", "amount": 1}));
    assert!(server.runs());
}

#[test]
fn restarted_while_nobody_asks() {
    let mut postgres = PostgresServer::start_with(Options { durable: true, ..Options::default() });
    let place = Place::at(postgres.create_database());
    let (server, user) = settled(&place);
    for _ in 0..3 {
        at_once(20, |_| user.another().get("/expenses/").expect_status(200));
        postgres.stop();
        postgres.start_again();
        at_once(20, |number| {
            let target = ["/expenses/", "/me", "/health/ready", "/expenses/?q=kept"][number % 4];
            user.another().get(target).expect_status(200);
        });
    }
    assert_eq!(user.at(server.address()).every("").len(), 1);
}

#[test]
fn started_before_its_database() {
    let mut postgres = PostgresServer::start_with(Options { durable: true, ..Options::default() });
    let place = Place::at(postgres.create_database());
    postgres.stop();
    let mut server = place.serve_without_database();
    let mut client = server.client();
    in_time(&mut client, &Request::new("GET", "/health/live")).expect_status(200);
    assert_eq!(in_time(&mut client, &Request::new("GET", "/health/ready")).problem().0, 503);
    let registration = json!({"email": "ada@example.org", "password": PASSWORD});
    let refused = in_time(&mut client, &Request::new("POST", "/auth/register").json(&registration));
    assert_eq!(refused.problem(), (503, "database_unavailable".into()));
    postgres.start_again();
    wait_until("readiness", || (server.client().get("/health/ready").status == 200).then_some(()));
    let user = server.user("ada@example.org");
    user.another().expense(&json!({"title": "kept", "amount": 1}));
    recovers(&server, &user, &["kept"]);
    assert!(server.runs());
}

/// A black hole: connections are taken and nothing is ever said.
#[test]
fn connected_to_what_never_answers() {
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = Place::at(format!("postgres://ada@{}/finance", hole.local_addr().unwrap()));
    let mut server = place.serve_without_database();
    let mut client = server.client();
    let login = json!({"email": "ada@example.org", "password": PASSWORD});
    at_once(40, |_| {
        let answer = in_time(&mut server.client(), &Request::new("POST", "/auth/login").json(&login));
        assert_eq!(answer.problem().0, 503);
    });
    in_time(&mut client, &Request::new("GET", "/health/live")).expect_status(200);
    assert_eq!(in_time(&mut client, &Request::new("GET", "/health/ready")).problem().0, 503);
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(25)).code(), Some(0));
}

/// The end comes in time also while the database is frozen.
#[test]
fn ended_while_the_database_is_frozen() {
    let postgres = PostgresServer::start();
    let place = Place::at(postgres.create_database());
    let (mut server, user) = settled(&place);
    postgres.freeze();
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(user.another().get("/expenses/").status, 503));
        }
        std::thread::sleep(Duration::from_millis(300));
        server.signal("TERM");
    });
    assert_eq!(server.wait(Duration::from_secs(25)).code(), Some(0));
    postgres.thaw();
}
