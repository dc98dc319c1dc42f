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
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::sql_types::{Identifier, Instant};

    categories (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        name -> Text,
        name_key -> Text,
        parent_id -> Nullable<Identifier>,
        color -> Nullable<Text>,
        icon -> Nullable<Text>,
        archived -> Bool,
        version -> BigInt,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sql_types::Identifier;

    tags (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        name -> Text,
        name_key -> Text,
        version -> BigInt,
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
        recurring_id -> Nullable<Identifier>,
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

table! {
    use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
    use crate::sql_types::{CalendarDate, Identifier, Instant};

    budgets (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        name -> Text,
        currency -> Text,
        period -> SmallInt,
        rollover -> SmallInt,
        starts_on -> CalendarDate,
        ends_on -> Nullable<CalendarDate>,
        alert_at -> Text,
        version -> BigInt,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::BigInt;
    use crate::sql_types::{CalendarDate, Identifier};

    budget_amounts (user_id, budget_id, from_date) {
        user_id -> Identifier,
        budget_id -> Identifier,
        from_date -> CalendarDate,
        amount_minor -> BigInt,
    }
}

table! {
    use crate::sql_types::Identifier;

    budget_categories (user_id, budget_id, category_id) {
        user_id -> Identifier,
        budget_id -> Identifier,
        category_id -> Identifier,
    }
}

table! {
    use diesel::sql_types::{BigInt, SmallInt};
    use crate::sql_types::{CalendarDate, Identifier};

    budget_headroom (user_id, budget_id, last_day, slot) {
        user_id -> Identifier,
        budget_id -> Identifier,
        slot -> SmallInt,
        slots -> SmallInt,
        first_day -> CalendarDate,
        last_day -> CalendarDate,
        headroom_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::{BigInt, Nullable, SmallInt};
    use crate::sql_types::{CalendarDate, Identifier};

    alerts (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        budget_id -> Identifier,
        first_day -> CalendarDate,
        last_day -> CalendarDate,
        threshold -> SmallInt,
        spent_minor -> BigInt,
        available_minor -> BigInt,
        expense_id -> Nullable<Identifier>,
    }
}

table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
    use crate::sql_types::{CalendarDate, Identifier, Instant};

    recurring (user_id, id) {
        user_id -> Identifier,
        id -> Identifier,
        title -> Text,
        description -> Nullable<Text>,
        amount_minor -> BigInt,
        currency -> Text,
        kind -> SmallInt,
        category_id -> Nullable<Identifier>,
        rule -> Text,
        starts_on -> CalendarDate,
        ends_on -> Nullable<CalendarDate>,
        occurrences -> Nullable<Integer>,
        paused -> Bool,
        next_on -> Nullable<CalendarDate>,
        version -> BigInt,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::SmallInt;
    use crate::sql_types::Identifier;

    recurring_tags (user_id, recurring_id, tag_id) {
        user_id -> Identifier,
        recurring_id -> Identifier,
        tag_id -> Identifier,
        position -> SmallInt,
    }
}

table! {
    use diesel::sql_types::Nullable;
    use crate::sql_types::{CalendarDate, Identifier};

    recurring_occurrences (user_id, recurring_id, date) {
        user_id -> Identifier,
        recurring_id -> Identifier,
        date -> CalendarDate,
        expense_id -> Nullable<Identifier>,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::sql_types::{Identifier, Instant};

    leases (name) {
        name -> Text,
        holder -> Identifier,
        expires_at -> Instant,
    }
}

joinable!(user_emails -> users (user_id));
allow_tables_to_appear_in_same_query!(users, user_emails);
allow_tables_to_appear_in_same_query!(expenses, expense_tags);
allow_tables_to_appear_in_same_query!(budgets, budget_headroom);
allow_tables_to_appear_in_same_query!(recurring, recurring_tags);
