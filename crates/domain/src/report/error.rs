use super::summary::MAX_GROUPS;
use crate::ports::StoreError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The range ends before it begins.
    #[error("must not be before from")]
    EmptyRange,
    /// The range has too many days, weeks or whatever it is grouped by.
    #[error("must be nearer to from: there would be more than {MAX_GROUPS} groups")]
    TooManyGroups,
    /// The user is gone.
    #[error("the user does not exist any more")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
