use async_trait::async_trait;
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _};
use finance_domain::ports::{PasswordHash, StoreError};
use finance_domain::user::{CreateUserError, Credentials, EmailKey, UpdateUserError, User, UserRepository};
use finance_domain::{Precondition, UserId};

use super::queries::CreateUser;
use super::row::{CredentialsRow, NewUser, ProfileRow, USER, UserRow};
use crate::database::{Database, Engine, read, write, write_postgres};
use crate::error::WriteError;
use crate::precondition::versions;
use crate::schema::{user_emails, users};
use crate::sql_types::Id;

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
    async fn create(&self, user: &User, password_hash: &PasswordHash) -> Result<(), CreateUserError> {
        let email_key = user.email.key().as_str().to_owned();
        let user = NewUser::new(user, password_hash);
        match self.database.engine() {
            Engine::Sqlite(sqlite) => {
                use diesel::RunQueryDsl as _;
                let work = move |c: &mut diesel::SqliteConnection| {
                    diesel::insert_into(user_emails::table)
                        .values((user_emails::email_key.eq(email_key), user_emails::user_id.eq(user.id)))
                        .execute(c)?;
                    diesel::insert_into(users::table).values(user).execute(c)?;
                    Ok(())
                };
                sqlite.write(work).await.map_err(create_error)
            }
            Engine::Postgres(postgres) => {
                use diesel_async::RunQueryDsl as _;
                let statement = CreateUser { email_key, user };
                let created: Result<usize, WriteError> =
                    write_postgres!(postgres, |c| (&statement).execute(c));
                created.map(drop).map_err(create_error)
            }
        }
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
        let id = Id(user.id.uuid());
        let profile = ProfileRow::new(user);
        let (any, versions) = versions(expected);
        let updated = write!(self.database, |c| diesel::update(users::table.find(id))
            .filter(any.into_sql::<Bool>().or(users::version.eq_any(&versions)))
            .set((&profile, users::version.eq(users::version + 1)))
            .returning(USER)
            .get_results::<UserRow>(c));
        match updated.map_err(StoreError::from)?.into_iter().next() {
            Some(row) => Ok(row.try_into()?),
            None if self.find(user.id).await?.is_some() => Err(UpdateUserError::Stale),
            None => Err(UpdateUserError::NotFound),
        }
    }
}

fn create_error(error: WriteError) -> CreateUserError {
    match error {
        WriteError::NotUnique(what) if what.contains("user_emails") => CreateUserError::EmailTaken,
        error => CreateUserError::Store(error.into()),
    }
}
