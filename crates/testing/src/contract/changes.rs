//! Changes of an expense, of which others change something between reading and writing it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::expense::{
    Expense, ExpenseChange, ExpenseContent, ExpenseQuery, ExpenseRepository, ExpenseService, ExpenseTitle,
    StoreExpenseError,
};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, ExpenseId, Precondition, TagId, UserId};

use super::Storage;
use super::support::tag_names;
use crate::fixtures::{SequentialIds, TestClock, category, expense, instant, tag_name};

const AT: &str = "2026-12-01T00:00:00Z";

/// What happens once, after the next expense is read.
enum Between {
    Merge(CategoryId, CategoryId),
    Rename(TagId, &'static str),
    Delete(TagId),
}

struct Interrupted {
    storage: Storage,
    between: Mutex<Option<Between>>,
}

#[async_trait]
impl ExpenseRepository for Interrupted {
    async fn create(
        &self,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        self.storage.expenses.create(owner, id, content).await
    }

    async fn find(&self, owner: UserId, id: ExpenseId) -> Result<Option<Expense>, StoreError> {
        let found = self.storage.expenses.find(owner, id).await;
        let between = self.between.lock().expect("a lock").take();
        let (any, at) = (Precondition::Any, instant(AT));
        match between {
            None => {}
            Some(Between::Merge(from, into)) => {
                self.storage.categories.merge(owner, from, &any, into, at).await.expect("a merge");
            }
            Some(Between::Rename(tag, name)) => {
                self.storage.tags.rename(owner, tag, &any, &tag_name(name)).await.expect("a new name");
            }
            Some(Between::Delete(tag)) => {
                self.storage.tags.delete(owner, tag, &any, at).await.expect("a deletion");
            }
        }
        found
    }

    async fn list(&self, owner: UserId, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError> {
        self.storage.expenses.list(owner, query).await
    }

    async fn replace(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        self.storage.expenses.replace(owner, id, expected, content).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreExpenseError> {
        self.storage.expenses.delete(owner, id, expected, at).await
    }
}

/// Changes the title of an expense while something else happens.
async fn retitle(storage: &Storage, owner: UserId, id: ExpenseId, between: Between) -> Expense {
    let expenses = Interrupted { storage: storage.clone(), between: Mutex::new(Some(between)) };
    let service = ExpenseService::new(
        Arc::new(expenses),
        storage.users.clone(),
        Arc::new(TestClock::new()),
        Arc::new(SequentialIds::new()),
    );
    let title = ExpenseTitle::parse("Tea").expect("a title");
    let change = ExpenseChange { title: Some(title), ..ExpenseChange::default() };
    let changed = service.change(owner, id, &Precondition::Any, &change).await.expect("a changed expense");
    assert_eq!(changed.title.as_str(), "Tea");
    assert_eq!(storage.get(owner, id).await, changed);
    changed
}

/// Who names no category changes the expense where it has gone.
pub async fn a_change_follows_a_merged_category(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let into = storage.add_category(owner, category("Into")).await.id;
    let id = storage.add(owner, expense().existing_category(food)).await.id;
    let changed = retitle(&storage, owner, id, Between::Merge(food, into)).await;
    assert_eq!(changed.category.expect("a category").id, into);
    assert_eq!(storage.category_names(owner, None, 200).await, ["Into"]);
}

/// Who names no tags brings no old name of one back.
pub async fn a_change_follows_a_tag(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense().tags(&["one", "food"])).await.id;
    let food = storage.tag(owner, "food").await.id;
    let changed = retitle(&storage, owner, id, Between::Rename(food, "Meals")).await;
    assert_eq!(tag_names(&changed), ["one", "Meals"]);
    assert_eq!(storage.all_tags(owner, 200).await.len(), 2);
    let changed = retitle(&storage, owner, id, Between::Delete(food)).await;
    assert_eq!(tag_names(&changed), ["one"]);
    assert_eq!(storage.all_tags(owner, 200).await.len(), 1);
}
