use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    Expense, ExpenseChange, ExpenseContent, ExpenseDraft, ExpenseError, ExpenseQuery, ExpenseRepository,
    StoreExpenseError,
};
use crate::category::{CategoryChoice, CategoryReference};
use crate::money::Money;
use crate::page::Page;
use crate::ports::{Clock, IdGenerator, StoreError};
use crate::tag::{TagChoice, Tags};
use crate::user::UserRepository;
use crate::{CategoryId, ExpenseId, Precondition, TagId, UserId};

/// Keeps the expenses of users.
pub struct ExpenseService {
    expenses: Arc<dyn ExpenseRepository>,
    users: Arc<dyn UserRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl ExpenseService {
    /// A service over these ports.
    pub fn new(
        expenses: Arc<dyn ExpenseRepository>,
        users: Arc<dyn UserRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { expenses, users, clock, ids }
    }

    /// Creates an expense.
    pub async fn create(&self, owner: UserId, draft: ExpenseDraft) -> Result<Expense, ExpenseError> {
        let id = ExpenseId::new(self.ids.generate(self.clock.now()));
        let content = self.complete(owner, draft, id.created_at()).await?;
        Ok(self.expenses.create(owner, id, &content).await?)
    }

    /// The expense, if the owner has it.
    pub async fn find(&self, owner: UserId, id: ExpenseId) -> Result<Option<Expense>, StoreError> {
        self.expenses.find(owner, id).await
    }

    /// A page of the owner's expenses.
    pub async fn list(&self, owner: UserId, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError> {
        self.expenses.list(owner, query).await
    }

    /// Replaces an expense whole; what the draft leaves out takes its default.
    pub async fn replace(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        draft: ExpenseDraft,
    ) -> Result<Expense, ExpenseError> {
        let content = self.complete(owner, draft, self.clock.now()).await?;
        Ok(self.expenses.replace(owner, id, expected, &content).await?)
    }

    /// Changes some fields of an expense.
    pub async fn change(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        change: &ExpenseChange,
    ) -> Result<Expense, ExpenseError> {
        loop {
            let current = self.expenses.find(owner, id).await?.ok_or(ExpenseError::NotFound)?;
            let version = current.version;
            // What is wrong whatever the version is told first (RFC 9110, section 13.2.1).
            let content = self.changed(current, change)?;
            if !expected.allows(version) {
                return Err(ExpenseError::Stale);
            }
            let read = Precondition::OneOf(vec![version]);
            match self.expenses.replace(owner, id, &read, &content).await {
                // Someone else wrote since we read: that write counts, so apply the change to its outcome.
                Err(StoreExpenseError::Stale) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// Moves an expense to the trash.
    pub async fn delete(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
    ) -> Result<(), ExpenseError> {
        Ok(self.expenses.delete(owner, id, expected, self.clock.now()).await?)
    }

    async fn complete(
        &self,
        owner: UserId,
        draft: ExpenseDraft,
        now: DateTime<Utc>,
    ) -> Result<ExpenseContent, ExpenseError> {
        let (currency, date) = match (draft.currency, draft.date) {
            (Some(currency), Some(date)) => (currency, date),
            // Only who leaves something to the defaults pays for looking them up.
            (currency, date) => {
                let profile = self.users.find(owner).await?.ok_or(ExpenseError::UnknownUser)?.profile;
                (currency.unwrap_or(profile.currency), date.unwrap_or_else(|| profile.date_at(now)))
            }
        };
        Ok(ExpenseContent {
            title: draft.title,
            description: draft.description,
            money: Money::new(draft.amount, currency)?,
            kind: draft.kind,
            category: draft.category.map(|category| self.category_choice(category)),
            tags: Some(self.tag_choices(&draft.tags)),
            date,
            updated_at: now,
        })
    }

    fn changed(&self, current: Expense, change: &ExpenseChange) -> Result<ExpenseContent, ExpenseError> {
        let money = match (change.amount, change.currency) {
            (None, None) => current.money,
            (amount, currency) => Money::new(
                amount.unwrap_or_else(|| current.money.amount()),
                currency.unwrap_or_else(|| current.money.currency()),
            )?,
        };
        let category = match &change.category {
            Some(category) => category.clone().map(|category| self.category_choice(category)),
            None => current.category.map(|category| CategoryChoice::Existing(category.id)),
        };
        Ok(ExpenseContent {
            title: change.title.clone().unwrap_or(current.title),
            description: change.description.clone().unwrap_or(current.description),
            money,
            kind: change.kind.unwrap_or(current.kind),
            category,
            tags: change.tags.as_ref().map(|tags| self.tag_choices(tags)),
            date: change.date.unwrap_or(current.date),
            updated_at: self.clock.now(),
        })
    }

    fn category_choice(&self, category: CategoryReference) -> CategoryChoice {
        match category {
            CategoryReference::Id(id) => CategoryChoice::Existing(id),
            CategoryReference::Name(name) => {
                CategoryChoice::Named { name, new_id: CategoryId::new(self.ids.generate(self.clock.now())) }
            }
        }
    }

    fn tag_choices(&self, tags: &Tags) -> Vec<TagChoice> {
        let new_id = || TagId::new(self.ids.generate(self.clock.now()));
        tags.as_slice().iter().map(|name| TagChoice { name: name.clone(), new_id: new_id() }).collect()
    }
}

impl From<StoreExpenseError> for ExpenseError {
    fn from(error: StoreExpenseError) -> Self {
        match error {
            StoreExpenseError::NotFound => Self::NotFound,
            StoreExpenseError::Stale => Self::Stale,
            StoreExpenseError::UnknownCategory => Self::UnknownCategory,
            StoreExpenseError::UnknownUser => Self::UnknownUser,
            StoreExpenseError::Store(error) => Self::Store(error),
        }
    }
}
