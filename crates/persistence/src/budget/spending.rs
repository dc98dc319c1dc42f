//! What was spent on each day: a range of an index, from which alone the answer comes.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, SmallInt, Text};
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
    parts: usize,
    over_all: Parts,
    by_category: Parts,
}

/// Ranges of budgets, a column each of their numbers, budgets, currencies, first and last days.
#[derive(Clone, Default)]
struct Parts {
    number: Vec<i16>,
    budget: Vec<Id>,
    currency: Vec<&'static str>,
    first: Vec<Day>,
    last: Vec<Day>,
}

impl Parts {
    fn push(&mut self, number: i16, budget: &Budget, range: DateRange) {
        self.number.push(number);
        self.budget.push(Id(budget.id.uuid()));
        self.currency.push(budget.terms.currency.code());
        self.first.push(Day(range.first()));
        self.last.push(Day(range.last()));
    }

    fn days(&self) -> i64 {
        self.first.iter().zip(&self.last).map(|(first, last)| (last.0 - first.0).num_days()).sum()
    }
}

/// The number of the part, a day, and a sum of that day: its billions of minor units and the rest, since a sum of amounts
/// can have more than 64 bits.
pub(super) type SpendingRow = (i16, Day, i64, i64);

impl SumSpending {
    /// As many budgets as are asked about in one statement: engines bound what a statement may have, and what it takes to
    /// plan one.
    pub(super) const MOST: usize = 100;

    pub(super) fn new<'a>(owner: UserId, asked: impl IntoIterator<Item = (&'a Budget, DateRange)>) -> Self {
        let (mut over_all, mut by_category) = (Parts::default(), Parts::default());
        let mut parts = 0;
        for (number, (budget, range)) in (0..).zip(asked) {
            let is_over_all = budget.terms.categories.as_slice().is_empty();
            if is_over_all { &mut over_all } else { &mut by_category }.push(number, budget, range);
            parts += 1;
        }
        Self { owner: Id(owner.uuid()), parts, over_all, by_category }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.parts == 0
    }

    /// Whether it reads a few months only.
    pub(super) fn is_short(&self) -> bool {
        self.over_all.days() + self.by_category.days() < 100
    }

    /// The spending of each part out of the rows.
    pub(super) fn collect(&self, rows: Vec<SpendingRow>) -> Vec<Spending> {
        let mut found = vec![Spending::default(); self.parts];
        for (part, day, billions, rest) in rows {
            if let Some(spending) = usize::try_from(part).ok().and_then(|part| found.get_mut(part)) {
                spending.add(day.0, i128::from(billions) * i128::from(BILLION) + i128::from(rest));
            }
        }
        found
    }
}

const BILLION: i64 = 1_000_000_000;

/// How an engine is asked for all parts in one statement.
trait Summing: Backend {
    fn push_parts<'b>(sum: &'b SumSpending, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;
}

impl Summing for Sqlite {
    /// A statement for each part. The index has to be named: `SQLite` knows nothing of how many categories there are, and
    /// would read all that was spent on the days.
    fn push_parts<'b>(sum: &'b SumSpending, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        // A connection should not have to remember a statement for each number of budgets that someone has.
        if sum.parts > 6 {
            out.unsafe_to_cache_prepared();
        }
        let mut union = "";
        for (parts, index, minor) in
            [(&sum.over_all, "", OUT), (&sum.by_category, " INDEXED BY expenses_by_category", NET)]
        {
            for (at, number) in parts.number.iter().enumerate() {
                out.push_sql(union);
                union = " UNION ALL ";
                out.push_sql(&format!("SELECT {number}, e.date, {} FROM expenses e{index}", sums(minor)));
                out.push_sql(WHERE_OWNER);
                out.push_bind_param::<Identifier, _>(&sum.owner)?;
                out.push_sql(" AND e.currency = ");
                out.push_bind_param::<Text, str>(parts.currency[at])?;
                out.push_sql(" AND e.date >= ");
                out.push_bind_param::<CalendarDate, _>(&parts.first[at])?;
                out.push_sql(" AND e.date <= ");
                out.push_bind_param::<CalendarDate, _>(&parts.last[at])?;
                if index.is_empty() {
                    out.push_sql(OUT_ONLY);
                } else {
                    out.push_sql(" AND e.category_id IN (");
                    sum.push_categories(&mut out, |out| {
                        out.push_bind_param::<Identifier, _>(&parts.budget[at])
                    })?;
                    out.push_sql(")");
                }
                out.push_sql(" GROUP BY e.date");
            }
        }
        Ok(())
    }
}

