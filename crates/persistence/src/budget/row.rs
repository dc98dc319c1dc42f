use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use diesel::{AsChangeset, Insertable, Queryable};
use finance_domain::budget::{
    Alert, Budget, BudgetAmount, BudgetName, BudgetTerms, Categories, Rollover, Thresholds,
};
use finance_domain::money::{Currency, Money, Total};
use finance_domain::period::{DateRange, PeriodUnit};
use finance_domain::ports::StoreError;
use finance_domain::{AlertId, BudgetId, CategoryId, ExpenseId, Version};
use uuid::Uuid;

use crate::schema::budgets;
use crate::sql_types::{At, CalendarDate, Day, Id, Identifier, Instant};

/// A budget with its amounts and its categories.
#[derive(Queryable)]
pub(super) struct BudgetRow {
    id: Id,
    name: String,
    currency: String,
    period: i16,
    rollover: i16,
    starts_on: Day,
    ends_on: Option<Day>,
    alert_at: String,
    version: i64,
    updated_at: At,
    /// `2026-11-01 50000`, separated by commas.
    amounts: Option<String>,
    /// Ids, separated by commas.
    categories: Option<String>,
}

/// The types of [`BudgetRow`].
pub(super) type BudgetColumns = (
    Identifier,
    Text,
    Text,
    SmallInt,
    SmallInt,
    CalendarDate,
    Nullable<CalendarDate>,
    Text,
    BigInt,
    Instant,
    Nullable<Text>,
    Nullable<Text>,
);

impl TryFrom<BudgetRow> for Budget {
    type Error = StoreError;

    fn try_from(row: BudgetRow) -> Result<Self, StoreError> {
        let unreadable = |what: String| StoreError::Failed(format!("budget {} has {what}", row.id.0).into());
        let currency = Currency::parse(&row.currency)
            .map_err(|_| unreadable(format!("the currency {}", row.currency)))?;
        let read_amount = |text: &str| {
            let (from, minor) = text.split_once(' ')?;
            let money = Money::from_minor(minor.parse().ok()?, currency).ok()?;
            Some(BudgetAmount { from: from.parse::<NaiveDate>().ok()?, money })
        };
        let amounts: Option<Vec<_>> = parts(row.amounts.as_deref()).map(read_amount).collect();
        let category = |text: &str| Uuid::try_parse(text).ok().map(CategoryId::new);
        let categories: Option<Vec<_>> = parts(row.categories.as_deref()).map(category).collect();
        let alert_at: Result<Vec<_>, _> = parts(Some(&row.alert_at)).map(str::parse).collect();
        Ok(Self {
            id: BudgetId::new(row.id.0),
            terms: BudgetTerms {
                name: BudgetName::from_stored(row.name),
                categories: Categories::from_stored(
                    categories.ok_or_else(|| unreadable("unreadable categories".to_owned()))?,
                ),
                currency,
                period: PERIODS
                    .into_iter()
                    .find(|(_, number)| *number == row.period)
                    .map(|(period, _)| period)
                    .ok_or_else(|| unreadable(format!("the period {}", row.period)))?,
                rollover: ROLLOVERS
                    .into_iter()
                    .find(|(_, number)| *number == row.rollover)
                    .map(|(rollover, _)| rollover)
                    .ok_or_else(|| unreadable(format!("the rollover {}", row.rollover)))?,
                starts_on: row.starts_on.0,
                ends_on: row.ends_on.map(|day| day.0),
                alert_at: alert_at
                    .ok()
                    .and_then(|percents| Thresholds::new(percents).ok())
                    .ok_or_else(|| unreadable(format!("the thresholds {}", row.alert_at)))?,
                amounts: amounts
                    .filter(|amounts| !amounts.is_empty())
                    .ok_or_else(|| unreadable("unreadable amounts".to_owned()))?,
            },
            updated_at: row.updated_at.0,
            version: Version::new(row.version),
        })
    }
}

fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter().flat_map(|text| text.split(',')).filter(|part| !part.is_empty())
}

const PERIODS: [(PeriodUnit, i16); 4] =
    [(PeriodUnit::Week, 0), (PeriodUnit::Month, 1), (PeriodUnit::Quarter, 2), (PeriodUnit::Year, 3)];

const ROLLOVERS: [(Rollover, i16); 3] = [(Rollover::None, 0), (Rollover::Surplus, 1), (Rollover::All, 2)];

fn number<T: PartialEq, const N: usize>(of: &[(T, i16); N], value: &T) -> i16 {
    of.iter().find(|(known, _)| known == value).map_or(0, |(_, number)| *number)
}

/// How a rollover is stored.
pub(super) fn rollover_number(rollover: Rollover) -> i16 {
    number(&ROLLOVERS, &rollover)
}

/// What a write sets of a budget, but for its amounts and categories.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = budgets, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct TermsRow {
    name: String,
    currency: &'static str,
    period: i16,
    rollover: i16,
    starts_on: Day,
    ends_on: Option<Day>,
    alert_at: String,
    updated_at: At,
}

impl TermsRow {
    pub(super) fn new(terms: &BudgetTerms, updated_at: At) -> Self {
        let percents: Vec<_> = terms.alert_at.as_slice().iter().map(u16::to_string).collect();
        Self {
            name: terms.name.as_str().to_owned(),
            currency: terms.currency.code(),
            period: number(&PERIODS, &terms.period),
            rollover: rollover_number(terms.rollover),
            starts_on: Day(terms.starts_on),
            ends_on: terms.ends_on.map(Day),
            alert_at: percents.join(","),
            updated_at,
        }
    }
}

/// An alert with the name and the currency of its budget.
#[derive(Queryable)]
pub(super) struct AlertRow {
    id: Id,
    budget_id: Id,
    name: String,
    currency: String,
    first_day: Day,
    last_day: Day,
    threshold: i16,
    spent_minor: i64,
    available_minor: i64,
    expense_id: Option<Id>,
}

/// The types of [`AlertRow`].
pub(super) type AlertColumns = (
    Identifier,
    Identifier,
    Text,
    Text,
    CalendarDate,
    CalendarDate,
    SmallInt,
    BigInt,
    BigInt,
    Nullable<Identifier>,
);

impl TryFrom<AlertRow> for Alert {
    type Error = StoreError;

    fn try_from(row: AlertRow) -> Result<Self, StoreError> {
        let unreadable = |what: &str| StoreError::Failed(format!("alert {} has {what}", row.id.0).into());
        let currency = Currency::parse(&row.currency).map_err(|_| unreadable("no currency"))?;
        Ok(Self {
            id: AlertId::new(row.id.0),
            budget: BudgetId::new(row.budget_id.0),
            budget_name: BudgetName::from_stored(row.name),
            period: DateRange::new(row.first_day.0, row.last_day.0).ok_or_else(|| unreadable("no days"))?,
            threshold: u16::try_from(row.threshold).map_err(|_| unreadable("a negative threshold"))?,
            spent: Total::new(row.spent_minor.into(), currency),
            available: Total::new(row.available_minor.into(), currency),
            expense: row.expense_id.map(|id| ExpenseId::new(id.0)),
        })
    }
}

/// The first days and thresholds that are recorded, by budget.
pub(super) type RecordedRows = HashMap<BudgetId, finance_domain::budget::Recorded>;
