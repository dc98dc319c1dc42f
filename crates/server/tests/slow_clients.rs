//! Clients that dawdle are sent away, and nobody else has to wait for them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::io::{BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use socket2::{Domain, Socket, Type};
use support::{
    Answer, Client, Engine, Finished, Place, Request, Server, at_once, exchange, on_both_engines, wait_until,
};

on_both_engines!(
    slow_heads,
    slow_bodies,
    slow_bodies_that_nobody_reads,
    a_slow_second_body,
    a_slow_second_head,
    who_is_served_is_not_sent_away,
    who_has_gone_leaves_nothing_open,
    an_idle_connection_is_closed,
    an_idle_connection_stays_open,
);

/// How many dawdle at once.
const CROWD: usize = 50;

/// What the tests set the deadlines to.
const DEADLINE: &str = "1";

/// The longest time until a connection with a deadline of one second is closed. The default keep-alive is 75 s.
const PATIENCE: Duration = Duration::from_secs(12);

fn serve(place: &Place) -> Server {
    place
        .serve_with(&[("REQUEST_HEAD_TIMEOUT_SECONDS", DEADLINE), ("REQUEST_BODY_TIMEOUT_SECONDS", DEADLINE)])
}

/// Sends a beginning and then a byte at a time, or nothing, until the server closes the connection; with what the
/// server said.
fn dawdle(server: &Server, beginning: &[u8], drip: Option<u8>) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(beginning).unwrap();
    until_closed(&mut stream, drip)
}

fn until_closed(stream: &mut TcpStream, drip: Option<u8>) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let start = Instant::now();
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if let Some(byte) = drip {
                    // A server that has closed its side may not take any more.
                    let _ = stream.write_all(&[byte]);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => break,
            Err(error) => panic!("{error}"),
        }
        let said = String::from_utf8_lossy(&said);
        assert!(start.elapsed() < PATIENCE, "still open after {PATIENCE:?}; the server said {said:?}");
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Half of the crowd drips, the other half is silent.
fn dripping(number: usize, byte: u8) -> Option<u8> {
    number.is_multiple_of(2).then_some(byte)
}

fn others_are_served(server: &Server) {
    for _ in 0..5 {
        server.client().get("/health/ready").expect_status(200);
    }
}

fn slow_heads(engine: Engine) {
    let place = Place::new(engine);
    let server = serve(&place);
    let beginnings: [&[u8]; 3] =
        [b"", b"GET /health/live HT", b"GET /health/live HTTP/1.1\r\nhost: test\r\nx: "];
    at_once(CROWD + 1, |number| {
        if number == CROWD {
            return others_are_served(&server);
        }
        let said = dawdle(&server, beginnings[number % 3], dripping(number, b'x'));
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 408") || said.starts_with("HTTP/1.1 400"),
            "{said}"
        );
    });
    others_are_served(&server);
}

fn slow_bodies(engine: Engine) {
    let place = Place::new(engine);
    let server = serve(&place);
    let user = server.user("ada@example.org");
    let kinds = ["content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n64\r\n{"];
    at_once(CROWD + 1, |number| {
        if number == CROWD {
            return others_are_served(&server);
        }
        let (method, path) = [("POST", "/expenses/"), ("POST", "/auth/login"), ("PATCH", "/me")][number % 3];
        let beginning = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{}",
            user.token(),
            kinds[number % 2]
        );
        let said = dawdle(&server, beginning.as_bytes(), dripping(number / 2, b' '));
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("body_too_slow"), "{said}");
    });
    assert!(user.another().every("").is_empty());
}

/// The answer does not wait for the body, but the connection must not stay open for it either.
fn slow_bodies_that_nobody_reads(engine: Engine) {
    let place = Place::new(engine);
    let server = serve(&place);
    let user = server.user("ada@example.org");
    let bearer = format!("authorization: Bearer {}\r\n", user.token());
    let nobodys = "/expenses/019ab2c3-7d00-7000-8000-00000000dead";
    let requests = [
        ("GET", "/health/live", "", 200),
        ("GET", "/version", "", 200),
        ("GET", "/docs", "", 200),
        ("GET", "/nowhere", "", 404),
        ("POST", "/nowhere", "", 404),
        ("POST", "/health/live", "", 405),
        ("POST", "/expenses/", "", 401),
        ("PUT", nobodys, "", 401),
        ("GET", "/expenses/", &*bearer, 200),
        ("GET", "/me", &*bearer, 200),
        ("DELETE", nobodys, &*bearer, 404),
        ("POST", "/expenses/?x=1", &*bearer, 422),
        ("POST", "/expenses/", &*format!("{bearer}content-encoding: gzip\r\n"), 415),
    ];
    let kinds = ["content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n64\r\n{"];
    at_once(4 * requests.len() + 1, |number| {
        if number == 4 * requests.len() {
            return others_are_served(&server);
        }
        let (method, path, headers, status) = requests[number / 4];
        let beginning = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\n{headers}content-type: application/json\r\n{}",
            kinds[number % 2]
        );
        let said = dawdle(&server, beginning.as_bytes(), dripping(number / 2, b' '));
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {path}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{method} {path}: {said}");
    });
}

