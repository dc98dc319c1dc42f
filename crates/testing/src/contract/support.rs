//! What the clauses are written with.

use std::sync::{Arc, Barrier};

use finance_domain::expense::{
    Direction, Expense, ExpenseContent, ExpenseFilter, ExpenseQuery, ExpenseSort, Position, SortField,
};
use finance_domain::page::PageLimit;
use finance_domain::tag::TagName;
use finance_domain::{ExpenseId, Precondition, UserId, Version};
use tokio::runtime::Handle;

use super::Storage;
use crate::fixtures::{ExpenseContentBuilder, expense_id, password_hash, user, user_id};

/// Fails unless the value is of this pattern, and shows it.
macro_rules! assert_is {
    ($value:expr, $pattern:pat) => {
        let value = $value;
        assert!(matches!(&value, $pattern), "expected {}, got {value:?}", stringify!($pattern));
    };
}
pub(super) use assert_is;

pub(super) const SORTS: [ExpenseSort; 6] = {
    use Direction::{Ascending, Descending};
    use SortField::{Amount, CreatedAt, Date};
    [
        ExpenseSort { field: Date, direction: Ascending },
        ExpenseSort { field: Date, direction: Descending },
        ExpenseSort { field: Amount, direction: Ascending },
        ExpenseSort { field: Amount, direction: Descending },
        ExpenseSort { field: CreatedAt, direction: Ascending },
        ExpenseSort { field: CreatedAt, direction: Descending },
    ]
};

impl Storage {
    /// Somebody new.
    pub(super) async fn somebody(&self) -> UserId {
        let id = user_id();
        let user = user(&format!("{id}@example.org")).id(id).build();
        self.users.create(&user, &password_hash("correct horse"), &[]).await.expect("a new user");
        id
    }

    /// Creates an expense.
    pub(super) async fn add(&self, owner: UserId, content: ExpenseContentBuilder) -> Expense {
        self.expenses.create(owner, expense_id(), &content.build()).await.expect("a new expense")
    }

    /// Replaces an expense, whatever its version.
    pub(super) async fn put(&self, owner: UserId, id: ExpenseId, content: ExpenseContentBuilder) -> Expense {
        let replaced = self.expenses.replace(owner, id, &Precondition::Any, &content.build()).await;
        replaced.expect("a replaced expense")
    }

    /// Deletes an expense, whatever its version.
    pub(super) async fn remove(&self, owner: UserId, id: ExpenseId) {
        let at = crate::fixtures::instant("2026-11-24T00:00:00Z");
        self.expenses.delete(owner, id, &Precondition::Any, at).await.expect("a deleted expense");
    }

    /// The expense, which exists.
    pub(super) async fn get(&self, owner: UserId, id: ExpenseId) -> Expense {
        self.expenses.find(owner, id).await.expect("an answer").expect("an expense")
    }

    /// All pages of a list.
    pub(super) async fn walk(
        &self,
        owner: UserId,
        filter: &ExpenseFilter,
        sort: ExpenseSort,
        limit: u16,
    ) -> Vec<Expense> {
        let mut met = Vec::new();
        let mut query = ExpenseQuery { filter: filter.clone(), sort, limit: page(limit), after: None };
        loop {
            let page = self.expenses.list(owner, &query).await.expect("a page");
            assert!(page.items.len() <= usize::from(limit), "no page is larger than its limit");
            assert!(
                page.items.len() == usize::from(limit) || !page.has_more,
                "only the last page is smaller"
            );
            let last = page.items.last().map(|last| Position::of(last, sort.field));
            assert!(!page.has_more || last != query.after, "each page ends further on");
            query.after = last;
            met.extend(page.items);
            if !page.has_more {
                return met;
            }
        }
    }

    /// The titles of a filtered list, oldest first.
    pub(super) async fn titles(&self, owner: UserId, filter: ExpenseFilter) -> Vec<String> {
        let oldest_first = ExpenseSort { field: SortField::CreatedAt, direction: Direction::Ascending };
        let found = self.walk(owner, &filter, oldest_first, PageLimit::MAX).await;
        found.into_iter().map(|expense| expense.title.into_string()).collect()
    }
}

pub(super) fn page(limit: u16) -> PageLimit {
    PageLimit::new(limit).expect("1 to 200")
}

pub(super) fn only(version: Version) -> Precondition {
    Precondition::OneOf(vec![version])
}

pub(super) fn ids(expenses: &[Expense]) -> Vec<ExpenseId> {
    expenses.iter().map(|expense| expense.id).collect()
}

pub(super) fn tag_names(expense: &Expense) -> Vec<&str> {
    expense.tags.as_slice().iter().map(TagName::as_str).collect()
}

/// What is stored of a content whose names are all new.
pub(super) fn stored(id: ExpenseId, content: &ExpenseContent) -> Expense {
    use finance_domain::category::CategoryChoice;
    use finance_domain::expense::ExpenseCategory;
    use finance_domain::tag::Tags;
    let content = content.clone();
    let category = content.category.map(|choice| match choice {
        CategoryChoice::Named { name, new_id } => ExpenseCategory { id: new_id, name },
        CategoryChoice::Existing(_) => panic!("the category is not new"),
    });
    Expense {
        id,
        title: content.title,
        description: content.description,
        money: content.money,
        kind: content.kind,
        category,
        tags: Tags::from_stored(content.tags.into_iter().flatten().map(|tag| tag.name).collect()),
        date: content.date,
        recurring: None,
        updated_at: content.updated_at,
        version: Version::FIRST,
    }
}

/// Runs tasks at once, each on a thread of its own, and answers what they answer in the same order.
pub(super) async fn concurrently<F>(tasks: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let tasks: Vec<F> = tasks.into_iter().collect();
    let start = Arc::new(Barrier::new(tasks.len()));
    let running: Vec<_> = tasks
        .into_iter()
        .map(|task| {
            let (runtime, start) = (Handle::current(), start.clone());
            tokio::task::spawn_blocking(move || {
                start.wait();
                runtime.block_on(task)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.expect("a task that does not panic"));
    }
    answers
}
