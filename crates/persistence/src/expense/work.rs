//! Writing expenses in transactions that sum up what was spent: always on `SQLite`, and on `PostgreSQL` where the single
//! statement found no room in a guard.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _, QueryResult};
use diesel_async::AsyncPgConnection;
use finance_domain::budget::Counted;
use finance_domain::category::CategoryChoice;
use finance_domain::expense::{Expense, ExpenseContent, StoreExpenseError};
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, ExpenseId, Precondition, UserId, Version};

use super::queries::version_of;
use super::row::{category, stored, tags};
use super::write_postgres::{WriteExpense, Written};
use super::write_sqlite;
use crate::budget::{counted, counted_as_written, lock_guards_for, settle};
use crate::error::{Away, WriteError};
use crate::postgres::ATTEMPTS;
use crate::precondition::versions;
use crate::schema::{budgets, categories, expenses};
use crate::sql_types::{At, Id};
use crate::transaction::{Stop, Transaction, Work, run};
use crate::user::lock_owner;

type Refusal = StoreExpenseError;
type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<WriteError> for StoreExpenseError {
    /// Every reference but the one to the owner is looked up by the statement itself, or before it.
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Dangling(Some(constraint)) if constraint.ends_with("_user_fkey") => Self::UnknownUser,
            error => Self::Store(error.into()),
        }
    }
}

/// Creates an expense in a transaction that does more, and records the alerts of that.
///
/// On `PostgreSQL` it locks the owner first, as everything does that sums up: a transaction that locks other rows of theirs
/// does better to call [`lock_owner`] before.
pub(crate) async fn create_in(
    t: &mut Transaction<'_>,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
) -> Outcome<Expense> {
    write_in(t, owner, id, content, None).await
}

/// Creates an expense, or replaces it where a version is `expected`, and records the alerts of that.
async fn write_in(
    t: &mut Transaction<'_>,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
) -> Outcome<Expense> {
    let has_budgets = has_budgets(t, owner).await?;
    let removed = match expected {
        Some(_) if has_budgets => counted(t, owner, id).await.map_err(Stop::widen)?,
        _ => None,
    };
    let expense = match t {
        Transaction::Sqlite(c) => match expected {
            None => write_sqlite::create(c, owner, id, content),
            Some(expected) => write_sqlite::replace(c, owner, id, expected, content),
        }
        .map_err(Stop::Refused)?,
        Transaction::Postgres(_) => {
            write_on_postgres(t, owner, id, content, expected, removed.as_ref()).await?
        }
    };
    if has_budgets {
        let added = counted_as_written(&expense);
        let now = content.updated_at;
        settle(t, owner, id, now, removed.as_ref(), Some(&added)).await.map_err(Stop::widen)?;
    }
    Ok(expense)
}

/// Whether there is anything to keep count of. On `PostgreSQL` nobody else changes budgets from now on.
async fn has_budgets(t: &mut Transaction<'_>, owner: UserId) -> QueryResult<bool> {
    let owner = Id(owner.uuid());
    if let Transaction::Postgres(_) = t {
        lock_owner(t, owner).await?;
    }
    let any = budgets::table.filter(budgets::user_id.eq(owner)).select(budgets::id).limit(1);
    Ok(!run!(t, |c| any.get_results::<Id>(c))?.is_empty())
}

