//! What reports cost: an index that has all that they add up, from the first of their days to the last, and nothing
//! that grows with the rest of the ledger or with what others have.

use chrono::Weekday;
use finance_domain::expense::ExpenseKind;
use finance_domain::period::DateRange;
use finance_domain::report::{Cut, FigureQuery, ReportQuery, ReportRepository as _, Split};
use finance_domain::{CategoryId, UserId};
use finance_testing::TemporaryDirectory;
use finance_testing::fixtures::{category_id, date, user_id};
use finance_testing::postgres::fresh_database;

use super::queries::{EachExpense, ReadReport, SumRange};
use super::repository::SqlReportRepository;
use super::row::Currencies;
use crate::explain::{database, postgres_plan, run_on_postgres, run_on_sqlite, sqlite_plan};

fn range(first: &str, last: &str) -> DateRange {
    DateRange::new(date(first), date(last)).unwrap()
}

/// What each report asks for, and everything else that one may.
fn queries() -> Vec<ReportQuery> {
    let (month, both) = (range("2022-06-01", "2022-06-30"), range("2022-05-01", "2022-06-30"));
    let (year, all) = (range("2022-01-01", "2022-12-31"), range("2000-01-01", "2029-12-31"));
    let by = |range, cut, split| FigureQuery { range, cut, split };
    let monthly = vec![by(month, Cut::Day, Split::None), by(both, Cut::Month, Split::Category)];
    let mut dashboard = monthly.clone();
    dashboard.push(by(range("2021-03-01", "2022-06-30"), Cut::MonthAt(23), Split::None));
    let mut queries = vec![
        ReportQuery { figures: monthly, largest: Some(month) },
        ReportQuery { figures: dashboard, largest: Some(month) },
        ReportQuery {
            figures: vec![by(month, Cut::Whole, Split::Tag), by(month, Cut::Whole, Split::None)],
            largest: None,
        },
    ];
    let cuts =
        [Cut::Whole, Cut::Day, Cut::Week(Weekday::Sun), Cut::Month, Cut::MonthAt(9), Cut::Quarter, Cut::Year];
    for cut in cuts {
        for split in [Split::None, Split::Category] {
            for range in [month, year, all] {
                queries.push(ReportQuery { figures: vec![by(range, cut, split)], largest: None });
            }
        }
    }
    queries
}

fn assert_reads_an_index_only(plan: &str) {
    let index = "SEARCH e USING COVERING INDEX expenses_by_date (user_id=? AND date>? AND date<?)";
    assert!(plan.contains(index), "{plan}");
    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
}

