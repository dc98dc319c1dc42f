use std::pin::Pin;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryDsl as _;
use finance_domain::category::CategoryChoice;
use finance_domain::expense::{Expense, ExpenseContent, ExpenseQuery, ExpenseRepository, StoreExpenseError};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, ExpenseId, Precondition, UserId, Version};

use super::queries::{FindExpense, ListExpenses, version_of};
use super::row::{ExpenseRow, category, stored, tags};
use super::target_postgres::DeleteExpense;
use super::work::{Delete, Write};
use super::write_postgres::{WriteExpense, Written};
use crate::database::{Database, Engine, read, read_postgres, write_postgres};
use crate::error::{Away, WriteError};
use crate::postgres::{ATTEMPTS, Postgres};
use crate::schema::{categories, users};
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
            Engine::Sqlite(_) => self.write_summing_up(owner, id, content, None).await,
            Engine::Postgres(postgres) => {
                let statement = WriteExpense::create(owner, id, content);
                match write(postgres, &statement, owner, id, content, None).await? {
                    Some(expense) => Ok(expense),
                    None => self.write_summing_up(owner, id, content, None).await,
                }
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
            Engine::Sqlite(_) => self.write_summing_up(owner, id, content, Some(expected)).await,
            Engine::Postgres(postgres) => {
                let statement = WriteExpense::replace(owner, id, expected, content);
                match write(postgres, &statement, owner, id, content, Some(expected)).await? {
                    Some(expense) => Ok(expense),
                    None => self.write_summing_up(owner, id, content, Some(expected)).await,
                }
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
        if let Engine::Postgres(postgres) = self.database.engine() {
            use diesel_async::RunQueryDsl as _;
            let statement = DeleteExpense::new(owner, id, expected, At(at));
            match write_postgres!(postgres, |c| (&statement).get_results::<i64>(c)) {
                Err(error) if lacks_room(&error) => {}
                Err(error) => return Err(error.into()),
                Ok(deleted) if deleted.is_empty() => {
                    expect(postgres, owner, id, expected).await?;
                    // Someone else has just written it, in a way that makes no difference to who expects any version.
                }
                Ok(_) => return Ok(()),
            }
        }
        self.database.transact(Delete { owner, id, expected: expected.clone(), at }).await
    }
}

impl SqlExpenseRepository {
    /// Boxed, for on `PostgreSQL` it is rare: otherwise each write would carry room for it.
    fn write_summing_up(
        &self,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
        expected: Option<&Precondition>,
    ) -> Pin<Box<dyn Future<Output = Result<Expense, StoreExpenseError>> + Send + '_>> {
        let write = Write { owner, id, content: content.clone(), expected: expected.cloned() };
        Box::pin(self.database.transact(write))
    }
}

/// Whether a statement stopped because a guard of a budget lacks room, or is lacking.
fn lacks_room(error: &WriteError) -> bool {
    matches!(error, WriteError::Check(constraint) if constraint == "budget_headroom_left")
}

/// Creates an expense, or replaces it where a version is `expected`. `None` when that needs a transaction: to sum up what was
/// spent, or to hold the expense while others write it too.
async fn write(
    postgres: &Postgres,
    statement: &WriteExpense,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
) -> Result<Option<Expense>, StoreExpenseError> {
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
                Err(error) if lacks_room(&error) => return Ok(None),
                rows => rows?,
            };
            if let Some((version, category_id, name, names, recurring)) = rows.into_iter().next() {
                let (category, tags) = (category(category_id, name), tags(names.as_deref()));
                return Ok(Some(stored(id, content, version, category, tags, recurring)));
            }
            // Boxed, for it is rare: otherwise each write would carry room for it.
            Box::pin(why_not(postgres, owner, id, content, expected)).await?;
            if let Some(Precondition::Any) = expected {
                // There may be a lot of others; in a transaction it is our turn some time.
                return Ok(None);
            }
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
    // Before the version: when a merge took the category away, that has counted the version up.
    let known = match content.category {
        Some(CategoryChoice::Existing(category)) => expect_category(postgres, owner, category).await,
        _ => Ok(()),
    };
    match expected {
        Some(expected) => expect(postgres, owner, id, expected).await?,
        None => expect_user(postgres, owner).await?,
    }
    known
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
