//! Expenses: money that was spent, or that came in.

mod error;
mod query;
mod repository;
mod service;

use chrono::{DateTime, NaiveDate, Utc};

use crate::money::{Currency, Decimal, Money};
use crate::text::{case_folded, multi_line, search_folded, single_line, text_type};
use crate::{CategoryId, ExpenseId, TagId, Version};

pub use error::ExpenseError;
pub use query::{
    CategoryFilter, Direction, ExpenseFilter, ExpensePage, ExpenseQuery, ExpenseSort, PageLimit, Position,
    SortField, SortKey,
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
text_type!(
    /// What a category is called.
    CategoryName, max 100, single_line
);
text_type!(
    /// What a tag is called.
    TagName, max 50, single_line
);

impl CategoryName {
    /// What two spellings of one category's name have in common.
    pub fn key(&self) -> String {
        case_folded(self.as_str())
    }
}

impl TagName {
    /// What two spellings of one tag's name have in common.
    pub fn key(&self) -> String {
        case_folded(self.as_str())
    }
}

/// Whether money went out or came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExpenseKind {
    /// It went out.
    #[default]
    Expense,
    /// It came in.
    Income,
}

/// The tags of an expense in the order given, each once without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<TagName>);

/// There are more tags than [`Tags::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {} tags", Tags::MAX)]
pub struct TooManyTags;

impl Tags {
    /// The most tags of an expense.
    pub const MAX: usize = 20;

    /// Drops tags that were named before; the first spelling stays.
    pub fn new(names: impl IntoIterator<Item = TagName>) -> Result<Self, TooManyTags> {
        let mut keys = Vec::new();
        let mut tags = Vec::new();
        for name in names {
            let key = name.key();
            if !keys.contains(&key) {
                keys.push(key);
                tags.push(name);
            }
        }
        if tags.len() > Self::MAX { Err(TooManyTags) } else { Ok(Self(tags)) }
    }

    /// Takes the tags of a stored expense.
    pub fn from_stored(names: Vec<TagName>) -> Self {
        Self(names)
    }

    /// The tags.
    pub fn as_slice(&self) -> &[TagName] {
        &self.0
    }
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
    /// The last change, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
    /// The number of the last change.
    pub version: Version,
}

/// How a write names a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryChoice {
    /// By name, without regard to case; it is made when there is none of this name. The id is used in that case.
    Named {
        /// The name.
        name: CategoryName,
        /// The id of the category, should it be made.
        new_id: CategoryId,
    },
    /// One that exists.
    Existing(CategoryId),
}

/// A tag as a write names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChoice {
    /// The name, looked up without regard to case; the tag is made when there is none of this name.
    pub name: TagName,
    /// The id of the tag, should it be made.
    pub new_id: TagId,
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
    /// Its tags, each once without regard to case.
    pub tags: Vec<TagChoice>,
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

/// How a caller names a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryReference {
    /// By name; it is made on first use.
    Name(CategoryName),
    /// By the id of one that exists.
    Id(CategoryId),
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

    fn tags(names: &[&str]) -> Result<Tags, TooManyTags> {
        Tags::new(names.iter().map(|name| TagName::parse(name).unwrap()))
    }

    #[test]
    fn each_tag_counts_once() {
        let kept = tags(&["Food", "food", "FOOD ", "fun"]).unwrap();
        assert_eq!(kept.as_slice().iter().map(TagName::as_str).collect::<Vec<_>>(), ["Food", "fun"]);
        let names: Vec<_> = (0..=Tags::MAX).map(|n| n.to_string()).collect();
        assert_eq!(tags(&names.iter().map(String::as_str).collect::<Vec<_>>()), Err(TooManyTags));
    }

    #[test]
    fn lines_are_for_descriptions() {
        assert!(ExpenseDescription::parse("one\ntwo").is_ok());
        assert!(ExpenseTitle::parse("one\ntwo").is_err());
    }
}