#[tokio::test]
async fn sqlite_reads_no_more_than_the_days_of_a_report() {
    let directory = TemporaryDirectory::new();
    let database = database(&format!("sqlite:///{}", directory.path().join("plans.db").display())).await;
    for (split, with_id) in [(Split::None, false), (Split::Category, true), (Split::Tag, false)] {
        let each = EachExpense::new(user_id(), range("2022-01-01", "2022-12-31"), split, with_id);
        let plan = sqlite_plan(&database, &each).await;
        assert_reads_an_index_only(&plan);
    }
    let sum = SumRange::new(user_id(), range("2022-01-01", "2022-12-31"), Currencies::default().last());
    assert_reads_an_index_only(&sqlite_plan(&database, &sum).await);
    for query in queries() {
        let names = ReadReport::names(user_id(), &query);
        if !names.is_empty() {
            let plan = sqlite_plan(&database, &names).await;
            assert!(!plan.contains("SCAN"), "{query:?}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn postgres_reads_no_more_than_the_days_of_a_report() {
    let fresh = fresh_database();
    let database = database(fresh.url()).await;
    let (owner, food) = (user_id(), category_id());
    fill_postgres(&database, owner, food).await;
    for query in queries() {
        let plan = postgres_plan(&database, &ReadReport::new(owner, &query)).await;
        let lines: Vec<&str> =
            plan.lines().map(|line| line.trim_start().trim_start_matches("->").trim()).collect();
        assert!(!plan.contains("Seq Scan"), "{query:?}:\n{plan}");
        let titles = usize::from(query.largest.is_some());
        // The largest expenses of a month are sorted, and its tags may be; nothing else is.
        let sorts = lines.iter().filter(|line| line.contains("Sort") && !line.starts_with("Sort Key"));
        let allowed = titles + usize::from(query.splits(Split::Tag));
        assert!(sorts.count() <= allowed, "{query:?}:\n{plan}");
        assert!(!plan.contains("Merge Join") && !plan.contains("Hash Join"), "{query:?}:\n{plan}");
        // Where nearly all days are wanted, one index of the ledger is as good as another.
        if query.figures.iter().any(|figures| figures.range.first() == date("2000-01-01")) {
            continue;
        }
        let expenses: Vec<_> = lines.iter().filter(|line| line.contains(" on expenses ")).collect();
        let read = query.figures.len() + usize::from(query.largest.is_some());
        let index_only =
            expenses.iter().filter(|l| l.starts_with("Index Only Scan using expenses_by_date on expenses e"));
        assert_eq!(index_only.count(), read, "{query:?}:\n{plan}");
        // Besides, only the titles of the few largest are looked up.
        assert_eq!(expenses.len(), read + titles, "{query:?}:\n{plan}");
        let bounded = lines.iter().filter(|line| {
            line.starts_with("Index Cond: ((user_id = ")
                && line.contains("(date >= ")
                && line.contains("(date <= ")
        });
        assert_eq!(bounded.count(), read, "{query:?}:\n{plan}");
    }
}

/// One large ledger among many small ones.
async fn fill_postgres(database: &crate::Database, owner: UserId, food: CategoryId) {
    let fill = format!(
        "INSERT INTO users SELECT CASE WHEN n = 0 THEN '{owner}' ELSE md5('u' || n)::uuid END, n, 'x', NULL, 'EUR',
                'UTC', 1, 1, now()
         FROM generate_series(0, 299) n;
         INSERT INTO categories (user_id, id, name, name_key, version, updated_at)
         SELECT '{owner}', CASE WHEN n = 0 THEN '{food}' ELSE md5('c' || n)::uuid END, n, n::text, 1, now()
         FROM generate_series(0, 19) n;
         INSERT INTO tags (user_id, id, name, name_key)
         SELECT '{owner}', md5('t' || n)::uuid, n, n::text FROM generate_series(0, 19) n;
         INSERT INTO expenses (user_id, id, title, amount_minor, amount_rank, currency, kind, category_id, tag_count,
                               search_text, date, version, updated_at)
         SELECT CASE WHEN n % 3 > 0 OR n % 300 = 0 THEN '{owner}' ELSE md5('u' || n % 300)::uuid END,
                md5('e' || n)::uuid, repeat('x', 40), n, n, 'EUR', CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END,
                CASE WHEN n % 3 > 0 AND n % 20 > 0 THEN md5('c' || n % 20)::uuid END,
                CASE WHEN n % 3 > 0 AND n % 5 = 0 THEN 1 ELSE 0 END, repeat('x', 200), date '2018-01-01' + n % 2000, 1, now()
         FROM generate_series(1, 40000) n;
         INSERT INTO expense_tags (user_id, expense_id, tag_id, position)
         SELECT '{owner}', md5('e' || n)::uuid, md5('t' || n % 20)::uuid, 1
         FROM generate_series(5, 40000, 5) n WHERE n % 3 > 0"
    );
    run_on_postgres(database, &fill).await;
    // Which pages have nothing but what everyone sees is what lets an index alone be read.
    run_on_postgres(database, "VACUUM ANALYZE").await;
}

/// Sums that 64 bits cannot hold are exact: 20,000 of the largest amount there is.
async fn assert_large_sums(database: crate::Database, owner: UserId) {
    let day = range("2026-01-01", "2026-01-01");
    let repository = SqlReportRepository::new(database);
    for split in [Split::Category, Split::None] {
        let figures = vec![FigureQuery { range: day, cut: Cut::Whole, split }];
        let data = repository.read(owner, &ReportQuery { figures, largest: None }).await.unwrap();
        let [figure] = data.figures[0].as_slice() else { panic!("{data:?}") };
        assert_eq!((figure.kind, figure.count), (ExpenseKind::Expense, 20_000));
        assert_eq!(figure.minor, 20_000 * 999_999_999_999_999_i128);
    }
}

#[tokio::test]
async fn sums_on_sqlite_are_exact_beyond_64_bits() {
    let directory = TemporaryDirectory::new();
    let database = database(&format!("sqlite:///{}", directory.path().join("sums.db").display())).await;
    let owner = user_id();
    let id = owner.to_string().replace('-', "");
    let fill = format!(
        "INSERT INTO users (id, email, password_hash, currency, time_zone, first_day_of_week, version, updated_at)
         VALUES (x'{id}', 'x', 'x', 'EUR', 'UTC', 1, 1, 0);
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
         INSERT INTO expenses (user_id, id, title, amount_minor, amount_rank, currency, kind, tag_count, search_text,
                               date, version, updated_at)
         SELECT x'{id}', randomblob(16), 'x', 999999999999999, 1, 'JPY', 0, 0, 'x', '2026-01-01', 1, 0 FROM n"
    );
    run_on_sqlite(&database, fill).await;
    assert_large_sums(database, owner).await;
}

#[tokio::test]
async fn sums_on_postgres_are_exact_beyond_64_bits() {
    let fresh = fresh_database();
    let database = database(fresh.url()).await;
    let owner = user_id();
    let fill = format!(
        "INSERT INTO users (id, email, password_hash, currency, time_zone, first_day_of_week, version, updated_at)
         VALUES ('{owner}', 'x', 'x', 'EUR', 'UTC', 1, 1, now());
         INSERT INTO expenses (user_id, id, title, amount_minor, amount_rank, currency, kind, tag_count, search_text,
                               date, version, updated_at)
         SELECT '{owner}', md5('e' || n)::uuid, 'x', 999999999999999, 1, 'JPY', 0, 0, 'x', '2026-01-01', 1, now()
         FROM generate_series(1, 20000) n"
    );
    run_on_postgres(&database, &fill).await;
    assert_large_sums(database, owner).await;
}