async fn write_on_postgres(
    t: &mut Transaction<'_>,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
    removed: Option<&Counted>,
) -> Outcome<Expense> {
    use diesel_async::RunQueryDsl as _;
    let mut content = content.clone();
    if let Transaction::Postgres(c) = t {
        if expected.is_some() {
            let key = (Id(owner.uuid()), Id(id.uuid()));
            version_of(key).for_update().get_results::<i64>(*c).await?;
        }
        // Before the guards, for others may be about to make the same category and then ask for a guard.
        if let Some(CategoryChoice::Named { name, new_id }) = &content.category {
            let made = diesel::insert_into(categories::table).values((
                categories::user_id.eq(Id(owner.uuid())),
                categories::id.eq(Id(new_id.uuid())),
                categories::name.eq(name.as_str()),
                categories::name_key.eq(name.key()),
                categories::version.eq(Version::FIRST.number()),
                categories::updated_at.eq(At(content.updated_at)),
            ));
            made.on_conflict_do_nothing().execute(*c).await?;
            let found = categories::table
                .filter(categories::user_id.eq(Id(owner.uuid())))
                .filter(categories::name_key.eq(name.key()))
                .select(categories::id);
            if let [id, ..] = found.get_results::<Id>(*c).await?.as_slice() {
                content.category = Some(CategoryChoice::Existing(CategoryId::new(id.0)));
            }
        }
    }
    let days = removed.map(|removed| removed.date).into_iter().chain([content.date]);
    lock_guards_for(t, owner, days, content.updated_at).await?;
    let Transaction::Postgres(c) = t else {
        return Err(StoreError::Failed("a statement of another engine".into()).into());
    };
    let statement = match expected {
        None => WriteExpense::create(owner, id, &content),
        Some(expected) => WriteExpense::replace(owner, id, expected, &content),
    }
    .unguarded();
    for _ in 0..ATTEMPTS {
        let rows = (&statement).get_results::<Written>(*c).await?;
        if let Some((version, category_id, name, names, recurring)) = rows.into_iter().next() {
            let (category, tags) = (category(category_id, name), tags(names.as_deref()));
            return Ok(stored(id, &content, version, category, tags, recurring));
        }
        why_not(c, owner, id, &content, expected).await?;
    }
    Err(StoreError::from(Away::Contended).into())
}

/// Why nothing was written; `Ok` when someone else made the same tag at the same time.
async fn why_not(
    c: &mut AsyncPgConnection,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
    expected: Option<&Precondition>,
) -> Outcome<()> {
    use diesel_async::RunQueryDsl as _;
    if let Some(expected) = expected {
        let versions = version_of((Id(owner.uuid()), Id(id.uuid()))).get_results::<i64>(c).await?;
        match versions.as_slice() {
            [] => return Err(Stop::Refused(Refusal::NotFound)),
            [version, ..] if !expected.allows(Version::new(*version)) => {
                return Err(Stop::Refused(Refusal::Stale));
            }
            _ => {}
        }
    }
    if let Some(CategoryChoice::Existing(category)) = content.category {
        let key = (Id(owner.uuid()), Id(category.uuid()));
        let found = categories::table.find(key).select(categories::id).get_results::<Id>(c).await?;
        if found.is_empty() {
            return Err(Stop::Refused(Refusal::UnknownCategory));
        }
    }
    Ok(())
}

pub(super) struct Write {
    pub(super) owner: UserId,
    pub(super) id: ExpenseId,
    pub(super) content: ExpenseContent,
    /// The versions that may be replaced; none to create.
    pub(super) expected: Option<Precondition>,
}

#[async_trait]
impl Work for Write {
    type Answer = Expense;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Expense> {
        write_in(t, self.owner, self.id, &self.content, self.expected.as_ref()).await
    }
}

pub(super) struct Delete {
    pub(super) owner: UserId,
    pub(super) id: ExpenseId,
    pub(super) expected: Precondition,
    pub(super) at: DateTime<Utc>,
}

#[async_trait]
impl Work for Delete {
    type Answer = ();
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        let Self { owner, id, expected, at } = self;
        let key = (Id(owner.uuid()), Id(id.uuid()));
        let removed = if has_budgets(t, *owner).await? {
            let removed = counted(t, *owner, *id).await.map_err(Stop::widen)?;
            lock_guards_for(t, *owner, removed.iter().map(|removed| removed.date), *at).await?;
            removed
        } else {
            None
        };
        let (any, versions) = versions(expected);
        let deleted = run!(t, |c| diesel::update(expenses::table.find(key))
            .filter(expenses::deleted_at.is_null())
            .filter(any.into_sql::<Bool>().or(expenses::version.eq_any(&versions)))
            .set((
                expenses::deleted_at.eq(Some(At(*at))),
                expenses::updated_at.eq(At(*at)),
                expenses::version.eq(expenses::version + 1),
            ))
            .execute(c))?;
        if deleted == 0 {
            let version = run!(t, |c| version_of(key).get_results::<i64>(c))?;
            let refusal = if version.is_empty() { Refusal::NotFound } else { Refusal::Stale };
            return Err(Stop::Refused(refusal));
        }
        settle(t, *owner, *id, *at, removed.as_ref(), None).await.map_err(Stop::widen)
    }
}
