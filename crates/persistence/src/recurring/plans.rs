//! What is due, and what comes next, is found along an index, however many recurring expenses there are.

use chrono::NaiveDate;
use finance_domain::RecurringId;
use finance_domain::recurring::DuePosition;
use finance_testing::TemporaryDirectory;
use finance_testing::fixtures::{date, recurring_id, user_id};
use finance_testing::postgres::fresh_database;

use super::queries::{ComingRecurring, DueRecurring};
use crate::explain::{database, postgres_plan, run_on_postgres, sqlite_plan};
use crate::sql_types::{Day, Id};

fn statements() -> [DueRecurring; 2] {
    let (next_on, id): (NaiveDate, RecurringId) = (date("2026-11-23"), recurring_id());
    let after = DuePosition { next_on, owner: user_id(), id };
    [DueRecurring::new(next_on, None, 100), DueRecurring::new(next_on, Some(after), 100)]
}

fn coming() -> ComingRecurring {
    ComingRecurring { owner: Id(user_id().uuid()), until: Day(date("2026-12-23")), rows: 10 }
}

#[tokio::test]
async fn sqlite_finds_what_is_due_by_its_index() {
    let directory = TemporaryDirectory::new();
    let database = database(&format!("sqlite:///{}", directory.path().join("plans.db").display())).await;
    for statement in statements() {
        let plan = sqlite_plan(&database, &statement).await;
        assert!(plan.contains("SEARCH r USING INDEX recurring_by_due ("), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
    let plan = sqlite_plan(&database, &coming()).await;
    assert!(plan.contains("SEARCH r USING INDEX recurring_by_next ("), "{plan}");
    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
}

#[tokio::test]
async fn postgres_finds_what_is_due_by_its_index() {
    let fresh = fresh_database();
    let database = database(fresh.url()).await;
    for statement in [
        "INSERT INTO users SELECT gen_random_uuid(), 'x', 'x', NULL, 'EUR', 'UTC', 1, 1, now() \
         FROM generate_series(1, 50)",
        "INSERT INTO recurring (user_id, id, title, amount_minor, currency, kind, rule, starts_on, next_on, version, \
         updated_at) SELECT id, gen_random_uuid(), 'x', 5, 'EUR', 0, 'FREQ=DAILY', date '2026-01-01', \
         date '2026-11-01' + n, 1, now() FROM users, generate_series(1, 100) n",
        "VACUUM ANALYZE",
    ] {
        run_on_postgres(&database, statement).await;
    }
    for statement in statements() {
        let plan = postgres_plan(&database, &statement).await;
        assert!(plan.contains("Index Scan Backward using recurring_by_due on recurring r"), "{plan}");
        assert!(!plan.contains("Sort Key: r.next_on"), "{plan}");
    }
    let plan = postgres_plan(&database, &coming()).await;
    assert!(plan.contains("Index Scan using recurring_by_next on recurring r"), "{plan}");
    assert!(!plan.contains("Sort Key: r.next_on"), "{plan}");
}
