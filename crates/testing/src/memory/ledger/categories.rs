//! What changes categories.

use chrono::{DateTime, Utc};
use finance_domain::category::{
    Category, CategoryContent, CategoryQuery, CategoryUse, NewCategory, StoreCategoryError,
};
use finance_domain::page::Page;
use finance_domain::{CategoryId, Precondition, Version};

use super::Ledger;
use crate::memory::duplicate_key;

type Outcome<T> = Result<T, StoreCategoryError>;

impl Ledger {
    pub(in crate::memory) fn create_category(&mut self, new: &NewCategory) -> Outcome<Category> {
        if self.names.categories.contains_key(&new.id) {
            return Err(duplicate_key("categories").into());
        }
        self.check_category(new.id, &new.content)?;
        let category = Category { id: new.id, content: new.content.clone(), version: Version::FIRST };
        self.names.categories.insert(new.id, category.clone());
        Ok(category)
    }

    pub(in crate::memory) fn find_category(&self, id: CategoryId) -> Option<Category> {
        self.names.categories.get(&id).cloned()
    }

    pub(in crate::memory) fn list_categories(&self, query: &CategoryQuery) -> Page<Category> {
        let mut found: Vec<_> = self
            .names
            .categories
            .values()
            .filter(|category| query.archived.is_none_or(|archived| category.content.archived == archived))
            .filter(|category| query.page.after.as_ref().is_none_or(|after| category.position() > *after))
            .cloned()
            .collect();
        found.sort_by_key(Category::position);
        Page::from_one_more(found, query.page.limit)
    }

    pub(in crate::memory) fn replace_category(
        &mut self,
        id: CategoryId,
        expected: &Precondition,
        content: &CategoryContent,
    ) -> Outcome<Category> {
        let version = self.allowed_category(id, expected)?.version.next();
        self.check_category(id, content)?;
        if content.parent.is_some() && self.children(id).next().is_some() {
            return Err(StoreCategoryError::HasChildren);
        }
        let category = Category { id, content: content.clone(), version };
        self.names.categories.insert(id, category.clone());
        Ok(category)
    }

    pub(in crate::memory) fn delete_category(
        &mut self,
        id: CategoryId,
        expected: &Precondition,
        budgets: u64,
    ) -> Outcome<()> {
        self.allowed_category(id, expected)?;
        let named = self.rows.values().filter(|row| row.category == Some(id) && row.deleted_at.is_none());
        let what = CategoryUse {
            expenses: named.map(|_| 1).sum(),
            children: self.children(id).map(|_| 1).sum(),
            recurring: self.recurring.values().filter(|row| row.category == Some(id)).map(|_| 1).sum(),
            budgets,
        };
        if what != CategoryUse::default() {
            return Err(StoreCategoryError::InUse(what));
        }
        for row in self.rows.values_mut().filter(|row| row.category == Some(id)) {
            row.category = None;
            row.version = row.version.next();
        }
        self.names.categories.remove(&id);
        Ok(())
    }

    pub(in crate::memory) fn merge_category(
        &mut self,
        id: CategoryId,
        expected: &Precondition,
        into: CategoryId,
        at: DateTime<Utc>,
    ) -> Outcome<Category> {
        self.allowed_category(id, expected)?;
        let target = self.names.categories.get(&into).ok_or(StoreCategoryError::UnknownTarget)?;
        if target.content.parent.is_some_and(|parent| parent != id) && self.children(id).next().is_some() {
            return Err(StoreCategoryError::TargetIsChild);
        }
        for row in self.rows.values_mut().filter(|row| row.category == Some(id)) {
            row.category = Some(into);
            row.content.updated_at = at;
            row.version = row.version.next();
        }
        for child in self.names.categories.values_mut().filter(|child| child.content.parent == Some(id)) {
            child.content.parent = (child.id != into).then_some(into);
            child.content.updated_at = at;
            child.version = child.version.next();
        }
        for row in self.recurring.values_mut() {
            row.merge_category(id, into, at);
        }
        self.names.categories.remove(&id);
        Ok(self.names.categories[&into].clone())
    }

    fn allowed_category(&self, id: CategoryId, expected: &Precondition) -> Outcome<&Category> {
        let category = self.names.categories.get(&id).ok_or(StoreCategoryError::NotFound)?;
        if expected.allows(category.version) { Ok(category) } else { Err(StoreCategoryError::Stale) }
    }

    fn children(&self, id: CategoryId) -> impl Iterator<Item = &Category> {
        self.names.categories.values().filter(move |category| category.content.parent == Some(id))
    }

    /// Whether a category may have this content, its own children left aside.
    fn check_category(&self, id: CategoryId, content: &CategoryContent) -> Outcome<()> {
        if let Some(parent) = content.parent {
            let parent = self.names.categories.get(&parent).ok_or(StoreCategoryError::UnknownParent)?;
            if parent.content.parent.is_some() {
                return Err(StoreCategoryError::ParentIsChild);
            }
        }
        let key = content.name.key();
        let mut others = self.names.categories.values().filter(|other| other.id != id);
        if others.any(|other| other.content.name.key() == key) {
            return Err(StoreCategoryError::NameTaken);
        }
        Ok(())
    }
}
