//! What the demo user goes on to pay and to earn after the story: the server makes expenses of it.

use std::error::Error;

use chrono::{DateTime, Days, NaiveDate, Utc};
use finance_domain::RecurringId;
use finance_domain::category::{CategoryChoice, CategoryName};
use finance_domain::expense::{ExpenseKind, ExpenseTitle};
use finance_domain::money::{Currency, Money};
use finance_domain::recurring::{RecurrenceRule, RecurringContent, RecurringRepository as _, Schedule};
use finance_domain::tag::{TagChoice, TagName};
use finance_domain::{CategoryId, TagId, UserId};
use finance_persistence::{Database, SqlRecurringRepository};

use super::Ids;

/// Title, category, cents, rule. What has a minus comes in.
const PLANS: [(&str, &str, i64, &str); 6] = [
    ("Rent", "Rent", 108_560, "FREQ=MONTHLY;BYMONTHDAY=1"),
    ("Gym", "Health", 2_990, "FREQ=MONTHLY;BYMONTHDAY=10"),
    ("Music streaming", "Subscriptions", 1_099, "FREQ=MONTHLY;BYMONTHDAY=12"),
    ("Liability insurance", "Insurance", 2_150, "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=18"),
    ("Salary", "Salary", -312_700, "FREQ=MONTHLY;BYMONTHDAY=27"),
    ("Bank account", "Utilities", 490, "FREQ=MONTHLY;BYMONTHDAY=31"),
];

/// Makes them, from the day after the story on. A story that ended in the past is not gone on with: there they are paused.
pub(super) async fn make(
    database: &Database,
    ids: &Ids,
    owner: UserId,
    until: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let repository = SqlRecurringRepository::new(database.clone());
    let paused = until < now.date_naive();
    for (title, category, cents, rule) in PLANS {
        let starts_on = until + Days::new(1);
        let schedule = Schedule::from_stored(RecurrenceRule::from_stored(rule)?, starts_on, None, None);
        let content = RecurringContent {
            title: ExpenseTitle::parse(title)?,
            description: None,
            money: Money::from_minor(cents.abs(), Currency::EUR)?,
            kind: if cents < 0 { ExpenseKind::Income } else { ExpenseKind::Expense },
            category: Some(CategoryChoice::Named {
                name: CategoryName::parse(category)?,
                new_id: CategoryId::new(ids.of_name("category", category)),
            }),
            tags: Some(vec![TagChoice {
                name: TagName::parse("fixed")?,
                new_id: TagId::new(ids.of_name("tag", "fixed")),
            }]),
            next_on: schedule.dates().next().filter(|_| !paused),
            schedule,
            paused,
            updated_at: ids.born,
        };
        let id = RecurringId::new(ids.of_name("recurring", title));
        repository.create(owner, id, &content).await?;
    }
    Ok(())
}
