//! The expenses, categories and tags of one user.

mod report;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use finance_domain::budget::Counted;
use finance_domain::category::{Category, CategoryChoice, CategoryContent, CategoryName};
use finance_domain::expense::{
    Direction, Expense, ExpenseCategory, ExpenseContent, ExpenseFilter, ExpenseQuery, ExpenseSort, Position,
    SortKey, StoreExpenseError,
};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::tag::{Tag, TagChoice, Tags};
use finance_domain::{CategoryId, ExpenseId, Precondition, RecurringId, TagId, Version};

use super::duplicate_key;
use recurring::RecurringRow;

mod categories;
mod recurring;
mod tags;

#[derive(Default)]
pub(super) struct Ledger {
    names: Names,
    rows: BTreeMap<ExpenseId, Row>,
    recurring: BTreeMap<RecurringId, RecurringRow>,
}

/// What expenses refer to by id. Writes work on a copy, which takes effect when the whole write succeeds.
#[derive(Default, Clone)]
struct Names {
    categories: BTreeMap<CategoryId, Category>,
    /// Without their counts.
    tags: BTreeMap<TagId, Tag>,
}

struct Row {
    /// As written; `category` and `tags` beside it say which ones the choices in it became.
    content: ExpenseContent,
    category: Option<CategoryId>,
    tags: Vec<TagId>,
    recurring: Option<RecurringId>,
    version: Version,
    deleted_at: Option<DateTime<Utc>>,
}

impl Ledger {
    pub(super) fn create(
        &mut self,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        if self.rows.contains_key(&id) {
            return Err(duplicate_key("expenses").into());
        }
        self.write(id, content, None, Version::FIRST)
    }

    pub(super) fn find(&self, id: ExpenseId) -> Option<Expense> {
        self.rows.get(&id).filter(|row| row.deleted_at.is_none()).map(|row| self.names.expense(id, row))
    }

