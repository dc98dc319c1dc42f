use chrono::NaiveDate;

use super::ScheduleError;
use crate::money::AmountError;
use crate::ports::StoreError;

/// Why a recurring expense was not created, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum RecurringError {
    /// The user has no such recurring expense.
    #[error("there is no such recurring expense")]
    NotFound,
    /// It has another version than the caller allowed.
    #[error("the recurring expense was changed in the meantime")]
    Stale,
    /// The amount does not fit its currency, there is no such schedule, or both.
    #[error("the amount or the schedule is not valid")]
    Invalid {
        /// What is wrong with the amount.
        amount: Option<AmountError>,
        /// What is wrong with the schedule, all of it.
        schedule: Vec<ScheduleError>,
    },
    /// It starts so far back that it would make more expenses at once than anyone could want.
    #[error(
        "is too far back: {} expenses at most can be made of the past at once",
        super::RecurringService::MOST_PAST
    )]
    TooFarBack,
    /// The date is none of those to come.
    #[error("is none of its dates to come{}", next_date(*next))]
    NoSuchOccurrence {
        /// The next one, if there is one.
        next: Option<NaiveDate>,
    },
    /// The date has an expense already.
    #[error("its expense of {0} is there already: change or delete that one")]
    Posted(NaiveDate),
    /// More of it is due than one request posts.
    #[error("its expenses of the past are still being made")]
    Behind,
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

fn next_date(next: Option<NaiveDate>) -> String {
    next.map_or_else(String::new, |date| format!(", of which the next one is {date}"))
}
