//! The tables that `migrations/` makes, alike on both engines.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
    use crate::sql_types::{Identifier, Instant};

    users (id) {
        id -> Identifier,
        email -> Text,
        password_hash -> Text,
        name -> Nullable<Text>,
        currency -> Text,
        time_zone -> Text,
        first_day_of_week -> SmallInt,
        version -> BigInt,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::sql_types::Identifier;

    user_emails (email_key) {
        email_key -> Text,
        user_id -> Identifier,
    }
}

table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sql_types::{Identifier, Instant};

    // `parent_id`, `color`, `icon` and `archived` have no use yet.
    categories (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        name -> Text,
        name_key -> Text,
        version -> BigInt,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::sql_types::Identifier;

    tags (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        name -> Text,
        name_key -> Text,
    }
}

table! {
    use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
    use crate::sql_types::{CalendarDate, Identifier, Instant};

    expenses (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        title -> Text,
        description -> Nullable<Text>,
        amount_minor -> BigInt,
        amount_rank -> BigInt,
        currency -> Text,
        kind -> SmallInt,
        category_id -> Nullable<Identifier>,
        tag_count -> SmallInt,
        search_text -> Text,
        date -> CalendarDate,
        version -> BigInt,
        updated_at -> Instant,
        deleted_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::SmallInt;
    use crate::sql_types::Identifier;

    expense_tags (user_id, expense_id, tag_id) {
        user_id -> Identifier,
        expense_id -> Identifier,
        tag_id -> Identifier,
        position -> SmallInt,
    }
}

joinable!(user_emails -> users (user_id));
allow_tables_to_appear_in_same_query!(users, user_emails);
