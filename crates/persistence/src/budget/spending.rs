//! What was spent on each day: a range of an index, from which alone the answer comes.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, SmallInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, backend::Backend};
use finance_domain::UserId;
use finance_domain::budget::{Budget, Spending};
use finance_domain::period::DateRange;

use crate::sql_types::{CalendarDate, Day, Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// What was spent on each day of a range of each budget.
#[derive(Clone)]
pub(super) struct SumSpending {
    owner: Id,
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    budget: Id,
    is_over_all: bool,
    currency: &'static str,
    first: Day,
    last: Day,
}

/// The number of the part, the day, and the sum: its billions of minor units and the rest, since a sum of amounts can
/// have more than 64 bits.
pub(super) type SpendingRow = (i16, Day, i64, i64);

impl SumSpending {
    /// As many budgets as are asked about in one statement: engines bound what a statement may have, and what it takes to
    /// plan one.
    pub(super) const MOST: usize = 100;

    pub(super) fn new<'a>(owner: UserId, asked: impl IntoIterator<Item = (&'a Budget, DateRange)>) -> Self {
        let part = |(budget, range): (&Budget, DateRange)| Part {
            budget: Id(budget.id.uuid()),
            is_over_all: budget.terms.categories.as_slice().is_empty(),
            currency: budget.terms.currency.code(),
            first: Day(range.first()),
            last: Day(range.last()),
        };
        Self { owner: Id(owner.uuid()), parts: asked.into_iter().map(part).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it reads a few months only.
    pub(super) fn is_short(&self) -> bool {
        self.parts.iter().map(|part| (part.last.0 - part.first.0).num_days()).sum::<i64>() < 100
    }

    /// The spending of each part out of the rows.
    pub(super) fn collect(&self, rows: Vec<SpendingRow>) -> Vec<Spending> {
        let mut found = vec![Spending::default(); self.parts.len()];
        for (part, day, billions, rest) in rows {
            if let Some(spending) = usize::try_from(part).ok().and_then(|part| found.get_mut(part)) {
                spending.add(day.0, i128::from(billions) * i128::from(BILLION) + i128::from(rest));
            }
        }
        found
    }
}

const BILLION: i64 = 1_000_000_000;

/// How an engine is asked whether a category is among those of a query that it runs once, and told what to read then.
pub(super) trait Among {
    fn among(&self) -> (&'static str, &'static str);

    fn by_category(&self) -> &'static str;
}

impl Among for Sqlite {
    fn among(&self) -> (&'static str, &'static str) {
        (" IN (", ")")
    }

    /// It knows nothing of how many categories there are, and would read all that was spent on the days.
    fn by_category(&self) -> &'static str {
        " INDEXED BY expenses_by_category"
    }
}

impl Among for Pg {
    /// `PostgreSQL` would turn an IN into a join.
    fn among(&self) -> (&'static str, &'static str) {
        (" = ANY (ARRAY(", "))")
    }

    fn by_category(&self) -> &'static str {
        ""
    }
}

impl SumSpending {
    fn push_categories<'b, B>(&'b self, out: &mut AstPass<'_, 'b, B>, part: &'b Part) -> QueryResult<()>
    where
        B: Backend + Among + diesel::sql_types::HasSqlType<Identifier>,
        Id: diesel::serialize::ToSql<Identifier, B>,
    {
        let (open, close) = out.backend().among();
        out.push_sql(" AND e.category_id");
        out.push_sql(open);
        out.push_sql("SELECT b.category_id FROM budget_categories b WHERE b.user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND b.budget_id = ");
        out.push_bind_param::<Identifier, _>(&part.budget)?;
        out.push_sql(
            " UNION ALL SELECT c.id FROM budget_categories b JOIN categories c \
             ON c.user_id = b.user_id AND c.parent_id = b.category_id WHERE b.user_id = ",
        );
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND b.budget_id = ");
        out.push_bind_param::<Identifier, _>(&part.budget)?;
        out.push_sql(close);
        Ok(())
    }
}

cached_by_text!(SumSpending);
statement!(SumSpending: (SmallInt, CalendarDate, BigInt, BigInt), on Pg, Sqlite; |self, out| {
    // A server should not have to remember a statement for each number of budgets that someone has.
    if self.parts.len() > 4 {
        out.unsafe_to_cache_prepared();
    }
    for (number, part) in self.parts.iter().enumerate() {
        if number > 0 {
            out.push_sql(" UNION ALL ");
        }
        out.push_sql(&format!("SELECT CAST({number} AS smallint), e.date, "));
        let amount = if part.is_over_all {
            "e.amount_minor"
        } else {
            "CASE e.kind WHEN 0 THEN e.amount_minor ELSE -e.amount_minor END"
        };
        let by_category = if part.is_over_all { "" } else { out.backend().by_category() };
        out.push_sql(&format!(
            "CAST(sum(({amount}) / {BILLION}) AS bigint), CAST(sum(({amount}) % {BILLION}) AS bigint) \
             FROM expenses e{by_category} WHERE e.deleted_at IS NULL AND e.user_id = "
        ));
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND e.currency = ");
        out.push_bind_param::<Text, str>(part.currency)?;
        out.push_sql(" AND e.date >= ");
        out.push_bind_param::<CalendarDate, _>(&part.first)?;
        out.push_sql(" AND e.date <= ");
        out.push_bind_param::<CalendarDate, _>(&part.last)?;
        // Money that comes in gives back where a budget is over its category; see BudgetTerms::counts.
        if part.is_over_all {
            out.push_sql(" AND e.kind = 0");
        } else {
            self.push_categories(&mut out, part)?;
        }
        out.push_sql(" GROUP BY e.date");
    }
});
