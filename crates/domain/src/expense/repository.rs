use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Expense, ExpenseContent, ExpenseQuery};
use crate::page::Page;
use crate::ports::StoreError;
use crate::{ExpenseId, Precondition, UserId};

/// Why an expense was not written.
#[derive(Debug, thiserror::Error)]
pub enum StoreExpenseError {
    /// The owner has no such expense, or has deleted it.
    #[error("there is no such expense")]
    NotFound,
    /// The expense has a version that the caller did not allow.
    #[error("the expense was changed in the meantime")]
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

/// Stores the expenses of users. Nobody's call sees or touches what belongs to another owner: it behaves as if that
/// did not exist. A write is whole or not at all, and is durable when the call returns.
#[async_trait]
pub trait ExpenseRepository: Send + Sync {
    /// Stores a new expense, makes the category and the tags that it names first, and answers what was stored, with
    /// the names as they are stored. Fails with `UnknownUser` without such an owner, with `UnknownCategory` when the
    /// owner has no category of the id named. Several calls that name a new category at once make it once.
    async fn create(
        &self,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError>;

    /// The expense, unless it is deleted.
    async fn find(&self, owner: UserId, id: ExpenseId) -> Result<Option<Expense>, StoreError>;

    /// The expenses that pass the filter, without deleted ones, in the order asked for, from the first one after
    /// the position. A walk from page to page meets each expense that exists throughout it exactly once.
    async fn list(&self, owner: UserId, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError>;

    /// Replaces the content, counts the version up and answers what is stored now; categories and tags as in
    /// [`Self::create`], but that without tags it keeps its own. Fails with `NotFound` for a missing or deleted expense, with `Stale` when `expected` does
    /// not allow its version. Of several calls that allow the same version only, one succeeds.
    async fn replace(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError>;

    /// Moves the expense to the trash, where neither [`Self::find`] nor [`Self::list`] sees it. Fails with `NotFound`
    /// and `Stale` like [`Self::replace`].
    async fn delete(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreExpenseError>;
}
