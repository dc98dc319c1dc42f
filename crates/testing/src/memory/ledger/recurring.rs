//! The recurring expenses of one user.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use finance_domain::expense::{ExpenseCategory, StoreExpenseError};
use finance_domain::page::{Page, PageLimit};
use finance_domain::recurring::{
    Occurrence, Posting, Recurring, RecurringContent, Skip, Split, StoreRecurringError,
};
use finance_domain::tag::Tags;
use finance_domain::{CategoryId, ExpenseId, Precondition, RecurringId, TagId, Version};

use super::{Ledger, Names};
use crate::memory::duplicate_key;

pub(super) struct RecurringRow {
    /// As written; `category` and `tags` beside it say which ones the choices in it became.
    content: RecurringContent,
    pub(super) category: Option<CategoryId>,
    pub(super) tags: Vec<TagId>,
    version: Version,
    /// What became of its dates: an expense, or nothing where one is skipped.
    occurrences: BTreeMap<NaiveDate, Option<ExpenseId>>,
}

type Outcome<T> = Result<T, StoreRecurringError>;

impl Ledger {
    pub(in crate::memory) fn create_recurring(
        &mut self,
        id: RecurringId,
        content: &RecurringContent,
    ) -> Outcome<Recurring> {
        if self.recurring.contains_key(&id) {
            return Err(duplicate_key("recurring").into());
        }
        self.write_recurring(id, content, Vec::new(), Version::FIRST, BTreeMap::new())
    }

    pub(in crate::memory) fn find_recurring(&self, id: RecurringId) -> Option<Recurring> {
        self.recurring.get(&id).map(|row| self.names.recurring(id, row))
    }

    pub(in crate::memory) fn list_recurring(
        &self,
        after: Option<RecurringId>,
        limit: PageLimit,
    ) -> Page<Recurring> {
        let rows = self.recurring.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
        let items = rows.map(|(id, row)| self.names.recurring(*id, row)).collect();
        Page::from_one_more(items, limit)
    }

    pub(in crate::memory) fn replace_recurring(
        &mut self,
        id: RecurringId,
        expected: &Precondition,
        content: &RecurringContent,
    ) -> Outcome<Recurring> {
        let row = self.allowed_recurring(id, expected)?;
        let (kept, version, occurrences) = (row.tags.clone(), row.version.next(), row.occurrences.clone());
        self.write_recurring(id, content, kept, version, occurrences)
    }

    pub(in crate::memory) fn split_recurring(
        &mut self,
        id: RecurringId,
        expected: &Precondition,
        split: &Split,
    ) -> Outcome<Recurring> {
        let row = self.allowed_recurring(id, expected)?;
        let (kept, moved) = (row.tags.clone(), row.occurrences.split_off(&split.from));
        if self.recurring.contains_key(&split.new_id) {
            self.allowed_recurring(id, expected)?.occurrences.extend(moved);
            return Err(duplicate_key("recurring").into());
        }
        let written = self.write_recurring(split.new_id, &split.content, kept, Version::FIRST, moved.clone());
        let row = self.allowed_recurring(id, expected)?;
        if written.is_err() {
            row.occurrences.extend(moved);
            return written;
        }
        row.content.schedule = split.before.clone();
        row.content.next_on = split.next_on;
        row.content.updated_at = split.content.updated_at;
        row.version = row.version.next();
        written
    }

    pub(in crate::memory) fn delete_recurring(
        &mut self,
        id: RecurringId,
        expected: &Precondition,
    ) -> Outcome<()> {
        self.allowed_recurring(id, expected)?;
        self.recurring.remove(&id);
        Ok(())
    }

    pub(in crate::memory) fn occurrences(&self, id: RecurringId, from: NaiveDate) -> Vec<Occurrence> {
        let rows = self.recurring.get(&id).into_iter().flat_map(|row| row.occurrences.range(from..));
        rows.map(|(date, expense)| Occurrence { date: *date, expense: *expense }).collect()
    }

    pub(in crate::memory) fn skip_recurring(
        &mut self,
        id: RecurringId,
        expected: &Precondition,
        skip: Skip,
        next_on: Option<NaiveDate>,
        at: DateTime<Utc>,
    ) -> Outcome<Recurring> {
        let row = self.allowed_recurring(id, expected)?;
        match skip {
            Skip::Set(date) => {
                row.occurrences.entry(date).or_insert(None);
            }
            Skip::Undo(date) if row.occurrences.get(&date) == Some(&None) => {
                row.occurrences.remove(&date);
            }
            Skip::Undo(_) => {}
        }
        row.advance(next_on, at);
        let row = &self.recurring[&id];
        Ok(self.names.recurring(id, row))
    }

