use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Category, CategoryContent, CategoryQuery, NewCategory};
use crate::page::Page;
use crate::ports::StoreError;
use crate::{CategoryId, Precondition, UserId};

/// Why a category was not written.
#[derive(Debug, thiserror::Error)]
pub enum StoreCategoryError {
    /// The owner has no such category.
    #[error("there is no such category")]
    NotFound,
    /// The category has a version that the caller did not allow.
    #[error("the category was changed in the meantime")]
    Stale,
    /// Another category of the owner has the same key of its name.
    #[error("there is a category of this name")]
    NameTaken,
    /// The owner has no category of the parent's id.
    #[error("there is no such parent")]
    UnknownParent,
    /// The parent has a parent itself.
    #[error("the parent has a parent itself")]
    ParentIsChild,
    /// The category has children, so that it cannot have a parent.
    #[error("the category has children")]
    HasChildren,
    /// Something names the category.
    #[error("the category is in use")]
    InUse(CategoryUse),
    /// The owner has no category of the target's id.
    #[error("there is no such target")]
    UnknownTarget,
    /// The category has children, and the target has a parent.
    #[error("the target has a parent")]
    TargetIsChild,
    /// There is no such owner.
    #[error("there is no such user")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many things name a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CategoryUse {
    /// Expenses outside the trash.
    pub expenses: u64,
    /// Categories whose parent it is.
    pub children: u64,
    /// Budgets.
    pub budgets: u64,
    /// Recurring expenses.
    pub recurring: u64,
}

/// Stores the categories of users. Nobody's call sees or touches what belongs to another owner: it behaves as if that
/// did not exist. A write is whole or not at all, and is durable when the call returns.
///
/// An expense that is written into a category while it is deleted or merged is either counted or moved with the others,
/// or written afterwards, when a name makes a new category and an id is unknown.
#[async_trait]
pub trait CategoryRepository: Send + Sync {
    /// Stores a new category of version 1. Fails with `NameTaken`, also when several try at once: then exactly one
    /// succeeds; with `UnknownParent` and `ParentIsChild`; with `UnknownUser` without such an owner.
    async fn create(&self, owner: UserId, category: &NewCategory) -> Result<Category, StoreCategoryError>;

    /// The category, if there is one.
    async fn find(&self, owner: UserId, id: CategoryId) -> Result<Option<Category>, StoreError>;

    /// The categories that pass the filter, by the keys of their names, compared byte by byte, from the first one
    /// after the position.
    async fn list(&self, owner: UserId, query: &CategoryQuery) -> Result<Page<Category>, StoreError>;

    /// Replaces the content, counts the version up and answers what is stored now. Fails with `NotFound`, with
    /// `Stale` when `expected` does not allow the version, as [`Self::create`] does, and with `HasChildren` when a
    /// category that has children is to get a parent. Of several calls that allow the same version only, one
    /// succeeds; whatever they do at once, there are never more than two levels.
    async fn replace(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        content: &CategoryContent,
    ) -> Result<Category, StoreCategoryError>;

    /// Removes a category that nothing names but expenses in the trash, which lose it. Fails with `NotFound` and
    /// `Stale`, and with `InUse` when there is anything else.
    async fn delete(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
    ) -> Result<(), StoreCategoryError>;

    /// Puts another category in the place of this one, which is removed: expenses, also those in the trash, budgets
    /// and recurring expenses name the target from now on, and their versions count up; a budget that names both
    /// keeps one. Children become children of the target, and a target that is a child of this one gets no parent;
    /// their versions count up. Answers the target. Fails with `NotFound` and `Stale` for this category, with
    /// `UnknownTarget`, and with `TargetIsChild` when this one has children and the target is a child of a third.
    async fn merge(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        into: CategoryId,
        at: DateTime<Utc>,
    ) -> Result<Category, StoreCategoryError>;
}