    pub(super) fn list(&self, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError> {
        if query.after.is_some_and(|after| after.field() != query.sort.field) {
            return Err(StoreError::Failed("the position is one of another sort".into()));
        }
        let mut found: Vec<_> = self
            .rows
            .iter()
            .filter(|(_, row)| row.deleted_at.is_none() && self.passes(row, &query.filter))
            .map(|(id, row)| self.names.expense(*id, row))
            .filter(|expense| {
                let here = Position::of(expense, query.sort.field);
                query.after.is_none_or(|after| order(&here, &after, query.sort) == Ordering::Greater)
            })
            .collect();
        found.sort_by(|a, b| {
            let [a, b] = [a, b].map(|expense| Position::of(expense, query.sort.field));
            order(&a, &b, query.sort)
        });
        found.truncate(usize::from(query.limit.get()) + 1);
        Ok(Page::from_one_more(found, query.limit))
    }

    pub(super) fn replace(
        &mut self,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        let row = self.allowed(id, expected)?;
        let (recurring, version) = (row.recurring, row.version.next());
        self.write(id, content, recurring, version)
    }

    pub(super) fn delete(
        &mut self,
        id: ExpenseId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreExpenseError> {
        self.allowed(id, expected)?.deleted_at = Some(at);
        Ok(())
    }

    /// What budgets look at of an expense that is not deleted.
    pub(super) fn counted(&self, id: ExpenseId) -> Option<Counted> {
        self.rows.get(&id).filter(|row| row.deleted_at.is_none()).map(|row| self.of_row(row))
    }

    /// What budgets look at of all expenses that are not deleted.
    pub(super) fn all_counted(&self) -> impl Iterator<Item = Counted> {
        self.rows.values().filter(|row| row.deleted_at.is_none()).map(|row| self.of_row(row))
    }

    fn of_row(&self, row: &Row) -> Counted {
        let content = &row.content;
        Counted {
            money: content.money,
            kind: content.kind,
            category: row.category,
            parent: row.category.and_then(|id| self.names.categories[&id].content.parent),
            date: content.date,
        }
    }

    pub(super) fn has_category(&self, id: CategoryId) -> bool {
        self.names.categories.contains_key(&id)
    }

    fn allowed(&mut self, id: ExpenseId, expected: &Precondition) -> Result<&mut Row, StoreExpenseError> {
        let row = self
            .rows
            .get_mut(&id)
            .filter(|row| row.deleted_at.is_none())
            .ok_or(StoreExpenseError::NotFound)?;
        if expected.allows(row.version) { Ok(row) } else { Err(StoreExpenseError::Stale) }
    }

    fn write(
        &mut self,
        id: ExpenseId,
        content: &ExpenseContent,
        recurring: Option<RecurringId>,
        version: Version,
    ) -> Result<Expense, StoreExpenseError> {
        let mut names = self.names.clone();
        let category =
            content.category.as_ref().map(|choice| names.category(choice, content.updated_at)).transpose()?;
        let own = self.rows.get(&id).map(|row| &row.tags);
        let of_its_maker = || self.recurring.get(&recurring?).map(|row| &row.tags);
        let tags = match &content.tags {
            Some(choices) => choices.iter().map(|choice| names.tag(choice)).collect::<Result<_, _>>()?,
            None => own.or_else(of_its_maker).cloned().unwrap_or_default(),
        };
        let row = Row { content: content.clone(), category, tags, recurring, version, deleted_at: None };
        let expense = names.expense(id, &row);
        self.names = names;
        self.rows.insert(id, row);
        Ok(expense)
    }

    fn passes(&self, row: &Row, filter: &ExpenseFilter) -> bool {
        let content = &row.content;
        let rank = content.money.rank();
        filter.from.is_none_or(|from| content.date >= from)
            && filter.to.is_none_or(|to| content.date <= to)
            && filter.kind.is_none_or(|kind| content.kind == kind)
            && filter.currency.is_none_or(|currency| content.money.currency() == currency)
            && filter.min_amount.is_none_or(|min| rank >= min)
            && filter.max_amount.is_none_or(|max| rank <= max)
            && filter.text.as_ref().is_none_or(|text| content.search_text().contains(text.as_str()))
            && filter.tag.as_ref().is_none_or(|tag| {
                let key = tag.key();
                row.tags.iter().any(|id| self.names.tags[id].name.key() == key)
            })
            && filter.category.as_ref().is_none_or(|category| {
                let name_is = |name: &CategoryName| {
                    row.category.is_some_and(|id| self.names.category_name(id).key() == name.key())
                };
                category.id.is_none_or(|id| row.category == Some(id))
                    && category.name.as_ref().is_none_or(name_is)
            })
    }
}

impl Names {
    fn category(
        &mut self,
        choice: &CategoryChoice,
        at: DateTime<Utc>,
    ) -> Result<CategoryId, StoreExpenseError> {
        let (name, new_id) = match choice {
            CategoryChoice::Existing(id) if self.categories.contains_key(id) => return Ok(*id),
            CategoryChoice::Existing(_) => return Err(StoreExpenseError::UnknownCategory),
            CategoryChoice::Named { name, new_id } => (name, *new_id),
        };
        let key = name.key();
        if let Some(known) = self.categories.values().find(|known| known.content.name.key() == key) {
            return Ok(known.id);
        }
        let content = CategoryContent {
            name: name.clone(),
            parent: None,
            color: None,
            icon: None,
            archived: false,
            updated_at: at,
        };
        match self.categories.insert(new_id, Category { id: new_id, content, version: Version::FIRST }) {
            None => Ok(new_id),
            Some(_) => Err(duplicate_key("categories").into()),
        }
    }

    fn tag(&mut self, choice: &TagChoice) -> Result<TagId, StoreExpenseError> {
        let key = choice.name.key();
        if let Some(known) = self.tags.values().find(|known| known.name.key() == key) {
            return Ok(known.id);
        }
        let new = Tag { id: choice.new_id, name: choice.name.clone(), count: 0, version: Version::FIRST };
        match self.tags.insert(choice.new_id, new) {
            None => Ok(choice.new_id),
            Some(_) => Err(duplicate_key("tags").into()),
        }
    }

    fn category_name(&self, id: CategoryId) -> &CategoryName {
        &self.categories[&id].content.name
    }

    fn expense(&self, id: ExpenseId, row: &Row) -> Expense {
        let content = row.content.clone();
        Expense {
            id,
            title: content.title,
            description: content.description,
            money: content.money,
            kind: content.kind,
            category: row.category.map(|id| ExpenseCategory { id, name: self.category_name(id).clone() }),
            tags: Tags::from_stored(row.tags.iter().map(|id| self.tags[id].name.clone()).collect()),
            date: content.date,
            recurring: row.recurring,
            updated_at: content.updated_at,
            version: row.version,
        }
    }
}

/// How two places of one list follow each other.
fn order(a: &Position, b: &Position, sort: ExpenseSort) -> Ordering {
    let by_key = match (a.key, b.key) {
        (SortKey::Date(a), SortKey::Date(b)) => a.cmp(&b),
        (SortKey::Amount(a), SortKey::Amount(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    };
    let ascending = by_key.then(a.id.cmp(&b.id));
    match sort.direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}
