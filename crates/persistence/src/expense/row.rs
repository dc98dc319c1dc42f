use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use diesel::{AsChangeset, Insertable, Queryable};
use finance_domain::category::CategoryName;
use finance_domain::expense::{
    Expense, ExpenseCategory, ExpenseContent, ExpenseDescription, ExpenseKind, ExpenseTitle,
};
use finance_domain::money::{Currency, Money};
use finance_domain::ports::StoreError;
use finance_domain::tag::{TagName, Tags};
use finance_domain::{CategoryId, ExpenseId, RecurringId, Version};

use crate::schema::expenses;
use crate::sql_types::{At, CalendarDate, Day, Id, Identifier, Instant};

/// An expense with the names of its category and its tags.
#[derive(Queryable)]
pub(super) struct ExpenseRow {
    id: Id,
    title: String,
    description: Option<String>,
    amount_minor: i64,
    currency: String,
    kind: i16,
    category_id: Option<Id>,
    category: Option<String>,
    /// In their order, a line each: no tag has a line break in it.
    tags: Option<String>,
    date: Day,
    recurring_id: Option<Id>,
    updated_at: At,
    version: i64,
}

/// The types of [`ExpenseRow`].
pub(super) type ExpenseColumns = (
    Identifier,
    Text,
    Nullable<Text>,
    BigInt,
    Text,
    SmallInt,
    Nullable<Identifier>,
    Nullable<Text>,
    Nullable<Text>,
    CalendarDate,
    Nullable<Identifier>,
    Instant,
    BigInt,
);

impl TryFrom<ExpenseRow> for Expense {
    type Error = StoreError;

    fn try_from(row: ExpenseRow) -> Result<Self, StoreError> {
        let unreadable = |what: String| StoreError::Failed(format!("expense {} has {what}", row.id.0).into());
        Ok(Self {
            id: ExpenseId::new(row.id.0),
            title: ExpenseTitle::from_stored(row.title),
            description: row.description.map(ExpenseDescription::from_stored),
            money: money(row.amount_minor, &row.currency).map_err(unreadable)?,
            kind: kind(row.kind).map_err(unreadable)?,
            category: category(row.category_id, row.category),
            tags: tags(row.tags.as_deref()),
            date: row.date.0,
            recurring: row.recurring_id.map(|id| RecurringId::new(id.0)),
            updated_at: row.updated_at.0,
            version: Version::new(row.version),
        })
    }
}

pub(super) const KIND_EXPENSE: i16 = 0;
const KIND_INCOME: i16 = 1;

/// A kind as it is stored.
pub(crate) const fn kind_number(kind: ExpenseKind) -> i16 {
    match kind {
        ExpenseKind::Expense => KIND_EXPENSE,
        ExpenseKind::Income => KIND_INCOME,
    }
}

/// A kind out of its column, or what is wrong with that.
pub(crate) fn kind(number: i16) -> Result<ExpenseKind, String> {
    match number {
        KIND_EXPENSE => Ok(ExpenseKind::Expense),
        KIND_INCOME => Ok(ExpenseKind::Income),
        other => Err(format!("the kind {other}")),
    }
}

/// An amount out of its columns, or what is wrong with them.
pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, String> {
    let currency = Currency::parse(currency).map_err(|_| format!("the currency {currency}"))?;
    Money::from_minor(minor, currency).map_err(|_| format!("the amount {minor}"))
}

/// The category of an expense out of its columns.
pub(crate) fn category(id: Option<Id>, name: Option<String>) -> Option<ExpenseCategory> {
    id.zip(name).map(|(id, name)| ExpenseCategory {
        id: CategoryId::new(id.0),
        name: CategoryName::from_stored(name),
    })
}

/// The tags of an expense out of their column.
pub(crate) fn tags(names: Option<&str>) -> Tags {
    let names = names.map(|names| names.split('\n').map(|name| TagName::from_stored(name.to_owned())));
    Tags::from_stored(names.into_iter().flatten().collect())
}

/// What a write sets of an expense, but for its category and its tags.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = expenses, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ContentRow {
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) amount_minor: i64,
    pub(super) amount_rank: i64,
    pub(super) currency: &'static str,
    pub(super) kind: i16,
    pub(super) search_text: String,
    pub(super) date: Day,
    pub(super) updated_at: At,
}

impl ContentRow {
    pub(super) fn new(content: &ExpenseContent) -> Self {
        Self {
            title: content.title.as_str().to_owned(),
            description: content.description.as_ref().map(|text| text.as_str().to_owned()),
            amount_minor: content.money.minor(),
            amount_rank: content.money.rank().value(),
            currency: content.money.currency().code(),
            kind: kind_number(content.kind),
            search_text: content.search_text(),
            date: Day(content.date),
            updated_at: At(content.updated_at),
        }
    }
}

/// The number of tags that is stored beside them.
pub(super) fn tag_count<T>(tags: &[T]) -> i16 {
    // Tags::MAX is far below.
    i16::try_from(tags.len()).unwrap_or(i16::MAX)
}

/// What was stored, out of what was asked for and what the database chose.
pub(super) fn stored(
    id: ExpenseId,
    content: &ExpenseContent,
    version: i64,
    category: Option<ExpenseCategory>,
    tags: Tags,
    recurring: Option<Id>,
) -> Expense {
    Expense {
        id,
        title: content.title.clone(),
        description: content.description.clone(),
        money: content.money,
        kind: content.kind,
        category,
        tags,
        date: content.date,
        recurring: recurring.map(|id| RecurringId::new(id.0)),
        updated_at: content.updated_at,
        version: Version::new(version),
    }
}
