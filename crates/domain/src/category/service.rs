use std::sync::Arc;

use super::{
    Category, CategoryChange, CategoryContent, CategoryDraft, CategoryError, CategoryQuery,
    CategoryRepository, NewCategory, StoreCategoryError,
};
use crate::page::Page;
use crate::ports::{Clock, IdGenerator, StoreError};
use crate::{CategoryId, Precondition, UserId};

/// Keeps the categories of users.
pub struct CategoryService {
    categories: Arc<dyn CategoryRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl CategoryService {
    /// A service over these ports.
    pub fn new(
        categories: Arc<dyn CategoryRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { categories, clock, ids }
    }

    /// Creates a category.
    pub async fn create(&self, owner: UserId, draft: CategoryDraft) -> Result<Category, CategoryError> {
        let id = CategoryId::new(self.ids.generate(self.clock.now()));
        let mut content = self.complete(draft);
        content.updated_at = id.created_at();
        Ok(self.categories.create(owner, &NewCategory { id, content }).await?)
    }

    /// The category, if the owner has it.
    pub async fn find(&self, owner: UserId, id: CategoryId) -> Result<Option<Category>, StoreError> {
        self.categories.find(owner, id).await
    }

    /// A page of the owner's categories.
    pub async fn list(&self, owner: UserId, query: &CategoryQuery) -> Result<Page<Category>, StoreError> {
        self.categories.list(owner, query).await
    }

    /// Replaces a category whole; what the draft leaves out takes its default.
    pub async fn replace(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        draft: CategoryDraft,
    ) -> Result<Category, CategoryError> {
        let content = self.complete(draft);
        self.write(owner, id, expected, &content).await
    }

    /// Changes some fields of a category.
    pub async fn change(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        change: &CategoryChange,
    ) -> Result<Category, CategoryError> {
        loop {
            let current = self.categories.find(owner, id).await?.ok_or(CategoryError::NotFound)?;
            if !expected.allows(current.version) {
                return Err(CategoryError::Stale);
            }
            let read = Precondition::OneOf(vec![current.version]);
            let content = self.changed(current.content, change);
            match self.write(owner, id, &read, &content).await {
                // Someone else wrote since we read: that write counts, so apply the change to its outcome.
                Err(CategoryError::Stale) => {}
                outcome => return outcome,
            }
        }
    }

    /// Removes a category. What is in it goes to another one, if one is named; otherwise nothing may be in it.
    pub async fn delete(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        reassign_to: Option<CategoryId>,
    ) -> Result<(), CategoryError> {
        match reassign_to {
            Some(into) => self.merge(owner, id, expected, into).await.map(drop),
            None => Ok(self.categories.delete(owner, id, expected).await?),
        }
    }

    /// Removes a category, and puts what is in it into another one, which is answered.
    pub async fn merge(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        into: CategoryId,
    ) -> Result<Category, CategoryError> {
        if id == into {
            // What does not exist is not told about itself.
            let known = self.categories.find(owner, id).await?.is_some();
            return Err(if known { CategoryError::IntoItself } else { CategoryError::NotFound });
        }
        Ok(self.categories.merge(owner, id, expected, into, self.clock.now()).await?)
    }

    async fn write(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        content: &CategoryContent,
    ) -> Result<Category, CategoryError> {
        if content.parent == Some(id) {
            let known = self.categories.find(owner, id).await?.is_some();
            return Err(if known { CategoryError::OwnParent } else { CategoryError::NotFound });
        }
        let replaced: Result<_, StoreCategoryError> =
            self.categories.replace(owner, id, expected, content).await;
        Ok(replaced?)
    }

    fn complete(&self, draft: CategoryDraft) -> CategoryContent {
        CategoryContent {
            name: draft.name,
            parent: draft.parent,
            color: draft.color,
            icon: draft.icon,
            archived: draft.archived,
            updated_at: self.clock.now(),
        }
    }

    fn changed(&self, current: CategoryContent, change: &CategoryChange) -> CategoryContent {
        CategoryContent {
            name: change.name.clone().unwrap_or(current.name),
            parent: change.parent.unwrap_or(current.parent),
            color: change.color.unwrap_or(current.color),
            icon: change.icon.clone().unwrap_or(current.icon),
            archived: change.archived.unwrap_or(current.archived),
            updated_at: self.clock.now(),
        }
    }
}
