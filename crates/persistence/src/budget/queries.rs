use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use finance_domain::budget::AlertQuery;
use finance_domain::page::PageLimit;
use finance_domain::{BudgetId, UserId};

use super::row::{AlertColumns, BudgetColumns};
use crate::sql_types::{Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// How an engine writes dates and ids as text.
trait AsText {
    fn date(&self) -> &'static str;
    fn id(&self) -> &'static str;
}

impl AsText for Sqlite {
    fn date(&self) -> &'static str {
        "a.from_date"
    }

    fn id(&self) -> &'static str {
        "hex(c.category_id)"
    }
}

impl AsText for Pg {
    /// In one form, whatever the server's `DateStyle`.
    fn date(&self) -> &'static str {
        "to_char(a.from_date, 'YYYY-MM-DD')"
    }

    fn id(&self) -> &'static str {
        "c.category_id::text"
    }
}

/// Budgets of one owner, by id.
pub(super) struct SelectBudgets {
    owner: Id,
    which: Which,
}

enum Which {
    One(Id),
    All,
    Page { after: Option<Id>, rows: i64 },
}

impl SelectBudgets {
    pub(super) fn one(owner: UserId, id: BudgetId) -> Self {
        Self { owner: Id(owner.uuid()), which: Which::One(Id(id.uuid())) }
    }

    pub(super) fn all(owner: UserId) -> Self {
        Self { owner: Id(owner.uuid()), which: Which::All }
    }

    /// One row more than the page has.
    pub(super) fn page(owner: UserId, after: Option<Id>, limit: PageLimit) -> Self {
        Self { owner: Id(owner.uuid()), which: Which::Page { after, rows: i64::from(limit.get()) + 1 } }
    }
}

cached_by_text!(SelectBudgets);
statement!(SelectBudgets: BudgetColumns, on Pg, Sqlite; |self, out| {
    let (date, id) = (out.backend().date(), out.backend().id());
    // One statement, so that all of it is of one version.
    out.push_sql(
        "SELECT b.id, b.name, b.currency, b.period, b.rollover, b.starts_on, b.ends_on, b.alert_at, b.version, \
         b.updated_at, (SELECT string_agg(",
    );
    out.push_sql(date);
    out.push_sql(
        " || ' ' || a.amount_minor, ',' ORDER BY a.from_date) FROM budget_amounts a \
         WHERE a.user_id = b.user_id AND a.budget_id = b.id), (SELECT string_agg(",
    );
    out.push_sql(id);
    out.push_sql(
        ", ',' ORDER BY c.category_id) FROM budget_categories c \
         WHERE c.user_id = b.user_id AND c.budget_id = b.id) FROM budgets b WHERE b.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    match &self.which {
        Which::One(id) => {
            out.push_sql(" AND b.id = ");
            out.push_bind_param::<Identifier, _>(id)?;
        }
        Which::All => out.push_sql(" ORDER BY b.id"),
        Which::Page { after, rows } => {
            if let Some(after) = after {
                out.push_sql(" AND b.id > ");
                out.push_bind_param::<Identifier, _>(after)?;
            }
            out.push_sql(" ORDER BY b.id LIMIT ");
            out.push_bind_param::<diesel::sql_types::BigInt, _>(rows)?;
        }
    }
});

/// A page of alerts, newest first, and one more when others follow.
pub(super) struct ListAlerts {
    owner: Id,
    budget: Option<Id>,
    after: Option<Id>,
    rows: i64,
}

impl ListAlerts {
    pub(super) fn new(owner: UserId, query: &AlertQuery) -> Self {
        Self {
            owner: Id(owner.uuid()),
            budget: query.budget.map(|id| Id(id.uuid())),
            after: query.after.map(|id| Id(id.uuid())),
            rows: i64::from(query.limit.get()) + 1,
        }
    }
}

cached_by_text!(ListAlerts);
statement!(ListAlerts: AlertColumns, on Pg, Sqlite; |self, out| {
    out.push_sql(
        "SELECT a.id, a.budget_id, b.name, b.currency, a.first_day, a.last_day, a.threshold, a.spent_minor, \
         a.available_minor, a.expense_id FROM alerts a \
         JOIN budgets b ON b.user_id = a.user_id AND b.id = a.budget_id WHERE a.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    if let Some(budget) = &self.budget {
        out.push_sql(" AND a.budget_id = ");
        out.push_bind_param::<Identifier, _>(budget)?;
    }
    if let Some(after) = &self.after {
        out.push_sql(" AND a.id < ");
        out.push_bind_param::<Identifier, _>(after)?;
    }
    out.push_sql(" ORDER BY a.id DESC LIMIT ");
    out.push_bind_param::<diesel::sql_types::BigInt, _>(&self.rows)?;
});
