//! Writing an expense on `PostgreSQL`: whatever it names is found or made in the same statement, in one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text};
use finance_domain::category::CategoryChoice;
use finance_domain::expense::ExpenseContent;
use finance_domain::{ExpenseId, Precondition, UserId};

use super::row::{ContentRow, KIND_EXPENSE, tag_count};
use super::target_postgres::{Expected, push_removed, push_target};
use crate::budget::touched::{lot, push_counted, push_held, push_touched};
use crate::sql_types::{CalendarDate, Id, Identifier, Instant};
use crate::statement::{cached_by_text, statement};

/// Creates or replaces an expense. Answers its version, its category's id and name, its tags like
/// [`ExpenseRow`](super::row::ExpenseRow) and what made it; nothing when
/// - there is no such category,
/// - there is no such expense of a version that may be replaced, or
/// - someone else made the same category or tag, or wrote the expense, at the same time: then it works when it is sent
///   again.
pub(super) struct WriteExpense {
    owner: Id,
    id: Id,
    content: ContentRow,
    /// How many are named.
    tag_count: i16,
    /// The amount; negative for what comes in.
    spent: i64,
    lot: i16,
    category: Category,
    tags: Tags,
    action: Action,
    is_guarded: bool,
}

/// What [`WriteExpense`] answers.
pub(super) type Written = (i64, Option<Id>, Option<String>, Option<String>, Option<Id>);

enum Category {
    None,
    Existing(Id),
    Named { name: String, key: String, new_id: Id },
}

enum Tags {
    AsStored,
    None,
    Named(TagArrays),
}

struct TagArrays {
    new_ids: Vec<Id>,
    names: Vec<String>,
    keys: Vec<String>,
}

enum Action {
    Create,
    Replace(Expected),
}

impl WriteExpense {
    pub(super) fn create(owner: UserId, id: ExpenseId, content: &ExpenseContent) -> Self {
        Self::new(owner, id, content, Action::Create)
    }

    pub(super) fn replace(
        owner: UserId,
        id: ExpenseId,
        expected: &Precondition,
        content: &ExpenseContent,
    ) -> Self {
        Self::new(owner, id, content, Action::Replace(Expected::new(expected)))
    }

    fn new(owner: UserId, id: ExpenseId, content: &ExpenseContent, action: Action) -> Self {
        let category = match &content.category {
            None => Category::None,
            Some(CategoryChoice::Existing(id)) => Category::Existing(Id(id.uuid())),
            Some(CategoryChoice::Named { name, new_id }) => {
                Category::Named { name: name.as_str().to_owned(), key: name.key(), new_id: Id(new_id.uuid()) }
            }
        };
        let tags = match (content.tags.as_deref(), &action) {
            (None, Action::Replace(_)) => Tags::AsStored,
            (None | Some([]), _) => Tags::None,
            (Some(tags), _) => Tags::Named(TagArrays {
                new_ids: tags.iter().map(|tag| Id(tag.new_id.uuid())).collect(),
                names: tags.iter().map(|tag| tag.name.as_str().to_owned()).collect(),
                keys: tags.iter().map(|tag| tag.name.key()).collect(),
            }),
        };
        let tag_count = match &tags {
            Tags::Named(tags) => tag_count(&tags.keys),
            Tags::AsStored | Tags::None => 0,
        };
        let (owner, id) = (Id(owner.uuid()), Id(id.uuid()));
        let content = ContentRow::new(content);
        let spent = if content.kind == KIND_EXPENSE { content.amount_minor } else { -content.amount_minor };
        let lot = lot(id);
        Self { owner, id, content, tag_count, spent, lot, category, tags, action, is_guarded: true }
    }

    /// The same without a look at budgets, for a transaction that takes care of them.
    pub(super) fn unguarded(self) -> Self {
        Self { is_guarded: false, ..self }
    }

