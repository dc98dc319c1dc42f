//! The row that a statement of `PostgreSQL` replaces or deletes, and what that takes away from what was spent.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt};
use finance_domain::{ExpenseId, Precondition, UserId};

use crate::budget::touched::{lot, push_counted, push_held, push_touched};
use crate::precondition::versions;
use crate::sql_types::{At, Id, Identifier, Instant};
use crate::statement::{cached_by_text, statement};

/// A precondition as a statement takes it.
pub(super) struct Expected {
    any: bool,
    versions: Vec<i64>,
}

impl Expected {
    pub(super) fn new(expected: &Precondition) -> Self {
        let (any, versions) = versions(expected);
        Self { any, versions }
    }
}

/// `target`: the row, locked. Nothing else is made unless it is there, and the same as when the statement began: what else
/// the statement reads, such as its tags, is of that time.
pub(super) fn push_target<'b>(
    out: &mut AstPass<'_, 'b, Pg>,
    owner: &'b Id,
    id: &'b Id,
    expected: &'b Expected,
    is_guarded: bool,
) -> QueryResult<()> {
    out.push_sql(
        "target AS (SELECT date, currency, kind, category_id, amount_minor FROM expenses WHERE user_id = ",
    );
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(" AND id = ");
    out.push_bind_param::<Identifier, _>(id)?;
    out.push_sql(" AND deleted_at IS NULL AND version = ");
    if expected.any {
        out.push_sql("(SELECT version FROM expenses WHERE user_id = ");
        out.push_bind_param::<Identifier, _>(owner)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<Identifier, _>(id)?;
        out.push_sql(")");
    } else {
        out.push_sql("ANY (");
        out.push_bind_param::<Array<BigInt>, _>(&expected.versions)?;
        out.push_sql(")");
    }
    if is_guarded {
        out.push_sql(" AND EXISTS (SELECT 1 FROM held)");
    }
    out.push_sql(" FOR UPDATE)");
    Ok(())
}

/// What is taken away with the target, for [`push_touched`].
pub(super) fn push_removed<'b>(out: &mut AstPass<'_, 'b, Pg>, owner: &'b Id) -> QueryResult<()> {
    out.push_sql(
        "SELECT t.date AS day, t.currency, t.kind, t.category_id, \
         (SELECT c.parent_id FROM categories c WHERE c.id = t.category_id AND c.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql("), CASE t.kind WHEN 0 THEN -t.amount_minor ELSE t.amount_minor END AS minor FROM target t");
    Ok(())
}

/// Moves an expense to the trash. Does nothing when there is no such expense of a version that may be deleted.
pub(super) struct DeleteExpense {
    owner: Id,
    id: Id,
    expected: Expected,
    at: At,
    lot: i16,
}

impl DeleteExpense {
    pub(super) fn new(owner: UserId, id: ExpenseId, expected: &Precondition, at: At) -> Self {
        let (owner, id) = (Id(owner.uuid()), Id(id.uuid()));
        Self { owner, id, expected: Expected::new(expected), at, lot: lot(id) }
    }
}

cached_by_text!(DeleteExpense);
statement!(DeleteExpense: BigInt, on Pg; |self, out| {
    out.push_sql("WITH ");
    push_held(&mut out, &self.owner)?;
    push_target(&mut out, &self.owner, &self.id, &self.expected, true)?;
    out.push_sql(", parts (day, currency, kind, category_id, parent_id, minor) AS (");
    push_removed(&mut out, &self.owner)?;
    out.push_sql("), ");
    push_touched(&mut out, &self.owner)?;
    out.push_sql(", ");
    push_counted(&mut out, &self.owner, &self.lot)?;
    out.push_sql(" UPDATE expenses e SET version = e.version + 1, deleted_at = ");
    out.push_bind_param::<Instant, _>(&self.at)?;
    out.push_sql(", updated_at = ");
    out.push_bind_param::<Instant, _>(&self.at)?;
    out.push_sql(" FROM target WHERE e.user_id = ");
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(" AND e.id = ");
    out.push_bind_param::<Identifier, _>(&self.id)?;
    out.push_sql(" RETURNING e.version");
});
