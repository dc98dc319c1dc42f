//! Which budgets a write of an expense moves, and whether their guards leave room for it.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;
use finance_domain::UserId;
use finance_domain::budget::{Counted, Guard};

use crate::expense::row::kind_number;
use crate::sql_types::{CalendarDate, Day, Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// `touched`: the budgets that count what `parts` (`day, currency, kind, category_id, parent_id, minor`, positive for what
/// goes out) adds and takes away, with the first and the last day and how much is spent more. The same as
/// [`BudgetTerms::counts`](finance_domain::budget::BudgetTerms::counts) says. Sorted, so that all writers lock guards
/// in one order.
pub(crate) fn push_touched<'b, B>(out: &mut AstPass<'_, 'b, B>, owner: &'b Id) -> QueryResult<()>
where
    B: Backend + HasSqlType<Identifier>,
    Id: ToSql<Identifier, B>,
{
    out.push_sql(
        "touched AS MATERIALIZED (SELECT b.id AS budget_id, min(p.day) AS first_day, max(p.day) AS last_day, \
         CAST(sum(p.minor) AS bigint) AS minor FROM budgets b CROSS JOIN parts p WHERE b.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(
        " AND b.currency = p.currency AND b.starts_on <= p.day AND (b.ends_on IS NULL OR b.ends_on >= p.day) \
         AND CASE WHEN EXISTS (SELECT 1 FROM budget_categories c WHERE c.user_id = b.user_id AND c.budget_id = b.id) \
         THEN EXISTS (SELECT 1 FROM budget_categories c WHERE c.user_id = b.user_id AND c.budget_id = b.id \
         AND c.category_id = p.category_id) OR p.parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM budget_categories c \
         WHERE c.user_id = b.user_id AND c.budget_id = b.id AND c.category_id = p.parent_id) ELSE p.kind = 0 END \
         GROUP BY b.id HAVING sum(p.minor) <> 0 OR min(p.day) <> max(p.day) ORDER BY b.id)",
    );
    Ok(())
}

/// The guards of the budgets that a write touches. In a transaction in which nobody else changes them.
pub(super) struct TouchedGuards {
    owner: Id,
    parts: Vec<Part>,
}

struct Part {
    day: Day,
    currency: &'static str,
    kind: i16,
    category: Option<Id>,
    minor: i64,
}

/// A budget, how much more is spent, and the last day and the headroom of the guard of the period in question, if there is
/// one.
pub(super) type TouchedRow = (Id, i64, Option<(Day, i64)>);