    /// `parts`: what the write adds to what was spent and takes away; then what that means to budgets. Nothing unless
    /// the expense will be written.
    fn push_guards<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let content = &self.content;
        out.push_sql("parts AS (SELECT ");
        out.push_bind_param::<CalendarDate, _>(&content.date)?;
        out.push_sql("::date AS day, ");
        out.push_bind_param::<Text, str>(content.currency)?;
        out.push_sql("::text AS currency, ");
        out.push_bind_param::<SmallInt, _>(&content.kind)?;
        out.push_sql("::smallint AS kind, ");
        out.push_sql(match self.category {
            Category::None => "NULL::uuid AS category_id, NULL::uuid AS parent_id, ",
            _ => "category.id AS category_id, category.parent_id, ",
        });
        out.push_bind_param::<BigInt, _>(&self.spent)?;
        out.push_sql("::bigint AS minor");
        let is_replaced = matches!(self.action, Action::Replace(_));
        out.push_sql(match (is_replaced, &self.category) {
            (false, Category::None) => " FROM held",
            (false, _) => " FROM held, category",
            (true, Category::None) => " FROM target",
            (true, _) => " FROM target, category",
        });
        if self.names_tags() {
            out.push_sql(" WHERE ");
            out.push_sql(ALL_TAGS);
        }
        if is_replaced {
            out.push_sql(" UNION ALL ");
            push_removed(out, &self.owner)?;
            let mut and = " WHERE ";
            if self.names_tags() {
                out.push_sql(and);
                out.push_sql(ALL_TAGS);
                and = " AND ";
            }
            if !matches!(self.category, Category::None) {
                out.push_sql(and);
                out.push_sql("EXISTS (SELECT 1 FROM category)");
            }
        }
        out.push_sql("), ");
        push_touched(out, &self.owner)?;
        out.push_sql(", ");
        push_counted(out, &self.owner, &self.lot)
    }

    /// `category`: its id, its name and its parent as stored.
    fn push_category<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.category {
            Category::None => {}
            Category::Existing(id) => {
                out.push_sql("category AS (SELECT id, name, parent_id FROM categories WHERE user_id = ");
                out.push_bind_param::<Identifier, _>(&self.owner)?;
                out.push_sql(" AND id = ");
                out.push_bind_param::<Identifier, _>(id)?;
                out.push_sql(")");
            }
            Category::Named { name, key, new_id } => {
                out.push_sql("found AS (SELECT id, name, parent_id FROM categories WHERE user_id = ");
                out.push_bind_param::<Identifier, _>(&self.owner)?;
                out.push_sql(" AND name_key = ");
                out.push_bind_param::<Text, _>(key)?;
                out.push_sql(
                    "), made AS (INSERT INTO categories (user_id, id, name, name_key, version, updated_at) SELECT ",
                );
                out.push_bind_param::<Identifier, _>(&self.owner)?;
                out.push_sql(", ");
                out.push_bind_param::<Identifier, _>(new_id)?;
                out.push_sql(", ");
                out.push_bind_param::<Text, _>(name)?;
                out.push_sql(", ");
                out.push_bind_param::<Text, _>(key)?;
                out.push_sql(", 1, ");
                out.push_bind_param::<Instant, _>(&self.content.updated_at)?;
                out.push_sql(" WHERE NOT EXISTS (SELECT 1 FROM found)");
                if self.is_guarded {
                    out.push_sql(" AND EXISTS (SELECT 1 FROM held)");
                }
                if matches!(self.action, Action::Replace(_)) {
                    out.push_sql(" AND EXISTS (SELECT 1 FROM target)");
                }
                out.push_sql(
                    " ON CONFLICT DO NOTHING RETURNING id, name, parent_id), \
                     category AS (SELECT * FROM found UNION ALL SELECT * FROM made)",
                );
            }
        }
        Ok(())
    }

    /// `wanted`: the tags as they were named; `used`: as they are stored.
    fn push_tags<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>, tags: &'b TagArrays) -> QueryResult<()> {
        out.push_sql("wanted AS (SELECT id, name, name_key, position::smallint AS position FROM unnest(");
        out.push_bind_param::<Array<Identifier>, _>(&tags.new_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&tags.names)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&tags.keys)?;
        out.push_sql(
            ") WITH ORDINALITY AS w (id, name, name_key, position)), \
             known AS (SELECT t.id, t.name, w.position FROM wanted w JOIN tags t ON t.name_key = w.name_key \
             AND t.user_id = ",
        );
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql("), coined AS (INSERT INTO tags (user_id, id, name, name_key) SELECT ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(
            ", w.id, w.name, w.name_key FROM wanted w \
             WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.position = w.position)",
        );
        if matches!(self.action, Action::Replace(_)) {
            out.push_sql(" AND EXISTS (SELECT 1 FROM target)");
        }
        if !matches!(self.category, Category::None) {
            out.push_sql(" AND EXISTS (SELECT 1 FROM category)");
        }
        // In one order everywhere, so that two writers of the same new tags do not wait for each other in a ring.
        out.push_sql(
            " ORDER BY w.name_key ON CONFLICT DO NOTHING RETURNING id, name, name_key), \
             used AS (SELECT id, name, position FROM known \
             UNION ALL SELECT c.id, c.name, w.position FROM coined c JOIN wanted w ON w.name_key = c.name_key)",
        );
        Ok(())
    }

    fn push_insert<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO expenses (user_id, id, version, title, description, amount_minor, amount_rank, currency, \
             kind, tag_count, search_text, date, updated_at, category_id) SELECT ",
        );
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(", ");
        out.push_bind_param::<Identifier, _>(&self.id)?;
        out.push_sql(", 1, ");
        self.push_content(out)?;
        match &self.category {
            Category::None => out.push_sql(", NULL::uuid"),
            _ => out.push_sql(", category.id FROM category"),
        }
        if self.names_tags() {
            out.push_sql(" WHERE ");
            out.push_sql(ALL_TAGS);
        }
        Ok(())
    }

    fn push_update<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE expenses e SET version = e.version + 1, (title, description, amount_minor, amount_rank, \
             currency, kind, tag_count, search_text, date, updated_at, category_id) = ROW (",
        );
        self.push_content(out)?;
        match &self.category {
            Category::None => out.push_sql(", NULL::uuid) FROM target"),
            _ => out.push_sql(", category.id) FROM target, category"),
        }
        out.push_sql(" WHERE e.user_id = ");
        out.push_bind_param::<Identifier, _>(&self.owner)?;
        out.push_sql(" AND e.id = ");
        out.push_bind_param::<Identifier, _>(&self.id)?;
        if self.names_tags() {
            out.push_sql(" AND ");
            out.push_sql(ALL_TAGS);
        }
        Ok(())
    }

    fn push_content<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let content = &self.content;
        out.push_bind_param::<Text, _>(&content.title)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&content.description)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&content.amount_minor)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&content.amount_rank)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, str>(content.currency)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&content.kind)?;
        out.push_sql(", ");
        match self.tags {
            Tags::AsStored => out.push_sql("e.tag_count"),
            Tags::None | Tags::Named(_) => out.push_bind_param::<SmallInt, _>(&self.tag_count)?,
        }
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&content.search_text)?;
        out.push_sql(", ");
        out.push_bind_param::<CalendarDate, _>(&content.date)?;
        out.push_sql(", ");
        out.push_bind_param::<Instant, _>(&content.updated_at)
    }

    /// The links of the expense to its tags, once it is written.
    fn push_links<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if matches!(self.action, Action::Replace(_)) && !matches!(self.tags, Tags::AsStored) {
            out.push_sql(", unlinked AS (DELETE FROM expense_tags WHERE user_id = ");
            out.push_bind_param::<Identifier, _>(&self.owner)?;
            out.push_sql(" AND expense_id = ");
            out.push_bind_param::<Identifier, _>(&self.id)?;
            out.push_sql(" AND EXISTS (SELECT 1 FROM written)");
            if self.names_tags() {
                out.push_sql(" AND tag_id NOT IN (SELECT id FROM used)");
            }
            out.push_sql(")");
        }
        if self.names_tags() {
            out.push_sql(
                ", linked AS (INSERT INTO expense_tags (user_id, expense_id, tag_id, position) SELECT ",
            );
            out.push_bind_param::<Identifier, _>(&self.owner)?;
            out.push_sql(", ");
            out.push_bind_param::<Identifier, _>(&self.id)?;
            out.push_sql(
                ", id, position FROM used WHERE EXISTS (SELECT 1 FROM written) \
                 ON CONFLICT (user_id, expense_id, tag_id) DO UPDATE SET position = excluded.position)",
            );
        }
        Ok(())
    }

    const fn names_tags(&self) -> bool {
        matches!(self.tags, Tags::Named(_))
    }

    /// The names of the tags.
    fn push_tag_names<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self.tags {
            Tags::None => out.push_sql("NULL::text"),
            Tags::Named(_) => out.push_sql("(SELECT string_agg(name, '\n' ORDER BY position) FROM used)"),
            Tags::AsStored => {
                out.push_sql(
                    "CASE WHEN tag_count > 0 THEN (SELECT string_agg((SELECT t.name FROM tags t \
                     WHERE t.user_id = l.user_id AND t.id = l.tag_id), '\n' ORDER BY l.position) \
                     FROM expense_tags l WHERE l.user_id = ",
                );
                out.push_bind_param::<Identifier, _>(&self.owner)?;
                out.push_sql(" AND l.expense_id = ");
                out.push_bind_param::<Identifier, _>(&self.id)?;
                out.push_sql(") END");
            }
        }
        Ok(())
    }

    const fn category_columns(&self) -> &'static str {
        match self.category {
            Category::None => "NULL::uuid, NULL::text, ",
            _ => "(SELECT id FROM category), (SELECT name FROM category), ",
        }
    }
}

