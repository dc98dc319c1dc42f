use chrono::NaiveDate;

use super::{Expense, ExpenseKind};
use crate::category::CategoryName;
use crate::money::{AmountRank, Currency};
use crate::page::PageLimit;
use crate::tag::TagName;
use crate::text::SearchTerm;
use crate::{CategoryId, ExpenseId};

/// Which expenses to list: those that pass every filter that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpenseFilter {
    /// On this date or later.
    pub from: Option<NaiveDate>,
    /// On this date or earlier.
    pub to: Option<NaiveDate>,
    /// In this category.
    pub category: Option<CategoryFilter>,
    /// With this tag, without regard to case.
    pub tag: Option<TagName>,
    /// Of this kind.
    pub kind: Option<ExpenseKind>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of this amount in major units or more, whatever the currency.
    pub min_amount: Option<AmountRank>,
    /// Of this amount in major units or less, whatever the currency.
    pub max_amount: Option<AmountRank>,
    /// With this in title or description, without regard to case and accents.
    pub text: Option<SearchTerm>,
}

/// How a filter names a category. One that does not exist has no expenses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CategoryFilter {
    /// By id.
    pub id: Option<CategoryId>,
    /// By name, without regard to case; with an id, both must hold.
    pub name: Option<CategoryName>,
}

/// What a list is sorted by; ties are broken by id, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortField {
    /// The calendar date.
    Date,
    /// The amount in major units, whatever the currency.
    Amount,
    /// When it was created, which is the order of ids.
    CreatedAt,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest, oldest first.
    Ascending,
    /// Largest, newest first.
    Descending,
}

/// The order of a list; newest first by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpenseSort {
    /// By what.
    pub field: SortField,
    /// Which way.
    pub direction: Direction,
}

impl Default for ExpenseSort {
    fn default() -> Self {
        Self { field: SortField::Date, direction: Direction::Descending }
    }
}

/// A place in a sorted list: that of an expense, whether it still exists or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// By what the list is sorted, and where the expense stands by it.
    pub key: SortKey,
    /// The expense.
    pub id: ExpenseId,
}

/// The value by which an expense is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// Its date.
    Date(NaiveDate),
    /// Its amount.
    Amount(AmountRank),
    /// Nothing besides its id.
    CreatedAt,
}

impl Position {
    /// Where an expense stands in lists sorted by `field`.
    pub fn of(expense: &Expense, field: SortField) -> Self {
        let key = match field {
            SortField::Date => SortKey::Date(expense.date),
            SortField::Amount => SortKey::Amount(expense.money.rank()),
            SortField::CreatedAt => SortKey::CreatedAt,
        };
        Self { key, id: expense.id }
    }

    /// By what the list is sorted that this is a place in.
    pub const fn field(&self) -> SortField {
        match self.key {
            SortKey::Date(_) => SortField::Date,
            SortKey::Amount(_) => SortField::Amount,
            SortKey::CreatedAt => SortField::CreatedAt,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpenseQuery {
    /// Which expenses.
    pub filter: ExpenseFilter,
    /// In which order.
    pub sort: ExpenseSort,
    /// How many.
    pub limit: PageLimit,
    /// Only what comes after this place. Its key is of `sort.field`.
    pub after: Option<Position>,
}
