//! How much the demo user means to spend.

use std::error::Error;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use finance_domain::UserId;
use finance_domain::budget::{BudgetDraft, BudgetName, BudgetService, Categories, Rollover, Thresholds};
use finance_domain::category::NewCategory;
use finance_domain::money::Decimal;
use finance_domain::period::PeriodUnit;
use finance_persistence::{Database, SqlBudgetRepository, SqlUserRepository};

use crate::system::{SystemClock, UuidV7Generator};

/// A name, an amount, the period, what becomes of the rest, and the category; without one it is about everything.
const BUDGETS: [(&str, &str, PeriodUnit, Rollover, Option<&str>); 4] = [
    ("Everything", "3400", PeriodUnit::Month, Rollover::None, None),
    ("Food", "950", PeriodUnit::Month, Rollover::Surplus, Some("Food")),
    ("Eating out", "450", PeriodUnit::Month, Rollover::None, Some("Restaurants")),
    ("Journeys", "4000", PeriodUnit::Year, Rollover::All, Some("Travel")),
];

/// Makes them, from the beginning of the story's last year on.
pub(super) async fn make(
    database: &Database,
    owner: UserId,
    until: NaiveDate,
    categories: &[NewCategory],
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let users = Arc::new(SqlUserRepository::new(database.clone()));
    let repository = Arc::new(SqlBudgetRepository::new(database.clone()));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(UuidV7Generator::new()));
    let budgets = BudgetService::new(repository.clone(), repository, users, clock, ids);
    for (name, amount, period, rollover, category) in BUDGETS {
        let named = categories.iter().filter(|each| category == Some(each.content.name.as_str()));
        let draft = BudgetDraft {
            name: BudgetName::parse(name)?,
            categories: Categories::new(named.map(|category| category.id).collect())?,
            amount: Decimal::parse(amount)?,
            amount_from: None,
            currency: None,
            period: Some(period),
            rollover,
            starts_on: NaiveDate::from_ymd_opt(until.year(), 1, 1),
            ends_on: None,
            alert_at: Thresholds::default(),
        };
        budgets.create(owner, draft).await?;
    }
    Ok(())
}