/// Sends a whole request, and then one of these beginnings of another one on the same connection.
fn dawdle_with_a_second_request(server: &Server, seconds: &[&[u8]]) -> Vec<String> {
    let user = server.user("ada@example.org");
    at_once(20, |number| {
        let mut client = user.another();
        client.get("/expenses/").expect_status(200);
        let stream = client.connect().unwrap().get_mut();
        stream.write_all(seconds[number % seconds.len()]).unwrap();
        until_closed(stream, dripping(number / seconds.len(), b' '))
    })
}

fn a_slow_second_body(engine: Engine) {
    let second = b"POST /auth/login HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    let place = Place::new(engine);
    for said in dawdle_with_a_second_request(&serve(&place), &[second]) {
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    }
}

/// A server that closes a connection when the next request has not arrived within twice these seconds.
fn serve_impatiently(place: &Place, seconds: &str) -> Server {
    place.serve_with(&[("KEEP_ALIVE_SECONDS", seconds), ("REQUEST_HEAD_TIMEOUT_SECONDS", seconds)])
}

/// The next head may take what is left of the pause between two requests, and the time of a head.
fn a_slow_second_head(engine: Engine) {
    let place = Place::new(engine);
    let server = serve_impatiently(&place, DEADLINE);
    for said in dawdle_with_a_second_request(&server, &[b"G", b"\r\n", b"GET /health/live HTTP/1.1\r\nx: "]) {
        // Too many blanks are not the beginning of a request.
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{said}");
    }
    others_are_served(&server);
}

/// Without a byte, the time of a head is not waited for.
fn an_idle_connection_is_closed(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve_with(&[("KEEP_ALIVE_SECONDS", "1"), ("REQUEST_HEAD_TIMEOUT_SECONDS", "60")]);
    let mut client = server.client();
    client.get("/health/live").expect_status(200);
    assert_eq!(until_closed(client.connect().unwrap().get_mut(), None), "");
}

/// Neither somebody who asks often, nor one who sends or reads for longer than a pause may be.
fn who_is_served_is_not_sent_away(engine: Engine) {
    const BUNDLE: &str = "/docs/swagger-ui-bundle.js";
    let longer_than_a_pause = Duration::from_secs(8);
    let place = Place::new(engine);
    // Actix sets its deadlines by a clock in steps of half a second, so that of one second half may be gone at once. Of
    // three, enough is left for a client that a busy machine holds up.
    let server = serve_impatiently(&place, "3");
    let user = server.user("ada@example.org");
    let bundle = server.client().get(BUNDLE).expect_status(200).body;
    at_once(3, |number| match number {
        0 => {
            let mut client = user.another();
            let start = Instant::now();
            while start.elapsed() < longer_than_a_pause {
                client.get("/me").expect_status(200);
                assert!(client.is_connected());
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        1 => {
            let request = Request::new("POST", "/expenses/").json(&json!({"title": "slow", "amount": 1}));
            let bytes = request.bytes(Some(user.token()));
            let (head, end) = bytes.split_at(bytes.len() - 5);
            let mut client = user.another();
            client.get("/me").expect_status(200);
            let connection = client.connect().unwrap();
            connection.get_mut().write_all(head).unwrap();
            std::thread::sleep(longer_than_a_pause);
            exchange(connection, end, false).unwrap().expect_status(201);
        }
        _ => {
            let socket = Socket::new(Domain::for_address(server.address()), Type::STREAM, None).unwrap();
            // More than the kernel takes, so that the server notices how slow the reader is.
            let answers = 6;
            socket.set_recv_buffer_size(4096).unwrap();
            socket.connect(&server.address().into()).unwrap();
            let mut stream = TcpStream::from(socket);
            stream.write_all(&Request::new("GET", BUNDLE).bytes(None).repeat(answers)).unwrap();
            std::thread::sleep(longer_than_a_pause);
            let mut stream = BufReader::new(stream);
            for _ in 0..answers {
                let answer = Answer::read(&mut stream, false).unwrap();
                assert!(answer.expect_status(200).body == bundle);
            }
        }
    });
}

/// What watches a connection ends with it, long before its time is up.
fn who_has_gone_leaves_nothing_open(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let descriptors = || std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    server.client().get("/health/ready").expect_status(200);
    let before = descriptors();
    let clients = at_once(CROWD, |_| {
        let mut client = server.client();
        client.get("/health/live").expect_status(200);
        client
    });
    assert!(descriptors() >= before + CROWD);
    drop(clients);
    wait_until("an end", || (descriptors() < before + CROWD / 2).then_some(()));
}

/// The deadline of a head is none for the pause between two requests: load balancers keep connections for 60 seconds.
fn an_idle_connection_stays_open(engine: Engine) {
    let place = Place::new(engine);
    let server = serve(&place);
    let user = server.user("ada@example.org");
    at_once(10, |_| {
        let mut client: Client = user.another();
        client.get("/expenses/").expect_status(200);
        std::thread::sleep(Duration::from_secs(4));
        assert!(client.is_connected());
        client.send(&Request::new("GET", "/expenses/")).expect_status(200);
    });
    let help = Finished::of(place.bare(&["--help"]));
    let default =
        help.success().split("KEEP_ALIVE_SECONDS").nth(1).and_then(|text| text.split("[default: ").nth(1));
    let seconds: u32 = default.and_then(|text| text.split(']').next()).unwrap().parse().unwrap();
    assert!(seconds > 60, "{seconds}");
}
