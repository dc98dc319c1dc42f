//! The configuration, which comes from environment variables and from nowhere else. Only this file and its module
//! `reader` know their names.

mod reader;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use finance_auth::{BcryptCost, JwtAlgorithm, JwtKey};
use finance_persistence::{DatabaseSettings, DatabaseUrl};
use secrecy::ExposeSecret as _;

pub(crate) use reader::{ConfigError, Environment};
use reader::{Reader, Reported};

/// The most seconds between a signal to end and the end: orchestrators kill after 30, some of them after 25.
const MAX_SHUTDOWN_SECONDS: u64 = 24;

/// An environment variable.
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What holds where it is unset; empty where nothing does.
    pub(crate) default: &'static str,
    /// What it is for, in a line.
    pub(crate) meaning: &'static str,
}

const fn variable(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning }
}

/// Every variable there is, in the order of `--help`.
pub(crate) const VARIABLES: &[Variable] = &[
    variable(
        "DATABASE_URL",
        "sqlite:///./finance.db",
        "SQLite: sqlite:///relative or sqlite:////absolute; or postgresql://user:password@host/database",
    ),
    variable("DATABASE_POOL_SIZE", "10", "connections to PostgreSQL, or readers of SQLite, at most"),
    variable("DATABASE_TIMEOUT_SECONDS", "4", "patience with the database, 1 to 4"),
    variable(
        "JWT_SECRET_KEY",
        "",
        "signs access tokens: 32 bytes or more; needed on PostgreSQL, made and kept in a file beside the database on SQLite",
    ),
    variable("JWT_ALGORITHM", "HS256", "HS256, HS384 or HS512"),
    variable("ACCESS_TOKEN_EXPIRE_MINUTES", "30", "how long a login lasts"),
    variable("BCRYPT_COST", "12", "work factor of password hashes, 4 to 31; one more doubles the time"),
    variable("HOST", "127.0.0.1", "address to listen on; 0.0.0.0 for all of them"),
    variable("PORT", "8000", "port to listen on; 0 for any free one, which the log then names"),
    variable("WORKERS", "", "threads that serve requests; as many as cores by default"),
    variable(
        "KEEP_ALIVE_SECONDS",
        "75",
        "how long an idle connection stays open; longer than the load balancer's",
    ),
    variable("REQUEST_HEAD_TIMEOUT_SECONDS", "10", "how long a client may take to send a request's head"),
    variable("REQUEST_BODY_TIMEOUT_SECONDS", "15", "how long a client may take to send a request's body"),
    variable("MAX_BODY_BYTES", "262144", "the largest request body"),
    variable(
        "CORS_ALLOWED_ORIGINS",
        "",
        "origins whose pages may call the API, separated by commas, or *; none by default",
    ),
    variable(
        "SHUTDOWN_GRACE_SECONDS",
        "5",
        "how long requests are still accepted after SIGTERM, until load balancers have noticed",
    ),
    variable(
        "SHUTDOWN_DRAIN_SECONDS",
        "15",
        "how long the last requests may then take; both together at most 24",
    ),
    variable(
        "RECURRING_POLL_SECONDS",
        "60",
        "how often it is looked for recurring expenses whose date has come; 0 for never",
    ),
    variable("LOG_FORMAT", "auto", "json, text, or auto: text on a terminal and json elsewhere"),
    variable(
        "LOG_LEVEL",
        "info",
        "error, warn, info, debug or trace, also for a part: info,finance_persistence=debug",
    ),
    variable("NO_COLOR", "", "any value keeps colours out of the text format (no-color.org)"),
];

/// Reads one part of the configuration, or several at once.
///
/// # Errors
/// With every problem there is.
pub(crate) fn load<T>(read: impl FnOnce(&mut Reader<'_>) -> Result<T, Reported>) -> Result<T, ConfigError> {
    from_environment(&Environment::of_process()?, read)
}

fn from_environment<T>(
    environment: &Environment,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Reported>,
) -> Result<T, ConfigError> {
    let mut reader = Reader::new(environment);
    let outcome = read(&mut reader);
    reader.finish(outcome)
}

/// All that the server needs.
#[derive(Debug)]
pub(crate) struct ServeConfig {
    pub(crate) database: DatabaseSettings,
    pub(crate) auth: AuthConfig,
    pub(crate) listen: ListenConfig,
    pub(crate) http: HttpConfig,
    pub(crate) shutdown: ShutdownConfig,
    /// How often recurring expenses are posted, if at all.
    pub(crate) recurring_poll: Option<Duration>,
    pub(crate) log: LogConfig,
}

impl ServeConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Reported> {
        let database = read_database(reader);
        let auth = AuthConfig::read(reader, database.as_ref().ok().map(|settings| &settings.url));
        let listen = ListenConfig::read(reader);
        let http = HttpConfig::read(reader);
        let shutdown = ShutdownConfig::read(reader);
        let recurring_poll = reader.seconds("RECURRING_POLL_SECONDS", 0..=86_400);
        let log = LogConfig::read(reader);
        Ok(Self {
            database: database?,
            auth: auth?,
            listen: listen?,
            http: http?,
            shutdown: shutdown?,
            recurring_poll: Some(recurring_poll?).filter(|every| !every.is_zero()),
            log: log?,
        })
    }
}

