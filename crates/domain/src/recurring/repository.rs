use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Recurring, RecurringContent, Schedule};
use crate::expense::ExpenseContent;
use crate::page::{Page, PageLimit};
use crate::ports::StoreError;
use crate::{ExpenseId, Precondition, RecurringId, UserId, Version};

/// Why a recurring expense was not written.
#[derive(Debug, thiserror::Error)]
pub enum StoreRecurringError {
    /// The owner has no such recurring expense.
    #[error("there is no such recurring expense")]
    NotFound,
    /// It has a version that the caller did not allow.
    #[error("the recurring expense was changed in the meantime")]
    Stale,
    /// The owner has no category of the id named.
    #[error("there is no category of this id")]
    UnknownCategory,
    /// There is no such owner.
    #[error("there is no such user")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a date of a recurring expense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The date.
    pub date: NaiveDate,
    /// The expense that was made of it; `None` when it is skipped.
    pub expense: Option<ExpenseId>,
}

/// What is to become of a date that is not posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It is skipped.
    Set(NaiveDate),
    /// It is not skipped any more.
    Undo(NaiveDate),
}

/// A recurring expense that has dates soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// The recurring expense; its `next_on` is set.
    pub recurring: Recurring,
    /// Which of its dates from `next_on` on are posted or skipped, ascending.
    pub handled: Vec<NaiveDate>,
}

/// A recurring expense whose next date has come, at least somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose it is.
    pub owner: UserId,
    /// Where they live.
    pub time_zone: Tz,
    /// The recurring expense; its `next_on` is set.
    pub recurring: Recurring,
}

/// A place in the list of what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DuePosition {
    /// The next date.
    pub next_on: NaiveDate,
    /// Whose it is.
    pub owner: UserId,
    /// Which it is.
    pub id: RecurringId,
}

/// A date that becomes an expense.
#[derive(Debug, Clone)]
pub struct Posting {
    /// Of which recurring expense.
    pub id: RecurringId,
    /// The version that was read: the expense is what that one says.
    pub version: Version,
    /// The date.
    pub date: NaiveDate,
    /// The next date after it.
    pub next_on: Option<NaiveDate>,
    /// The id of the new expense.
    pub expense: ExpenseId,
    /// The new expense; without tags it gets those of the recurring expense.
    pub content: ExpenseContent,
}

/// The end of a recurring expense, and another one that goes on with the rest.
#[derive(Debug, Clone)]
pub struct Split {
    /// The day on which the second one starts.
    pub from: NaiveDate,
    /// What is left of the first one's schedule.
    pub before: Schedule,
    /// The first one's next date.
    pub next_on: Option<NaiveDate>,
    /// The id of the second one.
    pub new_id: RecurringId,
    /// The second one; without tags it gets those of the first one.
    pub content: RecurringContent,
}

/// Stores the recurring expenses of users and what became of their dates. Nobody's call sees or touches what belongs to
/// another owner. A write is whole or not at all, and is durable when the call returns.
#[async_trait]
pub trait RecurringRepository: Send + Sync {
    /// Stores a new one, makes the category and the tags that it names first, and answers what is stored. Fails with
    /// `UnknownUser` without such an owner, with `UnknownCategory` when the owner has no category of the id named.
    async fn create(
        &self,
        owner: UserId,
        id: RecurringId,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError>;

    /// The recurring expense, if there is one.
    async fn find(&self, owner: UserId, id: RecurringId) -> Result<Option<Recurring>, StoreError>;

    /// Those after this id, by id, which is the order of their making.
    async fn list(
        &self,
        owner: UserId,
        after: Option<RecurringId>,
        limit: PageLimit,
    ) -> Result<Page<Recurring>, StoreError>;

    /// Replaces the content, counts the version up and answers what is stored now; what became of its dates stays. Fails
    /// with `NotFound` for a missing one, with `Stale` when `expected` does not allow its version. Of several calls that
    /// allow the same version only, one succeeds. Category and tags as in [`Self::create`], but that without tags it keeps
    /// its own.
    async fn replace(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError>;

    /// Ends one and creates another: changes schedule and `next_on` of the first, makes the second and moves to it what
    /// became of the dates from `from` on. Answers the second one. Fails like [`Self::replace`].
    async fn split(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        split: &Split,
    ) -> Result<Recurring, StoreRecurringError>;

    /// Removes it and what became of its dates; the expenses that were made stay. Fails with `NotFound` and `Stale` like
    /// [`Self::replace`].
    async fn delete(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<(), StoreRecurringError>;

    /// What became of its dates from a day on, ascending.
    async fn occurrences(
        &self,
        owner: UserId,
        id: RecurringId,
        from: NaiveDate,
    ) -> Result<Vec<Occurrence>, StoreError>;

    /// Those that are not paused and whose next date is this one or an earlier one, by that date and id; at most `limit`.
    /// What became of their dates is told up to the day.
    async fn coming(&self, owner: UserId, until: NaiveDate, limit: u16) -> Result<Vec<Coming>, StoreError>;

    /// Skips a date or undoes that, sets `next_on`, counts the version up and answers what is stored now. A date that is
    /// posted stays so. Fails with `NotFound` and `Stale` like [`Self::replace`].
    async fn skip(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        skip: Skip,
        next_on: Option<NaiveDate>,
        at: DateTime<Utc>,
    ) -> Result<Recurring, StoreRecurringError>;

    /// Those of all users that are not paused and whose next date is this one or an earlier one, by that date, owner and
    /// id, the greatest first and each below the position; at most `limit`.
    async fn due(
        &self,
        until: NaiveDate,
        after: Option<DuePosition>,
        limit: u16,
    ) -> Result<Vec<Due>, StoreError>;

    /// Makes an expense of a date, as [`ExpenseRepository::create`](crate::expense::ExpenseRepository::create) does, with
    /// the recurring expense's id on it, notes that, sets `next_on` and counts the version up. Answers whether an expense
    /// was made: none is where the date was posted or skipped before. Fails with `NotFound` and `Stale` like
    /// [`Self::replace`]; with `UnknownCategory` when the category is gone. Of any number of calls for one date, at most
    /// one ever makes an expense.
    async fn post(&self, owner: UserId, posting: &Posting) -> Result<bool, StoreRecurringError>;
}
