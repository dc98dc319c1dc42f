use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::category::{
    Category, CategoryContent, CategoryQuery, CategoryRepository, NewCategory, StoreCategoryError,
};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, Precondition, UserId};

use super::InMemoryStorage;

/// Categories in memory.
pub struct InMemoryCategories {
    storage: InMemoryStorage,
}

impl InMemoryCategories {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl CategoryRepository for InMemoryCategories {
    async fn create(&self, owner: UserId, category: &NewCategory) -> Result<Category, StoreCategoryError> {
        self.storage.with(|data| {
            if !data.users.contains_key(&owner) {
                return Err(StoreCategoryError::UnknownUser);
            }
            data.ledgers.entry(owner).or_default().create_category(category)
        })
    }

    async fn find(&self, owner: UserId, id: CategoryId) -> Result<Option<Category>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.get(&owner).and_then(|ledger| ledger.find_category(id))))
    }

    async fn list(&self, owner: UserId, query: &CategoryQuery) -> Result<Page<Category>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.entry(owner).or_default().list_categories(query)))
    }

    async fn replace(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        content: &CategoryContent,
    ) -> Result<Category, StoreCategoryError> {
        self.storage.with(|data| {
            let ledger = data.ledgers.get_mut(&owner).ok_or(StoreCategoryError::NotFound)?;
            let before = ledger.find_category(id).and_then(|category| category.content.parent);
            let category = ledger.replace_category(id, expected, content)?;
            if content.parent != before {
                data.record_anew(owner, content.updated_at, &[Some(id), before, content.parent]);
            }
            Ok(category)
        })
    }

    async fn delete(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
    ) -> Result<(), StoreCategoryError> {
        self.storage.with(|data| {
            let ledger = data.ledgers.get_mut(&owner).ok_or(StoreCategoryError::NotFound)?;
            let budgets = data.books.get(&owner).map_or(0, |book| book.of_category(id));
            ledger.delete_category(id, expected, budgets)
        })
    }

    async fn merge(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        into: CategoryId,
        at: DateTime<Utc>,
    ) -> Result<Category, StoreCategoryError> {
        self.storage.with(|data| {
            let ledger = data.ledgers.get_mut(&owner).ok_or(StoreCategoryError::NotFound)?;
            let parent_of = |id| ledger.find_category(id).and_then(|category| category.content.parent);
            let over = [Some(into), parent_of(id), parent_of(into)];
            let target = ledger.merge_category(id, expected, into, at)?;
            if let Some(book) = data.books.get_mut(&owner) {
                book.merge_category(id, into, at);
            }
            data.record_anew(owner, at, &over);
            Ok(target)
        })
    }
}
