//! What reports read, out of the indexes that carry what they add up.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;
use finance_domain::UserId;
use finance_domain::period::DateRange;
use finance_domain::report::{LargestExpense, ReportQuery, Split};

use super::row::Code;
use crate::sql_types::{CalendarDate, Day, Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// What a row of [`ReadReport`] is, in its first column; a figure has the number of its query there.
pub(super) const LARGEST: i16 = 100;
pub(super) const CATEGORY: i16 = 101;
pub(super) const TAG: i16 = 102;

/// The types of [`ReportRow`](super::row::ReportRow).
pub(super) type ReportColumns = (
    SmallInt,
    Nullable<CalendarDate>,
    Nullable<Identifier>,
    Nullable<Identifier>,
    Nullable<Text>,
    Nullable<SmallInt>,
    Nullable<Text>,
    BigInt,
    Nullable<Text>,
);

/// All parts of a report in one statement, so that they are of one moment and take one round trip.
///
/// The figures and the largest expenses are in it on `PostgreSQL` only: `SQLite` sorts rows before it groups them by more
/// than what an index is sorted by, which takes longer than to read them one by one with [`EachExpense`].
pub(super) struct ReadReport {
    owner: Id,
    figures: Vec<Figures>,
    largest: Option<Days>,
    categories: bool,
    tags: bool,
}

/// A range as a statement takes it.
#[derive(Clone, Copy)]
struct Days {
    first: Day,
    last: Day,
}

impl From<DateRange> for Days {
    fn from(range: DateRange) -> Self {
        Self { first: Day(range.first()), last: Day(range.last()) }
    }
}

struct Figures {
    number: usize,
    /// The first and the last day of each group.
    first: Vec<Day>,
    last: Vec<Day>,
    split: Split,
}

impl ReadReport {
    pub(super) fn new(owner: UserId, query: &ReportQuery) -> Self {
        let figures = query.figures.iter().enumerate();
        let figures = figures.map(|(number, figures)| Figures {
            number,
            first: figures.groups().into_iter().map(|group| Day(group.first())).collect(),
            last: figures.groups().into_iter().map(|group| Day(group.last())).collect(),
            split: figures.split,
        });
        let largest = query.largest.map(Days::from);
        Self { figures: figures.collect(), largest, ..Self::names(owner, query) }
    }

    /// The names of what figures are told apart by.
    pub(super) fn names(owner: UserId, query: &ReportQuery) -> Self {
        Self {
            owner: Id(owner.uuid()),
            figures: Vec::new(),
            largest: None,
            categories: query.splits(Split::Category),
            tags: query.splits(Split::Tag),
        }
    }

    /// Whether it asks for nothing.
    pub(super) const fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.largest.is_none() && !self.categories && !self.tags
    }
}

/// The expenses of some days that are not deleted.
macro_rules! push_where {
    ($out:ident, $owner:expr, $days:expr) => {
        $out.push_sql(" WHERE e.deleted_at IS NULL AND e.user_id = ");
        $out.push_bind_param::<Identifier, _>($owner)?;
        $out.push_sql(" AND e.date >= ");
        $out.push_bind_param::<CalendarDate, _>(&$days.first)?;
        $out.push_sql(" AND e.date <= ");
        $out.push_bind_param::<CalendarDate, _>(&$days.last)?;
    };
}

/// How an engine is told to add up what other engines are handed row by row.
trait Grouping {
    fn push_figures<'b>(owner: &'b Id, figures: &'b Figures, out: AstPass<'_, 'b, Self>) -> QueryResult<()>
    where
        Self: diesel::backend::Backend;
}

impl Grouping for Sqlite {
    fn push_figures<'b>(_: &'b Id, _: &'b Figures, _: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        Ok(())
    }
}

impl Grouping for Pg {
    /// A range of the index for each group: to find the group of each row would take longer than to read it.
    fn push_figures<'b>(
        owner: &'b Id,
        figures: &'b Figures,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        out.push_sql("SELECT CAST(");
        out.push_sql(&figures.number.to_string());
        out.push_sql(
            " AS smallint), g.first, f.part, CAST(NULL AS uuid), f.currency, f.kind, CAST(f.minor AS text), f.number, \
             CAST(NULL AS text) FROM unnest(CAST(",
        );
        out.push_bind_param::<Array<CalendarDate>, _>(&figures.first)?;
        out.push_sql(" AS date[]), CAST(");
        out.push_bind_param::<Array<CalendarDate>, _>(&figures.last)?;
        out.push_sql(" AS date[])) AS g (first, last) CROSS JOIN LATERAL (SELECT ");
        out.push_sql(match figures.split {
            Split::None => "CAST(NULL AS uuid)",
            Split::Category => "e.category_id",
            Split::Tag => "l.tag_id",
        });
        out.push_sql(
            " AS part, e.currency, e.kind, sum(e.amount_minor) AS minor, count(*) AS number FROM expenses e",
        );
        if figures.split == Split::Tag {
            out.push_sql(TAGS_OF_EACH);
        }
        out.push_sql(" WHERE e.deleted_at IS NULL AND e.user_id = ");
        out.push_bind_param::<Identifier, _>(owner)?;
        out.push_sql(" AND e.date >= g.first AND e.date <= g.last");
        out.push_sql(match figures.split {
            Split::None => " GROUP BY 2, 3) f",
            Split::Category | Split::Tag => " GROUP BY 1, 2, 3) f",
        });
        Ok(())
    }
}

