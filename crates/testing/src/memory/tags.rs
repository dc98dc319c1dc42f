use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::page::{ListQuery, Page};
use finance_domain::ports::StoreError;
use finance_domain::tag::{StoreTagError, Tag, TagName, TagRepository};
use finance_domain::{Precondition, TagId, UserId};

use super::InMemoryStorage;

/// Tags in memory.
pub struct InMemoryTags {
    storage: InMemoryStorage,
}

impl InMemoryTags {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl TagRepository for InMemoryTags {
    async fn find(&self, owner: UserId, id: TagId) -> Result<Option<Tag>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.get(&owner).and_then(|ledger| ledger.find_tag(id))))
    }

    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Tag>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.entry(owner).or_default().list_tags(query)))
    }

    async fn rename(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        name: &TagName,
    ) -> Result<Tag, StoreTagError> {
        self.storage.with(|data| {
            data.ledgers.get_mut(&owner).ok_or(StoreTagError::NotFound)?.rename_tag(id, expected, name)
        })
    }

    async fn delete(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreTagError> {
        self.storage.with(|data| {
            data.ledgers.get_mut(&owner).ok_or(StoreTagError::NotFound)?.delete_tag(id, expected, at)
        })
    }
}
