use diesel::sql_types::{BigInt, Text};
use diesel::{IntoSql as _, RunQueryDsl as _};
use finance_testing::TemporaryDirectory;

use super::*;

/// A file with a table `t (n)` whose numbers are unique.
fn file() -> (TemporaryDirectory, Sqlite) {
    let directory = TemporaryDirectory::new();
    let sqlite = Sqlite::open(&directory.path().join("test.db"), 2, Duration::from_secs(20)).unwrap();
    let mut connection = sqlite.dedicated(Duration::from_secs(1)).unwrap();
    connection.batch_execute("CREATE TABLE t (n INTEGER UNIQUE, text TEXT)").unwrap();
    (directory, sqlite)
}

fn insert(c: &mut SqliteConnection, number: i64) -> Result<(), StoreError> {
    let insert = diesel::sql_query("INSERT INTO t (n) VALUES (?)").bind::<BigInt, _>(number);
    insert.execute(c).map(drop).map_err(store_error)
}

async fn numbers(sqlite: &Sqlite) -> Vec<i64> {
    diesel::table! { t (n) { n -> BigInt, } }
    use diesel::QueryDsl as _;
    sqlite.read(|c| t::table.select(t::n).order(t::n).load::<i64>(c)).await.unwrap()
}

#[tokio::test]
async fn work_that_fails_is_undone_alone() {
    let (_directory, sqlite) = file();
    // All are queued before the writer sees the second of them.
    let writes = (0..60).map(|number| {
        sqlite.write(move |c| {
            insert(c, number)?;
            match number % 3 {
                1 => Err(StoreError::Failed("refused".into())),
                2 if number % 2 == 0 => panic!("a defect"),
                _ => Ok(number),
            }
        })
    });
    let outcomes = futures_util::future::join_all(writes).await;
    let fails = |number: i64| number % 3 == 1 || (number % 3 == 2 && number % 2 == 0);
    for (number, outcome) in (0..).zip(outcomes) {
        match outcome {
            Ok(answer) => assert!(answer == number && !fails(number)),
            Err(error) => assert!(fails(number), "{number}: {error:?}"),
        }
    }
    assert_eq!(numbers(&sqlite).await, (0..60).filter(|number| !fails(*number)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_hurts_nobody() {
    let (_directory, sqlite) = file();
    for number in 0..20 {
        let write = sqlite.write(move |c| insert(c, number));
        let _ = tokio::time::timeout(Duration::ZERO, write).await;
    }
    sqlite.write(|c| insert(c, 100)).await.unwrap();
    assert_eq!(numbers(&sqlite).await.last(), Some(&100));
}

#[tokio::test]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let (_directory, sqlite) = file();
    let limit = |pages: u32| {
        sqlite
            .write(move |c| c.batch_execute(&format!("PRAGMA max_page_count = {pages}")).map_err(store_error))
    };
    limit(20).await.unwrap();
    let text = "x".repeat(3000);
    let fill = |count: i64, from: i64| {
        let text = text.clone();
        let writes: Vec<_> = (from..from + count)
            .map(|number| {
                let text = text.clone();
                sqlite.write(move |c| {
                    diesel::sql_query("INSERT INTO t (n, text) VALUES (?, ?)")
                        .bind::<BigInt, _>(number)
                        .bind::<Text, _>(text)
                        .execute(c)
                        .map(|_| number)
                        .map_err(store_error)
                })
            })
            .collect();
        futures_util::future::join_all(writes)
    };
    let outcomes = fill(50, 0).await;
    let written: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied()).collect();
    let refused =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))).count();
    assert!(refused > 0 && written.len() + refused == 50, "{outcomes:?}");
    assert_eq!(numbers(&sqlite).await, written, "what was acknowledged is there, and nothing else");
    limit(10_000).await.unwrap();
    assert!(fill(10, 100).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn closing_finishes_what_is_queued() {
    let (_directory, sqlite) = file();
    let writes =
        futures_util::future::join_all((0..50).map(|number| sqlite.write(move |c| insert(c, number))));
    let closing = async {
        tokio::task::yield_now().await;
        sqlite.close().await;
    };
    let (outcomes, ()) = tokio::join!(writes, closing);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(numbers(&sqlite).await.len(), 50);
    assert!(matches!(sqlite.write(|c| insert(c, 99)).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_directory, sqlite) = file();
    let outcome = sqlite.read(|c| diesel::sql_query("DELETE FROM t").execute(c)).await;
    assert!(outcome.is_err());
    let one = sqlite.read(|c| diesel::select(1_i64.into_sql::<BigInt>()).get_result::<i64>(c)).await;
    assert_eq!(one.unwrap(), 1);
}