/// No tag was lost to someone else who made it at the same time.
const ALL_TAGS: &str = "(SELECT count(*) FROM used) = (SELECT count(*) FROM wanted)";

cached_by_text!(WriteExpense);
statement!(WriteExpense: (BigInt, Nullable<Identifier>, Nullable<Text>, Nullable<Text>, Nullable<Identifier>), on Pg; |self, out| {
    match (&self.action, &self.tags) {
        // The most frequent of all needs the least.
        (Action::Create, Tags::None) => {
            let (is_named, mut with) = (!matches!(self.category, Category::None), "WITH ");
            if self.is_guarded {
                out.push_sql(with);
                push_held(&mut out, &self.owner)?;
                with = "";
            }
            if is_named {
                out.push_sql(with);
                self.push_category(&mut out)?;
                with = ", ";
            }
            if self.is_guarded {
                out.push_sql(with);
                self.push_guards(&mut out)?;
            }
            if is_named || self.is_guarded {
                out.push_sql(" ");
            }
            self.push_insert(&mut out)?;
            out.push_sql(" RETURNING version, ");
            out.push_sql(self.category_columns());
            out.push_sql("NULL::text, NULL::uuid");
        }
        (action, tags) => {
            out.push_sql("WITH ");
            if self.is_guarded {
                push_held(&mut out, &self.owner)?;
            }
            if let Action::Replace(expected) = action {
                push_target(&mut out, &self.owner, &self.id, expected, self.is_guarded)?;
                out.push_sql(", ");
            }
            if !matches!(self.category, Category::None) {
                self.push_category(&mut out)?;
                out.push_sql(", ");
            }
            if let Tags::Named(tags) = tags {
                self.push_tags(&mut out, tags)?;
                out.push_sql(", ");
            }
            if self.is_guarded {
                self.push_guards(&mut out)?;
                out.push_sql(", ");
            }
            out.push_sql("written AS (");
            match action {
                Action::Create => self.push_insert(&mut out)?,
                Action::Replace(_) => self.push_update(&mut out)?,
            }
            out.push_sql(" RETURNING version, tag_count, recurring_id)");
            self.push_links(&mut out)?;
            out.push_sql(" SELECT version, ");
            out.push_sql(self.category_columns());
            self.push_tag_names(&mut out)?;
            out.push_sql(", recurring_id FROM written");
        }
    }
});
