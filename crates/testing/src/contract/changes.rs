//! Changes of expenses and of recurring ones, of which others change something between reading and writing them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::category::NewCategory;
use finance_domain::expense::{
    Expense, ExpenseChange, ExpenseContent, ExpenseQuery, ExpenseRepository, ExpenseService, ExpenseTitle,
    StoreExpenseError,
};
use finance_domain::page::{Page, PageLimit};
use finance_domain::ports::{PasswordHash, StoreError};
use finance_domain::recurring::{
    Recurring, RecurringChange, RecurringPoster, RecurringService, Split, StoreRecurringError,
};
use finance_domain::user::{CreateUserError, Credentials, EmailKey, UpdateUserError, User, UserRepository};
use finance_domain::{CategoryId, ExpenseId, Precondition, RecurringId, TagId, UserId};

use super::Storage;
use super::posting::posting;
use super::recurring::{split_of, tags_of};
use super::support::{concurrently, tag_names};
use crate::fixtures::{SequentialIds, TestClock, category, date, expense, instant, recurring, tag_name};

const AT: &str = "2026-12-01T00:00:00Z";

/// What happens once: after the next expense is read, or the next user, who is read after a recurring expense.
enum Between {
    Merge(CategoryId, CategoryId),
    Rename(TagId, &'static str),
    Delete(TagId),
}

struct Interrupted {
    storage: Storage,
    between: Mutex<Option<Between>>,
}

impl Interrupted {
    fn new(storage: &Storage, between: Between) -> Arc<Self> {
        Arc::new(Self { storage: storage.clone(), between: Mutex::new(Some(between)) })
    }

    async fn interrupt(&self, owner: UserId) {
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
    }
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
        self.interrupt(owner).await;
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

#[async_trait]
impl UserRepository for Interrupted {
    async fn create(
        &self,
        user: &User,
        password_hash: &PasswordHash,
        categories: &[NewCategory],
    ) -> Result<(), CreateUserError> {
        self.storage.users.create(user, password_hash, categories).await
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.interrupt(id).await;
        self.storage.users.find(id).await
    }

    async fn credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, StoreError> {
        self.storage.users.credentials(email).await
    }

