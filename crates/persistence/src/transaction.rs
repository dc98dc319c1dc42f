//! Transactions of several statements, written once for both engines.

use async_trait::async_trait;
use diesel::SqliteConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager as _};
use finance_domain::ports::StoreError;
use futures_util::FutureExt as _;

use crate::database::{Database, Engine};
use crate::error::{WriteError, lost_to_others};
use crate::postgres::{ATTEMPTS, Failure, Postgres};

/// A connection of either engine on which a transaction was begun.
pub(crate) enum Transaction<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut AsyncPgConnection),
}

/// Runs a statement in a transaction, on either engine: the same expression is compiled once for each. `$run` is the
/// call that runs it on `$connection`, without `.await`.
macro_rules! run {
    ($transaction:expr, |$connection:ident| $run:expr) => {
        match $transaction {
            $crate::transaction::Transaction::Sqlite($connection) => {
                use diesel::RunQueryDsl as _;
                let $connection = &mut **$connection;
                $run
            }
            $crate::transaction::Transaction::Postgres($connection) => {
                use diesel_async::RunQueryDsl as _;
                let $connection = &mut **$connection;
                $run.await
            }
        }
    };
}
pub(crate) use run;

/// What is done in a transaction. On `PostgreSQL` it is done again when others were in its way.
#[async_trait]
pub(crate) trait Work: Send + Sync + 'static {
    type Answer: Send + 'static;
    type Refusal: From<WriteError> + Send + 'static;

    /// Does it. On `SQLite` nothing may be waited for but statements, which answer at once.
    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Self::Answer, Stop<Self::Refusal>>;
}

/// Why a transaction is undone.
pub(crate) enum Stop<E> {
    /// By a rule.
    Refused(E),
    /// A statement failed.
    Query(DieselError),
    /// The storage is away.
    Store(StoreError),
}

impl<E> From<DieselError> for Stop<E> {
    fn from(error: DieselError) -> Self {
        Self::Query(error)
    }
}

impl<E> From<StoreError> for Stop<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stop<StoreError> {
    /// The same in a transaction that knows rules.
    pub(crate) fn widen<E>(self) -> Stop<E> {
        match self {
            Self::Refused(error) | Self::Store(error) => Stop::Store(error),
            Self::Query(error) => Stop::Query(error),
        }
    }
}

impl<E: From<WriteError>> Stop<E> {
    fn into_refusal(self) -> E {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Query(error) => WriteError::from(error).into(),
            Self::Store(error) => WriteError::from(error).into(),
        }
    }

    /// Whether it may succeed when it is done again. A reference to what is gone means that someone else removed it
    /// after it was looked up.
    fn may_pass(&self) -> bool {
        match self {
            Self::Query(error) => {
                let dangling =
                    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _));
                dangling || lost_to_others(error)
            }
            Self::Refused(_) | Self::Store(_) => false,
        }
    }
}

impl Database {
    /// Does all of the work or none of it; durable when it answers.
    pub(crate) async fn transact<W: Work>(&self, work: W) -> Result<W::Answer, W::Refusal> {
        let outcome = match self.engine() {
            Engine::Sqlite(sqlite) => {
                let run = move |c: &mut SqliteConnection| {
                    let done = work.run(&mut Transaction::Sqlite(c)).now_or_never();
                    done.unwrap_or_else(|| {
                        Err(StoreError::Failed("a transaction waited for something else".into()).into())
                    })
                };
                sqlite.write(run).await
            }
            Engine::Postgres(postgres) => {
                let attempts = async {
                    let mut attempts = 1..ATTEMPTS;
                    loop {
                        match attempt(postgres, &work).await {
                            Err(stop) if stop.may_pass() && attempts.next().is_some() => {}
                            outcome => break outcome,
                        }
                    }
                };
                postgres.bounded(attempts).await
            }
        };
        outcome.map_err(Stop::into_refusal)
    }
}

async fn attempt<W: Work>(postgres: &Postgres, work: &W) -> Result<W::Answer, Stop<W::Refusal>> {
    let mut lease = postgres.lease().await?;
    let connection = lease.connection()?;
    let outcome = async {
        AnsiTransactionManager::begin_transaction(&mut *connection).await?;
        match work.run(&mut Transaction::Postgres(connection)).await {
            Ok(answer) => {
                AnsiTransactionManager::commit_transaction(connection).await?;
                Ok(answer)
            }
            Err(stop) => {
                // When even that fails the connection is thrown away, and the transaction with it.
                AnsiTransactionManager::rollback_transaction(connection).await?;
                Err(stop)
            }
        }
    };
    match outcome.await {
        Err(Stop::Query(error)) => Err(match lease.finish::<()>(Err(error)) {
            Err(Failure::Query(error)) => Stop::Query(error),
            Err(lost @ Failure::ConnectionLost(_)) => Stop::Store(lost.into()),
            Ok(()) => Stop::Store(StoreError::Failed("a failure got lost".into())),
        }),
        outcome => {
            let _ = lease.finish(Ok(()));
            outcome
        }
    }
}
