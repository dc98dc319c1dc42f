//! Recurring expenses: what is paid again and again, and becomes an expense on each date of its schedule.

mod error;
mod posting;
mod repository;
mod rule;
mod schedule;
mod service;

use chrono::{DateTime, NaiveDate, Utc};

use crate::category::{CategoryChoice, CategoryReference};
use crate::expense::{ExpenseCategory, ExpenseContent, ExpenseDescription, ExpenseKind, ExpenseTitle};
use crate::money::{Currency, Decimal, Money};
use crate::tag::{TagChoice, Tags};
use crate::{RecurringId, Version};

pub use error::RecurringError;
pub use posting::{Posted, RecurringPoster};
pub use repository::{
    Coming, Due, DuePosition, Occurrence, Posting, RecurringRepository, Skip, Split, StoreRecurringError,
};
pub use rule::{Frequency, ParsedRule, RecurrenceRule, RuleError, WeekdayOf};
pub use schedule::{Occurrences, Schedule, ScheduleError};
pub use service::RecurringService;

/// A recurring expense of a user. Created when its id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurring {
    /// Which.
    pub id: RecurringId,
    /// What it is for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much, each time; always positive.
    pub money: Money,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where its expenses belong.
    pub category: Option<ExpenseCategory>,
    /// The tags of its expenses, spelled as when each was first used.
    pub tags: Tags,
    /// On which days.
    pub schedule: Schedule,
    /// Whether no expenses are made of it. What falls into a pause is not made up for.
    pub paused: bool,
    /// The first date that is neither posted nor skipped; none while it is paused and after its end.
    pub next_on: Option<NaiveDate>,
    /// The last change, UTC in milliseconds; that an expense was made of it is one, too.
    pub updated_at: DateTime<Utc>,
    /// The number of the last change.
    pub version: Version,
}

/// All that a write sets of a recurring expense, complete and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurringContent {
    /// What it is for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much, each time.
    pub money: Money,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where its expenses belong.
    pub category: Option<CategoryChoice>,
    /// The tags of its expenses, each once without regard to case; `None` leaves it those that it has, whatever they are
    /// called by now.
    pub tags: Option<Vec<TagChoice>>,
    /// On which days.
    pub schedule: Schedule,
    /// Whether no expenses are made of it.
    pub paused: bool,
    /// The first date that is neither posted nor skipped.
    pub next_on: Option<NaiveDate>,
    /// When this is written, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
}

/// A recurring expense as a caller describes it, to create or to replace one. What is `None` takes its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurringDraft {
    /// What it is for.
    pub title: ExpenseTitle,
    /// What else there is to say.
    pub description: Option<ExpenseDescription>,
    /// How much, in major units.
    pub amount: Decimal,
    /// By default the user's currency.
    pub currency: Option<Currency>,
    /// Out or in.
    pub kind: ExpenseKind,
    /// Where its expenses belong.
    pub category: Option<CategoryReference>,
    /// The tags of its expenses.
    pub tags: Tags,
    /// By which rule.
    pub rule: RecurrenceRule,
    /// By default today where the user lives.
    pub starts_on: Option<NaiveDate>,
    /// The last day on which it may occur.
    pub ends_on: Option<NaiveDate>,
    /// How often it occurs at most.
    pub occurrences: Option<Occurrences>,
    /// Whether no expenses are made of it.
    pub paused: bool,
}

/// What to change of a recurring expense; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecurringChange {
    /// What it is for.
    pub title: Option<ExpenseTitle>,
    /// What else there is to say.
    pub description: Option<Option<ExpenseDescription>>,
    /// How much, in major units.
    pub amount: Option<Decimal>,
    /// In which currency; without an amount the number of major units stays.
    pub currency: Option<Currency>,
    /// Out or in.
    pub kind: Option<ExpenseKind>,
    /// Where its expenses belong.
    pub category: Option<Option<CategoryReference>>,
    /// The tags of its expenses, all of them.
    pub tags: Option<Tags>,
    /// By which rule.
    pub rule: Option<RecurrenceRule>,
    /// From when on.
    pub starts_on: Option<NaiveDate>,
    /// The last day on which it may occur.
    pub ends_on: Option<Option<NaiveDate>>,
    /// How often it occurs at most.
    pub occurrences: Option<Option<Occurrences>>,
    /// Whether no expenses are made of it.
    pub paused: Option<bool>,
}

/// A date to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upcoming {
    /// The date.
    pub date: NaiveDate,
    /// Whether it is skipped.
    pub skipped: bool,
}

impl Recurring {
    /// The expense that becomes of one of its dates, with the tags that it has then.
    pub(crate) fn expense_on(&self, date: NaiveDate, now: DateTime<Utc>) -> ExpenseContent {
        ExpenseContent {
            title: self.title.clone(),
            description: self.description.clone(),
            money: self.money,
            kind: self.kind,
            category: self.category.as_ref().map(|category| CategoryChoice::Existing(category.id)),
            tags: None,
            date,
            updated_at: now,
        }
    }
}
