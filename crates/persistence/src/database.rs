//! A database of either engine.

use std::time::Duration;

use async_trait::async_trait;
use finance_domain::ports::{StorageHealth, StoreError};

use crate::error::{Away, ConnectError};
use crate::migrations;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::url::{DatabaseUrl, Target};

/// What a database needs to know.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The most connections: to a `PostgreSQL` server; to read a `SQLite` file, which has one more to write.
    pub pool_size: usize,
    /// The longest that any one call may take, including the wait for a connection or for the writer.
    pub timeout: Duration,
}

/// A database. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
}

/// The engines, of which each database has one.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The longest that a health check may take: an orchestrator's patience is short.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

impl Database {
    /// Opens a `SQLite` file, and makes it when it is missing; blocks for a moment. A `PostgreSQL` server is connected to
    /// only with the first call, so that it may be away for a while.
    pub fn connect(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let DatabaseSettings { url, pool_size, timeout } = settings;
        if *pool_size == 0 || timeout.is_zero() {
            return Err(ConnectError::Settings("pool size and timeout must be greater than zero".to_owned()));
        }
        let engine = match url.target() {
            Target::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, *pool_size, *timeout)?),
            Target::Postgres(target) => Engine::Postgres(Postgres::new(target, *pool_size, *timeout)?),
        };
        Ok(Self { engine })
    }

    /// Finishes queued writes and, on `SQLite`, folds the write-ahead log into the file. Later calls fail.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close(),
        }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }
}

#[async_trait]
impl StorageHealth for Database {
    async fn check(&self) -> Result<(), StoreError> {
        let pending = tokio::time::timeout(HEALTH_TIMEOUT, migrations::pending(self)).await;
        match pending {
            Ok(Ok(pending)) if pending.is_empty() => Ok(()),
            Ok(Ok(pending)) => Err(Away::LacksMigrations(pending.join(", ")).into()),
            Ok(Err(error)) => Err(StoreError::Unavailable(Box::new(error))),
            Err(_) => Err(Away::TimedOut(HEALTH_TIMEOUT).into()),
        }
    }
}

/// Runs a query that only reads, on either engine: the same expression is compiled once for each. `$run` is the call
/// that runs it on `$connection`, without `.await`; it may run more than once.
macro_rules! read {
    ($database:expr, |$connection:ident| $run:expr) => {
        match $database.engine() {
            $crate::database::Engine::Sqlite(sqlite) => {
                use diesel::RunQueryDsl as _;
                sqlite.read(|$connection| $run).await
            }
            $crate::database::Engine::Postgres(postgres) => {
                use diesel_async::RunQueryDsl as _;
                $crate::database::read_postgres!(postgres, |$connection| $run)
            }
        }
    };
}

/// The `PostgreSQL` side of [`read!`]: a connection that turns out to be closed is replaced.
macro_rules! read_postgres {
    ($postgres:expr, |$connection:ident| $run:expr) => {
        $postgres
            .bounded(async {
                let mut attempts = 1..$crate::postgres::ATTEMPTS;
                loop {
                    let mut lease = $postgres.lease().await?;
                    let $connection = lease.connection().map_err($crate::error::store_error)?;
                    let outcome = $run.await;
                    match lease.finish(outcome) {
                        Err($crate::postgres::Failure::ConnectionLost(_)) if attempts.next().is_some() => {}
                        outcome => break outcome.map_err(finance_domain::ports::StoreError::from),
                    }
                }
            })
            .await
    };
}

/// Runs one statement that writes, on either engine. On `SQLite` `$run` is moved to the writer's thread; on `PostgreSQL`
/// it may run more than once, but never when the statement may have had an effect before.
macro_rules! write {
    ($database:expr, |$connection:ident| $run:expr) => {
        match $database.engine() {
            $crate::database::Engine::Sqlite(sqlite) => {
                use diesel::RunQueryDsl as _;
                sqlite.write(move |$connection| $run.map_err($crate::error::WriteError::from)).await
            }
            $crate::database::Engine::Postgres(postgres) => {
                use diesel_async::RunQueryDsl as _;
                $crate::database::write_postgres!(postgres, |$connection| $run)
            }
        }
    };
}

/// The `PostgreSQL` side of [`write!`]: a statement that the server undid because of others is sent again.
macro_rules! write_postgres {
    ($postgres:expr, |$connection:ident| $run:expr) => {
        $postgres
            .bounded(async {
                let mut attempts = 1..$crate::postgres::ATTEMPTS;
                loop {
                    let mut lease = $postgres.lease().await?;
                    let $connection = lease.connection().map_err($crate::error::store_error)?;
                    let outcome = $run.await;
                    match lease.finish(outcome) {
                        Err($crate::postgres::Failure::Query(error))
                            if $crate::error::lost_to_others(&error) && attempts.next().is_some() => {}
                        outcome => break outcome.map_err($crate::error::WriteError::from),
                    }
                }
            })
            .await
    };
}

pub(crate) use {read, read_postgres, write, write_postgres};
