use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use finance_domain::recurring::DuePosition;

use super::row::RecurringColumns;
use crate::sql_types::{CalendarDate, Day, Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// The columns of `RecurringRow`, alike on both engines; names are looked up row by row as in expenses.
const SELECT: &str = "\
    SELECT r.user_id, (SELECT u.time_zone FROM users u WHERE u.id = r.user_id), \
    r.id, r.title, r.description, r.amount_minor, r.currency, r.kind, r.category_id, \
    (SELECT c.name FROM categories c WHERE c.user_id = r.user_id AND c.id = r.category_id), \
    (SELECT string_agg(\
    (SELECT t.name FROM tags t WHERE t.user_id = l.user_id AND t.id = l.tag_id), '\n' ORDER BY l.position) \
    FROM recurring_tags l WHERE l.user_id = r.user_id AND l.recurring_id = r.id), \
    r.rule, r.starts_on, r.ends_on, r.occurrences, r.paused, r.next_on, r.updated_at, r.version \
    FROM recurring r WHERE ";

/// One recurring expense.
#[derive(Clone, Copy, QueryId)]
pub(super) struct FindRecurring {
    pub(super) owner: Id,
    pub(super) id: Id,
}

statement!(FindRecurring: RecurringColumns, on Pg, Sqlite; |self, out| {
    out.push_sql(SELECT);
    out.push_sql("r.user_id = ");
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(" AND r.id = ");
    out.push_bind_param::<Identifier, _>(&self.id)?;
});

/// A page of a user's recurring expenses, by id.
pub(super) struct ListRecurring {
    pub(super) owner: Id,
    pub(super) after: Option<Id>,
    pub(super) rows: i64,
}

cached_by_text!(ListRecurring);
statement!(ListRecurring: RecurringColumns, on Pg, Sqlite; |self, out| {
    out.push_sql(SELECT);
    out.push_sql("r.user_id = ");
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    if let Some(after) = &self.after {
        out.push_sql(" AND r.id > ");
        out.push_bind_param::<Identifier, _>(after)?;
    }
    out.push_sql(" ORDER BY r.id LIMIT ");
    out.push_bind_param::<BigInt, _>(&self.rows)?;
});

/// Those of a user that have dates soon, by the next date.
pub(super) struct ComingRecurring {
    pub(super) owner: Id,
    pub(super) until: Day,
    pub(super) rows: i64,
}

cached_by_text!(ComingRecurring);
statement!(ComingRecurring: RecurringColumns, on Pg, Sqlite; |self, out| {
    let not_paused = out.backend().not_paused();
    out.push_sql(SELECT);
    out.push_sql(not_paused);
    out.push_sql(" AND r.user_id = ");
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(" AND r.next_on IS NOT NULL AND r.next_on <= ");
    out.push_bind_param::<CalendarDate, _>(&self.until)?;
    out.push_sql(" ORDER BY r.user_id, r.next_on, r.id LIMIT ");
    out.push_bind_param::<BigInt, _>(&self.rows)?;
});

/// What is due, whosever it is, the latest first: the only query that asks without a user, along the only index that leads with none.
pub(super) struct DueRecurring {
    until: Day,
    after: Option<(Day, Id, Id)>,
    rows: i64,
}

impl DueRecurring {
    pub(super) fn new(until: chrono::NaiveDate, after: Option<DuePosition>, limit: u16) -> Self {
        let after = after.map(|after| (Day(after.next_on), Id(after.owner.uuid()), Id(after.id.uuid())));
        Self { until: Day(until), after, rows: i64::from(limit) }
    }
}

/// The condition of the index of what is due, which each engine wants word for word.
trait NotPaused {
    fn not_paused(&self) -> &'static str;
}

impl NotPaused for Sqlite {
    fn not_paused(&self) -> &'static str {
        "r.paused = 0"
    }
}

impl NotPaused for Pg {
    fn not_paused(&self) -> &'static str {
        "NOT r.paused"
    }
}

cached_by_text!(DueRecurring);
statement!(DueRecurring: RecurringColumns, on Pg, Sqlite; |self, out| {
    let not_paused = out.backend().not_paused();
    out.push_sql(SELECT);
    out.push_sql(not_paused);
    out.push_sql(" AND r.next_on IS NOT NULL AND r.next_on <= ");
    out.push_bind_param::<CalendarDate, _>(&self.until)?;
    if let Some((next_on, owner, id)) = &self.after {
        out.push_sql(" AND (r.next_on, r.user_id, r.id) < (");
        out.push_bind_param::<CalendarDate, _>(next_on)?;
        out.push_sql(", ");
        out.push_bind_param::<Identifier, _>(owner)?;
        out.push_sql(", ");
        out.push_bind_param::<Identifier, _>(id)?;
        out.push_sql(")");
    }
    out.push_sql(" ORDER BY r.next_on DESC, r.user_id DESC, r.id DESC LIMIT ");
    out.push_bind_param::<BigInt, _>(&self.rows)?;
});
