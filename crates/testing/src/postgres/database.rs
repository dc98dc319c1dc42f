use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::{Client, Config, Error, NoTls};

use super::PostgresServer;

/// An empty database that is dropped with this value.
#[derive(Debug)]
pub struct FreshDatabase {
    administration: Config,
    name: String,
    url: String,
}

/// Makes a database on the server of `TEST_POSTGRES_URL` (an administrator's URL, such as
/// `postgres://postgres@127.0.0.1:5432/postgres`), or else on a server that the tests of this process share.
pub fn fresh_database() -> FreshDatabase {
    static SHARED: OnceLock<PostgresServer> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "tests have no other configuration than this one name")]
    let elsewhere = std::env::var("TEST_POSTGRES_URL").ok();
    let name = new_name();
    let (administration, url) = if let Some(elsewhere) = elsewhere {
        let administration = elsewhere.parse().expect("TEST_POSTGRES_URL is a URL of PostgreSQL");
        (administration, with_database(&elsewhere, &name))
    } else {
        let server = SHARED.get_or_init(PostgresServer::start);
        (server.administration(), server.url(&name))
    };
    execute(&administration, &format!("CREATE DATABASE {name} TEMPLATE template0"));
    FreshDatabase { administration, name, url }
}

impl FreshDatabase {
    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A server that is gone has taken the database along.
        let _ = try_execute(&self.administration, &statement);
    }
}

/// A name that no database of any server has.
pub(super) fn new_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_millis();
    format!("test_{now}_{}_{number}", process::id())
}

/// Runs a statement outside of any transaction.
pub(super) fn execute(server: &Config, statement: &str) {
    if let Err(error) = try_execute(server, statement) {
        panic!("{statement} failed: {error:?}");
    }
}

/// Whether the server takes connections.
pub(super) fn answers(server: &Config) -> bool {
    try_execute(server, "SELECT 1").is_ok()
}

fn try_execute(server: &Config, statement: &str) -> Result<(), Error> {
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = server.connect(NoTls).await?;
            let connection = tokio::spawn(connection);
            let outcome = client.batch_execute(statement).await;
            drop::<Client>(client);
            connection.await.expect("the connection does not panic")?;
            outcome
        })
    };
    // On a thread of its own: the caller may be in a runtime, where nobody may block on another one.
    std::thread::scope(|scope| scope.spawn(work).join().expect("the statement does not panic"))
}

fn with_database(url: &str, name: &str) -> String {
    let (place, parameters) = url.split_once('?').map_or((url, None), |(place, rest)| (place, Some(rest)));
    let server = match place.rsplit_once('/') {
        Some((server, _)) if !server.ends_with('/') => server,
        _ => place,
    };
    match parameters {
        Some(parameters) => format!("{server}/{name}?{parameters}"),
        None => format!("{server}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_takes_the_place_of_another_in_a_url() {
        for (url, expected) in [
            ("postgres://ada@localhost:5432/postgres", "postgres://ada@localhost:5432/new"),
            ("postgres://ada@localhost", "postgres://ada@localhost/new"),
            ("postgres://ada@localhost/?sslmode=disable", "postgres://ada@localhost/new?sslmode=disable"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