    async fn update(&self, user: &User, expected: &Precondition) -> Result<User, UpdateUserError> {
        self.storage.users.update(user, expected).await
    }
}

/// Changes the title of an expense while something else happens.
async fn retitle(storage: &Storage, owner: UserId, id: ExpenseId, between: Between) -> Expense {
    let service = ExpenseService::new(
        Interrupted::new(storage, between),
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

/// Changes the title of a recurring expense, on the day of its next date or from that one of its dates on, while something
/// else happens.
async fn retitle_recurring(
    storage: &Storage,
    ids: &Arc<SequentialIds>,
    owner: UserId,
    id: RecurringId,
    from: Option<&str>,
    between: Between,
) -> Recurring {
    let next_on = storage.recurring_of(owner, id).await.next_on.expect("a next date");
    let now = next_on.and_hms_opt(12, 0, 0).expect("a time").and_utc();
    let clock = Arc::new(TestClock::at(now));
    let poster = RecurringPoster::new(storage.recurring.clone(), clock.clone(), ids.clone());
    let users = Interrupted::new(storage, between);
    let service =
        RecurringService::new(storage.recurring.clone(), users, Arc::new(poster), clock, ids.clone());
    let title = ExpenseTitle::parse("Flat").expect("a title");
    let change = RecurringChange { title: Some(title), ..RecurringChange::default() };
    let changed = match from {
        None => service.change(owner, id, &Precondition::Any, &change).await,
        Some(from) => service.change_from(owner, id, &Precondition::Any, date(from), &change).await,
    };
    let changed = changed.expect("a changed recurring expense");
    assert_eq!(changed.title.as_str(), "Flat");
    assert_eq!(storage.recurring_of(owner, changed.id).await, changed);
    changed
}

/// Who names no category changes the recurring expense where it has gone; there its expenses are made, too.
pub async fn a_recurring_change_follows_a_merged_category(storage: Storage) {
    let (owner, ids) = (storage.somebody().await, Arc::new(SequentialIds::new()));
    let into = storage.add_category(owner, category("Into")).await.id;
    for from in [None, Some("2027-03-31")] {
        let food = storage.add_category(owner, category("Food")).await.id;
        let id = storage.recur(owner, recurring().existing_category(food)).await.id;
        let merge = Between::Merge(food, into);
        let changed = retitle_recurring(&storage, &ids, owner, id, from, merge).await;
        assert_eq!(changed.category.expect("a category").id, into);
    }
    let spent = storage.spent(owner).await;
    assert_eq!(spent.len(), 2);
    assert!(spent.into_iter().all(|spent| spent.category.expect("a category").id == into));
    assert_eq!(storage.category_names(owner, None, 200).await, ["Into"]);
}

/// Who names no tags of a recurring expense brings no old name of one back: neither in it, nor in the one that goes on with
/// the rest, nor in the expense that is made of what was due.
pub async fn a_recurring_change_follows_a_tag(storage: Storage) {
    let ids = Arc::new(SequentialIds::new());
    for [first, second] in [[None, None], [Some("2027-03-31"), Some("2027-02-28")]] {
        let owner = storage.somebody().await;
        let id = storage.recur(owner, recurring().tags(&["one", "food", "two"])).await.id;
        let food = storage.tag(owner, "food").await.id;
        let rename = Between::Rename(food, "Meals");
        let changed = retitle_recurring(&storage, &ids, owner, id, first, rename).await;
        let spent = storage.spent(owner).await;
        assert_eq!(spent.len(), 1);
        for tags in [tag_names(&spent[0]), tags_of(&changed), tags_of(&storage.recurring_of(owner, id).await)]
        {
            assert_eq!(tags, ["one", "Meals", "two"]);
        }
        let changed = retitle_recurring(&storage, &ids, owner, id, second, Between::Delete(food)).await;
        let spent = storage.spent(owner).await;
        assert_eq!(spent.len(), 2);
        for tags in [tag_names(&spent[1]), tags_of(&changed), tags_of(&storage.recurring_of(owner, id).await)]
        {
            assert_eq!(tags, ["one", "two"]);
        }
        assert_eq!(storage.all_tags(owner, 200).await.len(), 2);
    }
}

/// Recurring expenses that are written, split and posted without their tags while these get other names, or go, never bring
/// an old name back.
pub async fn no_name_of_a_recurring_tag_comes_back(storage: Storage) {
    for _ in 0..4 {
        let ada = storage.somebody().await;
        let mut made = Vec::new();
        for _ in 0..4 {
            made.push(storage.recur(ada, recurring().tags(&["food", "gone", "kept"])).await);
        }
        let (food, gone) = (storage.tag(ada, "food").await.id, storage.tag(ada, "gone").await.id);
        concurrently((0..14).map(|number: usize| {
            let (storage, read) = (storage.clone(), made[number % 4].clone());
            async move {
                let any = Precondition::Any;
                let content = recurring().tags_as_stored().build();
                match number {
                    12 => {
                        let name = tag_name("Meals");
                        storage.tags.rename(ada, food, &any, &name).await.expect("a new name");
                    }
                    13 => storage.tags.delete(ada, gone, &any, instant(AT)).await.expect("a deletion"),
                    0..4 => {
                        let replaced = storage.recurring.replace(ada, read.id, &any, &content).await;
                        replaced.expect("a replaced recurring expense");
                    }
                    4..8 => {
                        let split = Split { content, ..split_of(&read) };
                        storage.recurring.split(ada, read.id, &any, &split).await.expect("a second one");
                    }
                    _ => match storage.recurring.post(ada, &posting(&read, "2026-11-30", None)).await {
                        Ok(true) | Err(StoreRecurringError::Stale) => {}
                        other => panic!("{other:?}"),
                    },
                }
            }
        }))
        .await;
        let all = storage.recurring.list(ada, None, PageLimit::default()).await.expect("a page").items;
        assert_eq!(all.len(), 8);
        assert!(all.iter().all(|recurring| tags_of(recurring) == ["Meals", "kept"]), "{all:?}");
        let spent = storage.spent(ada).await;
        assert!(spent.iter().all(|expense| tag_names(expense) == ["Meals", "kept"]), "{spent:?}");
        assert_eq!(storage.all_tags(ada, 200).await.len(), 2);
    }
}
