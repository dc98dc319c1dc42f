//! What a request may be: its size, its form, and how many may come at once on a connection.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use serde_json::json;
use support::{Answer, Client, Engine, Place, Request, Server, on_both_engines};

on_both_engines!(bodies_have_a_limit, bodies_are_plain_json, what_is_no_http_is_refused, requests_in_a_row);

const LIMIT: usize = 2048;

/// JSON of exactly this many bytes.
fn body_of(bytes: usize) -> Vec<u8> {
    let mut body = br#"{"title":"x","amount":1}"#.to_vec();
    body.resize(bytes, b' ');
    body
}

/// A request to create an expense with these headers, up to the body.
fn head(token: &str, headers: &str) -> String {
    format!(
        "POST /expenses/ HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{headers}\r\n"
    )
}

fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(size) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

/// Sends bytes on a new connection and reads everything until the server closes it, or one answer if it does not.
fn raw(server: &Server, bytes: &[u8]) -> (Answer, bool) {
    let mut client = server.client();
    let connection = client.connect().unwrap();
    // The server may have refused the rest before all of it was sent.
    let _ = connection.get_mut().write_all(bytes);
    let answer = Answer::read(connection, false).unwrap_or_else(|error| panic!("no answer: {error}"));
    let closes = answer.header("connection") == "close";
    if closes {
        let mut rest = Vec::new();
        let _ = connection.read_to_end(&mut rest);
        assert_eq!(String::from_utf8_lossy(&rest), "", "behind {answer:?}");
    }
    (answer, closes)
}

fn bodies_have_a_limit(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve_with(&[("MAX_BODY_BYTES", &LIMIT.to_string())]);
    let mut user = server.user("ada@example.org");
    let post = |size| Request::new("POST", "/expenses/").body("application/json", body_of(size));
    user.send(&post(LIMIT)).expect_status(201);
    for size in [LIMIT + 1, 10 * LIMIT, 1 << 20] {
        let refused = user.another().send(&post(size));
        assert_eq!(refused.problem(), (413, "body_too_large".into()), "{size}");
        assert_eq!(refused.header("connection"), "close");
    }
    let head_only = head(user.token(), "content-length: 999999999999\r\n");
    assert_eq!(raw(&server, head_only.as_bytes()).0.problem(), (413, "body_too_large".into()));
    for (size, chunk, status) in
        [(LIMIT, 100, 201), (LIMIT + 1, 100, 413), (LIMIT + 1, 1, 413), (1 << 20, 5000, 413)]
    {
        let mut bytes = head(user.token(), "transfer-encoding: chunked\r\n").into_bytes();
        bytes.extend(chunked(&body_of(size), chunk));
        let (answer, closes) = raw(&server, &bytes);
        assert_eq!((answer.status, closes), (status, status == 413), "{size} in chunks of {chunk}");
    }
    assert_eq!(user.every("").len(), 2);
}

fn bodies_are_plain_json(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let send = |request: Request| user.another().send(&request);
    let post = |body: Vec<u8>| Request::new("POST", "/expenses/").body("application/json", body);
    for encoding in ["gzip", "br", "zstd", "deflate", "gzip, gzip"] {
        // 42 bytes of gzip that would become a megabyte are refused without a look at them.
        let refused = send(post(vec![0x1f, 0x8b, 8, 0]).header("content-encoding", encoding));
        assert_eq!(refused.problem(), (415, "unsupported_encoding".into()), "{encoding}");
    }
    assert_eq!(send(post(body_of(50)).header("content-encoding", "identity")).status, 201);
    assert_eq!(send(Request::new("POST", "/expenses/").body("text/plain", body_of(50))).problem().0, 415);
    for depth in [33, 1000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            if value.len() > 250_000 {
                continue;
            }
            let bare = send(post(value.clone().into_bytes()));
            assert_eq!(bare.problem(), (400, "malformed_json".into()), "{depth}");
            let within = format!("{{\"title\":\"x\",\"amount\":1,\"tags\":{value}}}");
            assert_eq!(send(post(within.into_bytes())).problem(), (400, "malformed_json".into()), "{depth}");
        }
    }
    let unclosed = "[".repeat(200_000).into_bytes();
    assert_eq!(send(post(unclosed)).problem(), (400, "malformed_json".into()));
    for text in
        [&b"{"[..], b"", b"\xff\xfe", b"{\"title\":\"\xff\"}", b"{\"title\":\"x\",\"amount\":01}", b"{} {}"]
    {
        assert_eq!(send(post(text.to_vec())).problem(), (400, "malformed_json".into()), "{text:?}");
    }
    server.client().get("/health/live").expect_status(200);
}

