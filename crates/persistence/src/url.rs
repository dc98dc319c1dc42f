//! The URL of a database, as `SQLAlchemy` and libpq write it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::Host;

/// Where the database is. Neither `Display` nor `Debug` shows a password.
#[derive(Clone)]
pub struct DatabaseUrl(Target);

#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<PostgresTarget>),
}

/// A `PostgreSQL` server as its URL describes it.
#[derive(Clone)]
pub(crate) struct PostgresTarget {
    /// Hosts, user, password, database; `connect_timeout` and `application_name` where the URL has them.
    pub(crate) config: tokio_postgres::Config,
    pub(crate) encryption: Encryption,
}

/// libpq's `sslmode` with its `sslrootcert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Never.
    Disable,
    /// If the server can; whoever it is.
    Prefer,
    /// Always; whoever the server is.
    Require,
    /// Always, with a certificate issued by one of these; whatever name it bears.
    VerifyAuthority(PathBuf),
    /// Always, with a certificate issued by one of these for the host of the URL. `None`: those of the system.
    VerifyFull(Option<PathBuf>),
}

/// Why a text is no URL of a database. No variant repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Nothing is there.
    #[error("must not be empty; write sqlite:///./finance.db or postgresql://user:password@host/database")]
    Empty,
    /// A `SQLite` database that would vanish with the process.
    #[error("must name a file: a database in memory would be lost with the process")]
    InMemory,
    /// Two slashes, of which the second begins a host name.
    #[error(
        "sqlite:// must be followed by a third slash: sqlite:///./finance.db for a relative path, \
         sqlite:////var/lib/finance.db for an absolute one"
    )]
    SqliteHost,
    /// `?...` behind a `SQLite` path.
    #[error("a SQLite URL takes no parameters: leave out what follows the question mark")]
    SqliteParameters,
    /// `SQLAlchemy`'s name of a driver.
    #[error("names the Python driver {driver}; write {dialect}:// instead")]
    Driver {
        /// What is in front of the plus sign.
        dialect: String,
        /// What is behind it.
        driver: String,
    },
    /// A scheme of some other database.
    #[error("has the unknown scheme {0}://; write sqlite:///, postgres:// or postgresql://")]
    UnknownScheme(String),
    /// The part in front of the parameters cannot be read.
    #[error(
        "is no PostgreSQL URL: write postgresql://user:password@host:5432/database, with %40 for @, %2F for / \
         and the like in user and password"
    )]
    Malformed,
    /// It names no server.
    #[error("names no host: write postgresql://user:password@host:5432/database")]
    NoHost,
    /// A parameter that is not supported.
    #[error(
        "has the unknown parameter {0}; known are sslmode, sslrootcert, connect_timeout and application_name"
    )]
    UnknownParameter(String),
    /// A parameter with a value out of its range.
    #[error("{parameter} must be {expected}")]
    BadParameter {
        /// Which.
        parameter: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl DatabaseUrl {
    /// Reads `sqlite:///relative/path`, `sqlite:////absolute/path`, a bare path, or `postgres://`, `postgresql://`
    /// with `sslmode`, `sslrootcert`, `connect_timeout` (seconds) and `application_name`.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DatabaseUrlError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return match text.split_once(':') {
                Some(("sqlite", "" | ":memory:")) => Err(DatabaseUrlError::InMemory),
                Some(("sqlite", _)) => Err(DatabaseUrlError::SqliteHost),
                Some((scheme @ ("postgres" | "postgresql" | "file"), _)) => {
                    Err(DatabaseUrlError::UnknownScheme(scheme.to_owned()))
                }
                _ => sqlite_path(text),
            };
        };
        if let Some((dialect, driver)) = scheme.split_once('+') {
            let (dialect, driver) = (dialect.to_owned(), driver.to_owned());
            return Err(DatabaseUrlError::Driver { dialect, driver });
        }
        match scheme {
            "sqlite" => match rest.split_once('/') {
                Some(("", path)) if path.contains('?') => Err(DatabaseUrlError::SqliteParameters),
                Some(("", path)) => sqlite_path(path),
                None if rest.is_empty() || rest == ":memory:" => Err(DatabaseUrlError::InMemory),
                _ => Err(DatabaseUrlError::SqliteHost),
            },
            "postgres" | "postgresql" => Ok(Self(Target::Postgres(Box::new(postgres(rest)?)))),
            other => Err(DatabaseUrlError::UnknownScheme(other.to_owned())),
        }
    }

    /// The file of a `SQLite` database.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    pub(crate) const fn target(&self) -> &Target {
        &self.0
    }
}

