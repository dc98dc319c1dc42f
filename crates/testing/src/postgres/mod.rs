//! Real `PostgreSQL` servers for tests: private ones that a test may stop and freeze, and a shared one that gives
//! out fresh databases.

mod database;
mod installation;

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{self, Child, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::Config;

use crate::TemporaryDirectory;
pub use database::{FreshDatabase, fresh_database};
use installation::Installation;

/// How a server is started.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Refuses connections over TCP without TLS. [`PostgresServer::ca_certificate`] is what to trust.
    pub tls_only: bool,
    /// Keeps what it acknowledged also when it is killed. Off by default, which is faster.
    pub durable: bool,
    /// How many connections it takes.
    pub max_connections: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { tls_only: false, durable: false, max_connections: 200 }
    }
}

/// A server of one's own on 127.0.0.1, which lives in a temporary directory and dies with this value or this process.
/// Its only role is `postgres`; it asks for no password.
#[derive(Debug)]
pub struct PostgresServer {
    installation: Installation,
    directory: TemporaryDirectory,
    options: Options,
    port: u16,
    /// The shell that watches the server and this process; none while the server is stopped.
    supervisor: Option<Child>,
}

/// How long a server may take to come up before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a server until it exits. A line on standard input is the signal to stop it with; the end of the input means
/// that whoever started it is gone, so that it stops at once and its directory goes too.
const SUPERVISOR: &str = r#"
directory=$1; shift
exec 3<&0
"$@" >>"$directory/log" 2>&1 </dev/null 3<&- &
server=$!
(
    read -r signal <&3 || { signal=QUIT; : >"$directory/abandoned"; }
    kill -CONT $server $(cat /proc/$server/task/$server/children)
    kill -$signal $server
) 2>/dev/null &
watch=$!
wait $server
kill $watch 2>/dev/null
if [ -e "$directory/abandoned" ]; then rm -rf "$directory"; fi
"#;

impl PostgresServer {
    /// Starts a server that is fast and forgetful.
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    /// Starts a server.
    pub fn start_with(options: Options) -> Self {
        let installation = Installation::find();
        let directory = TemporaryDirectory::new();
        installation.give_away(directory.path());
        let mut server = Self { installation, directory, options, port: 0, supervisor: None };
        server.initialise();
        for _ in 0..50 {
            server.port = free_port();
            if server.launch() {
                return server;
            }
        }
        panic!("PostgreSQL found no free port; its log says: {}", server.log());
    }

    /// Where a database of the server is: `postgres://postgres@127.0.0.1:PORT/DATABASE`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that signed the server's, for `localhost` and `127.0.0.1`, in PEM. Only with
    /// [`Options::tls_only`].
    pub fn ca_certificate(&self) -> PathBuf {
        self.directory.path().join("ca.crt")
    }