fn what_is_no_http_is_refused(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let body = r#"{"title":"smuggled","amount":1}"#;
    let length = body.len();
    let smuggled =
        format!("0\r\n\r\n{}content-length: {length}\r\n\r\n{body}", head(user.token(), "").trim_end());
    let both = |headers: &str| head(user.token(), headers) + &smuggled;
    let requests = [
        "GARBAGE\r\n\r\n".to_owned(),
        "GET /version\r\n\r\n".to_owned(),
        "GET /version HTTP/9.9\r\nhost: test\r\n\r\n".to_owned(),
        "GET /version HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
        "GET /version HTTP/1.1\r\nspace : before\r\n\r\n".to_owned(),
        "GET /ver sion HTTP/1.1\r\nhost: test\r\n\r\n".to_owned(),
        "G\u{0}T /version HTTP/1.1\r\nhost: test\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
        format!("GET /version HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n", "y".repeat(200_000)),
        // Two readers of one of these would not agree on where it ends (RFC 9112, section 6.3).
        both("content-length: 5\r\ntransfer-encoding: chunked\r\n"),
        both("transfer-encoding: chunked\r\ncontent-length: 5\r\n"),
        both("content-length: 5\r\ncontent-length: 6\r\n"),
        both("content-length: 5, 6\r\n"),
        both("content-length: +5\r\n"),
        both("content-length: -5\r\n"),
        both("content-length: 5x\r\n"),
        both("transfer-encoding: chunked, identity\r\n"),
        both("transfer-encoding: nonsense\r\n"),
        head(user.token(), "transfer-encoding: chunked\r\n") + "zz\r\nx\r\n0\r\n\r\n",
    ];
    for request in requests {
        let start: String = request.chars().take(160).collect();
        let (answer, closes) = raw(&server, request.as_bytes());
        assert!(matches!(answer.status, 400 | 431 | 501 | 505), "{} to {start:?}", answer.status);
        assert!(closes, "left open after {start:?}");
    }
    assert!(user.another().every("").is_empty(), "a request was smuggled in");
    server.client().get("/health/live").expect_status(200);
}

fn requests_in_a_row(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let mut bytes = Vec::new();
    for number in 0..20 {
        let request =
            Request::new("POST", "/expenses/").json(&json!({"title": number.to_string(), "amount": 1}));
        bytes.extend(request.bytes(Some(user.token())));
        bytes.extend(Request::new("GET", "/expenses/?limit=1&sort=-created_at").bytes(Some(user.token())));
    }
    let mut client: Client = user.another();
    let connection = client.connect().unwrap();
    connection.get_mut().write_all(&bytes).unwrap();
    for number in 0..20 {
        let made = Answer::read(connection, false).unwrap().expect_status(201).json();
        assert_eq!(made["title"], number.to_string());
        let list = Answer::read(connection, false).unwrap().expect_status(200).json();
        assert_eq!(list["items"], json!([made]));
    }
    // A client that has said all and listens still gets its answer.
    let last = Request::new("GET", "/me").bytes(Some(user.token()));
    connection.get_mut().write_all(&last).unwrap();
    connection.get_mut().shutdown(Shutdown::Write).unwrap();
    Answer::read(connection, false).unwrap().expect_status(200);
}
