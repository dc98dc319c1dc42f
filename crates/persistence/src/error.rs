//! Errors: what diesel, the pool and the files say, and what that means to the domain.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use finance_domain::ports::StoreError;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The `SQLite` file cannot be used.
    #[error("the SQLite database {path} {problem}", path = path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificates of `sslrootcert`, or those of the system, cannot be used.
    #[error("{0}")]
    Certificates(String),
    /// A setting is out of its range.
    #[error("{0}")]
    Settings(String),
}

/// Why the storage is away, where no database said so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Away {
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// No connection could be made.
    #[error("no connection")]
    NoConnection(#[source] Box<dyn StdError + Send + Sync>),
    /// More writes wait than could be done in time.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The writer has stopped, because the database was closed or its thread died.
    #[error("the database is closed")]
    Closed,
    /// The transaction that several writes shared was not committed.
    #[error("the shared transaction was not committed: {0}")]
    NotCommitted(String),
    /// Others won the race for the same rows over and over.
    #[error("too many others write the same rows")]
    Contended,
    /// Migrations of this program have not been applied.
    #[error("the database lacks migrations: {0}")]
    LacksMigrations(String),
    /// The connection broke under a query.
    #[error("the connection was lost: {0}")]
    ConnectionLost(DieselError),
}

impl From<Away> for StoreError {
    fn from(away: Away) -> Self {
        Self::Unavailable(Box::new(away))
    }
}

/// What an error of diesel means: is the storage away, or was it asked for something wrong?
pub(crate) fn store_error(error: DieselError) -> StoreError {
    if is_unavailable(&error) {
        StoreError::Unavailable(Box::new(error))
    } else {
        StoreError::Failed(Box::new(error))
    }
}

/// How a statement that writes failed.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// Another row has the same key; with what tells which: `PostgreSQL`'s name of the constraint, `SQLite`'s message.
    NotUnique(String),
    /// It names a row that does not exist; with the name of the constraint, which `SQLite` does not tell.
    Dangling(Option<String>),
    /// A check of the table failed; with its name.
    Check(String),
    /// Something else.
    Store(StoreError),
}

impl From<DieselError> for WriteError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
                Self::NotUnique(information.constraint_name().unwrap_or(information.message()).to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, information) => {
                Self::Dangling(information.constraint_name().map(str::to_owned))
            }
            DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, information) => {
                Self::Check(information.constraint_name().unwrap_or(information.message()).to_owned())
            }
            error => Self::Store(store_error(error)),
        }
    }
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotUnique(what) => Self::Failed(format!("a key is not unique: {what}").into()),
            WriteError::Dangling(constraint) => {
                Self::Failed(format!("a reference to nothing, against {constraint:?}").into())
            }
            WriteError::Check(what) => Self::Failed(format!("a value fails a check: {what}").into()),
            WriteError::Store(error) => error,
        }
    }
}

fn is_unavailable(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction => true,
            // Diesel keeps neither SQLSTATE nor SQLite's result code of the errors that it has no name for.
            DatabaseErrorKind::Unknown => AWAY.iter().any(|start| information.message().starts_with(start)),
            _ => false,
        },
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

/// How the messages begin that mean "try again later", with their result code or SQLSTATE.
const AWAY: &[&str] = &[
    // SQLite; its messages are the same in every language.
    "database is locked",                   // SQLITE_BUSY
    "database table is locked",             // SQLITE_LOCKED
    "database schema is locked",            // SQLITE_LOCKED
    "database or disk is full",             // SQLITE_FULL
    "disk I/O error",                       // SQLITE_IOERR
    "attempt to write a readonly database", // SQLITE_READONLY
    "unable to open database file",         // SQLITE_CANTOPEN
    "out of memory",                        // SQLITE_NOMEM, 53200
    // PostgreSQL. In another language than English these become `Failed`, unless the connection is lost as well,
    // which is noticed without the message.
    "terminating connection",          // 57P01, 57P02, 57P05
    "the database system is",          // 57P03
    "canceling statement due to",      // 57014, 55P03
    "sorry, too many clients already", // 53300
    "remaining connection slots",      // 53300
    "deadlock detected",               // 40P01
    "could not extend file",           // 53100
    "could not write",                 // 53100
    "out of shared memory",            // 53200
    "prepared statement",              // 26000: a proxy has swapped the session under us
];

/// Whether the same statement may succeed when it is sent again: the server undid it because of others.
pub(crate) fn lost_to_others(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            information.message().starts_with("deadlock detected")
        }
        _ => false,
    }
}

/// Whether `SQLite` could not get a lock that someone else holds.
pub(crate) fn is_busy(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::Unknown, information)
        if information.message().starts_with("database is locked"))
}

/// Whether `SQLite` added up more than 64 bits can hold.
pub(crate) fn is_integer_overflow(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::Unknown, information)
        if information.message() == "integer overflow")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database_error(kind: DatabaseErrorKind, message: &str) -> StoreError {
        store_error(DieselError::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn tells_what_may_pass_from_what_will_not() {
        for message in ["database is locked", "database or disk is full", "terminating connection due to x"] {
            let error = database_error(DatabaseErrorKind::Unknown, message);
            assert!(matches!(error, StoreError::Unavailable(_)), "{message}");
        }
        for kind in [DatabaseErrorKind::UniqueViolation, DatabaseErrorKind::CheckViolation] {
            assert!(matches!(database_error(kind, "x"), StoreError::Failed(_)));
        }
        let error = database_error(DatabaseErrorKind::Unknown, "no such table: expenses");
        assert!(matches!(error, StoreError::Failed(_)));
        assert!(matches!(store_error(DieselError::NotFound), StoreError::Failed(_)));
    }
}
