//! What a `PostgreSQL` server does to its clients: TLS, stops, freezes, and many who migrate at once.

#![expect(clippy::expect_used, reason = "what goes wrong here is a failed test")]

use std::time::{Duration, Instant};

use finance_domain::expense::{ExpenseQuery, ExpenseRepository as _};
use finance_domain::ports::{StorageHealth as _, StoreError};
use finance_domain::user::UserRepository as _;
use finance_persistence::{
    ConnectError, Database, DatabaseSettings, DatabaseUrl, SqlExpenseRepository, SqlUserRepository,
};
use finance_testing::fixtures::{expense, expense_id, password_hash, user, user_id};
use finance_testing::postgres::{Options, PostgresServer, fresh_database};

const TIMEOUT: Duration = Duration::from_secs(2);

fn connect(url: &str) -> Result<Database, ConnectError> {
    let url = DatabaseUrl::parse(url).expect("a URL");
    Database::connect(&DatabaseSettings { url, pool_size: 3, timeout: TIMEOUT })
}

fn database(url: &str) -> Database {
    connect(url).expect("a database")
}

async fn check(url: &str) -> Result<(), StoreError> {
    SqlUserRepository::new(database(url)).find(user_id()).await.map(drop)
}

/// Within a call's time and what a busy machine adds.
fn assert_in_time(start: Instant) {
    assert!(start.elapsed() < TIMEOUT + Duration::from_secs(3), "took {:?}", start.elapsed());
}

#[tokio::test]
async fn speaks_tls_as_far_as_the_url_asks() {
    let server = PostgresServer::start_with(Options { tls_only: true, ..Options::default() });
    let authority = server.ca_certificate().display().to_string();
    let stranger = finance_testing::TemporaryDirectory::new();
    let other = stranger.path().join("other.crt");
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=Stranger", "-keyout", "/dev/null", "-out"])
        .arg(&other)
        .output()
        .expect("openssl");
    assert!(made.status.success(), "{made:?}");
    let other = other.display();

    let url = server.create_database();
    database(&format!("{url}?sslmode=verify-full&sslrootcert={authority}"))
        .migrate()
        .await
        .expect("migrations");
    // The certificate is for `localhost` and 127.0.0.1; 0.0.0.0 is the same server by another name.
    let misnamed = url.replace("127.0.0.1", "0.0.0.0");
    for accepted in [
        format!("{url}?sslmode=prefer"),
        format!("{url}?sslmode=require"),
        format!("{url}?sslmode=require&sslrootcert={authority}"),
        format!("{url}?sslmode=verify-ca&sslrootcert={authority}"),
        format!("{misnamed}?sslmode=verify-ca&sslrootcert={authority}"),
        format!("{url}?sslmode=verify-full&sslrootcert={authority}"),
        format!("{url}?sslrootcert={authority}"),
    ] {
        check(&accepted).await.unwrap_or_else(|error| panic!("{accepted}: {error:?}"));
    }
    for refused in [
        format!("{url}?sslmode=disable"),
        format!("{url}?sslmode=require&sslrootcert={other}"),
        format!("{url}?sslmode=verify-ca&sslrootcert={other}"),
        format!("{url}?sslmode=verify-full&sslrootcert={other}"),
        format!("{misnamed}?sslmode=verify-full&sslrootcert={authority}"),
    ] {
        let outcome = check(&refused).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{refused}: {outcome:?}");
    }
}

#[tokio::test]
async fn certificates_that_are_missing_are_told_at_once() {
    let error = connect("postgres://ada@localhost/x?sslmode=verify-full&sslrootcert=/no/such/file").err();
    let error = error.expect("an error").to_string();
    assert!(error.contains("/no/such/file"), "{error}");
}

#[tokio::test]
async fn a_frozen_server_is_unavailable_in_time_and_comes_back() {
    let server = PostgresServer::start();
    let database = database(&server.create_database());
    database.migrate().await.expect("migrations");
    let (users, expenses) =
        (SqlUserRepository::new(database.clone()), SqlExpenseRepository::new(database.clone()));
    let owner = user("ada@example.org").build();
    users.create(&owner, &password_hash("secret"), &[]).await.expect("a user");

    server.freeze();
    for _ in 0..2 {
        // More calls than connections: some wait for the pool.
        let start = Instant::now();
        let query = ExpenseQuery::default();
        let content = expense().build();
        let finds = (0..5).map(|_| users.find(owner.id));
        let (finds, listed, created, healthy) = tokio::join!(
            futures_util::future::join_all(finds),
            expenses.list(owner.id, &query),
            expenses.create(owner.id, expense_id(), &content),
            database.check(),
        );
        assert_in_time(start);
        assert!(finds.iter().all(|found| matches!(found, Err(StoreError::Unavailable(_)))), "{finds:?}");
        assert!(matches!(listed, Err(StoreError::Unavailable(_))), "{listed:?}");
        assert!(
            matches!(
                created,
                Err(finance_domain::expense::StoreExpenseError::Store(StoreError::Unavailable(_)))
            ),
            "{created:?}"
        );
        assert!(matches!(healthy, Err(StoreError::Unavailable(_))), "{healthy:?}");
    }

    server.thaw();
    users.find(owner.id).await.expect("an answer").expect("the user");
    database.check().await.expect("health");
}

#[tokio::test]
async fn a_restart_costs_no_read() {
    let mut server = PostgresServer::start();
    let database = database(&server.create_database());
    database.migrate().await.expect("migrations");
    let users = SqlUserRepository::new(database.clone());
    let owner = user("ada@example.org").build();
    users.create(&owner, &password_hash("secret"), &[]).await.expect("a user");
    let fill = (0..3).map(|_| users.find(owner.id));
    futures_util::future::join_all(fill).await;

    server.stop();
    let start = Instant::now();
    let away = users.find(owner.id).await;
    assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");
    assert!(database.check().await.is_err());
    assert_in_time(start);
    server.start_again();
    for _ in 0..6 {
        users.find(owner.id).await.expect("an answer").expect("the user");
    }

    // And where nobody asked while it was away.
    server.stop();
    server.start_again();
    let finds = futures_util::future::join_all((0..6).map(|_| users.find(owner.id))).await;
    assert!(finds.iter().all(|found| matches!(found, Ok(Some(_)))), "{finds:?}");
}

#[tokio::test]
async fn many_migrate_an_empty_database_at_once() {
    let fresh = fresh_database();
    let databases: Vec<_> = (0..10).map(|_| database(fresh.url())).collect();
    assert!(databases[0].check().await.is_err(), "what lacks migrations is not healthy");
    let pending = databases[0].pending_migrations().await.expect("an answer");
    assert!(!pending.is_empty());
    let applied = futures_util::future::join_all(databases.iter().map(Database::migrate)).await;
    let applied: Vec<_> = applied.into_iter().map(|applied| applied.expect("migrations")).collect();
    assert_eq!(applied.concat(), pending, "each migration is applied once");
    databases[0].check().await.expect("health");
    assert_eq!(databases[0].pending_migrations().await.expect("an answer"), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_the_others_alone() {
    let fresh = fresh_database();
    let database = database(fresh.url());
    database.migrate().await.expect("migrations");
    let users = SqlUserRepository::new(database);
    let owner = user("ada@example.org").build();
    users.create(&owner, &password_hash("secret"), &[]).await.expect("a user");
    for patience in 0..40_u64 {
        let find = users.find(owner.id);
        // Given up at another moment each time.
        let _ = tokio::time::timeout(Duration::from_micros(patience * 25), find).await;
        users.find(owner.id).await.expect("an answer").expect("the user");
    }
}
