use std::sync::Arc;

use super::{Tag, TagError, TagName, TagRepository};
use crate::page::{ListQuery, Page};
use crate::ports::{Clock, StoreError};
use crate::{Precondition, TagId, UserId};

/// Keeps the tags of users.
pub struct TagService {
    tags: Arc<dyn TagRepository>,
    clock: Arc<dyn Clock>,
}

impl TagService {
    /// A service over these ports.
    pub fn new(tags: Arc<dyn TagRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tags, clock }
    }

    /// The tag, if the owner has it.
    pub async fn find(&self, owner: UserId, id: TagId) -> Result<Option<Tag>, StoreError> {
        self.tags.find(owner, id).await
    }

    /// A page of the owner's tags.
    pub async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Tag>, StoreError> {
        self.tags.list(owner, query).await
    }

    /// Gives a tag another name; without one it stays as it is, if `expected` allows its version.
    pub async fn change(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        name: Option<&TagName>,
    ) -> Result<Tag, TagError> {
        if let Some(name) = name {
            return Ok(self.tags.rename(owner, id, expected, name).await?);
        }
        let tag = self.tags.find(owner, id).await?.ok_or(TagError::NotFound)?;
        if expected.allows(tag.version) { Ok(tag) } else { Err(TagError::Stale) }
    }

    /// Removes a tag, from its expenses too.
    pub async fn delete(&self, owner: UserId, id: TagId, expected: &Precondition) -> Result<(), TagError> {
        Ok(self.tags.delete(owner, id, expected, self.clock.now()).await?)
    }
}
