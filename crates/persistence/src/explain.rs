//! How an engine means to carry a statement out: for tests of plans.

use std::time::Duration;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use crate::database::{Database, DatabaseSettings, Engine};
use crate::url::DatabaseUrl;

pub(crate) struct ExplainSqlite<'a, Q>(&'a Q);
pub(crate) struct ExplainPostgres<'a, Q>(&'a Q);

impl<Q> QueryId for ExplainSqlite<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> QueryId for ExplainPostgres<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for ExplainSqlite<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("EXPLAIN QUERY PLAN ");
        self.0.walk_ast(out)
    }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for ExplainPostgres<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("EXPLAIN (COSTS OFF) ");
        self.0.walk_ast(out)
    }
}

impl<Q> Query for ExplainSqlite<'_, Q> {
    type SqlType = (Integer, Integer, Integer, Text);
}

impl<Q> Query for ExplainPostgres<'_, Q> {
    type SqlType = Text;
}

impl<C, Q> RunQueryDsl<C> for ExplainSqlite<'_, Q> {}

/// An empty database with every table.
pub(crate) async fn database(url: &str) -> Database {
    let url = DatabaseUrl::parse(url).unwrap();
    let settings = DatabaseSettings { url, pool_size: 1, timeout: Duration::from_secs(30) };
    let database = Database::connect(&settings).unwrap();
    database.migrate().await.unwrap();
    database
}

/// The plan of a statement on `SQLite`, a step a line.
pub(crate) async fn sqlite_plan<Q: QueryFragment<Sqlite>>(database: &Database, statement: &Q) -> String {
    let Engine::Sqlite(sqlite) = database.engine() else { panic!("not SQLite") };
    let explain = |c: &mut diesel::SqliteConnection| {
        RunQueryDsl::load::<(i32, i32, i32, String)>(ExplainSqlite(statement), c)
    };
    let lines = sqlite.read(explain).await.unwrap();
    lines.into_iter().map(|line| line.3).collect::<Vec<_>>().join("\n")
}

/// The plan of a statement on `PostgreSQL`.
pub(crate) async fn postgres_plan<Q: QueryFragment<Pg> + Sync>(database: &Database, statement: &Q) -> String {
    let Engine::Postgres(postgres) = database.engine() else { panic!("not PostgreSQL") };
    let mut lease = postgres.lease().await.unwrap();
    let explain = ExplainPostgres(statement);
    let lines = diesel_async::RunQueryDsl::load::<String>(explain, lease.connection().unwrap()).await;
    lease.finish(lines).unwrap_or_else(|_| panic!("no plan")).join("\n")
}

/// Runs statements on `PostgreSQL`.
pub(crate) async fn run_on_postgres(database: &Database, statements: &str) {
    use diesel_async::SimpleAsyncConnection as _;
    let Engine::Postgres(postgres) = database.engine() else { panic!("not PostgreSQL") };
    let mut lease = postgres.lease().await.unwrap();
    let done = lease.connection().unwrap().batch_execute(statements).await;
    lease.finish(done).unwrap_or_else(|failure| panic!("{:?}", crate::error::WriteError::from(failure)));
}

/// Runs statements on `SQLite`.
pub(crate) async fn run_on_sqlite(database: &Database, statements: String) {
    use diesel::connection::SimpleConnection as _;
    let Engine::Sqlite(sqlite) = database.engine() else { panic!("not SQLite") };
    sqlite
        .write(move |c| c.batch_execute(&statements).map_err(crate::error::WriteError::from))
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
}