    /// Makes an empty database and answers its URL.
    pub fn create_database(&self) -> String {
        let name = database::new_name();
        database::execute(&self.administration(), &format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// Stops the server as an administrator would: connections are cut, what was committed is kept.
    pub fn stop(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            self.thaw();
            let mut input = supervisor.stdin.take().expect("the supervisor's input");
            std::io::Write::write_all(&mut input, b"INT\n").expect("a supervisor that listens");
            supervisor.wait().expect("the supervisor ends with the server");
        }
    }

    /// Starts the server again after [`Self::stop`], with the same data at the same place.
    pub fn start_again(&mut self) {
        assert!(self.supervisor.is_none(), "the server runs");
        assert!(self.launch(), "somebody took the port of the stopped server");
    }

    /// Suspends every process of the server: connections stay open, and nothing is answered.
    pub fn freeze(&self) {
        let mut frozen = Vec::new();
        // The server first: once it stands still, it has no more children.
        while let Some(process) = self.processes().into_iter().find(|process| !frozen.contains(process)) {
            self.installation.signal("STOP", &process);
            frozen.push(process);
        }
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        for process in self.processes() {
            self.installation.signal("CONT", &process);
        }
    }

    /// The server and its children, by their ids.
    fn processes(&self) -> Vec<String> {
        let Ok(pid_file) = fs::read_to_string(self.directory.path().join("data/postmaster.pid")) else {
            return Vec::new();
        };
        let server = pid_file.lines().next().unwrap_or_default().to_owned();
        let children =
            fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap_or_default();
        let children: Vec<_> = children.split_whitespace().map(str::to_owned).collect();
        std::iter::once(server).chain(children).collect()
    }

    fn initialise(&self) {
        let path = self.directory.path();
        let mut initdb = self.installation.command("initdb");
        initdb.arg("--pgdata").arg(path.join("data"));
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        installation::run(initdb);
        if self.options.tls_only {
            self.make_certificates();
            let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
            fs::write(path.join("data/pg_hba.conf"), rules).expect("the rules are written");
        }
    }

    fn make_certificates(&self) {
        let path = self.directory.path();
        let request = |key: &str, certificate: &str, subject: &str| {
            let mut openssl = self.installation.as_server("openssl");
            openssl.args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ]);
            openssl.args(["-days", "2", "-subj", subject]);
            openssl.arg("-keyout").arg(path.join(key)).arg("-out").arg(path.join(certificate));
            openssl
        };
        installation::run(request("ca.key", "ca.crt", "/CN=Test authority"));
        let mut server = request("server.key", "server.crt", "/CN=localhost");
        server.arg("-CA").arg(path.join("ca.crt")).arg("-CAkey").arg(path.join("ca.key"));
        server.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        server.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        installation::run(server);
    }

    /// Starts the server; `false` when its port is taken.
    fn launch(&mut self) -> bool {
        let path = self.directory.path();
        let on = |condition| if condition { "on" } else { "off" };
        let mut shell = self.installation.as_server("sh");
        shell.args(["-c", SUPERVISOR, "sh"]).arg(path);
        shell.arg(self.installation.program("postgres")).arg("-D").arg(path.join("data"));
        for setting in [
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", path.display()),
            format!("max_connections={}", self.options.max_connections),
            format!("fsync={}", on(self.options.durable)),
            format!("synchronous_commit={}", on(self.options.durable)),
            format!("full_page_writes={}", on(self.options.durable)),
            format!("ssl={}", on(self.options.tls_only)),
            format!("ssl_cert_file={}", path.join("server.crt").display()),
            format!("ssl_key_file={}", path.join("server.key").display()),
        ] {
            shell.arg("-c").arg(setting);
        }
        // Out of the terminal's process group: an interrupt ends the tests, and their end the server.
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        fs::write(path.join("log"), "").expect("an empty log");
        self.installation.give_away(&path.join("log"));
        let mut supervisor = shell.spawn().expect("a shell");
        let patience = Instant::now() + PATIENCE;
        while !database::answers(&self.administration()) {
            if supervisor.try_wait().expect("the supervisor's state").is_some() {
                let log = self.log();
                assert!(log.contains("Address already in use"), "PostgreSQL did not start: {log}");
                return false;
            }
            assert!(Instant::now() < patience, "PostgreSQL did not come up: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.supervisor = Some(supervisor);
        true
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// The way in for the tests themselves, open also when TCP is for TLS only.
    fn administration(&self) -> Config {
        let mut config = Config::new();
        config.host_path(self.directory.path()).port(self.port).user("postgres").dbname("postgres");
        config
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            drop(supervisor.stdin.take());
            // Whatever became of it, the test is over.
            let _ = supervisor.wait();
        }
    }
}

/// A port that nobody listens on. It is below those that the kernel gives to clients: one of them, calling a stopped
/// server again and again, would in the end be given the server's port.
fn free_port() -> u16 {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let start = process::id().wrapping_mul(7919);
    loop {
        let offset = start.wrapping_add(u32::from(TRIED.fetch_add(1, Ordering::Relaxed)));
        let port = 20_000 + u16::try_from(offset % 12_000).expect("less than 12,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
