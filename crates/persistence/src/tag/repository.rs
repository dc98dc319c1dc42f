use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text};
use finance_domain::page::{ListQuery, Page};
use finance_domain::ports::StoreError;
use finance_domain::tag::{StoreTagError, Tag, TagName, TagRepository};
use finance_domain::{Precondition, TagId, UserId, Version};

use super::work::{DeleteTag, RenameTag, Target};
use crate::database::{Database, read};
use crate::error::WriteError;
use crate::sql_types::{At, Id, Identifier};
use crate::statement::{Bytewise as _, cached_by_text, statement};

/// Stores tags in a database.
#[derive(Clone)]
pub struct SqlTagRepository {
    database: Database,
}

impl SqlTagRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl TagRepository for SqlTagRepository {
    async fn find(&self, owner: UserId, id: TagId) -> Result<Option<Tag>, StoreError> {
        let select = SelectTags { owner: Id(owner.uuid()), id: Some(Id(id.uuid())), after: None, rows: 1 };
        let rows = read!(self.database, |c| (&select).get_results::<TagRow>(c))?;
        Ok(rows.into_iter().next().map(tag))
    }

    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Tag>, StoreError> {
        let select = SelectTags {
            owner: Id(owner.uuid()),
            id: None,
            after: query.after.as_ref().map(|after| after.key.clone()),
            rows: i64::from(query.limit.get()) + 1,
        };
        let rows = read!(self.database, |c| (&select).get_results::<TagRow>(c))?;
        Ok(Page::from_one_more(rows.into_iter().map(tag).collect(), query.limit))
    }

    async fn rename(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        name: &TagName,
    ) -> Result<Tag, StoreTagError> {
        let target = Target::new(owner, id, expected);
        let name = (name.as_str().to_owned(), name.key());
        self.database.transact(RenameTag { target, name }).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: TagId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Result<(), StoreTagError> {
        self.database.transact(DeleteTag { target: Target::new(owner, id, expected), at: At(at) }).await
    }
}

/// Tags, each with the number of its expenses: all of an index, less the few in the trash.
pub(super) struct SelectTags {
    pub(super) owner: Id,
    pub(super) id: Option<Id>,
    pub(super) after: Option<String>,
    pub(super) rows: i64,
}

/// Id, name, version, number of expenses.
pub(super) type TagRow = (Id, String, i64, i64);

pub(super) fn tag((id, name, version, count): TagRow) -> Tag {
    Tag {
        id: TagId::new(id.0),
        name: TagName::from_stored(name),
        count: u64::try_from(count).unwrap_or_default(),
        version: Version::new(version),
    }
}

cached_by_text!(SelectTags);
statement!(SelectTags: (Identifier, Text, BigInt, BigInt), on diesel::pg::Pg, diesel::sqlite::Sqlite; |self, out| {
    let bytewise = out.backend().bytewise();
    out.push_sql(
        "SELECT t.id, t.name, t.version, \
         (SELECT count(*) FROM expense_tags l WHERE l.user_id = t.user_id AND l.tag_id = t.id) \
         - (SELECT count(*) FROM expenses e JOIN expense_tags l ON l.user_id = e.user_id AND l.expense_id = e.id \
         WHERE e.user_id = t.user_id AND e.deleted_at IS NOT NULL AND e.tag_count > 0 AND l.tag_id = t.id) \
         FROM tags t WHERE t.user_id = ",
    );
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    if let Some(id) = &self.id {
        out.push_sql(" AND t.id = ");
        out.push_bind_param::<Identifier, _>(id)?;
    }
    if let Some(after) = &self.after {
        out.push_sql(" AND t.name_key");
        out.push_sql(bytewise);
        out.push_sql(" > ");
        out.push_bind_param::<Text, _>(after)?;
    }
    out.push_sql(" ORDER BY t.name_key");
    out.push_sql(bytewise);
    out.push_sql(" LIMIT ");
    out.push_bind_param::<BigInt, _>(&self.rows)?;
});

impl From<WriteError> for StoreTagError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotUnique(what) if what.contains("name_key") => Self::NameTaken,
            error => Self::Store(error.into()),
        }
    }
}
