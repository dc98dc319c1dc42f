//! The one writer of a `SQLite` file: writes that wait at the same time share a commit, which is what takes long.

use std::error::Error as _;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};
use finance_domain::ports::StoreError;
use tokio::sync::oneshot;

use crate::error::{Away, store_error};

/// The most pieces of work that share a commit: more would make the first of them wait.
const MOST_SHARED: usize = 128;
/// The most pieces of work that wait; beyond that the database is overloaded.
const MOST_QUEUED: usize = 4096;

/// The writer's thread and the queue to it.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: SqliteConnection) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(MOST_QUEUED);
        let thread = Builder::new().name("sqlite-writer".to_owned()).spawn(move || run(connection, &jobs))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues a piece of work and waits for its outcome.
    pub(super) async fn submit<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: FnOnce(&mut SqliteConnection) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Box::new(Work { body: Some(work), outcome: None, reply }))?;
        answer.await.unwrap_or_else(|_| Err(StoreError::from(Away::Closed).into()))
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = &*queue else { return Err(Away::Closed.into()) };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Away::Overloaded.into(),
            TrySendError::Disconnected(_) => Away::Closed.into(),
        })
    }

    /// Finishes what is queued and ends the thread. Blocks.
    pub(super) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the SQLite writer panicked");
        }
    }
}

/// A piece of work, its outcome, and the way to who waits for it.
trait Job: Send {
    /// Whether nobody waits any more.
    fn is_abandoned(&self) -> bool;
    /// Does the work; `false` when it failed and has to be undone.
    fn run(&mut self, connection: &mut SqliteConnection) -> bool;
    /// Answers with the outcome, or with the reason why nothing was committed.
    fn answer(self: Box<Self>, committed: Result<(), &str>);
}

struct Work<W, T, E> {
    body: Option<W>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Job for Work<W, T, E>
where
    T: Send,
    E: From<StoreError> + Send,
    W: FnOnce(&mut SqliteConnection) -> Result<T, E> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &mut SqliteConnection) -> bool {
        let Some(work) = self.body.take() else { return false };
        // A defect in one piece of work must not take those of the others with it. What it wrote is undone.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)))
            .unwrap_or_else(|_| Err(StoreError::Failed("a write panicked".into()).into()));
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), &str>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::from(Away::Closed).into()),
            (Err(reason), _) => Err(StoreError::from(Away::NotCommitted(reason.to_owned())).into()),
        };
        // Who has stopped waiting does not want to know.
        let _ = self.reply.send(answer);
    }
}

fn run(mut connection: SqliteConnection, jobs: &Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(MOST_SHARED);
    while let Ok(first) = jobs.recv() {
        batch.push(first);
        while batch.len() < MOST_SHARED
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        let committed = transact(&mut connection, &mut batch).map_err(|error| {
            // Whatever is left of the transaction; there may be nothing.
            let _ = Statement::Rollback.run(&mut connection);
            error.source().map_or_else(|| error.to_string(), ToString::to_string)
        });
        for job in batch.drain(..) {
            job.answer(committed.as_ref().copied().map_err(String::as_str));
        }
    }
    // Folds the log into the file, so that the file alone is the database. Others may still read it: then it stays.
    if let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(error = %error, "the write-ahead log could not be folded into the SQLite file");
    }
}

/// Runs all pieces of work in one transaction. An error means that none of them was committed.
fn transact(connection: &mut SqliteConnection, batch: &mut Vec<Box<dyn Job>>) -> Result<(), StoreError> {
    Statement::Begin.run(connection).map_err(store_error)?;
    // Who gave up while the queue or the file was held by others was told that nothing is written.
    batch.retain(|job| !job.is_abandoned());
    if let [alone] = batch.as_mut_slice() {
        let end = if alone.run(connection) { Statement::Commit } else { Statement::Rollback };
        return end.run(connection).map_err(store_error);
    }
    for job in batch {
        Statement::Savepoint.run(connection).map_err(store_error)?;
        if !job.run(connection) {
            // Fails when SQLite has already undone the whole transaction, as it may when the disk is full.
            Statement::RollbackTo.run(connection).map_err(store_error)?;
        }
        Statement::Release.run(connection).map_err(store_error)?;
    }
    Statement::Commit.run(connection).map_err(store_error)
}

/// The statements around the work, prepared once.
#[derive(Clone, Copy)]
enum Statement {
    Begin,
    Savepoint,
    RollbackTo,
    Release,
    Commit,
    Rollback,
}

impl Statement {
    fn run(self, connection: &mut SqliteConnection) -> QueryResult<()> {
        self.execute(connection).map(drop)
    }
}

impl QueryId for Statement {
    type QueryId = ();
    // Told apart by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(match self {
            Self::Begin => "BEGIN IMMEDIATE",
            Self::Savepoint => "SAVEPOINT work",
            Self::RollbackTo => "ROLLBACK TO work",
            Self::Release => "RELEASE work",
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
        });
        Ok(())
    }
}

impl<C> RunQueryDsl<C> for Statement {}