/// Looked up for each expense that has some: with a join that it may turn around `PostgreSQL` reads all tags there are.
const TAGS_OF_EACH: &str = " LEFT JOIN LATERAL (SELECT t.tag_id FROM expense_tags t \
     WHERE e.tag_count > 0 AND t.user_id = e.user_id AND t.expense_id = e.id OFFSET 0) l ON true";

cached_by_text!(ReadReport);
statement!(ReadReport: ReportColumns, on Pg, Sqlite; |self, out| {
    let mut union = "";
    for figures in &self.figures {
        out.push_sql(union);
        Grouping::push_figures(&self.owner, figures, out.reborrow())?;
        union = " UNION ALL ";
    }
    if let Some(days) = &self.largest {
        out.push_sql(union);
        union = " UNION ALL ";
        out.push_sql(&format!(
            "SELECT CAST({LARGEST} AS smallint), r.date, r.id, r.category_id, r.currency, CAST(NULL AS smallint), \
             CAST(r.amount_minor AS text), r.place, (SELECT x.title FROM expenses x WHERE x.user_id = "
        ));
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(
            " AND x.id = r.id) FROM (SELECT e.id, e.date, e.category_id, e.currency, e.amount_minor, row_number() \
             OVER (PARTITION BY e.currency ORDER BY e.amount_minor DESC, e.date DESC, e.id DESC) AS place \
             FROM expenses e",
        );
        push_where!(out, &self.owner, days);
        out.push_sql(&format!(" AND e.kind = 0) r WHERE r.place <= {}", LargestExpense::MOST));
    }
    for (wanted, kind, parent, table) in
        [(self.categories, CATEGORY, "c.parent_id", "categories"), (self.tags, TAG, "CAST(NULL AS uuid)", "tags")]
    {
        if wanted {
            out.push_sql(union);
            union = " UNION ALL ";
            out.push_sql(&format!(
                "SELECT CAST({kind} AS smallint), CAST(NULL AS date), c.id, {parent}, CAST(NULL AS text), \
                 CAST(NULL AS smallint), CAST(NULL AS text), CAST(0 AS bigint), c.name FROM {table} c WHERE c.user_id = "
            ));
            out.push_bind_param::<Identifier, _>(&self.owner)?;
        }
    }
});

/// Each expense of some days, on `SQLite`: its date, currency, kind and amount, its category or its tags, with a row for
/// each tag, and its id if that is wanted.
pub(super) struct EachExpense {
    owner: Id,
    days: Days,
    split: Split,
    with_id: bool,
}

/// The types of [`EachRow`](super::row::EachRow).
pub(super) type EachColumns =
    (CalendarDate, Text, SmallInt, BigInt, Nullable<Identifier>, Nullable<Identifier>);

impl EachExpense {
    pub(super) fn new(owner: UserId, range: DateRange, split: Split, with_id: bool) -> Self {
        Self { owner: Id(owner.uuid()), days: range.into(), split, with_id }
    }
}

cached_by_text!(EachExpense);
statement!(EachExpense: EachColumns, on Sqlite; |self, out| {
    out.push_sql("SELECT e.date, e.currency, e.kind, e.amount_minor, ");
    let id = if self.with_id { ", e.id" } else { ", NULL" };
    out.push_sql(match self.split {
        Split::None => "NULL",
        Split::Category => "e.category_id",
        Split::Tag => "t.tag_id",
    });
    out.push_sql(id);
    out.push_sql(" FROM expenses e");
    if self.split == Split::Tag {
        out.push_sql(
            " LEFT JOIN expense_tags t ON e.tag_count > 0 AND t.user_id = e.user_id AND t.expense_id = e.id",
        );
    }
    push_where!(out, &self.owner, self.days);
});

/// What the expenses of some days come to on `SQLite`, if all of them are in one currency; fails where a sum has more than
/// 64 bits.
pub(super) struct SumRange {
    owner: Id,
    days: Days,
    currency: Code,
}

impl SumRange {
    /// For a currency in which they are likely to be.
    pub(super) fn new(owner: UserId, range: DateRange, currency: Code) -> Self {
        Self { owner: Id(owner.uuid()), days: range.into(), currency }
    }
}

/// The types of [`SumRow`](super::row::SumRow).
pub(super) type SumColumns = (BigInt, BigInt, Nullable<BigInt>, Nullable<BigInt>, BigInt, Nullable<Text>);

cached_by_text!(SumRange);
statement!(SumRange: SumColumns, on Sqlite; |self, out| {
    // What few rows pass a filter of costs less than what each is reckoned into.
    out.push_sql(
        "SELECT count(*), count(*) FILTER (WHERE e.kind = 1), sum(e.amount_minor), \
         sum(e.amount_minor) FILTER (WHERE e.kind = 1), count(*) FILTER (WHERE e.currency <> ",
    );
    out.push_bind_param::<Text, _>(&self.currency)?;
    out.push_sql("), max(e.currency) FILTER (WHERE e.currency <> ");
    out.push_bind_param::<Text, _>(&self.currency)?;
    out.push_sql(") FROM expenses e");
    push_where!(out, &self.owner, self.days);
});
