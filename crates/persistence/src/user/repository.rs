use async_trait::async_trait;
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _, QueryResult};
use finance_domain::category::NewCategory;
use finance_domain::ports::{PasswordHash, StoreError};
use finance_domain::user::{CreateUserError, Credentials, EmailKey, UpdateUserError, User, UserRepository};
use finance_domain::{Precondition, UserId};

use super::row::{CredentialsRow, NewUser, ProfileRow, USER, UserRow};
use crate::budget::forget_guards;
use crate::category::NewCategoryRow;
use crate::database::{Database, read};
use crate::error::WriteError;
use crate::precondition::versions;
use crate::schema::{categories, user_emails, users};
use crate::sql_types::Id;
use crate::transaction::{Stop, Transaction, Work, run};

/// Stores users in a database.
#[derive(Clone)]
pub struct SqlUserRepository {
    database: Database,
}

impl SqlUserRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl UserRepository for SqlUserRepository {
    async fn create(
        &self,
        user: &User,
        password_hash: &PasswordHash,
        categories: &[NewCategory],
    ) -> Result<(), CreateUserError> {
        let work = CreateUser {
            email_key: user.email.key().as_str().to_owned(),
            user: NewUser::new(user, password_hash),
            categories: categories.iter().map(|category| NewCategoryRow::new(user.id, category)).collect(),
        };
        self.database.transact(work).await
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let id = Id(id.uuid());
        let row = read!(self.database, |c| users::table.find(id).select(USER).get_results::<UserRow>(c))?;
        row.into_iter().next().map(User::try_from).transpose()
    }

    async fn credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, StoreError> {
        let key = email.as_str();
        let row = read!(self.database, |c| user_emails::table
            .inner_join(users::table)
            .filter(user_emails::email_key.eq(key))
            .select((users::id, users::password_hash))
            .get_results::<CredentialsRow>(c))?;
        Ok(row.into_iter().next().map(Credentials::from))
    }

    async fn update(&self, user: &User, expected: &Precondition) -> Result<User, UpdateUserError> {
        let update = UpdateUser { id: user.id, profile: ProfileRow::new(user), expected: expected.clone() };
        self.database.transact(update).await
    }
}

impl From<WriteError> for UpdateUserError {
    fn from(error: WriteError) -> Self {
        Self::Store(error.into())
    }
}

struct UpdateUser {
    id: UserId,
    profile: ProfileRow,
    expected: Precondition,
}

#[async_trait]
impl Work for UpdateUser {
    type Answer = User;
    type Refusal = UpdateUserError;

    async fn run(&self, t: &mut Transaction<'_>) -> Result<User, Stop<UpdateUserError>> {
        let id = Id(self.id.uuid());
        let (any, versions) = versions(&self.expected);
        let updated = run!(t, |c| diesel::update(users::table.find(id))
            .filter(any.into_sql::<Bool>().or(users::version.eq_any(&versions)))
            .set((&self.profile, users::version.eq(users::version + 1)))
            .returning(USER)
            .get_results::<UserRow>(c))?;
        let Some(row) = updated.into_iter().next() else {
            let found = run!(t, |c| users::table.find(id).select(users::id).get_results::<Id>(c))?;
            let is_there = !found.is_empty();
            let refusal = if is_there { UpdateUserError::Stale } else { UpdateUserError::NotFound };
            return Err(Stop::Refused(refusal));
        };
        // They are of weeks that may begin elsewhere now.
        forget_guards(t, self.id).await?;
        Ok(row.try_into()?)
    }
}

impl From<WriteError> for CreateUserError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotUnique(what) if what.contains("user_emails") => Self::EmailTaken,
            error => Self::Store(error.into()),
        }
    }
}

struct CreateUser {
    email_key: String,
    user: NewUser,
    categories: Vec<NewCategoryRow>,
}

#[async_trait]
impl Work for CreateUser {
    type Answer = ();
    type Refusal = CreateUserError;

    async fn run(&self, t: &mut Transaction<'_>) -> Result<(), Stop<CreateUserError>> {
        run!(t, |c| diesel::insert_into(user_emails::table)
            .values((user_emails::email_key.eq(&self.email_key), user_emails::user_id.eq(self.user.id)))
            .execute(c))?;
        run!(t, |c| diesel::insert_into(users::table).values(&self.user).execute(c))?;
        run!(t, |c| diesel::insert_into(categories::table).values(&self.categories).execute(c))?;
        Ok(())
    }
}

/// Whether there is such a user; until the transaction ends, nobody else gets this lock.
pub(crate) async fn lock_owner(t: &mut Transaction<'_>, owner: Id) -> QueryResult<bool> {
    let user = users::table.find(owner).select(users::id);
    let found = match t {
        Transaction::Sqlite(c) => diesel::RunQueryDsl::get_results::<Id>(user, *c)?,
        // References to the user do not wait for it.
        Transaction::Postgres(c) => {
            diesel_async::RunQueryDsl::get_results::<Id>(user.for_no_key_update(), *c).await?
        }
    };
    Ok(!found.is_empty())
}
