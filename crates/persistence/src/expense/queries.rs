use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::sql_types::{BigInt, SmallInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use finance_domain::expense::{Direction, ExpenseFilter, ExpenseQuery, SortField, SortKey};
use finance_domain::page::PageLimit;
use finance_domain::{ExpenseId, UserId};

use super::row::{ExpenseColumns, kind_number};
use crate::schema::expenses;
use crate::sql_types::{CalendarDate, Day, Id, Identifier};
use crate::statement::{cached_by_text, statement};

/// The columns of `ExpenseRow`, alike on both engines. The names of the tags cost a look-up only where there are some.
///
/// Names are looked up row by row rather than joined: a planner whose statistics lag behind a growing table joins in an
/// order that takes the square of its rows.
const SELECT: &str = "\
    SELECT e.id, e.title, e.description, e.amount_minor, e.currency, e.kind, e.category_id, \
    (SELECT c.name FROM categories c WHERE c.user_id = e.user_id AND c.id = e.category_id), \
    CASE WHEN e.tag_count > 0 THEN (SELECT string_agg(\
    (SELECT t.name FROM tags t WHERE t.user_id = l.user_id AND t.id = l.tag_id), '\n' ORDER BY l.position) \
    FROM expense_tags l WHERE l.user_id = e.user_id AND l.expense_id = e.id) END, \
    e.date, e.recurring_id, e.updated_at, e.version \
    FROM expenses e WHERE e.deleted_at IS NULL AND e.user_id = ";

/// One expense.
#[derive(QueryId)]
pub(super) struct FindExpense {
    owner: Id,
    id: Id,
}

impl FindExpense {
    pub(super) fn new(owner: UserId, id: ExpenseId) -> Self {
        Self { owner: Id(owner.uuid()), id: Id(id.uuid()) }
    }
}

statement!(FindExpense: ExpenseColumns, on Pg, Sqlite; |self, out| {
    out.push_sql(SELECT);
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    out.push_sql(" AND e.id = ");
    out.push_bind_param::<Identifier, _>(&self.id)?;
});

/// The version of an expense that is not deleted.
#[diesel::dsl::auto_type]
pub(super) fn version_of(key: (Id, Id)) -> _ {
    let (owner, id): (Id, Id) = key;
    expenses::table
        .filter(expenses::user_id.eq(owner))
        .filter(expenses::id.eq(id))
        .filter(expenses::deleted_at.is_null())
        .select(expenses::version)
}

/// A page of expenses, and at least one more when others follow.
#[derive(Clone)]
pub(super) struct ListExpenses {
    owner: Id,
    from: Option<Day>,
    to: Option<Day>,
    category_id: Option<Id>,
    category_key: Option<String>,
    tag_key: Option<String>,
    kind: Option<i16>,
    currency: Option<&'static str>,
    min_rank: Option<i64>,
    max_rank: Option<i64>,
    pattern: Option<String>,
    field: SortField,
    direction: Direction,
    after: Option<(Bound, Id)>,
    limit: PageLimit,
}

/// Where a page begins, by what it is sorted.
#[derive(Clone, Copy)]
enum Bound {
    Date(Day),
    Amount(i64),
    CreatedAt,
}

impl ListExpenses {
    pub(super) fn new(owner: UserId, query: &ExpenseQuery) -> Self {
        let ExpenseQuery { filter, sort, limit, after } = query;
        let ExpenseFilter { from, to, category, tag, kind, currency, min_amount, max_amount, text } = filter;
        let mut list = Self {
            owner: Id(owner.uuid()),
            from: from.map(Day),
            to: to.map(Day),
            category_id: category.as_ref().and_then(|category| category.id).map(|id| Id(id.uuid())),
            category_key: category
                .as_ref()
                .and_then(|category| category.name.as_ref())
                .map(finance_domain::category::CategoryName::key),
            tag_key: tag.as_ref().map(finance_domain::tag::TagName::key),
            kind: kind.map(kind_number),
            currency: currency.map(finance_domain::money::Currency::code),
            min_rank: min_amount.map(finance_domain::money::AmountRank::value),
            max_rank: max_amount.map(finance_domain::money::AmountRank::value),
            pattern: text.as_ref().map(|text| containing(text.as_str())),
            field: sort.field,
            direction: sort.direction,
            after: after.map(|position| {
                let bound = match position.key {
                    SortKey::Date(date) => Bound::Date(Day(date)),
                    SortKey::Amount(rank) => Bound::Amount(rank.value()),
                    SortKey::CreatedAt => Bound::CreatedAt,
                };
                (bound, Id(position.id.uuid()))
            }),
            limit: *limit,
        };
        list.drop_implied_bounds();
        list
    }

    /// Leaves out the bound of the filter that the position implies. With both, `SQLite` picks one for its index, and
    /// a page deep in the list has to walk there when it picks the wrong one.
    fn drop_implied_bounds(&mut self) {
        let descending = self.direction == Direction::Descending;
        match self.after {
            Some((Bound::Date(date), _)) if descending => self.to = self.to.filter(|to| to.0 < date.0),
            Some((Bound::Date(date), _)) => self.from = self.from.filter(|from| from.0 > date.0),
            Some((Bound::Amount(rank), _)) if descending => {
                self.max_rank = self.max_rank.filter(|max| *max < rank);
            }
            Some((Bound::Amount(rank), _)) => self.min_rank = self.min_rank.filter(|min| *min > rank),
            Some((Bound::CreatedAt, _)) | None => {}
        }
    }

    /// Whether an index leads straight to the page; otherwise the query may walk through all that the owner has.
    pub(super) fn is_short(&self) -> bool {
        let walks = self.tag_key.is_some()
            || self.kind.is_some()
            || self.currency.is_some()
            || self.pattern.is_some()
            || (self.category_id.is_some() && self.category_key.is_some());
        let by_category = self.category_id.is_some() || self.category_key.is_some();
        !walks && !self.depends_on_values() && (self.field == SortField::Date || !by_category)
    }

    /// Whether an index of the range is better than that of the order depends on how much is in the range. A plan that
    /// `PostgreSQL` makes once for any range takes each for a narrow one.
    fn depends_on_values(&self) -> bool {
        let by_date = self.from.is_some() || self.to.is_some();
        let by_amount = self.min_rank.is_some() || self.max_rank.is_some();
        match self.field {
            SortField::Date => by_amount,
            SortField::Amount => by_date,
            SortField::CreatedAt => by_date || by_amount,
        }
    }

    fn number_of_filters(&self) -> usize {
        [
            self.from.is_some() || self.to.is_some(),
            self.category_id.is_some(),
            self.category_key.is_some(),
            self.tag_key.is_some(),
            self.kind.is_some(),
            self.currency.is_some(),
            self.min_rank.is_some() || self.max_rank.is_some(),
            self.pattern.is_some(),
        ]
        .into_iter()
        .filter(|set| *set)
        .count()
    }

    /// How many rows to ask for: a few numbers only, so that there are few statements to prepare. Not a parameter,
    /// without whose value `PostgreSQL` plans for a tenth of the table and sorts all of it.
    const fn rows(&self) -> &'static str {
        match self.limit.get() {
            ..=10 => "11",
            11..=20 => "21",
            21..=50 => "51",
            51..=100 => "101",
            _ => "201",
        }
    }
}

