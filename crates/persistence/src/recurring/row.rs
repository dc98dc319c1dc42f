use chrono_tz::Tz;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel::{AsChangeset, Insertable, Queryable};
use finance_domain::expense::{ExpenseDescription, ExpenseTitle};
use finance_domain::ports::StoreError;
use finance_domain::recurring::{Due, Occurrences, RecurrenceRule, Recurring, RecurringContent, Schedule};
use finance_domain::{RecurringId, UserId, Version};

use crate::expense::row::{category, kind, kind_number, money, tags};
use crate::schema::recurring;
use crate::sql_types::{At, CalendarDate, Day, Id, Identifier, Instant};

/// A recurring expense with the names of its category and its tags, and whose it is.
#[derive(Queryable)]
pub(super) struct RecurringRow {
    what: WhatRow,
    when: WhenRow,
}

/// What is paid, and by whom.
#[derive(Queryable)]
pub(super) struct WhatRow {
    owner: Id,
    time_zone: String,
    id: Id,
    title: String,
    description: Option<String>,
    amount_minor: i64,
    currency: String,
    kind: i16,
    category_id: Option<Id>,
    category: Option<String>,
    /// In their order, a line each, as in an expense.
    tags: Option<String>,
}

/// On which days, and when that was written.
#[derive(Queryable)]
pub(super) struct WhenRow {
    rule: String,
    starts_on: Day,
    ends_on: Option<Day>,
    occurrences: Option<i32>,
    paused: bool,
    next_on: Option<Day>,
    updated_at: At,
    version: i64,
}

/// The types of [`RecurringRow`].
pub(super) type RecurringColumns = (WhatColumns, WhenColumns);

type WhatColumns = (
    Identifier,
    Text,
    Identifier,
    Text,
    Nullable<Text>,
    BigInt,
    Text,
    SmallInt,
    Nullable<Identifier>,
    Nullable<Text>,
    Nullable<Text>,
);

type WhenColumns = (
    Text,
    CalendarDate,
    Nullable<CalendarDate>,
    Nullable<Integer>,
    Bool,
    Nullable<CalendarDate>,
    Instant,
    BigInt,
);

impl TryFrom<RecurringRow> for Recurring {
    type Error = StoreError;

    fn try_from(RecurringRow { what: row, when }: RecurringRow) -> Result<Self, StoreError> {
        let unreadable =
            |what: String| StoreError::Failed(format!("recurring expense {} has {what}", row.id.0).into());
        let rule = RecurrenceRule::from_stored(&when.rule)
            .map_err(|_| unreadable(format!("the rule {}", when.rule)))?;
        let occurrences = when.occurrences.and_then(|number| Occurrences::new(u32::try_from(number).ok()?));
        Ok(Self {
            id: RecurringId::new(row.id.0),
            title: ExpenseTitle::from_stored(row.title),
            description: row.description.map(ExpenseDescription::from_stored),
            money: money(row.amount_minor, &row.currency).map_err(unreadable)?,
            kind: kind(row.kind).map_err(unreadable)?,
            category: category(row.category_id, row.category),
            tags: tags(row.tags.as_deref()),
            schedule: Schedule::from_stored(
                rule,
                when.starts_on.0,
                when.ends_on.map(|day| day.0),
                occurrences,
            ),
            paused: when.paused,
            next_on: when.next_on.map(|day| day.0),
            updated_at: when.updated_at.0,
            version: Version::new(when.version),
        })
    }
}

impl TryFrom<RecurringRow> for Due {
    type Error = StoreError;

    fn try_from(row: RecurringRow) -> Result<Self, StoreError> {
        let WhatRow { owner, time_zone, .. } = &row.what;
        let owner = UserId::new(owner.0);
        let time_zone = time_zone
            .parse::<Tz>()
            .map_err(|_| StoreError::Failed(format!("user {owner} has the time zone {time_zone}").into()))?;
        Ok(Self { owner, time_zone, recurring: Recurring::try_from(row)? })
    }
}

/// What a write sets of a recurring expense, but for its category.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = recurring, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ContentRow {
    title: String,
    description: Option<String>,
    amount_minor: i64,
    currency: &'static str,
    kind: i16,
    paused: bool,
    #[diesel(embed)]
    schedule: ScheduleRow,
}

/// When it recurs, and when that was written.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = recurring, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ScheduleRow {
    rule: String,
    starts_on: Day,
    ends_on: Option<Day>,
    occurrences: Option<i32>,
    next_on: Option<Day>,
    updated_at: At,
}

impl ContentRow {
    pub(super) fn new(content: &RecurringContent) -> Self {
        Self {
            title: content.title.as_str().to_owned(),
            description: content.description.as_ref().map(|text| text.as_str().to_owned()),
            amount_minor: content.money.minor(),
            currency: content.money.currency().code(),
            kind: kind_number(content.kind),
            paused: content.paused,
            schedule: ScheduleRow::new(&content.schedule, content.next_on.map(Day), At(content.updated_at)),
        }
    }
}

impl ScheduleRow {
    pub(super) fn new(schedule: &Schedule, next_on: Option<Day>, updated_at: At) -> Self {
        Self {
            rule: schedule.rule().to_string(),
            starts_on: Day(schedule.starts_on()),
            ends_on: schedule.ends_on().map(Day),
            // Occurrences::MAX is far below.
            occurrences: schedule.occurrences().map(|number| i32::try_from(number.get()).unwrap_or(i32::MAX)),
            next_on,
            updated_at,
        }
    }
}
