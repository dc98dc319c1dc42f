use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::expense::{Expense, ExpenseContent, ExpenseQuery, ExpenseRepository, StoreExpenseError};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{ExpenseId, Precondition, UserId};

use super::InMemoryStorage;

/// Expenses in memory.
pub struct InMemoryExpenses {
    storage: InMemoryStorage,
}

impl InMemoryExpenses {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl ExpenseRepository for InMemoryExpenses {
    async fn create(
        &self,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        self.storage.with(|data| {
            if !data.users.contains_key(&owner) {
                return Err(StoreExpenseError::UnknownUser);
            }
            data.write_expense(owner, id, content.updated_at, |ledger| ledger.create(id, content))
        })
    }

    async fn find(&self, owner: UserId, id: ExpenseId) -> Result<Option<Expense>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.get(&owner).and_then(|ledger| ledger.find(id))))
    }

    async fn list(&self, owner: UserId, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError> {
        self.storage.with(|data| match data.ledgers.get(&owner) {
            Some(ledger) => ledger.list(query),
            None => Ok(Page { items: Vec::new(), has_more: false }),
        })
    }

    async fn replace(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        self.storage.with(|data| {
            data.write_expense(owner, id, content.updated_at, |ledger| ledger.replace(id, expected, content))
        })
    }

    async fn delete(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreExpenseError> {
        self.storage.with(|data| data.write_expense(owner, id, at, |ledger| ledger.delete(id, expected, at)))
    }
}
