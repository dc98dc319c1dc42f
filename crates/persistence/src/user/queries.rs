use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};

use super::row::NewUser;
use crate::sql_types::{Identifier, Instant};
use crate::statement::{cached_by_text, statement};

/// Stores a user and their address in one statement, which is one round trip.
pub(super) struct CreateUser {
    pub(super) email_key: String,
    pub(super) user: NewUser,
}

cached_by_text!(CreateUser);
statement!(CreateUser: Identifier, on Pg; |self, out| {
    let user = &self.user;
    out.push_sql("WITH address AS (INSERT INTO user_emails (email_key, user_id) VALUES (");
    out.push_bind_param::<Text, _>(&self.email_key)?;
    out.push_sql(", ");
    out.push_bind_param::<Identifier, _>(&user.id)?;
    out.push_sql(
        ")) INSERT INTO users (id, email, password_hash, name, currency, time_zone, first_day_of_week, version, \
         updated_at) VALUES (",
    );
    out.push_bind_param::<Identifier, _>(&user.id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(&user.email)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(&user.password_hash)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&user.name)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(user.currency)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(user.time_zone)?;
    out.push_sql(", ");
    out.push_bind_param::<SmallInt, _>(&user.first_day_of_week)?;
    out.push_sql(", ");
    out.push_bind_param::<BigInt, _>(&user.version)?;
    out.push_sql(", ");
    out.push_bind_param::<Instant, _>(&user.updated_at)?;
    out.push_sql(") RETURNING id");
});