/// Where the database is and how to treat it.
pub(crate) fn read_database(reader: &mut Reader<'_>) -> Result<DatabaseSettings, Reported> {
    let url = reader.secret("DATABASE_URL", |url| DatabaseUrl::parse(url.expose_secret()));
    let pool_size = reader.number("DATABASE_POOL_SIZE", 1..=1000);
    let timeout = reader.number("DATABASE_TIMEOUT_SECONDS", 1..=4);
    Ok(DatabaseSettings { url: url?, pool_size: pool_size?, timeout: Duration::from_secs(timeout?) })
}

/// How new passwords are hashed.
pub(crate) fn read_bcrypt_cost(reader: &mut Reader<'_>) -> Result<BcryptCost, Reported> {
    let range = u64::from(BcryptCost::MIN)..=u64::from(BcryptCost::MAX);
    let cost: u32 = reader.number("BCRYPT_COST", range)?;
    reader.check("BCRYPT_COST", BcryptCost::new(cost))
}

/// How users prove who they are.
#[derive(Debug)]
pub(crate) struct AuthConfig {
    pub(crate) secret: JwtSecret,
    pub(crate) algorithm: JwtAlgorithm,
    pub(crate) token_lifetime: Duration,
    pub(crate) bcrypt_cost: BcryptCost,
}

/// What signs access tokens.
#[derive(Debug)]
pub(crate) enum JwtSecret {
    /// A key of the secret given.
    Given(JwtKey),
    /// A key of the secret in this file, which is made on first use.
    KeptIn(PathBuf),
}

impl AuthConfig {
    fn read(reader: &mut Reader<'_>, database: Option<&DatabaseUrl>) -> Result<Self, Reported> {
        let secret = Self::read_secret(reader, database);
        let algorithm = reader.parse("JWT_ALGORITHM", JwtAlgorithm::from_str);
        let minutes: Result<u64, _> = reader.number("ACCESS_TOKEN_EXPIRE_MINUTES", 1..=60 * 24 * 366);
        let bcrypt_cost = read_bcrypt_cost(reader);
        Ok(Self {
            secret: secret?,
            algorithm: algorithm?,
            token_lifetime: Duration::from_secs(minutes? * 60),
            bcrypt_cost: bcrypt_cost?,
        })
    }

    fn read_secret(reader: &mut Reader<'_>, database: Option<&DatabaseUrl>) -> Result<JwtSecret, Reported> {
        const NAME: &str = "JWT_SECRET_KEY";
        if reader.is_set(NAME) {
            let hint = |weak| format!("{weak}; make one by: openssl rand -hex 32");
            return reader.secret(NAME, |secret| JwtKey::new(secret).map_err(hint)).map(JwtSecret::Given);
        }
        // Without a database nobody knows whether a secret is needed; that one is missing was reported already.
        match database.ok_or(Reported)?.sqlite_path() {
            Some(path) => {
                let mut file = path.to_owned().into_os_string();
                file.push(".jwt-secret");
                Ok(JwtSecret::KeptIn(file.into()))
            }
            None => Err(reader.problem(
                NAME,
                "must be set on PostgreSQL, to one value for all processes; make one by: openssl rand -hex 32",
            )),
        }
    }
}

/// Where the server listens.
#[derive(Debug)]
pub(crate) struct ListenConfig {
    /// An address or a name, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl ListenConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Reported> {
        let host = reader.parse("HOST", |text| {
            let host = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
            let fits = !host.is_empty() && !host.contains(['/', ' ', '[', ']', '@']);
            if fits { Ok(host.to_owned()) } else { Err("must be an IP address or a host name") }
        });
        let port = reader.number("PORT", 0..=65535);
        Ok(Self { host: host?, port: port? })
    }
}