impl Summing for Pg {
    /// A range of an index for each part or each category of it, whatever their number: so the server plans it once. How
    /// many parts there are is kept from the planner, which would otherwise plan for each number of them anew.
    fn push_parts<'b>(sum: &'b SumSpending, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        let mut union = "";
        for (parts, is_over_all) in [(&sum.over_all, true), (&sum.by_category, false)] {
            if parts.number.is_empty() {
                continue;
            }
            out.push_sql(union);
            union = " UNION ALL ";
            out.push_sql("SELECT g.part, f.date, f.billions, f.rest FROM unnest((SELECT CAST(");
            out.push_bind_param::<Array<SmallInt>, _>(&parts.number)?;
            out.push_sql(" AS smallint[])), CAST(");
            out.push_bind_param::<Array<Identifier>, _>(&parts.budget)?;
            out.push_sql(" AS uuid[]), CAST(");
            out.push_bind_param::<Array<Text>, _>(&parts.currency)?;
            out.push_sql(" AS text[]), CAST(");
            out.push_bind_param::<Array<CalendarDate>, _>(&parts.first)?;
            out.push_sql(" AS date[]), CAST(");
            out.push_bind_param::<Array<CalendarDate>, _>(&parts.last)?;
            out.push_sql(" AS date[])) AS g (part, budget_id, currency, first, last)");
            if !is_over_all {
                out.push_sql(" CROSS JOIN LATERAL (");
                sum.push_categories(&mut out, |out| {
                    out.push_sql("g.budget_id");
                    Ok(())
                })?;
                out.push_sql(") k");
            }
            let minor = if is_over_all { OUT } else { NET };
            out.push_sql(&format!(" CROSS JOIN LATERAL (SELECT e.date, {} FROM expenses e", sums(minor)));
            out.push_sql(WHERE_OWNER);
            out.push_bind_param::<Identifier, _>(&sum.owner)?;
            out.push_sql(" AND e.currency = g.currency AND e.date >= g.first AND e.date <= g.last");
            out.push_sql(if is_over_all { OUT_ONLY } else { " AND e.category_id = k.category_id" });
            out.push_sql(" GROUP BY e.date) f");
        }
        Ok(())
    }
}

/// What an expense counts where a budget is over all categories, and over some: there money that comes in gives back; see
/// `BudgetTerms::counts`.
const OUT: &str = "e.amount_minor";
const OUT_ONLY: &str = " AND e.kind = 0";
const NET: &str = "CASE e.kind WHEN 0 THEN e.amount_minor ELSE -e.amount_minor END";

const WHERE_OWNER: &str = " WHERE e.deleted_at IS NULL AND e.user_id = ";

fn sums(minor: &str) -> String {
    format!(
        "CAST(sum(({minor}) / {BILLION}) AS bigint) AS billions, CAST(sum(({minor}) % {BILLION}) AS bigint) AS rest"
    )
}

impl SumSpending {
    /// The categories of a budget and those below them, each once.
    fn push_categories<'b, B>(
        &'b self,
        out: &mut AstPass<'_, 'b, B>,
        push_budget: impl Fn(&mut AstPass<'_, 'b, B>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        B: Backend + diesel::sql_types::HasSqlType<Identifier>,
        Id: diesel::serialize::ToSql<Identifier, B>,
    {
        out.push_sql("SELECT b.category_id FROM budget_categories b WHERE b.user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND b.budget_id = ");
        push_budget(out)?;
        out.push_sql(
            " UNION SELECT c.id FROM budget_categories b JOIN categories c \
             ON c.user_id = b.user_id AND c.parent_id = b.category_id WHERE b.user_id = ",
        );
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND b.budget_id = ");
        push_budget(out)
    }
}

cached_by_text!(SumSpending);
statement!(SumSpending: (SmallInt, CalendarDate, BigInt, BigInt), on Pg, Sqlite; |self, out| {
    Summing::push_parts(self, out.reborrow())?;
});
