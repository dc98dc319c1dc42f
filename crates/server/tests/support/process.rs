use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use finance_testing::TemporaryDirectory;
use serde_json::{Value, json};

use super::client::Client;
use super::place::PASSWORD;

/// How long the tests wait for what has no promised time before they fail.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until something is there.
pub(crate) fn wait_until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not happen within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What it printed, if it succeeded.
    #[track_caller]
    pub(crate) fn success(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.stdout
    }

    /// Everything that it printed.
    pub(crate) fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A server, which is killed with this value.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    output: Output,
}

/// Standard output and standard error of a process, in files that have it also when the process is killed.
struct Output {
    directory: TemporaryDirectory,
}

impl Output {
    fn new() -> Self {
        Self { directory: TemporaryDirectory::new() }
    }

    fn open(&self, name: &str) -> File {
        let path = self.directory.path().join(name);
        OpenOptions::new().append(true).create(true).read(true).open(path).expect("a file for the output")
    }

    fn read(&self, name: &str) -> String {
        let mut file = self.open(name);
        let mut text = String::new();
        file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("the output is UTF-8");
        text
    }
}

impl Server {
    /// Starts a server and waits until it listens.
    pub(crate) fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|finished| panic!("the server ended at once: {finished:?}"))
    }

    /// Starts a server; what it said if it ends rather than listens.
    pub(crate) fn try_start(mut command: Command) -> Result<Self, Finished> {
        let output = Output::new();
        command.stdout(output.open("stdout")).stderr(output.open("stderr")).stdin(Stdio::null());
        let child = command.spawn().expect("the program runs");
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self { child, address: nowhere, output };
        let start = Instant::now();
        loop {
            let ended = server.child.try_wait().expect("the state of the child");
            if let Some(address) = server.logged(|line| line["address"].as_str()?.parse().ok()) {
                server.address = address;
                return Ok(server);
            }
            if let Some(status) = ended {
                let (stdout, stderr) = (server.output.read("stdout"), server.output.read("stderr"));
                return Err(Finished { code: status.code(), stdout, stderr });
            }
            assert!(start.elapsed() < PATIENCE, "the server does not listen after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client that nobody knows.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// On a busy machine the schema may not be there yet when the server begins to listen.
    pub(crate) fn wait_until_ready(&self) {
        wait_until("readiness", || (self.client().get("/health/ready").status == 200).then_some(()));
    }

    /// A client of a user who registers and logs in.
    pub(crate) fn user(&self, email: &str) -> Client {
        self.wait_until_ready();
        let mut client = self.client();
        client.post("/auth/register", &json!({"email": email, "password": PASSWORD})).expect_status(201);
        self.log_in(email)
    }

    /// A client of a user who has registered.
    pub(crate) fn log_in(&self, email: &str) -> Client {
        let mut client = self.client();
        let answer = client.post("/auth/login", &json!({"email": email, "password": PASSWORD}));
        let token = answer.expect_status(200).json()["access_token"].as_str().expect("a token").to_owned();
        client.set_token(token);
        client
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("/bin/kill").arg(format!("-{signal}")).arg(self.id().to_string()).status();
        assert!(status.expect("kill runs").success(), "{signal} could not be sent");
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        self.child.wait().expect("the child ends");
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the state of the child") {
                return status;
            }
            assert!(start.elapsed() < limit, "the server still runs after {limit:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it has not ended.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("the state of the child").is_none()
    }

    /// What it has printed to standard output.
    pub(crate) fn log(&self) -> String {
        self.output.read("stdout")
    }

    /// Everything that it has printed.
    pub(crate) fn everything_printed(&self) -> String {
        self.log() + &self.output.read("stderr")
    }

    /// The whole lines of its log.
    pub(crate) fn log_lines(&self) -> Vec<Value> {
        let log = self.log();
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON in the log: {line}")))
            .collect()
    }

    /// What is found in a line of the log that is written already.
    pub(crate) fn logged<T>(&self, find: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.log_lines().iter().find_map(find)
    }

    /// Waits for a line of the log.
    pub(crate) fn wait_for_log<T>(&self, what: &str, find: impl Fn(&Value) -> Option<T>) -> T {
        wait_until(what, || self.logged(&find))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let (log, errors) = (self.log(), self.output.read("stderr"));
            let tail = log.lines().count().saturating_sub(60);
            let log: Vec<&str> = log.lines().skip(tail).collect();
            println!("--- the end of the log:\n{}\n--- standard error:\n{errors}", log.join("\n"));
        }
    }
}
