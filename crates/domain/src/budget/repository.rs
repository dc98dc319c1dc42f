use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Alert, Budget, BudgetTerms, Spending};
use crate::page::{ListQuery, Page, PageLimit};
use crate::period::DateRange;
use crate::ports::StoreError;
use crate::{AlertId, BudgetId, CategoryId, Precondition, UserId};

/// Why a budget was not written.
#[derive(Debug, thiserror::Error)]
pub enum StoreBudgetError {
    /// The owner has no such budget.
    #[error("there is no such budget")]
    NotFound,
    /// The budget has a version that the caller did not allow.
    #[error("the budget was changed in the meantime")]
    Stale,
    /// The owner has no categories of these ids, which are named.
    #[error("there are no categories of these ids")]
    UnknownCategories(Vec<CategoryId>),
    /// There is no such owner.
    #[error("there is no such user")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the budgets of users. Nobody's call sees or touches what belongs to another owner. A write is whole or not at
/// all, and is durable when the call returns.
///
/// Alerts are recorded in the same transaction as the write that crosses a threshold, whichever write that is: of a
/// budget, of an expense, of a category.
#[async_trait]
pub trait BudgetRepository: Send + Sync {
    /// Stores a new budget. Fails with `UnknownUser` without such an owner, with `UnknownCategories` when the owner has no
    /// category of some id named. Records what is crossed already, in whichever period.
    async fn create(
        &self,
        owner: UserId,
        id: BudgetId,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError>;

    /// The budget, if the owner has it.
    async fn find(&self, owner: UserId, id: BudgetId) -> Result<Option<Budget>, StoreError>;

    /// The budgets, oldest first; the text of a position is empty.
    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Budget>, StoreError>;

    /// Replaces the terms, counts the version up and answers what is stored now. Fails with `NotFound` for a missing
    /// budget, with `Stale` when `expected` does not allow its version, with `UnknownCategories` like [`Self::create`].
    /// Records what is crossed now, in whichever period.
    async fn replace(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError>;

    /// Deletes the budget and its alerts. Fails with `NotFound` and `Stale` like [`Self::replace`].
    async fn delete(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
    ) -> Result<(), StoreBudgetError>;

    /// What was spent on each day of a range, for several budgets at once, in their order: what
    /// [`BudgetTerms::counts`] says of each expense that is not deleted, with the terms as given.
    async fn spending(
        &self,
        owner: UserId,
        asked: &[(&Budget, DateRange)],
    ) -> Result<Vec<Spending>, StoreError>;
}

/// Which alerts to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertQuery {
    /// Of this budget.
    pub budget: Option<BudgetId>,
    /// How many.
    pub limit: PageLimit,
    /// Only those older than this one, whether it still exists or not.
    pub after: Option<AlertId>,
}

/// Tells what was recorded.
#[async_trait]
pub trait AlertRepository: Send + Sync {
    /// The alerts of the owner, newest first.
    async fn list(&self, owner: UserId, query: &AlertQuery) -> Result<Page<Alert>, StoreError>;
}
