//! What can happen to a `SQLite` file: how it is made, who else uses it, and what is told when it cannot be used.

#![expect(clippy::expect_used, reason = "what goes wrong here is a failed test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use finance_domain::ports::{StorageHealth as _, StoreError};
use finance_domain::user::{CreateUserError, UserRepository as _};
use finance_persistence::{ConnectError, Database, DatabaseSettings, DatabaseUrl, SqlUserRepository};
use finance_testing::TemporaryDirectory;
use finance_testing::fixtures::{password_hash, user};

const TIMEOUT: Duration = Duration::from_secs(1);

fn connect(path: &Path) -> Result<Database, ConnectError> {
    let url = DatabaseUrl::parse(&format!("sqlite:///{}", path.display())).expect("a URL");
    Database::connect(&DatabaseSettings { url, pool_size: 2, timeout: TIMEOUT })
}

#[tokio::test]
async fn a_file_is_made_for_its_owner_only() {
    let directory = TemporaryDirectory::new();
    let path = directory.path().join("finance.db");
    let database = connect(&path).expect("a database");
    database.migrate().await.expect("migrations");
    let users = SqlUserRepository::new(database);
    users.create(&user("ada@example.org").build(), &password_hash("secret"), &[]).await.expect("a user");
    for file in ["finance.db", "finance.db-wal", "finance.db-shm"] {
        let mode = std::fs::metadata(directory.path().join(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn the_file_alone_is_the_database_once_closed() {
    let directory = TemporaryDirectory::new();
    let path = directory.path().join("finance.db");
    let database = connect(&path).expect("a database");
    database.migrate().await.expect("migrations");
    let users = SqlUserRepository::new(database.clone());
    let ada = user("ada@example.org").build();
    users.create(&ada, &password_hash("secret"), &[]).await.expect("a user");
    database.close().await;
    let log = std::fs::metadata(directory.path().join("finance.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0);
    let refused = users.create(&user("bob@example.org").build(), &password_hash("secret"), &[]).await;
    assert!(matches!(refused, Err(CreateUserError::Store(StoreError::Unavailable(_)))), "{refused:?}");

    let users = SqlUserRepository::new(connect(&path).expect("the database again"));
    assert_eq!(users.find(ada.id).await.expect("an answer"), Some(ada));
}

#[test]
fn what_cannot_be_used_is_told_with_its_path() {
    let directory = TemporaryDirectory::new();
    let file = directory.path().join("notes.txt");
    std::fs::write(&file, "dear diary, ".repeat(100)).expect("a file");
    for (path, problem) in [
        (directory.path().join("missing/finance.db"), "there is no directory"),
        (directory.path().to_owned(), "is a directory"),
        (file, "not a SQLite database"),
    ] {
        let error = connect(&path).err().expect("an error").to_string();
        assert!(error.contains(problem) && error.contains(&path.display().to_string()), "{error}");
    }
}

/// The names of all migrations, in their order.
fn migrations() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let entries = std::fs::read_dir(folder).expect("the migrations");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("a migration").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn many_migrate_an_empty_file_at_once() {
    let directory = TemporaryDirectory::new();
    let path = directory.path().join("finance.db");
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (path, runtime) = (path.clone(), tokio::runtime::Handle::current());
            tokio::task::spawn_blocking(move || {
                let database = connect(&path).expect("a database");
                runtime.block_on(async {
                    let applied = database.migrate().await.expect("migrations");
                    database.check().await.expect("health");
                    applied
                })
            })
        })
        .collect();
    let mut applied = Vec::new();
    for task in tasks {
        applied.extend(task.await.expect("no panic"));
    }
    assert_eq!(applied, migrations(), "each migration is applied once");
}

#[tokio::test]
async fn a_file_that_lacks_migrations_is_not_healthy_and_one_with_newer_ones_is() {
    use diesel::{Connection as _, connection::SimpleConnection as _};

    let directory = TemporaryDirectory::new();
    let path = directory.path().join("finance.db");
    let database = connect(&path).expect("a database");
    assert!(matches!(database.check().await, Err(StoreError::Unavailable(_))));
    assert_eq!(database.pending_migrations().await.expect("an answer"), migrations());
    database.migrate().await.expect("migrations");
    let mut other = diesel::SqliteConnection::establish(&path.display().to_string()).expect("a connection");
    other
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
        .expect("a newer migration");
    database.check().await.expect("health");
    assert_eq!(database.migrate().await.expect("nothing to do"), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_another_process_holds_is_unavailable_in_time() {
    use diesel::{Connection as _, connection::SimpleConnection as _};

    let directory = TemporaryDirectory::new();
    let path = directory.path().join("finance.db");
    let database = connect(&path).expect("a database");
    database.migrate().await.expect("migrations");
    let users = SqlUserRepository::new(database);
    let mut other = diesel::SqliteConnection::establish(&path.display().to_string()).expect("a connection");
    other.batch_execute("BEGIN IMMEDIATE").expect("the write lock");
    let start = Instant::now();
    let ada = user("ada@example.org").build();
    let refused = users.create(&ada, &password_hash("secret"), &[]).await;
    assert!(matches!(refused, Err(CreateUserError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    assert!(start.elapsed() < TIMEOUT * 4);
    assert_eq!(users.find(ada.id).await.expect("reads go on"), None);
    other.batch_execute("ROLLBACK").expect("the lock is free");
    // What was given up is not written later.
    let bob = user("bob@example.org").build();
    users.create(&bob, &password_hash("secret"), &[]).await.expect("a user");
    assert_eq!(users.find(ada.id).await.expect("an answer"), None);
}