fn sqlite_path(path: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(DatabaseUrlError::InMemory);
    }
    Ok(DatabaseUrl(Target::Sqlite(PathBuf::from(path))))
}

fn postgres(rest: &str) -> Result<PostgresTarget, DatabaseUrlError> {
    let (base, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let mut config: tokio_postgres::Config =
        format!("postgresql://{base}").parse().map_err(|_| DatabaseUrlError::Malformed)?;
    let named = |host: &Host| !matches!(host, Host::Tcp(name) if name.is_empty());
    if config.get_hosts().is_empty() || !config.get_hosts().iter().all(named) {
        return Err(DatabaseUrlError::NoHost);
    }
    let (mut mode, mut root) = (None, None);
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = percent_decoded(value).ok_or(DatabaseUrlError::Malformed)?;
        match name {
            "sslmode" => mode = Some(value),
            "sslrootcert" => root = Some(value).filter(|path| !path.is_empty()),
            "connect_timeout" => {
                let seconds = value.parse().ok().filter(|seconds| (1..=3600).contains(seconds));
                config.connect_timeout(Duration::from_secs(seconds.ok_or(
                    DatabaseUrlError::BadParameter {
                        parameter: "connect_timeout",
                        expected: "a number of seconds from 1 to 3600",
                    },
                )?));
            }
            "application_name" => {
                config.application_name(value);
            }
            other => return Err(DatabaseUrlError::UnknownParameter(other.to_owned())),
        }
    }
    Ok(PostgresTarget { config, encryption: encryption(mode.as_deref(), root)? })
}

