use chrono::Weekday;
use chrono_tz::Tz;
use diesel::{AsChangeset, Insertable, Queryable};
use finance_domain::money::Currency;
use finance_domain::ports::{PasswordHash, StoreError};
use finance_domain::user::{Credentials, EmailAddress, Profile, User, UserName};
use finance_domain::{UserId, Version};

use crate::schema::users;
use crate::sql_types::{At, Id};

/// A user as stored, without their password.
#[derive(Queryable)]
pub(super) struct UserRow {
    id: Id,
    email: String,
    name: Option<String>,
    currency: String,
    time_zone: String,
    first_day_of_week: i16,
    version: i64,
    updated_at: At,
}

/// The columns of [`UserRow`].
pub(super) const USER: (
    users::id,
    users::email,
    users::name,
    users::currency,
    users::time_zone,
    users::first_day_of_week,
    users::version,
    users::updated_at,
) = (
    users::id,
    users::email,
    users::name,
    users::currency,
    users::time_zone,
    users::first_day_of_week,
    users::version,
    users::updated_at,
);

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let unreadable = |what: String| StoreError::Failed(format!("user {} has {what}", row.id.0).into());
        let first_day_of_week = u8::try_from(row.first_day_of_week)
            .ok()
            .and_then(|day| Weekday::try_from(day.wrapping_sub(1)).ok())
            .ok_or_else(|| unreadable(format!("the first day of week {}", row.first_day_of_week)))?;
        Ok(Self {
            id: UserId::new(row.id.0),
            profile: Profile {
                name: row.name.map(UserName::from_stored),
                currency: Currency::parse(&row.currency)
                    .map_err(|_| unreadable(format!("the currency {}", row.currency)))?,
                time_zone: row
                    .time_zone
                    .parse::<Tz>()
                    .map_err(|_| unreadable(format!("the time zone {}", row.time_zone)))?,
                first_day_of_week,
            },
            email: EmailAddress::from_stored(row.email),
            updated_at: row.updated_at.0,
            version: Version::new(row.version),
        })
    }
}

/// A user to be stored.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct NewUser {
    pub(super) id: Id,
    pub(super) email: String,
    pub(super) password_hash: String,
    pub(super) name: Option<String>,
    pub(super) currency: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) first_day_of_week: i16,
    pub(super) version: i64,
    pub(super) updated_at: At,
}

impl NewUser {
    pub(super) fn new(user: &User, password_hash: &PasswordHash) -> Self {
        let ProfileRow { name, currency, time_zone, first_day_of_week, updated_at } = ProfileRow::new(user);
        Self {
            id: Id(user.id.uuid()),
            email: user.email.as_str().to_owned(),
            password_hash: password_hash.as_str().to_owned(),
            name,
            currency,
            time_zone,
            first_day_of_week,
            version: user.version.number(),
            updated_at,
        }
    }
}

/// What an update writes.
#[derive(AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub(super) struct ProfileRow {
    name: Option<String>,
    currency: &'static str,
    time_zone: &'static str,
    first_day_of_week: i16,
    updated_at: At,
}

impl ProfileRow {
    pub(super) fn new(user: &User) -> Self {
        let Profile { name, currency, time_zone, first_day_of_week } = &user.profile;
        Self {
            name: name.as_ref().map(|name| name.as_str().to_owned()),
            currency: currency.code(),
            time_zone: time_zone.name(),
            // ISO 8601: 1 to 7.
            first_day_of_week: i16::try_from(first_day_of_week.number_from_monday()).unwrap_or(1),
            updated_at: At(user.updated_at),
        }
    }
}

/// What a login is checked against.
#[derive(Queryable)]
pub(super) struct CredentialsRow {
    id: Id,
    password_hash: String,
}

impl From<CredentialsRow> for Credentials {
    fn from(row: CredentialsRow) -> Self {
        Self { user: UserId::new(row.id.0), password_hash: PasswordHash::new(row.password_hash) }
    }
}
