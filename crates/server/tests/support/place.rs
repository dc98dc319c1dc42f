use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use finance_testing::TemporaryDirectory;
use finance_testing::postgres::{FreshDatabase, fresh_database};

use super::process::{Finished, Server};

/// A secret that is strong enough.
pub(crate) const SECRET: &str = "an-end-to-end-test-needs-a-secret-of-32-bytes";

/// The password of the users of the tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database and a directory where the program runs, both gone with this value.
pub(crate) struct Place {
    directory: TemporaryDirectory,
    url: String,
    _database: Option<FreshDatabase>,
}

impl Place {
    /// An empty database of this engine.
    pub(crate) fn new(engine: Engine) -> Self {
        let database = (engine == Engine::Postgres).then(fresh_database);
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => "sqlite:///./finance.db".to_owned(),
        };
        Self { directory: TemporaryDirectory::new(), url, _database: database }
    }

    /// A directory for the database at this URL.
    pub(crate) fn at(url: impl Into<String>) -> Self {
        Self { directory: TemporaryDirectory::new(), url: url.into(), _database: None }
    }

    /// Where the program runs.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file where the program runs.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The program in its directory with nothing in its environment.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_finance-api"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// The program with the variables that the tests need.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        self.configure(&mut command);
        command
    }

    /// Gives any program the variables that the tests need.
    pub(crate) fn configure(&self, command: &mut Command) {
        command
            .env("DATABASE_URL", &self.url)
            .env("JWT_SECRET_KEY", SECRET)
            .env("BCRYPT_COST", "4")
            .env("PORT", "0")
            .env("LOG_FORMAT", "json");
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(self.command(arguments))
    }

    /// Starts a server and waits until it is ready.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// Starts a server with these variables as well.
    pub(crate) fn serve_with(&self, variables: &[(&str, &str)]) -> Server {
        let mut command = self.command(&["serve"]);
        command.envs(variables.iter().copied());
        let server = Server::start(command);
        server.wait_until_ready();
        server
    }

    /// Starts a server that cannot be ready, and waits until it listens.
    pub(crate) fn serve_without_database(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }
}
