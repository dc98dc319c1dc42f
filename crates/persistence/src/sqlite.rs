//! `SQLite`: read connections that are used where a read is asked for, and one writer.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection as _, QueryResult, SqliteConnection};
use finance_domain::ports::StoreError;

use crate::error::{Away, ConnectError, is_busy, store_error};

mod writer;

use writer::Writer;

/// A `SQLite` file. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Shared>);

struct Shared {
    path: PathBuf,
    readers: Mutex<Vec<SqliteConnection>>,
    most_readers: usize,
    writer: Writer,
    timeout: Duration,
}

impl Sqlite {
    /// Opens the file, makes it when it is missing, and starts the writer.
    pub(crate) fn open(path: &Path, most_readers: usize, timeout: Duration) -> Result<Self, ConnectError> {
        create(path)?;
        let problem =
            |error: OpenError| ConnectError::Sqlite { path: path.to_owned(), problem: error.explain() };
        // Who waits for the writer is to hear that the file is locked before they give up.
        let connection = open(path, Use::Write { patience: timeout * 3 / 4 }).map_err(problem)?;
        let writer = Writer::start(connection).map_err(|error| problem(OpenError::Io(error)))?;
        let readers = Mutex::new(Vec::new());
        Ok(Self(Arc::new(Shared { path: path.to_owned(), readers, most_readers, writer, timeout })))
    }

    /// Runs a short query on this very thread: a hop to another one costs more than the query. Asks again for as
    /// long as a call may take while another process holds the file.
    pub(crate) async fn read<T>(
        &self,
        query: impl Fn(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Result<T, StoreError> {
        let outcome = self.read_once(&query);
        if !matches!(&outcome, Err(error) if is_busy(error)) {
            return outcome.map_err(store_error);
        }
        let start = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            match self.read_once(&query) {
                Err(error) if is_busy(&error) && start.elapsed() < self.0.timeout => {}
                outcome => return outcome.map_err(store_error),
            }
        }
    }

    /// Runs a query that may take long, away from the threads that serve requests.
    pub(crate) async fn read_long<T: Send + 'static>(
        &self,
        query: impl Fn(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        let limit = self.0.timeout;
        let start = Instant::now();
        let work = tokio::task::spawn_blocking(move || {
            loop {
                match this.read_once(&query) {
                    Err(error) if is_busy(&error) && start.elapsed() < limit => {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    outcome => return outcome.map_err(store_error),
                }
            }
        });
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panicked)) => Err(StoreError::Failed(Box::new(panicked))),
            Err(_) => Err(Away::TimedOut(limit).into()),
        }
    }

    fn read_once<T>(&self, query: &impl Fn(&mut SqliteConnection) -> QueryResult<T>) -> QueryResult<T> {
        let idle = self.readers().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open(&self.0.path, Use::Read).map_err(OpenError::into_diesel)?,
        };
        let outcome = query(&mut connection)?;
        let mut readers = self.readers();
        if readers.len() < self.0.most_readers {
            readers.push(connection);
        }
        Ok(outcome)
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        // Nothing can panic while the stack is locked.
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the writer do a piece of work in a transaction that it may share with others. All of the work is undone
    /// when it fails. The answer comes once the outcome is durable. What is dropped meanwhile may or may not be done.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let limit = self.0.timeout;
        match tokio::time::timeout(limit, self.0.writer.submit(work)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::from(Away::TimedOut(limit)).into()),
        }
    }

    /// A connection that waits for others as long as `patience` says.
    pub(crate) fn dedicated(&self, patience: Duration) -> Result<SqliteConnection, StoreError> {
        open(&self.0.path, Use::Write { patience }).map_err(|error| store_error(error.into_diesel()))
    }

    /// Finishes what is queued and folds the write-ahead log into the file. Later writes are refused.
    pub(crate) async fn close(&self) {
        let this = self.clone();
        let closing = tokio::task::spawn_blocking(move || {
            this.readers().clear();
            this.0.writer.close();
        });
        if let Err(panicked) = closing.await {
            tracing::error!(error = %panicked, "the SQLite writer could not be closed");
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy)]
enum Use {
    Read,
    Write {
        /// How long to wait for the locks of other processes.
        patience: Duration,
    },
}

/// Why no connection could be opened.
enum OpenError {
    Connection(diesel::ConnectionError),
    Query(DieselError),
    Io(io::Error),
}

impl OpenError {
    fn into_diesel(self) -> DieselError {
        let message = match self {
            Self::Query(error) => return error,
            Self::Connection(error) => error.to_string(),
            Self::Io(error) => error.to_string(),
        };
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(message))
    }

    /// What is wrong with the file, to follow its name in a sentence.
    fn explain(self) -> String {
        let message = match self {
            Self::Connection(error) => error.to_string(),
            Self::Query(error) => error.to_string(),
            Self::Io(error) => return format!("cannot be used: {error}"),
        };
        match message.as_str() {
            "file is not a database" => "is some other file: it is not a SQLite database".to_owned(),
            "attempt to write a readonly database" => {
                "is read-only: the file, its directory or the file system cannot be written".to_owned()
            }
            "database is locked" => "is locked by another process".to_owned(),
            _ => format!("cannot be opened: {message}"),
        }
    }
}

/// Makes the file, readable by its owner only, since it holds what people spend. `SQLite` gives its companions, the
/// write-ahead log and its index, the same mode.
fn create(path: &Path) -> Result<(), ConnectError> {
    let problem = |problem: String| ConnectError::Sqlite { path: path.to_owned(), problem };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return Err(problem(format!("cannot be made: there is no directory {}", directory.display())));
    }
    if path.is_dir() {
        return Err(problem("is a directory: name a file in it".to_owned()));
    }
    match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let opened = OpenOptions::new().read(true).write(true).open(path);
            opened.map(drop).map_err(|error| match error.kind() {
                io::ErrorKind::PermissionDenied => problem("may not be written by this user".to_owned()),
                io::ErrorKind::ReadOnlyFilesystem => problem("is on a read-only file system".to_owned()),
                _ => problem(format!("cannot be opened: {error}")),
            })
        }
        Err(error) => match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Err(problem(format!("cannot be made: no permission to write to {}", directory.display())))
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                Err(problem("cannot be made: the file system is read-only".to_owned()))
            }
            _ => Err(problem(format!("cannot be made: {error}"))),
        },
    }
}

fn open(path: &Path, purpose: Use) -> Result<SqliteConnection, OpenError> {
    // A relative name that looks like a URI (`file:x.db`) would be read as one.
    let path = if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) };
    let mut connection =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(OpenError::Connection)?;
    match purpose {
        Use::Read => {
            // Readers do not wait for anyone in WAL mode; where they must, the caller waits without a thread.
            connection.batch_execute("PRAGMA query_only = ON").map_err(OpenError::Query)?;
        }
        Use::Write { patience } => {
            write_ahead(&mut connection, patience).map_err(OpenError::Query)?;
            connection
                .batch_execute(&format!(
                    "PRAGMA busy_timeout = {}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                    patience.as_millis()
                ))
                .map_err(OpenError::Query)?;
        }
    }
    Ok(connection)
}

/// Switches to the write-ahead log. Where several processes do so at once `SQLite` answers "busy" without waiting,
/// whatever `busy_timeout` says.
fn write_ahead(connection: &mut SqliteConnection, patience: Duration) -> QueryResult<()> {
    let start = Instant::now();
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if is_busy(&error) && start.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests;
