//! Expenses: money that was spent, or that came in.

mod error;
mod query;
mod repository;
mod service;

use chrono::{DateTime, NaiveDate, Utc};

use crate::category::{CategoryChoice, CategoryName, CategoryReference};
use crate::money::{Currency, Decimal, Money};
use crate::tag::{TagChoice, Tags};
use crate::text::{multi_line, search_folded, single_line, text_type};
use crate::{CategoryId, ExpenseId, RecurringId, Version};

pub use error::ExpenseError;
pub use query::{
    CategoryFilter, Direction, ExpenseFilter, ExpenseQuery, ExpenseSort, Position, SortField, SortKey,
};
pub use repository::{ExpenseRepository, StoreExpenseError};
pub use service::ExpenseService;

text_type!(
    /// What an expense was for, in a line.
    ExpenseTitle, max 200, single_line
);
text_type!(
    /// What else there is to say about an expense; it may have several lines.
    ExpenseDescription, max 2000, multi_line
);
/// Whether money went out or came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExpenseKind {
    /// It went out.
    #[default]
    Expense,
    /// It came in.
    Income,
}

/// The category of an expense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseCategory {
    /// Which.
    pub id: CategoryId,
    /// What it is called now.
    pub name: CategoryName,
}

/// An expense of a user. Created when its id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    /// Which.
    pub id: ExpenseId,
    /// What it was for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much, always positive: [`ExpenseKind`] says in which direction.
    pub money: Money,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where it belongs.
    pub category: Option<ExpenseCategory>,
    /// Its tags, spelled as when each was first used.
    pub tags: Tags,
    /// The calendar date on which it happened.
    pub date: NaiveDate,
    /// Which recurring expense made it, which may be gone.
    pub recurring: Option<RecurringId>,
    /// The last change, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
    /// The number of the last change.
    pub version: Version,
}

/// All that a write sets of an expense, complete and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseContent {
    /// What it was for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much.
    pub money: Money,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where it belongs.
    pub category: Option<CategoryChoice>,
    /// Its tags, each once without regard to case; `None` leaves it those that it has, whatever they are called by now.
    pub tags: Option<Vec<TagChoice>>,
    /// When it happened.
    pub date: NaiveDate,
    /// When this is written, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl ExpenseContent {
    /// What a search looks at: title and description, folded.
    pub fn search_text(&self) -> String {
        match &self.description {
            None => search_folded(self.title.as_str()),
            Some(description) => search_folded(&format!("{}\n{}", self.title, description)),
        }
    }
}

/// An expense as a caller describes it, to create or to replace one. What is `None` takes its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseDraft {
    /// What it was for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much, in major units.
    pub amount: Decimal,
    /// By default the user's currency.
    pub currency: Option<Currency>,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where it belongs.
    pub category: Option<CategoryReference>,
    /// Its tags.
    pub tags: Tags,
    /// By default today where the user lives.
    pub date: Option<NaiveDate>,
}

/// What to change of an expense; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpenseChange {
    /// What it was for.
    pub title: Option<ExpenseTitle>,
    /// What else there is to say.
    pub description: Option<Option<ExpenseDescription>>,
    /// How much, in major units.
    pub amount: Option<Decimal>,
    /// In which currency; without an amount the number of major units stays.
    pub currency: Option<Currency>,
    /// Out or in.
    pub kind: Option<ExpenseKind>,
    /// Where it belongs.
    pub category: Option<Option<CategoryReference>>,
    /// Its tags, all of them.
    pub tags: Option<Tags>,
    /// When it happened.
    pub date: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_for_descriptions() {
        assert!(ExpenseDescription::parse("one\ntwo").is_ok());
        assert!(ExpenseTitle::parse("one\ntwo").is_err());
    }
}