/// A LIKE pattern for text that contains `term`.
fn containing(term: &str) -> String {
    let mut pattern = String::with_capacity(term.len() + 2);
    pattern.push('%');
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// How an engine is asked whether a value is among those of a query that it runs once.
trait Among {
    /// What stands in front of the query and behind it.
    fn among(&self) -> (&'static str, &'static str);
}

impl Among for Sqlite {
    fn among(&self) -> (&'static str, &'static str) {
        (" IN (", ")")
    }
}

impl Among for Pg {
    /// `PostgreSQL` would turn an IN into a join.
    fn among(&self) -> (&'static str, &'static str) {
        (" = ANY (ARRAY(", "))")
    }
}

cached_by_text!(ListExpenses);
statement!(ListExpenses: ExpenseColumns, on Pg, Sqlite; |self, out| {
    // Anyone can combine filters at will; a server should not have to remember every combination.
    if self.number_of_filters() > 2 || self.depends_on_values() {
        out.unsafe_to_cache_prepared();
    }
    out.push_sql(SELECT);
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    if let Some(from) = &self.from {
        out.push_sql(" AND e.date >= ");
        out.push_bind_param::<CalendarDate, _>(from)?;
    }
    if let Some(to) = &self.to {
        out.push_sql(" AND e.date <= ");
        out.push_bind_param::<CalendarDate, _>(to)?;
    }
    if let Some(id) = &self.category_id {
        out.push_sql(" AND e.category_id = ");
        out.push_bind_param::<Identifier, _>(id)?;
    }
    if let Some(key) = &self.category_key {
        out.push_sql(" AND e.category_id = (SELECT id FROM categories WHERE user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND name_key = ");
        out.push_bind_param::<Text, _>(key)?;
        out.push_sql(")");
    }
    if let Some(key) = &self.tag_key {
        let (open, close) = out.backend().among();
        out.push_sql(" AND e.id");
        out.push_sql(open);
        out.push_sql("SELECT expense_id FROM expense_tags WHERE user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND tag_id = (SELECT id FROM tags WHERE user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND name_key = ");
        out.push_bind_param::<Text, _>(key)?;
        out.push_sql(")");
        out.push_sql(close);
    }
    if let Some(kind) = &self.kind {
        out.push_sql(" AND e.kind = ");
        out.push_bind_param::<SmallInt, _>(kind)?;
    }
    if let Some(currency) = self.currency {
        out.push_sql(" AND e.currency = ");
        out.push_bind_param::<Text, str>(currency)?;
    }
    if let Some(rank) = &self.min_rank {
        out.push_sql(" AND e.amount_rank >= ");
        out.push_bind_param::<BigInt, _>(rank)?;
    }
    if let Some(rank) = &self.max_rank {
        out.push_sql(" AND e.amount_rank <= ");
        out.push_bind_param::<BigInt, _>(rank)?;
    }
    if let Some(pattern) = &self.pattern {
        out.push_sql(" AND e.search_text LIKE ");
        out.push_bind_param::<Text, _>(pattern)?;
        out.push_sql(" ESCAPE '\\'");
    }
    let descending = self.direction == Direction::Descending;
    let beyond = if descending { " < (" } else { " > (" };
    match &self.after {
        Some((Bound::Date(date), id)) => {
            out.push_sql(" AND (e.date, e.id)");
            out.push_sql(beyond);
            out.push_bind_param::<CalendarDate, _>(date)?;
            out.push_sql(", ");
            out.push_bind_param::<Identifier, _>(id)?;
            out.push_sql(")");
        }
        Some((Bound::Amount(rank), id)) => {
            out.push_sql(" AND (e.amount_rank, e.id)");
            out.push_sql(beyond);
            out.push_bind_param::<BigInt, _>(rank)?;
            out.push_sql(", ");
            out.push_bind_param::<Identifier, _>(id)?;
            out.push_sql(")");
        }
        Some((Bound::CreatedAt, id)) => {
            out.push_sql(" AND e.id");
            out.push_sql(beyond);
            out.push_bind_param::<Identifier, _>(id)?;
            out.push_sql(")");
        }
        None => {}
    }
    out.push_sql(match (self.field, descending) {
        (SortField::Date, true) => " ORDER BY e.date DESC, e.id DESC LIMIT ",
        (SortField::Date, false) => " ORDER BY e.date, e.id LIMIT ",
        (SortField::Amount, true) => " ORDER BY e.amount_rank DESC, e.id DESC LIMIT ",
        (SortField::Amount, false) => " ORDER BY e.amount_rank, e.id LIMIT ",
        (SortField::CreatedAt, true) => " ORDER BY e.id DESC LIMIT ",
        (SortField::CreatedAt, false) => " ORDER BY e.id LIMIT ",
    });
    out.push_sql(self.rows());
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_means_itself_in_a_pattern() {
        assert_eq!(containing("50% _off\\"), "%50\\% \\_off\\\\%");
    }
}