/// How the server treats connections and requests.
#[derive(Debug)]
pub(crate) struct HttpConfig {
    pub(crate) workers: usize,
    pub(crate) keep_alive: Duration,
    pub(crate) head_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) max_body_bytes: usize,
    pub(crate) cors_allowed_origins: Vec<String>,
}

impl HttpConfig {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Reported> {
        let workers = if reader.is_set("WORKERS") { reader.number("WORKERS", 1..=256) } else { Ok(cores()) };
        let keep_alive = reader.seconds("KEEP_ALIVE_SECONDS", 1..=3600);
        let head_timeout = reader.seconds("REQUEST_HEAD_TIMEOUT_SECONDS", 1..=300);
        let body_timeout = reader.seconds("REQUEST_BODY_TIMEOUT_SECONDS", 1..=300);
        let max_body_bytes = reader.number("MAX_BODY_BYTES", 1024..=64 << 20);
        let cors_allowed_origins = if reader.is_set("CORS_ALLOWED_ORIGINS") {
            reader.parse("CORS_ALLOWED_ORIGINS", origins)
        } else {
            Ok(Vec::new())
        };
        Ok(Self {
            workers: workers?,
            keep_alive: keep_alive?,
            head_timeout: head_timeout?,
            body_timeout: body_timeout?,
            max_body_bytes: max_body_bytes?,
            cors_allowed_origins: cors_allowed_origins?,
        })
    }
}

/// How many threads the machine, or what is left of it to this process, runs at once.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Origins as browsers send them (RFC 6454, section 7): a scheme, a host, perhaps a port, and nothing behind.
fn origins(text: &str) -> Result<Vec<String>, &'static str> {
    let origins: Vec<String> =
        text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned).collect();
    let is_origin = |origin: &String| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.is_some_and(|host| {
            let fits = |c: char| !c.is_uppercase() && !c.is_whitespace() && !"/?#@*\\".contains(c);
            !host.is_empty() && host.chars().all(fits)
        })
    };
    match origins.as_slice() {
        [all] if all == "*" => Ok(origins),
        [_, ..] if origins.iter().all(is_origin) => Ok(origins),
        _ => Err(
            "must be origins in small letters such as https://app.example.org,http://localhost:3000 without a \
                  path, or * alone for every page there is",
        ),
    }
}

/// How the server ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShutdownConfig {
    pub(crate) grace: Duration,
    pub(crate) drain: Duration,
}

impl ShutdownConfig {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Reported> {
        let grace = reader.seconds("SHUTDOWN_GRACE_SECONDS", 0..=MAX_SHUTDOWN_SECONDS);
        let drain = reader.seconds("SHUTDOWN_DRAIN_SECONDS", 1..=MAX_SHUTDOWN_SECONDS);
        let (grace, drain) = (grace?, drain?);
        if grace + drain > Duration::from_secs(MAX_SHUTDOWN_SECONDS) {
            return Err(reader.problem(
                "SHUTDOWN_DRAIN_SECONDS",
                &format!("must be at most {MAX_SHUTDOWN_SECONDS} together with SHUTDOWN_GRACE_SECONDS"),
            ));
        }
        Ok(Self { grace, drain })
    }
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct LogConfig {
    pub(crate) format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`.
    pub(crate) level: String,
    pub(crate) colours: bool,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// A JSON object.
    Json,
    /// For people.
    Text,
}

impl LogConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Reported> {
        let format = reader.parse("LOG_FORMAT", |text| match text {
            "auto" => Ok(LogFormat::Auto),
            "json" => Ok(LogFormat::Json),
            "text" => Ok(LogFormat::Text),
            _ => Err("must be auto, json or text"),
        });
        let level = reader.parse("LOG_LEVEL", log_level);
        let colours = !reader.is_set("NO_COLOR");
        Ok(Self { format: format?, level: level?, colours })
    }
}

/// `EnvFilter` takes any word without a level for the name of a part and logs all of that: `LOG_LEVEL=verbose` would
/// log nothing at all. A level is therefore asked for in each directive.
fn log_level(text: &str) -> Result<String, &'static str> {
    let is_level = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"].contains(&word.to_ascii_lowercase().as_str())
    };
    let is_directive = |directive: &str| is_level(directive.rsplit('=').next().unwrap_or_default().trim());
    let fits = text.split(',').all(is_directive) && tracing_subscriber::EnvFilter::try_new(text).is_ok();
    if fits {
        Ok(text.to_owned())
    } else {
        Err("must be error, warn, info, debug or trace, or several such as info,finance_persistence=debug")
    }
}

#[cfg(test)]
mod tests;
