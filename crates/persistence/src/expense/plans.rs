//! Which index each engine takes for each kind of list. A list that is sorted after it was read, rather than read in
//! its order, costs as much as the whole ledger on every page.

use finance_domain::expense::{
    CategoryFilter, Direction, ExpenseFilter, ExpenseKind, ExpenseQuery, ExpenseSort, Position, SortField,
    SortKey,
};
use finance_domain::page::PageLimit;
use finance_domain::{CategoryId, UserId};
use finance_testing::TemporaryDirectory;
use finance_testing::fixtures::{
    amount_rank, category_id, category_name, date, expense_id, search_term, user_id,
};
use finance_testing::postgres::fresh_database;

use super::queries::ListExpenses;
use crate::database::{Database, Engine};
use crate::explain::{database, postgres_plan, run_on_postgres, sqlite_plan};

async fn plan(database: &Database, owner: UserId, query: &ExpenseQuery) -> String {
    let list = ListExpenses::new(owner, query);
    match database.engine() {
        Engine::Sqlite(_) => sqlite_plan(database, &list).await,
        Engine::Postgres(_) => postgres_plan(database, &list).await,
    }
}

/// What a list may be asked for, and the index that leads to it.
fn cases(food: CategoryId) -> Vec<(ExpenseQuery, &'static str, &'static str)> {
    use SortField::{Amount, CreatedAt, Date};
    let all = ExpenseFilter::default;
    let category = |id, name| ExpenseFilter { category: Some(CategoryFilter { id, name }), ..all() };
    let by_id = category(Some(food), None);
    let by_name = category(None, Some(category_name("food")));
    let dates = ExpenseFilter { from: Some(date("2022-01-01")), to: Some(date("2022-12-31")), ..all() };
    let amounts =
        ExpenseFilter { min_amount: Some(amount_rank("2")), max_amount: Some(amount_rank("9")), ..all() };
    let kind = ExpenseFilter { kind: Some(ExpenseKind::Income), ..all() };
    let text = ExpenseFilter { text: Some(search_term("x")), ..all() };
    // On SQLite the primary key is an index that SQLite names itself.
    let (date_index, amount_index, category_index) =
        ("expenses_by_date", "expenses_by_amount", "expenses_by_category");
    let mut cases = Vec::new();
    for (filter, field, index, sqlite_index) in [
        (all(), Date, date_index, date_index),
        (all(), Amount, amount_index, amount_index),
        (all(), CreatedAt, "expenses_pkey", "sqlite_autoindex_expenses_1"),
        (dates.clone(), Date, date_index, date_index),
        (amounts, Amount, amount_index, amount_index),
        (by_id, Date, category_index, category_index),
        (by_name, Date, category_index, category_index),
        (kind, Date, date_index, date_index),
        (text, Date, date_index, date_index),
    ] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let key = match field {
                Date => SortKey::Date(date("2022-06-06")),
                Amount => SortKey::Amount(amount_rank("5")),
                CreatedAt => SortKey::CreatedAt,
            };
            for after in [None, Some(Position { key, id: expense_id() })] {
                let sort = ExpenseSort { field, direction };
                let query = ExpenseQuery { filter: filter.clone(), sort, limit: PageLimit::default(), after };
                cases.push((query, index, sqlite_index));
            }
        }
    }
    cases
}

#[tokio::test]
async fn sqlite_reads_each_list_in_the_order_of_an_index() {
    let directory = TemporaryDirectory::new();
    let database = database(&format!("sqlite:///{}", directory.path().join("plans.db").display())).await;
    for (query, _, index) in cases(category_id()) {
        let plan = plan(&database, user_id(), &query).await;
        assert!(plan.contains(index), "{query:?}:\n{plan}");
        let sorts = plan.lines().any(|line| line == "USE TEMP B-TREE FOR ORDER BY");
        assert!(!sorts, "{query:?}:\n{plan}");
        if query.after.is_some() {
            let seeks =
                ["(date,id)", "(amount_rank,id)", "id<?", "id>?"].iter().any(|seek| plan.contains(seek));
            assert!(seeks, "the page is not sought: {query:?}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn postgres_reads_each_list_in_the_order_of_an_index() {
    let fresh = fresh_database();
    let database = database(fresh.url()).await;
    // One large ledger among many small ones.
    let (owner, food) = (user_id(), category_id());
    let fill = format!(
        "INSERT INTO users SELECT CASE WHEN n = 0 THEN '{owner}' ELSE md5('u' || n)::uuid END, n, 'x', NULL, 'EUR',
                'UTC', 1, 1, now()
         FROM generate_series(0, 299) n;
         INSERT INTO categories (user_id, id, name, name_key, version, updated_at)
         SELECT '{owner}', CASE WHEN n = 0 THEN '{food}' ELSE md5('c' || n)::uuid END, n,
                CASE WHEN n = 0 THEN 'food' ELSE n::text END, 1, now()
         FROM generate_series(0, 19) n;
         INSERT INTO expenses
         SELECT CASE WHEN n % 3 > 0 OR n % 300 = 0 THEN '{owner}' ELSE md5('u' || n % 300)::uuid END,
                md5('e' || n)::uuid, 'x', NULL, n, n, 'EUR', CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END,
                CASE WHEN n % 20 = 10 AND n % 3 > 0 THEN '{food}'::uuid
                     WHEN n % 3 > 0 AND n % 20 > 0 THEN md5('c' || n % 20)::uuid END,
                0, 'x', date '2020-01-01' + n % 2000, 1, now(), NULL
         FROM generate_series(1, 20000) n;
         ANALYZE"
    );
    run_on_postgres(&database, &fill).await;
    for (query, index, _) in cases(food) {
        let plan = plan(&database, owner, &query).await;
        assert!(plan.contains(index), "{query:?}:\n{plan}");
        assert!(
            !plan.lines().any(|line| line.trim_start().trim_start_matches("->").trim() == "Sort"),
            "{plan}"
        );
        if query.after.is_some() {
            let seeks = |line: &str| {
                line.contains("Index Cond")
                    && ["ROW(", "(id < ", "(id > "].iter().any(|seek| line.contains(seek))
            };
            assert!(plan.lines().any(seeks), "the page is not sought: {query:?}:\n{plan}");
        }
    }
}
