//! What it costs to know what was spent: a range of an index that has all that is summed up.

use chrono::{DateTime, Utc};
use finance_domain::Version;
use finance_domain::budget::Budget;
use finance_domain::period::DateRange;
use finance_testing::TemporaryDirectory;
use finance_testing::fixtures::{BudgetTermsBuilder, budget, budget_id, category_id, date, user_id};
use finance_testing::postgres::fresh_database;

use super::spending::SumSpending;
use crate::explain::{database, postgres_plan, run_on_postgres, sqlite_plan};

fn made(terms: BudgetTermsBuilder) -> Budget {
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    Budget { id: budget_id(), terms: terms.build(), updated_at: now, version: Version::FIRST }
}

/// Over all categories and over some. Either index of dates will do: both have all that is asked for, and the days bound
/// what is read.
fn statements() -> [SumSpending; 2] {
    let month = DateRange::new(date("2022-06-01"), date("2022-06-30")).unwrap();
    let over_all = made(budget("1"));
    let of_one = made(budget("1").categories(&[category_id()]));
    [SumSpending::new(user_id(), [(&over_all, month)]), SumSpending::new(user_id(), [(&of_one, month)])]
}

#[tokio::test]
async fn sqlite_sums_up_a_range_of_an_index() {
    let directory = TemporaryDirectory::new();
    let database = database(&format!("sqlite:///{}", directory.path().join("plans.db").display())).await;
    for statement in statements() {
        let plan = sqlite_plan(&database, &statement).await;
        let search = "SEARCH e USING COVERING INDEX expenses_by_";
        let line = plan.lines().find(|line| line.contains(search)).unwrap_or_else(|| panic!("{plan}"));
        assert!(line.contains("date>? AND date<?"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

#[tokio::test]
async fn postgres_sums_up_a_range_of_an_index() {
    let fresh = fresh_database();
    let database = database(fresh.url()).await;
    // Many users, of whom each has a ledger.
    for statement in [
        "INSERT INTO users SELECT gen_random_uuid(), 'x', 'x', NULL, 'EUR', 'UTC', 1, 1, now() \
         FROM generate_series(1, 50)",
        "INSERT INTO categories (user_id, id, name, name_key, version, updated_at) \
         SELECT id, gen_random_uuid(), n::text, n::text, 1, now() FROM users, generate_series(1, 20) n",
        "INSERT INTO expenses (user_id, id, title, amount_minor, amount_rank, currency, kind, category_id, \
         tag_count, search_text, date, version, updated_at) SELECT user_id, gen_random_uuid(), 'x', 5, 5, 'EUR', 0, \
         id, 0, 'x', date '2020-01-01' + n * 30, 1, now() FROM categories, generate_series(1, 40) n",
        "VACUUM ANALYZE",
    ] {
        run_on_postgres(&database, statement).await;
    }
    for statement in statements() {
        let plan = postgres_plan(&database, &statement).await;
        let scan = "Index Only Scan using expenses_by_";
        assert!(!plan.contains("Seq Scan"), "{plan}");
        let condition = plan.lines().skip_while(|line| !line.contains(scan)).nth(1);
        let condition = condition.unwrap_or_else(|| panic!("{plan}"));
        for column in ["user_id", "date >=", "date <="] {
            assert!(condition.contains(column), "{column}: {plan}");
        }
    }
}
