use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long a client waits for an answer before its test fails. Promises of less are measured by the tests.
const PATIENCE: Duration = Duration::from_secs(40);

/// A client with at most one connection, which it keeps alive as long as the server does.
pub(crate) struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
    token: Option<String>,
}

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// With names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, self.text())
    }
}

impl Request {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: None }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut request = self.header("content-type", media_type);
        request.body = Some(body.into());
        request
    }

    /// The bytes that go over the wire.
    pub(crate) fn bytes(&self, token: Option<&str>) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: test\r\n", self.method, self.target);
        let token = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        for (name, value) in self.headers.iter().chain(&token) {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        text += "\r\n";
        let mut bytes = text.into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, connection: None, token: None }
    }

    /// Another client of the same user.
    pub(crate) fn another(&self) -> Self {
        Self { address: self.address, connection: None, token: self.token.clone() }
    }

    /// A client of the same user at another process.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { address, connection: None, token: self.token.clone() }
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub(crate) fn set_token(&mut self, token: impl Into<String>) {
        self.token = Some(token.into());
    }

    /// Whether the server has left the connection open.
    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Connects unless that was done before.
    pub(crate) fn connect(&mut self) -> io::Result<&mut BufReader<TcpStream>> {
        if self.connection.is_none() {
            let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            self.connection = Some(BufReader::new(stream));
        }
        self.connection.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Takes part of the connection's end: sends and receives, and closes when the server asks for it.
    pub(crate) fn try_send(&mut self, request: &Request) -> io::Result<Answer> {
        let bytes = request.bytes(self.token.as_deref());
        let connection = self.connect()?;
        let outcome = exchange(connection, &bytes, request.method == "HEAD");
        let close = outcome.as_ref().map_or(true, |answer| answer.header("connection") == "close");
        if close {
            self.connection = None;
        }
        outcome
    }

    #[track_caller]
    pub(crate) fn send(&mut self, request: &Request) -> Answer {
        match self.try_send(request) {
            Ok(answer) => answer,
            Err(error) => panic!("{} {} got no answer: {error}", request.method, request.target),
        }
    }

    #[track_caller]
    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send(&Request::new("GET", target))
    }

    #[track_caller]
    pub(crate) fn post(&mut self, target: &str, body: &Value) -> Answer {
        self.send(&Request::new("POST", target).json(body))
    }

    #[track_caller]
    pub(crate) fn put(&mut self, target: &str, body: &Value) -> Answer {
        self.send(&Request::new("PUT", target).json(body))
    }

    #[track_caller]
    pub(crate) fn patch(&mut self, target: &str, body: &Value) -> Answer {
        self.send(&Request::new("PATCH", target).json(body))
    }

    #[track_caller]
    pub(crate) fn delete(&mut self, target: &str) -> Answer {
        self.send(&Request::new("DELETE", target))
    }

    /// A new expense.
    #[track_caller]
    pub(crate) fn expense(&mut self, body: &Value) -> Value {
        self.post("/expenses/", body).expect_status(201).json()
    }

    /// Every expense of a list, page by page.
    #[track_caller]
    pub(crate) fn every(&mut self, query: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/expenses/?{query}{cursor}")).expect_status(200).json();
            found.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}

/// Sends a request and reads its answer.
pub(crate) fn exchange(
    connection: &mut BufReader<TcpStream>,
    request: &[u8],
    head: bool,
) -> io::Result<Answer> {
    connection.get_mut().write_all(request)?;
    Answer::read(connection, head)
}

impl Answer {
    /// Reads an answer; one to a HEAD has no body, whatever its headers say.
    pub(crate) fn read(connection: &mut BufReader<TcpStream>, head: bool) -> io::Result<Self> {
        let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let mut line = String::new();
        let mut next = |connection: &mut BufReader<TcpStream>| {
            line.clear();
            connection.read_line(&mut line)?;
            match line.strip_suffix("\r\n") {
                Some(line) => Ok(line.to_owned()),
                None => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        };
        let start = next(connection)?;
        let status = start.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| bad(&start))?;
        let mut headers = Vec::new();
        loop {
            let line = next(connection)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| bad(&line))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Self { status, headers, body: Vec::new() };
        if head || status == 204 || status == 304 {
            return Ok(answer);
        }
        if answer.header("transfer-encoding") == "chunked" {
            loop {
                let size =
                    usize::from_str_radix(&next(connection)?, 16).map_err(|_| bad("a chunk's size"))?;
                let start = answer.body.len();
                answer.body.resize(start + size, 0);
                connection.read_exact(&mut answer.body[start..])?;
                if !next(connection)?.is_empty() {
                    return Err(bad("a chunk's end"));
                }
                if size == 0 {
                    return Ok(answer);
                }
            }
        }
        let length = answer.header("content-length").parse().map_err(|_| bad("no length"))?;
        answer.body.resize(length, 0);
        connection.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Status and code of a problem, after a look at the rest of it.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{body}");
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        for member in ["type", "title", "detail"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {body}");
        }
        (self.status, body["code"].as_str().expect("a code").to_owned())
    }

    /// The bad fields of a 422, as `pointer code`.
    #[track_caller]
    pub(crate) fn bad_fields(&self) -> Vec<String> {
        assert_eq!(self.problem().0, 422, "{}", self.text());
        let body = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = body["errors"].as_array().expect("errors").iter();
        errors.map(|error| format!("{} {}", text(&error["pointer"]), text(&error["code"]))).collect()
    }

    /// The amount of an expense as it stands in the JSON text.
    #[track_caller]
    pub(crate) fn amount_text(&self) -> String {
        amount_texts(&self.text()).into_iter().next().expect("an amount")
    }
}

/// The amounts in a JSON text, as they stand there.
pub(crate) fn amount_texts(json: &str) -> Vec<String> {
    let after = json.split("\"amount\":").skip(1);
    after.map(|rest| rest.split([',', '}']).next().unwrap_or_default().trim().to_owned()).collect()
}
