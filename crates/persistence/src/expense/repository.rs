use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _};
use finance_domain::category::CategoryChoice;
use finance_domain::expense::{Expense, ExpenseContent, ExpenseQuery, ExpenseRepository, StoreExpenseError};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, ExpenseId, Precondition, UserId, Version};

use super::queries::{FindExpense, ListExpenses, version_of};
use super::row::{ExpenseRow, category, stored, tags};
use super::write_postgres::{WriteExpense, Written};
use super::write_sqlite;
use crate::database::{Database, Engine, read, read_postgres, write, write_postgres};
use crate::error::{Away, WriteError};
use crate::postgres::{ATTEMPTS, Postgres};
use crate::precondition::versions;
use crate::schema::{categories, expenses, users};
use crate::sql_types::{At, Id};

/// Stores expenses in a database.
#[derive(Clone)]
pub struct SqlExpenseRepository {
    database: Database,
}

impl SqlExpenseRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl ExpenseRepository for SqlExpenseRepository {
    async fn create(
        &self,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        match self.database.engine() {
            Engine::Sqlite(sqlite) => {
                let content = content.clone();
                sqlite.write(move |c| write_sqlite::create(c, owner, id, &content)).await
            }
            Engine::Postgres(postgres) => {
                let statement = WriteExpense::create(owner, id, content);
                write(postgres, &statement, owner, id, content, None).await
            }
        }
    }

    async fn find(&self, owner: UserId, id: ExpenseId) -> Result<Option<Expense>, StoreError> {
        let rows = read!(self.database, |c| FindExpense::new(owner, id).get_results::<ExpenseRow>(c))?;
        rows.into_iter().next().map(Expense::try_from).transpose()
    }

    async fn list(&self, owner: UserId, query: &ExpenseQuery) -> Result<Page<Expense>, StoreError> {
        let list = ListExpenses::new(owner, query);
        let rows = match self.database.engine() {
            Engine::Sqlite(sqlite) if !list.is_short() => {
                use diesel::RunQueryDsl as _;
                sqlite.read_long(move |c| (&list).get_results::<ExpenseRow>(c)).await
            }
            _ => read!(self.database, |c| (&list).get_results::<ExpenseRow>(c)),
        };
        let items = rows?.into_iter().map(Expense::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_one_more(items, query.limit))
    }

    async fn replace(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Result<Expense, StoreExpenseError> {
        match self.database.engine() {
            Engine::Sqlite(sqlite) => {
                let (expected, content) = (expected.clone(), content.clone());
                sqlite.write(move |c| write_sqlite::replace(c, owner, id, &expected, &content)).await
            }
            Engine::Postgres(postgres) => {
                let statement = WriteExpense::replace(owner, id, expected, content);
                write(postgres, &statement, owner, id, content, Some(expected)).await
            }
        }
    }

    async fn delete(
        &self,
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreExpenseError> {
        let key = (Id(owner.uuid()), Id(id.uuid()));
        let (any, versions) = versions(expected);
        let deleted = write!(self.database, |c| diesel::update(expenses::table.find(key))
            .filter(expenses::deleted_at.is_null())
            .filter(any.into_sql::<Bool>().or(expenses::version.eq_any(&versions)))
            .set((
                expenses::deleted_at.eq(Some(At(at))),
                expenses::updated_at.eq(At(at)),
                expenses::version.eq(expenses::version + 1),
            ))
            .execute(c));
        if deleted.map_err(StoreError::from)? > 0 {
            return Ok(());
        }
        let version = read!(self.database, |c| version_of(key).get_results::<i64>(c))?;
        if version.is_empty() { Err(StoreExpenseError::NotFound) } else { Err(StoreExpenseError::Stale) }
    }
}

/// Creates an expense, or replaces it where a version is `expected`.
async fn write(
    postgres: &Postgres,
    statement: &WriteExpense,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
) -> Result<Expense, StoreExpenseError> {
    use diesel_async::RunQueryDsl as _;
    let attempts = async {
        for _ in 0..ATTEMPTS {
            let rows: Result<_, WriteError> =
                write_postgres!(postgres, |c| statement.get_results::<Written>(c));
            let rows = match rows {
                // What the statement had found was gone when it was done.
                Err(WriteError::Dangling(Some(constraint))) if !constraint.ends_with("_user_fkey") => {
                    Vec::new()
                }
                rows => rows.map_err(failed)?,
            };
            if let Some((version, category_id, name, names, recurring)) = rows.into_iter().next() {
                let (category, tags) = (category(category_id, name), tags(names.as_deref()));
                return Ok(stored(id, content, version, category, tags, recurring));
            }
            // Boxed, for it is rare: otherwise each write would carry room for it.
            Box::pin(why_not(postgres, owner, id, content, expected)).await?;
        }
        Err(StoreError::from(Away::Contended).into())
    };
    postgres.bounded(attempts).await
}

/// Why nothing was written; `Ok` when there is no reason any more.
async fn why_not(
    postgres: &Postgres,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
) -> Result<(), StoreExpenseError> {
    match expected {
        Some(expected) => expect(postgres, owner, id, expected).await?,
        None => expect_user(postgres, owner).await?,
    }
    match content.category {
        Some(CategoryChoice::Existing(category)) => expect_category(postgres, owner, category).await,
        _ => Ok(()),
    }
}

/// Every reference but the one to the owner is looked up by the statement itself.
fn failed(error: WriteError) -> StoreExpenseError {
    match error {
        WriteError::Dangling(Some(constraint)) if constraint.ends_with("_user_fkey") => {
            StoreExpenseError::UnknownUser
        }
        error => StoreExpenseError::Store(error.into()),
    }
}

async fn expect(
    postgres: &Postgres,
    owner: UserId,
    id: ExpenseId,
    expected: &Precondition,
) -> Result<(), StoreExpenseError> {
    use diesel_async::RunQueryDsl as _;
    let key = (Id(owner.uuid()), Id(id.uuid()));
    let version: Result<_, StoreError> = read_postgres!(postgres, |c| version_of(key).get_results::<i64>(c));
    match version?.as_slice() {
        [] => Err(StoreExpenseError::NotFound),
        [version, ..] if !expected.allows(Version::new(*version)) => Err(StoreExpenseError::Stale),
        _ => Ok(()),
    }
}

async fn expect_user(postgres: &Postgres, owner: UserId) -> Result<(), StoreExpenseError> {
    use diesel_async::RunQueryDsl as _;
    let id = Id(owner.uuid());
    let user: Result<_, StoreError> =
        read_postgres!(postgres, |c| users::table.find(id).select(users::id).get_results::<Id>(c));
    if user?.is_empty() { Err(StoreExpenseError::UnknownUser) } else { Ok(()) }
}

async fn expect_category(
    postgres: &Postgres,
    owner: UserId,
    category: CategoryId,
) -> Result<(), StoreExpenseError> {
    use diesel_async::RunQueryDsl as _;
    let key = (Id(owner.uuid()), Id(category.uuid()));
    let category: Result<_, StoreError> =
        read_postgres!(postgres, |c| categories::table.find(key).select(categories::id).get_results::<Id>(c));
    if category?.is_empty() { Err(StoreExpenseError::UnknownCategory) } else { Ok(()) }
}