impl TouchedGuards {
    /// For a write that takes something away and adds something.
    pub(super) fn new(owner: UserId, removed: Option<&Counted>, added: Option<&Counted>) -> Self {
        let part = |counted: &Counted, sign: i64| {
            let kind = kind_number(counted.kind);
            let minor = if kind == 0 { counted.money.minor() } else { -counted.money.minor() };
            Part {
                day: Day(counted.date),
                currency: counted.money.currency().code(),
                kind,
                category: counted.category.map(|id| Id(id.uuid())),
                minor: sign * minor,
            }
        };
        let removed = removed.map(|counted| part(counted, -1));
        let added = added.map(|counted| part(counted, 1));
        Self { owner: Id(owner.uuid()), parts: removed.into_iter().chain(added).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// The type of a parameter, where an engine needs to be told.
trait Typed {
    fn typed(&self, name: &'static str) -> &'static str;
}

impl Typed for Sqlite {
    fn typed(&self, _: &'static str) -> &'static str {
        ""
    }
}

impl Typed for Pg {
    fn typed(&self, name: &'static str) -> &'static str {
        name
    }
}

cached_by_text!(TouchedGuards);
statement!(TouchedGuards: (Identifier, BigInt, Nullable<(CalendarDate, BigInt)>), on Pg, Sqlite; |self, out| {
    out.push_sql("WITH parts AS (");
    for (number, part) in self.parts.iter().enumerate() {
        out.push_sql(if number == 0 { "SELECT " } else { " UNION ALL SELECT " });
        out.push_bind_param::<CalendarDate, _>(&part.day)?;
        out.push_sql(out.backend().typed("::date"));
        out.push_sql(" AS day, ");
        out.push_bind_param::<Text, str>(part.currency)?;
        out.push_sql(out.backend().typed("::text"));
        out.push_sql(" AS currency, ");
        out.push_bind_param::<SmallInt, _>(&part.kind)?;
        out.push_sql(out.backend().typed("::smallint"));
        out.push_sql(" AS kind, ");
        out.push_bind_param::<Nullable<Identifier>, _>(&part.category)?;
        out.push_sql(out.backend().typed("::uuid"));
        out.push_sql(" AS category_id, (SELECT a.parent_id FROM categories a WHERE a.user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND a.id = ");
        out.push_bind_param::<Nullable<Identifier>, _>(&part.category)?;
        out.push_sql(") AS parent_id, ");
        out.push_bind_param::<BigInt, _>(&part.minor)?;
        out.push_sql(out.backend().typed("::bigint"));
        out.push_sql(" AS minor");
    }
    out.push_sql("), ");
    push_touched(&mut out, &self.owner)?;
    out.push_sql(
        " SELECT t.budget_id, t.minor, g.last_day, g.headroom_minor FROM touched t LEFT JOIN budget_headroom g ON g.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(
        " AND g.budget_id = t.budget_id AND g.slot = 0 AND g.first_day <= t.first_day AND g.last_day >= t.last_day",
    );
});

/// Sets the headroom of a guard, in a transaction in which nobody else changes it: the first slot has room for all of it.
/// Diesel's own update would be prepared anew each time.
pub(super) struct SetHeadroom {
    pub(super) owner: Id,
    pub(super) budget: Id,
    pub(super) last_day: Day,
    pub(super) headroom: i64,
}

cached_by_text!(SetHeadroom);
statement!(SetHeadroom: BigInt, on Pg, Sqlite; |self, out| {
    out.push_sql("UPDATE budget_headroom SET headroom_minor = ");
    out.push_bind_param::<BigInt, _>(&self.headroom)?;
    out.push_sql(" WHERE user_id = ");
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(" AND budget_id = ");
    out.push_bind_param::<Identifier, _>(&self.budget)?;
    out.push_sql(" AND last_day = ");
    out.push_bind_param::<CalendarDate, _>(&self.last_day)?;
    out.push_sql(" AND slot = 0");
});

/// Sets the guards of a budget: its headroom, in equal slots. Updates those that are there, so that whoever waits for one
/// goes on with it.
pub(super) struct SetGuards {
    owner: Id,
    budget: Id,
    slots: Vec<i16>,
    count: i16,
    first: Day,
    last: Day,
    headroom: i64,
}

impl SetGuards {
    /// So many writers of one user need not wait for one another in the current period, and in another one.
    pub(super) const MOST_SLOTS: i16 = 16;
    pub(super) const MOST_SLOTS_ELSEWHERE: i16 = 4;
    /// So many writes are to fit in a slot: when one is used up, all is summed up.
    const WRITES: i64 = 64;

    pub(super) fn new(owner: Id, budget: Id, guard: &Guard, usual: i64, most: i16) -> Self {
        let fit = guard.headroom / usual.saturating_mul(Self::WRITES).max(1);
        let count = i16::try_from(fit).unwrap_or(i16::MAX).clamp(1, most);
        Self {
            owner,
            budget,
            slots: (0..count).collect(),
            count,
            first: Day(guard.period.first()),
            last: Day(guard.period.last()),
            headroom: guard.headroom / i64::from(count),
        }
    }

    pub(super) const fn slots(&self) -> i16 {
        self.count
    }
}

cached_by_text!(SetGuards);
statement!(SetGuards: BigInt, on Pg, Sqlite; |self, out| {
    out.push_sql(
        "INSERT INTO budget_headroom (user_id, budget_id, slot, slots, first_day, last_day, headroom_minor) VALUES ",
    );
    for slot in &self.slots {
        out.push_sql(if *slot == 0 { "(" } else { ", (" });
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(", ");
        out.push_bind_param::<Identifier, _>(&self.budget)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(slot)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&self.count)?;
        out.push_sql(", ");
        out.push_bind_param::<CalendarDate, _>(&self.first)?;
        out.push_sql(", ");
        out.push_bind_param::<CalendarDate, _>(&self.last)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.headroom)?;
        out.push_sql(")");
    }
    out.push_sql(
        " ON CONFLICT (user_id, budget_id, last_day, slot) DO UPDATE SET slots = excluded.slots, \
         first_day = excluded.first_day, headroom_minor = excluded.headroom_minor",
    );
});

/// Which slot a write of an expense uses, before it is known how many there are.
pub(crate) fn lot(id: Id) -> i16 {
    let [.., last] = *id.0.as_bytes();
    i16::from(last)
}

/// `held`: the row of the owner, locked against [`hold_writes_back`](super::hold_writes_back), and which write made it what
/// it is. Before anything else is locked.
pub(crate) fn push_held<'b>(out: &mut AstPass<'_, 'b, Pg>, owner: &'b Id) -> QueryResult<()> {
    out.push_sql("held AS MATERIALIZED (SELECT u.xmin AS made_by FROM users u WHERE u.id = ");
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(" FOR KEY SHARE), ");
    Ok(())
}

/// `counted`: the guards whose headroom a statement has used, or given back. The statement stops at a check of the table,
/// with nothing done, where there is not enough of it, or no guard of the period, or where budgets were written since the
/// statement began: a lock shows the owner's row as it has become, everything else is read as it was.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "a statement lends its parameters")]
pub(crate) fn push_counted<'b>(
    out: &mut AstPass<'_, 'b, Pg>,
    owner: &'b Id,
    lot: &'b i16,
) -> QueryResult<()> {
    // Rows that others have changed meanwhile are read anew by the update. A join rather than an EXISTS: when a row is
    // checked once more, subqueries are run again, which those that write must not be.
    out.push_sql(
        "counted AS (UPDATE budget_headroom g SET headroom_minor = least(g.headroom_minor - t.minor, ",
    );
    out.push_sql(const_format_most());
    out.push_sql(") FROM touched t WHERE g.user_id = ");
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(
        " AND g.budget_id = t.budget_id AND g.first_day <= t.first_day AND g.last_day >= t.last_day AND g.slot = ",
    );
    out.push_bind_param::<SmallInt, _>(lot)?;
    out.push_sql(
        " % g.slots RETURNING g.budget_id), unguarded AS (INSERT INTO budget_headroom \
         (user_id, budget_id, slot, slots, first_day, last_day, headroom_minor) SELECT ",
    );
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(
        ", t.budget_id, 0, 1, t.first_day, t.last_day, 0 FROM touched t \
         WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.budget_id = t.budget_id) UNION ALL SELECT u.id, u.id, 0, 1, \
         '-infinity', '-infinity', 0 FROM held h JOIN users u ON u.xmin <> h.made_by WHERE u.id = ",
    );
    out.push_bind_param::<Identifier, _>(owner)?;
    out.push_sql(")");
    Ok(())
}

/// [`Guard::MOST`] as text.
const fn const_format_most() -> &'static str {
    const { assert!(Guard::MOST == 4_000_000_000_000_000_000) };
    "4000000000000000000"
}
