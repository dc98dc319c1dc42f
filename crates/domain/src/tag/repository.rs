use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Tag, TagName};
use crate::page::{ListQuery, Page};
use crate::ports::StoreError;
use crate::{Precondition, TagId, UserId};

/// Why a tag was not written.
#[derive(Debug, thiserror::Error)]
pub enum StoreTagError {
    /// The owner has no such tag.
    #[error("there is no such tag")]
    NotFound,
    /// The tag has a version that the caller did not allow.
    #[error("the tag was changed in the meantime")]
    Stale,
    /// Another tag of the owner has the same key of its name.
    #[error("there is a tag of this name")]
    NameTaken,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the tags of users, which expenses make on first use. Nobody's call sees or touches what belongs to another
/// owner: it behaves as if that did not exist. A write is whole or not at all, and is durable when the call returns.
#[async_trait]
pub trait TagRepository: Send + Sync {
    /// The tag, if there is one.
    async fn find(&self, owner: UserId, id: TagId) -> Result<Option<Tag>, StoreError>;

    /// The tags, by the keys of their names, compared byte by byte, from the first one after the position.
    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Tag>, StoreError>;

    /// Gives the tag another name, counts its version up and answers what is stored now; every expense shows the new
    /// name, and none is written. Fails with `NotFound`, with `Stale` when `expected` does not allow the version, with
    /// `NameTaken`, also when several try at once: then exactly one succeeds.
    async fn rename(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        name: &TagName,
    ) -> Result<Tag, StoreTagError>;

    /// Removes the tag from all expenses and recurring expenses that have it, whose versions count up, and deletes it.
    /// Fails with `NotFound` and `Stale` like [`Self::rename`]. An expense that is written with the tag meanwhile
    /// loses it too, or is written afterwards and makes it anew.
    async fn delete(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreTagError>;
}
