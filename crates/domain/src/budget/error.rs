use crate::CategoryId;
use crate::money::AmountError;
use crate::ports::StoreError;

/// What is wrong with the terms of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// The amount does not fit the currency.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The last day is before the first.
    #[error("must not be before starts_on")]
    EndsBeforeStart,
    /// The currency is another one than before.
    #[error("cannot be changed: amounts and alerts are in it; make another budget")]
    CurrencyChanged,
    /// The period is another one than before.
    #[error("cannot be changed: amounts and alerts are of its periods; make another budget")]
    PeriodChanged,
    /// It says from when on an amount holds, without an amount or for a new budget.
    #[error("goes with a new amount of a budget that exists")]
    AmountFromWithoutChange,
    /// An amount is to hold from a day on that is not one of the budget.
    #[error("must be a day between starts_on and ends_on")]
    AmountFromOutside,
}

/// Why a budget was not created, replaced, changed, deleted or shown.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// The user has no such budget.
    #[error("there is no such budget")]
    NotFound,
    /// The budget has another version than the caller allowed.
    #[error("the budget was changed in the meantime")]
    Stale,
    /// The terms cannot be: all that is wrong with them.
    #[error("the terms of a budget cannot be these")]
    Terms(Vec<TermsError>),
    /// The user has no categories of these ids.
    #[error("there are no such categories")]
    UnknownCategories(Vec<CategoryId>),
    /// A status was asked for on a day that is not one of the budget.
    #[error("must be a day between starts_on and ends_on")]
    DayOutside,
    /// More periods were asked for than are given out at once.
    #[error("must leave at most {0} periods")]
    TooManyPeriods(usize),
    /// A range of days was asked for that ends before it begins.
    #[error("must not be before from")]
    EmptyRange,
    /// The user is gone.
    #[error("the user does not exist any more")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
