//! What the environment says, and what the program says to it.

mod support;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use support::{Engine, Finished, PASSWORD, Place, SECRET, Server};

/// `EX_CONFIG` of BSD's `sysexits.h`.
const CONFIG: Option<i32> = Some(78);

fn with(mut command: Command, variables: &[(&str, &str)]) -> Command {
    command.envs(variables.iter().copied());
    command
}

fn refused(place: &Place, variables: &[(&str, &str)]) -> Finished {
    let finished = Finished::of(with(place.bare(&["serve"]), variables));
    assert_ne!(finished.code, Some(0), "{finished:?}");
    assert!(!finished.output().contains("panicked"), "{finished:?}");
    finished
}

#[test]
fn everything_that_is_wrong_is_told_together_and_without_secrets() {
    let place = Place::new(Engine::Sqlite);
    let wrong = [
        ("DATABASE_URL", "mysql://root:hunter2-hunter2@localhost/finance"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_TIMEOUT_SECONDS", "60"),
        ("JWT_SECRET_KEY", "a-weak-secret"),
        ("JWT_ALGORITHM", "none"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("BCRYPT_COST", "3"),
        ("HOST", "http://localhost"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("KEEP_ALIVE_SECONDS", "-1"),
        ("REQUEST_HEAD_TIMEOUT_SECONDS", "soon"),
        ("REQUEST_BODY_TIMEOUT_SECONDS", "1.5"),
        ("MAX_BODY_BYTES", "10MB"),
        ("CORS_ALLOWED_ORIGINS", "example.org"),
        ("SHUTDOWN_GRACE_SECONDS", "25"),
        ("SHUTDOWN_DRAIN_SECONDS", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "verbose"),
    ];
    let finished = refused(&place, &wrong);
    assert_eq!(finished.code, CONFIG);
    let output = finished.output();
    for (name, _) in wrong {
        let told = output.lines().filter(|line| line.trim().starts_with(&format!("{name} "))).count();
        assert_eq!(told, 1, "{name} in {output}");
    }
    for secret in ["hunter2", "a-weak-secret"] {
        assert!(!output.contains(secret), "{output}");
    }
    // Nothing was begun.
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);

    let together = refused(&place, &[("SHUTDOWN_GRACE_SECONDS", "20"), ("SHUTDOWN_DRAIN_SECONDS", "20")]);
    assert_eq!(together.code, CONFIG);
    assert!(together.stderr.contains("SHUTDOWN_DRAIN_SECONDS"), "{together:?}");
    for command in ["migrate", "demo"] {
        let finished = Finished::of(with(place.bare(&[command]), &wrong));
        assert_eq!(finished.code, CONFIG, "{command}");
        assert!(finished.stderr.contains("DATABASE_URL") && !finished.output().contains("hunter2"));
    }
}

#[test]
fn weak_secrets_are_refused() {
    let place = Place::new(Engine::Sqlite);
    let weak = &SECRET[..31];
    let finished = refused(&place, &[("JWT_SECRET_KEY", weak), ("PORT", "0")]);
    assert_eq!(finished.code, CONFIG);
    assert!(finished.stderr.contains("JWT_SECRET_KEY") && finished.stderr.contains("32"), "{finished:?}");
    assert!(!finished.output().contains(weak));
    let strong = &SECRET[..32];
    let server = Server::start(with(place.command(&["serve"]), &[("JWT_SECRET_KEY", strong)]));
    assert!(!server.everything_printed().contains(strong));
}

#[test]
fn postgresql_needs_a_secret() {
    let place = Place::new(Engine::Postgres);
    let finished = refused(&place, &[("DATABASE_URL", place.url()), ("PORT", "0")]);
    assert_eq!(finished.code, CONFIG);
    assert!(
        finished.stderr.contains("JWT_SECRET_KEY") && finished.stderr.contains("openssl rand"),
        "{finished:?}"
    );
    // An empty one is none.
    let finished = refused(&place, &[("DATABASE_URL", place.url()), ("JWT_SECRET_KEY", ""), ("PORT", "0")]);
    assert_eq!(finished.code, CONFIG);
}

#[test]
fn sqlite_makes_a_secret_and_keeps_it() {
    let place = Place::new(Engine::Sqlite);
    let start = || Server::start(with(place.bare(&[]), &[("PORT", "0"), ("BCRYPT_COST", "4")]));
    let server = start();
    let file = place.file("finance.db.jwt-secret");
    let secret = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(secret.trim().len() >= 64, "a short secret");
    let log = server.everything_printed();
    assert!(log.contains("finance.db.jwt-secret") && !log.contains(secret.trim()), "{log}");
    let database = place.file("finance.db");
    assert_eq!(std::fs::metadata(&database).unwrap().permissions().mode() & 0o777, 0o600);

    let user = server.user("ada@example.org");
    drop(server);
    let server = start();
    user.at(server.address()).get("/me").expect_status(200);
    drop(server);
    std::fs::remove_file(&file).unwrap();
    let server = start();
    assert_eq!(user.at(server.address()).get("/me").problem(), (401, "invalid_token".into()));
    assert_ne!(std::fs::read_to_string(&file).unwrap(), secret);
}

#[test]
fn a_file_is_read_and_the_environment_wins() {
    let place = Place::new(Engine::Sqlite);
    let lines = format!(
        "# Comments are left out.\nDATABASE_URL=sqlite:///./from-file.db\nexport JWT_SECRET_KEY='{SECRET}'\n\
         ACCESS_TOKEN_EXPIRE_MINUTES=\"7\"\nBCRYPT_COST=4\nPORT=1\nUNKNOWN=ignored\n"
    );
    std::fs::write(place.file(".env"), lines).unwrap();
    let server = Server::start(with(place.bare(&["serve"]), &[("PORT", "0")]));
    assert!(place.file("from-file.db").exists() && !place.file("from-file.db.jwt-secret").exists());
    assert!(!server.everything_printed().contains(SECRET));
    let mut client = server.user("ada@example.org");
    let login = serde_json::json!({"email": "ada@example.org", "password": PASSWORD});
    assert_eq!(client.post("/auth/login", &login).json()["expires_in"], 420);
    drop(server);

    let server = Server::start(with(place.bare(&["serve"]), &[("PORT", "0"), ("DATABASE_URL", "other.db")]));
    assert_eq!(client.at(server.address()).get("/me").status, 401, "another database, the same secret");
    assert!(place.file("other.db").exists());

    std::fs::write(place.file(".env"), format!("JWT_SECRET_KEY={SECRET}\nBCRYPT_COST=99\n")).unwrap();
    let finished = refused(&place, &[("PORT", "0")]);
    assert_eq!(finished.code, CONFIG);
    assert!(finished.stderr.contains("BCRYPT_COST") && !finished.output().contains(SECRET), "{finished:?}");

    std::fs::write(place.file(".env"), format!("JWT_SECRET_KEY=\"{SECRET}\nBCRYPT_COST=4\n")).unwrap();
    let finished = refused(&place, &[("PORT", "0")]);
    assert_eq!(finished.code, CONFIG);
    assert!(finished.stderr.contains(".env") && !finished.output().contains(SECRET), "{finished:?}");
}

#[test]
fn the_forms_of_a_database_url() {
    let place = Place::new(Engine::Sqlite);
    std::fs::create_dir(place.file("data")).unwrap();
    let absolute = place.file("data/absolute.db");
    let absolute_url = format!("sqlite:///{}", absolute.display());
    for (url, file) in [
        (None, place.file("finance.db")),
        (Some("sqlite:///./relative.db"), place.file("relative.db")),
        (Some("sqlite:///data/folder.db"), place.file("data/folder.db")),
        (Some("bare.db"), place.file("bare.db")),
        (Some("./data/bare too.db"), place.file("data/bare too.db")),
        (Some(absolute_url.as_str()), absolute.clone()),
    ] {
        let mut command = place.command(&["serve"]);
        match url {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        let server = Server::start(command);
        server.user("ada@example.org");
        assert!(file.exists(), "{url:?} made no {}", file.display());
        let database = server.logged(|line| line["database"].as_str().map(str::to_owned)).unwrap();
        assert!(database.contains(file.file_name().unwrap().to_str().unwrap()), "{database}");
    }
    let place = Place::new(Engine::Postgres);
    let url = place.url().replacen("postgres://postgres@", "postgresql://postgres:pass%40word@", 1);
    let server = Server::start(with(place.command(&["serve"]), &[("DATABASE_URL", &url)]));
    server.user("ada@example.org");
    let log = server.everything_printed();
    assert!(log.contains("127.0.0.1") && !log.contains("pass%40word") && !log.contains("pass@word"), "{log}");
}

#[test]
fn a_place_that_cannot_be_used_is_told() {
    let place = Place::new(Engine::Sqlite);
    std::fs::create_dir(place.file("folder")).unwrap();
    std::fs::write(
        place.file("text.db"),
        "this is no database, but it is long enough to be taken for one".repeat(20),
    )
    .unwrap();
    for (url, hint) in [
        ("sqlite:///missing/finance.db", "no directory"),
        ("folder", "is a directory"),
        ("text.db", "not a SQLite database"),
        ("sqlite://finance.db", "third slash"),
        ("sqlite:///:memory:", "in memory"),
        ("postgresql+asyncpg://ada:hunter2@localhost/x", "postgresql://"),
        ("postgresql://ada:hunter2@localhost/x?sslmode=maybe", "sslmode"),
    ] {
        for command in ["serve", "migrate"] {
            let variables = [("DATABASE_URL", url)];
            let finished = Finished::of(with(place.command(&[command]), &variables));
            assert!(matches!(finished.code, Some(1 | 78)), "{finished:?}");
            assert!(
                finished.stderr.contains(hint) && !finished.output().contains("hunter2"),
                "{url}: {finished:?}"
            );
        }
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let finished = Finished::of(with(place.command(&["serve"]), &[("PORT", &port)]));
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert!(finished.stderr.contains(&port) && finished.stderr.contains("PORT"), "{finished:?}");
    }
}