    pub(in crate::memory) fn due(&self, until: NaiveDate) -> impl Iterator<Item = Recurring> {
        let is_due = move |row: &RecurringRow| {
            !row.content.paused && row.content.next_on.is_some_and(|next| next <= until)
        };
        let rows = self.recurring.iter().filter(move |(_, row)| is_due(row));
        rows.map(|(id, row)| self.names.recurring(*id, row))
    }

    pub(in crate::memory) fn post(&mut self, posting: &Posting) -> Outcome<bool> {
        let expected = Precondition::OneOf(vec![posting.version]);
        let row = self.allowed_recurring(posting.id, &expected)?;
        let is_new = !row.occurrences.contains_key(&posting.date);
        if is_new {
            if self.rows.contains_key(&posting.expense) {
                return Err(duplicate_key("expenses").into());
            }
            let (id, content) = (posting.expense, &posting.content);
            self.write(id, content, Some(posting.id), Version::FIRST).map_err(refused)?;
        }
        let row = self.allowed_recurring(posting.id, &expected)?;
        row.occurrences.entry(posting.date).or_insert(Some(posting.expense));
        row.advance(posting.next_on, posting.content.updated_at);
        Ok(is_new)
    }

    fn allowed_recurring(&mut self, id: RecurringId, expected: &Precondition) -> Outcome<&mut RecurringRow> {
        let row = self.recurring.get_mut(&id).ok_or(StoreRecurringError::NotFound)?;
        if expected.allows(row.version) { Ok(row) } else { Err(StoreRecurringError::Stale) }
    }

    fn write_recurring(
        &mut self,
        id: RecurringId,
        content: &RecurringContent,
        kept: Vec<TagId>,
        version: Version,
        occurrences: BTreeMap<NaiveDate, Option<ExpenseId>>,
    ) -> Outcome<Recurring> {
        let mut names = self.names.clone();
        let category = content.category.as_ref().map(|choice| names.category(choice, content.updated_at));
        let category = category.transpose().map_err(refused)?;
        let tags = match &content.tags {
            Some(choices) => {
                choices.iter().map(|choice| names.tag(choice)).collect::<Result<_, _>>().map_err(refused)?
            }
            None => kept,
        };
        let row = RecurringRow { content: content.clone(), category, tags, version, occurrences };
        let recurring = names.recurring(id, &row);
        self.names = names;
        self.recurring.insert(id, row);
        Ok(recurring)
    }
}

impl RecurringRow {
    /// Takes a tag off.
    pub(super) fn remove_tag(&mut self, tag: TagId, at: DateTime<Utc>) {
        if self.tags.contains(&tag) {
            self.tags.retain(|id| *id != tag);
            self.content.updated_at = at;
            self.version = self.version.next();
        }
    }

    /// Moves it from one category to another one.
    pub(super) fn merge_category(&mut self, from: CategoryId, into: CategoryId, at: DateTime<Utc>) {
        if self.category == Some(from) {
            self.category = Some(into);
            self.content.updated_at = at;
            self.version = self.version.next();
        }
    }

    fn advance(&mut self, next_on: Option<NaiveDate>, at: DateTime<Utc>) {
        self.content.next_on = next_on;
        self.content.updated_at = at;
        self.version = self.version.next();
    }
}

impl Names {
    fn recurring(&self, id: RecurringId, row: &RecurringRow) -> Recurring {
        let content = row.content.clone();
        Recurring {
            id,
            title: content.title,
            description: content.description,
            money: content.money,
            kind: content.kind,
            category: row.category.map(|id| ExpenseCategory { id, name: self.category_name(id).clone() }),
            tags: Tags::from_stored(row.tags.iter().map(|id| self.tags[id].name.clone()).collect()),
            schedule: content.schedule,
            paused: content.paused,
            next_on: content.next_on,
            updated_at: content.updated_at,
            version: row.version,
        }
    }
}

fn refused(error: StoreExpenseError) -> StoreRecurringError {
    match error {
        StoreExpenseError::NotFound => StoreRecurringError::NotFound,
        StoreExpenseError::Stale => StoreRecurringError::Stale,
        StoreExpenseError::UnknownCategory => StoreRecurringError::UnknownCategory,
        StoreExpenseError::UnknownUser => StoreRecurringError::UnknownUser,
        StoreExpenseError::Store(error) => StoreRecurringError::Store(error),
    }
}
