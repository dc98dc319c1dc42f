//! The migrations, embedded in the program and applied under a lock.

use std::error::Error;
use std::time::{Duration, Instant};

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite as SqliteBackend;
use diesel::{QueryResult, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use finance_domain::ports::StoreError;

use crate::database::{Database, Engine, read};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::statement::{cached_by_text, statement};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The longest wait for another process that migrates.
const PATIENCE: Duration = Duration::from_mins(1);
/// The key of the advisory lock on `PostgreSQL`, of no meaning.
const LOCK_KEY: i64 = 0x66_69_6e_61_6e_63_65;

/// Why the database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database is away.
    #[error("the database cannot be migrated: {}", cause(.0))]
    Store(#[from] StoreError),
    /// Another process has been migrating for too long.
    #[error("another process has held the migration lock for {0:?}")]
    Locked(Duration),
    /// A migration failed; it is undone.
    #[error("a migration failed and was undone: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// The causes of an error, in a line.
fn cause(error: &StoreError) -> String {
    let mut text = String::new();
    let mut cause = Error::source(error);
    while let Some(error) = cause {
        text = if text.is_empty() { error.to_string() } else { format!("{text}: {error}") };
        cause = error.source();
    }
    text
}

impl Database {
    /// Applies the migrations that are missing, each whole or not at all, and answers their names. Processes that do
    /// so at once wait for each other.
    pub async fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        let applied = match self.engine() {
            Engine::Sqlite(sqlite) => migrate_sqlite(sqlite.clone()).await?,
            Engine::Postgres(postgres) => migrate_postgres(postgres).await?,
        };
        for name in &applied {
            tracing::info!(migration = %name, "applied a migration");
        }
        Ok(applied)
    }

    /// The names of the migrations of this program that are missing.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, MigrateError> {
        pending(self).await
    }
}

/// Whether any migration was ever applied, which each engine is asked in its own way.
struct HasHistory(&'static str);

cached_by_text!(HasHistory);
statement!(HasHistory: Bool, on Pg, SqliteBackend; |self, out| { out.push_sql(self.0); });

/// The versions of the migrations that were applied.
#[derive(QueryId)]
struct History;

statement!(History: Text, on Pg, SqliteBackend; |self, out| {
    out.push_sql("SELECT version FROM __diesel_schema_migrations");
});

/// What is missing, without a lock. Migrations that this program does not know were made by a newer one, which keeps
/// the schema usable for this one.
pub(crate) async fn pending(database: &Database) -> Result<Vec<String>, MigrateError> {
    let has_history = match database.engine() {
        Engine::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')"
        }
        Engine::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    let applied: Vec<String> = if read!(database, |c| HasHistory(has_history).get_result::<bool>(c))? {
        read!(database, |c| History.get_results(c))?
    } else {
        Vec::new()
    };
    match database.engine() {
        Engine::Sqlite(_) => missing::<SqliteBackend>(&SQLITE, &applied),
        Engine::Postgres(_) => missing::<Pg>(&POSTGRES, &applied),
    }
}

fn missing<DB: Backend>(
    source: &impl MigrationSource<DB>,
    applied: &[String],
) -> Result<Vec<String>, MigrateError> {
    let known = source.migrations().map_err(MigrateError::Failed)?;
    let missing = known.iter().map(Migration::name).filter(|name| {
        let version = name.version();
        !applied.iter().any(|applied| *applied == version.to_string())
    });
    Ok(missing.map(ToString::to_string).collect())
}

/// All missing migrations, each in its own transaction or savepoint.
fn apply<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
) -> Result<Vec<String>, MigrateError> {
    let mut applied = Vec::new();
    for migration in harness.pending_migrations(source).map_err(MigrateError::Failed)? {
        harness.run_migration(&*migration).map_err(MigrateError::Failed)?;
        applied.push(migration.name().to_string());
    }
    Ok(applied)
}

async fn migrate_sqlite(sqlite: Sqlite) -> Result<Vec<String>, MigrateError> {
    let work = move || {
        let mut connection: SqliteConnection = sqlite.dedicated(PATIENCE)?;
        // The lock is the write lock of the file.
        connection.immediate_transaction(|connection| apply::<SqliteBackend>(connection, SQLITE))
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panicked| Err(MigrateError::Failed(panicked.into())))
}

impl From<diesel::result::Error> for MigrateError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(crate::error::store_error(error))
    }
}

/// Takes the lock if it is free. It is the session's, so it is freed with the connection at the latest.
#[derive(QueryId)]
struct TryLock(i64);

statement!(TryLock: Bool, on Pg; |self, out| {
    out.push_sql("SELECT pg_try_advisory_lock(");
    out.push_bind_param::<BigInt, _>(&self.0)?;
    out.push_sql(")");
});

async fn migrate_postgres(postgres: &Postgres) -> Result<Vec<String>, MigrateError> {
    let connection = postgres.bounded(postgres.dedicated()).await?;
    // Diesel's migrations want a connection that blocks.
    let work = move || {
        let mut connection: AsyncConnectionWrapper<AsyncPgConnection> = connection.into();
        let start = Instant::now();
        while !lock(&mut connection)? {
            if start.elapsed() > PATIENCE {
                return Err(MigrateError::Locked(PATIENCE));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        apply::<Pg>(&mut connection, POSTGRES)
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panicked| Err(MigrateError::Failed(panicked.into())))
}

fn lock(connection: &mut AsyncConnectionWrapper<AsyncPgConnection>) -> QueryResult<bool> {
    diesel::RunQueryDsl::get_result(TryLock(LOCK_KEY), connection)
}