/// As libpq has it: a root certificate turns `require` into `verify-ca`, and `system` needs `verify-full`.
fn encryption(mode: Option<&str>, root: Option<String>) -> Result<Encryption, DatabaseUrlError> {
    let system = root.as_deref() == Some("system");
    let file = root.filter(|_| !system).map(PathBuf::from);
    let bad_root = |expected| Err(DatabaseUrlError::BadParameter { parameter: "sslrootcert", expected });
    match (mode, file) {
        (None, None) if system => Ok(Encryption::VerifyFull(None)),
        (Some("verify-full"), file) => Ok(Encryption::VerifyFull(file)),
        (Some("disable"), _) => Ok(Encryption::Disable),
        (Some("prefer" | "require" | "verify-ca"), _) if system => {
            bad_root("a file, or sslmode=verify-full: authorities of the system certify everyone")
        }
        (None | Some("prefer"), _) => Ok(Encryption::Prefer),
        (Some("require" | "verify-ca"), Some(file)) => Ok(Encryption::VerifyAuthority(file)),
        (Some("require"), None) => Ok(Encryption::Require),
        (Some("verify-ca"), None) => {
            bad_root("the path of a file with certificates in PEM when sslmode=verify-ca")
        }
        (Some(_), _) => Err(DatabaseUrlError::BadParameter {
            parameter: "sslmode",
            expected: "disable, prefer, require, verify-ca or verify-full",
        }),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(path) => write!(f, "sqlite {}", path.display()),
            Target::Postgres(target) => {
                let config = &target.config;
                f.write_str("postgres ")?;
                for (index, host) in config.get_hosts().iter().enumerate() {
                    let ports = config.get_ports();
                    let port = ports.get(index).or(ports.first()).unwrap_or(&5432);
                    let comma = if index == 0 { "" } else { "," };
                    match host {
                        Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                        Host::Unix(path) => write!(f, "{comma}{}:{port}", path.display())?,
                    }
                }
                write!(f, "/{}", config.get_dbname().or(config.get_user()).unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text).unwrap()
    }

    fn encryption_of(text: &str) -> Encryption {
        match parse(text).0 {
            Target::Postgres(target) => target.encryption,
            Target::Sqlite(_) => panic!("{text} is SQLite"),
        }
    }

    #[test]
    fn reads_the_paths_of_sqlite() {
        for (text, path) in [
            ("sqlite:///./finance.db", "./finance.db"),
            ("sqlite:///finance.db", "finance.db"),
            ("sqlite:///data/finance.db", "data/finance.db"),
            ("sqlite:////var/lib/finance.db", "/var/lib/finance.db"),
            ("finance.db", "finance.db"),
            ("/var/lib/finance.db", "/var/lib/finance.db"),
            ("sqlite:///file:x.db", "file:x.db"),
        ] {
            assert_eq!(parse(text).sqlite_path(), Some(Path::new(path)), "{text}");
        }
        assert_eq!(parse("sqlite:///./finance.db").to_string(), "sqlite ./finance.db");
    }

    #[test]
    fn shows_the_server_without_its_secrets() {
        let url = parse("postgresql://ada:s%40cret@db.example.org:6432/finance?application_name=hidden");
        assert_eq!(url.to_string(), "postgres db.example.org:6432/finance");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres db.example.org:6432/finance)");
        assert_eq!(url.sqlite_path(), None);
        assert_eq!(parse("postgres://ada@localhost").to_string(), "postgres localhost:5432/ada");
        assert_eq!(parse("postgres://a@%2Frun%2Fpg/finance").to_string(), "postgres /run/pg:5432/finance");
    }

    #[test]
    fn decodes_the_password() {
        let Target::Postgres(target) = parse("postgres://ada:p%40s%2Fs%3F@localhost/finance").0 else {
            panic!()
        };
        assert_eq!(target.config.get_password(), Some("p@s/s?".as_bytes()));
    }

    #[test]
    fn reads_the_parameters_of_libpq() {
        let url = "postgres://ada@localhost/finance";
        let file = || PathBuf::from("/etc/root.pem");
        for (parameters, expected) in [
            ("", Encryption::Prefer),
            ("?sslmode=disable", Encryption::Disable),
            ("?sslmode=prefer", Encryption::Prefer),
            ("?sslmode=require", Encryption::Require),
            ("?sslmode=require&sslrootcert=%2Fetc%2Froot.pem", Encryption::VerifyAuthority(file())),
            ("?sslmode=verify-ca&sslrootcert=/etc/root.pem", Encryption::VerifyAuthority(file())),
            ("?sslrootcert=/etc/root.pem&sslmode=verify-full", Encryption::VerifyFull(Some(file()))),
            ("?sslmode=verify-full", Encryption::VerifyFull(None)),
            ("?sslmode=verify-full&sslrootcert=system", Encryption::VerifyFull(None)),
        ] {
            assert_eq!(encryption_of(&format!("{url}{parameters}")), expected, "{parameters}");
        }
        let Target::Postgres(target) = parse(&format!("{url}?connect_timeout=3&application_name=a%20b")).0
        else {
            panic!()
        };
        assert_eq!(target.config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(target.config.get_application_name(), Some("a b"));
    }

    #[test]
    fn refuses_with_a_reason_and_without_the_password() {
        for (text, hint) in [
            ("", "must not be empty"),
            ("sqlite://", "in memory"),
            ("sqlite:///", "in memory"),
            (":memory:", "in memory"),
            ("sqlite:///:memory:", "in memory"),
            ("sqlite://:memory:", "in memory"),
            ("sqlite://finance.db", "third slash"),
            ("sqlite://data/finance.db", "third slash"),
            ("sqlite:finance.db", "third slash"),
            ("sqlite:///finance.db?mode=ro", "no parameters"),
            ("mysql://root:secret@localhost/x", "unknown scheme mysql"),
            ("postgresql+asyncpg://ada:secret@localhost/x", "write postgresql://"),
            ("postgresql+psycopg2://ada:secret@localhost/x", "psycopg2"),
            ("sqlite+aiosqlite:///./finance.db", "write sqlite://"),
            ("postgres:ada:secret@localhost", "unknown scheme"),
            ("postgres://", "no host"),
            ("postgres://ada:secret@/finance", "no host"),
            ("postgres://ada:secret@localhost:port/x", "no PostgreSQL URL"),
            ("postgres://ada:secret@localhost/x?sslmode=maybe", "sslmode must be"),
            ("postgres://ada:secret@localhost/x?sslmode=verify-ca", "sslrootcert must be"),
            ("postgres://ada:secret@localhost/x?sslmode=require&sslrootcert=system", "sslrootcert must be"),
            ("postgres://ada:secret@localhost/x?connect_timeout=soon", "connect_timeout must be"),
            ("postgres://ada:secret@localhost/x?ssl=true", "unknown parameter ssl"),
        ] {
            let error = DatabaseUrl::parse(text).expect_err(text).to_string();
            assert!(error.contains(hint), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
