use crate::money::AmountError;
use crate::ports::StoreError;

/// Why an expense was not created, replaced, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ExpenseError {
    /// The user has no such expense.
    #[error("there is no such expense")]
    NotFound,
    /// The expense has another version than the caller allowed.
    #[error("the expense was changed in the meantime")]
    Stale,
    /// The amount does not fit its currency.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The user has no category of this id.
    #[error("there is no category of this id")]
    UnknownCategory,
    /// The user is gone.
    #[error("the user does not exist any more")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
