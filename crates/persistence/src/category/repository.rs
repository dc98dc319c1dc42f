use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryDsl as _;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use finance_domain::category::{
    Category, CategoryContent, CategoryQuery, CategoryRepository, NewCategory, StoreCategoryError,
};
use finance_domain::page::Page;
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, Precondition, UserId};

use super::row::{CATEGORY, CategoryRow, ContentRow, NewCategoryRow};
use super::work::{CreateCategory, DeleteCategory, MergeCategory, ReplaceCategory, Target};
use crate::database::{Database, read};
use crate::error::WriteError;
use crate::schema::categories;
use crate::sql_types::{At, Id, Identifier, Instant};
use crate::statement::{Bytewise as _, cached_by_text, statement};

/// Stores categories in a database.
#[derive(Clone)]
pub struct SqlCategoryRepository {
    database: Database,
}

impl SqlCategoryRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl CategoryRepository for SqlCategoryRepository {
    async fn create(&self, owner: UserId, category: &NewCategory) -> Result<Category, StoreCategoryError> {
        let work = CreateCategory {
            owner: Id(owner.uuid()),
            row: NewCategoryRow::new(owner, category),
            parent: category.content.parent.map(|id| Id(id.uuid())),
        };
        self.database.transact(work).await
    }

    async fn find(&self, owner: UserId, id: CategoryId) -> Result<Option<Category>, StoreError> {
        let key = (Id(owner.uuid()), Id(id.uuid()));
        let rows = read!(self.database, |c| categories::table
            .find(key)
            .select(CATEGORY)
            .get_results::<CategoryRow>(c))?;
        rows.into_iter().next().map(Category::try_from).transpose()
    }

    async fn list(&self, owner: UserId, query: &CategoryQuery) -> Result<Page<Category>, StoreError> {
        let list = ListCategories {
            owner: Id(owner.uuid()),
            archived: query.archived,
            after: query.page.after.as_ref().map(|after| after.key.clone()),
            rows: i64::from(query.page.limit.get()) + 1,
        };
        let rows = read!(self.database, |c| (&list).get_results::<CategoryRow>(c))?;
        let items = rows.into_iter().map(Category::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_one_more(items, query.page.limit))
    }

    async fn replace(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        content: &CategoryContent,
    ) -> Result<Category, StoreCategoryError> {
        let work = ReplaceCategory {
            target: Target::new(owner, id, expected),
            row: ContentRow::new(content),
            parent: content.parent.map(|id| Id(id.uuid())),
        };
        self.database.transact(work).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
    ) -> Result<(), StoreCategoryError> {
        self.database.transact(DeleteCategory { target: Target::new(owner, id, expected) }).await
    }

    async fn merge(
        &self,
        owner: UserId,
        id: CategoryId,
        expected: &Precondition,
        into: CategoryId,
        at: DateTime<Utc>,
    ) -> Result<Category, StoreCategoryError> {
        let target = Target::new(owner, id, expected);
        self.database.transact(MergeCategory { target, into: Id(into.uuid()), at: At(at) }).await
    }
}

/// A page of categories, and one more when others follow. No two of a user have one key.
struct ListCategories {
    owner: Id,
    archived: Option<bool>,
    after: Option<String>,
    rows: i64,
}

type Columns =
    (Identifier, Text, Nullable<Identifier>, Nullable<Text>, Nullable<Text>, Bool, BigInt, Instant);

cached_by_text!(ListCategories);
statement!(ListCategories: Columns, on diesel::pg::Pg, diesel::sqlite::Sqlite; |self, out| {
    let bytewise = out.backend().bytewise();
    out.push_sql(
        "SELECT id, name, parent_id, color, icon, archived, version, updated_at FROM categories WHERE user_id = ",
    );
    out.push_bind_param::<Identifier, _>(&self.owner)?;
    if let Some(archived) = &self.archived {
        out.push_sql(" AND archived = ");
        out.push_bind_param::<Bool, _>(archived)?;
    }
    if let Some(after) = &self.after {
        out.push_sql(" AND name_key");
        out.push_sql(bytewise);
        out.push_sql(" > ");
        out.push_bind_param::<Text, _>(after)?;
    }
    out.push_sql(" ORDER BY name_key");
    out.push_sql(bytewise);
    out.push_sql(" LIMIT ");
    out.push_bind_param::<BigInt, _>(&self.rows)?;
});

impl From<WriteError> for StoreCategoryError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotUnique(what) if what.contains("name_key") => Self::NameTaken,
            error => Self::Store(error.into()),
        }
    }
}
