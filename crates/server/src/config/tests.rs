use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const POSTGRES: &str = "postgresql://ada:pa55w0rd@db.example.org/finance";

fn serve(values: &[(&'static str, &str)]) -> Result<ServeConfig, ConfigError> {
    from_environment(&Environment::of(values), ServeConfig::read)
}

fn problems(values: &[(&'static str, &str)]) -> String {
    serve(values).unwrap_err().to_string()
}

#[test]
fn nothing_has_to_be_set() {
    let config = serve(&[]).unwrap();
    assert_eq!(config.database.url.to_string(), "sqlite ./finance.db");
    assert_eq!((config.database.pool_size, config.database.timeout), (10, Duration::from_secs(4)));
    assert!(matches!(config.auth.secret, JwtSecret::KeptIn(path) if path == *"./finance.db.jwt-secret"));
    assert_eq!(config.auth.algorithm, JwtAlgorithm::Hs256);
    assert_eq!(config.auth.token_lifetime, Duration::from_mins(30));
    assert_eq!(config.auth.bcrypt_cost.get(), 12);
    assert_eq!((config.listen.host.as_str(), config.listen.port), ("127.0.0.1", 8000));
    assert_eq!(config.http.workers, cores());
    assert_eq!(config.http.keep_alive, Duration::from_secs(75));
    assert_eq!((config.http.head_timeout.as_secs(), config.http.body_timeout.as_secs()), (10, 15));
    assert_eq!(config.http.max_body_bytes, 262_144);
    assert!(config.http.cors_allowed_origins.is_empty());
    assert_eq!((config.shutdown.grace.as_secs(), config.shutdown.drain.as_secs()), (5, 15));
    assert_eq!(config.recurring_poll, Some(Duration::from_mins(1)));
    assert_eq!(serve(&[("RECURRING_POLL_SECONDS", "0")]).unwrap().recurring_poll, None);
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Auto, "info"));
}

#[test]
fn empty_is_unset() {
    for variable in VARIABLES {
        serve(&[(variable.name, " ")]).unwrap();
    }
}

#[test]
fn all_problems_are_reported_together() {
    let text = problems(&[
        ("DATABASE_URL", "mysql://ada:pa55w0rd@db/finance"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_TIMEOUT_SECONDS", "5"),
        ("JWT_SECRET_KEY", "too short"),
        ("JWT_ALGORITHM", "none"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "-1"),
        ("BCRYPT_COST", "3"),
        ("HOST", "http://localhost/"),
        ("PORT", "65536"),
        ("WORKERS", "many"),
        ("KEEP_ALIVE_SECONDS", "+5"),
        ("REQUEST_HEAD_TIMEOUT_SECONDS", "0"),
        ("REQUEST_BODY_TIMEOUT_SECONDS", "1.5"),
        ("MAX_BODY_BYTES", "1MB"),
        ("CORS_ALLOWED_ORIGINS", "app.example.org"),
        ("SHUTDOWN_GRACE_SECONDS", "10"),
        ("SHUTDOWN_DRAIN_SECONDS", "15"),
        ("RECURRING_POLL_SECONDS", "often"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "verbose"),
    ]);
    for variable in
        VARIABLES.iter().filter(|variable| !["SHUTDOWN_GRACE_SECONDS", "NO_COLOR"].contains(&variable.name))
    {
        assert!(text.contains(&format!("\n  {} ", variable.name)), "{} is missing in {text}", variable.name);
    }
    assert!(text.contains("PORT is \"65536\" but must be a whole number from 0 to 65535"), "{text}");
    assert!(!text.contains("pa55w0rd") && !text.contains("too short"), "{text}");
}

#[test]
fn postgres_needs_a_secret() {
    let text = problems(&[("DATABASE_URL", POSTGRES)]);
    assert!(text.contains("JWT_SECRET_KEY must be set on PostgreSQL"), "{text}");
    assert!(text.contains("openssl rand -hex 32"), "{text}");
    let config = serve(&[("DATABASE_URL", POSTGRES), ("JWT_SECRET_KEY", SECRET)]).unwrap();
    assert!(matches!(config.auth.secret, JwtSecret::Given(_)));
    // What needs no tokens needs no secret.
    from_environment(&Environment::of(&[("DATABASE_URL", POSTGRES)]), read_database).unwrap();
}

#[test]
fn a_secret_is_long_and_never_shown() {
    let short = &SECRET[..31];
    let text = problems(&[("JWT_SECRET_KEY", short)]);
    assert!(text.contains("JWT_SECRET_KEY must have at least 32 bytes"), "{text}");
    assert!(!text.contains(short), "{text}");
    let config = serve(&[("DATABASE_URL", POSTGRES), ("JWT_SECRET_KEY", SECRET)]).unwrap();
    let debug = format!("{config:?}");
    assert!(!debug.contains(SECRET) && !debug.contains("pa55w0rd"), "{debug}");
}

#[test]
fn origins_are_exact() {
    let origins =
        |text| serve(&[("CORS_ALLOWED_ORIGINS", text)]).map(|config| config.http.cors_allowed_origins);
    assert_eq!(
        origins("https://app.example.org, http://localhost:3000,").unwrap(),
        ["https://app.example.org", "http://localhost:3000"]
    );
    assert_eq!(origins("*").unwrap(), ["*"]);
    for text in
        ["*,https://a.org", "https://*.a.org", "https://a.org/", "https://A.org", "null", ",", "https://"]
    {
        assert!(origins(text).is_err(), "{text}");
    }
}

#[test]
fn hosts_are_addresses_or_names() {
    for (text, host) in [("0.0.0.0", "0.0.0.0"), ("[::1]", "::1"), ("::", "::"), ("localhost", "localhost")] {
        assert_eq!(serve(&[("HOST", text)]).unwrap().listen.host, host);
    }
}

#[test]
fn levels_are_levels() {
    for text in ["debug", "WARN", "off", "info,finance_http=debug", "info,actix_web=off"] {
        assert_eq!(serve(&[("LOG_LEVEL", text)]).unwrap().log.level, text);
    }
    for text in ["verbose", "info,finance_http", "info;debug", "finance_http=loud", "info,,"] {
        assert!(serve(&[("LOG_LEVEL", text)]).is_err(), "{text}");
    }
}

#[test]
fn a_file_fills_in_what_the_environment_leaves_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(".env");
    std::fs::write(&path, "# a comment\nPORT=1\nHOST=localhost\nexport BCRYPT_COST='4'\nPATH=/nowhere\n")
        .unwrap();
    let environment = Environment::of(&[("PORT", "2"), ("HOST", "")]).with_file(&path).unwrap();
    let config = from_environment(&environment, ServeConfig::read).unwrap();
    assert_eq!((config.listen.host.as_str(), config.listen.port), ("localhost", 2));
    assert_eq!(config.auth.bcrypt_cost.get(), 4);

    std::fs::write(&path, format!("PORT=1\nJWT_SECRET_KEY={SECRET} and more\n")).unwrap();
    let error = Environment::of(&[]).with_file(&path).err().unwrap().to_string();
    assert!(error.contains("after 1 that can") && !error.contains(SECRET), "{error}");

    Environment::of(&[]).with_file(&directory.path().join("missing")).unwrap();
}
