use diesel::{AsChangeset, Insertable, Queryable};
use finance_domain::category::{Category, CategoryContent, CategoryName, Color, Icon, NewCategory};
use finance_domain::ports::StoreError;
use finance_domain::{CategoryId, UserId, Version};

use crate::schema::categories;
use crate::sql_types::{At, Id};

/// The columns of [`CategoryRow`].
pub(super) const CATEGORY: Columns = (
    categories::id,
    categories::name,
    categories::parent_id,
    categories::color,
    categories::icon,
    categories::archived,
    categories::version,
    categories::updated_at,
);

type Columns = (
    categories::id,
    categories::name,
    categories::parent_id,
    categories::color,
    categories::icon,
    categories::archived,
    categories::version,
    categories::updated_at,
);

/// A category.
#[derive(Queryable)]
pub(super) struct CategoryRow {
    id: Id,
    name: String,
    parent_id: Option<Id>,
    color: Option<String>,
    icon: Option<String>,
    archived: bool,
    version: i64,
    updated_at: At,
}

impl TryFrom<CategoryRow> for Category {
    type Error = StoreError;

    fn try_from(row: CategoryRow) -> Result<Self, StoreError> {
        let unreadable =
            |what: String| StoreError::Failed(format!("category {} has {what}", row.id.0).into());
        let color = row
            .color
            .map(|color| Color::parse(&color).map_err(|_| unreadable(format!("the colour {color}"))));
        let icon =
            row.icon.map(|icon| Icon::parse(&icon).map_err(|_| unreadable(format!("the icon {icon}"))));
        Ok(Self {
            id: CategoryId::new(row.id.0),
            content: CategoryContent {
                name: CategoryName::from_stored(row.name),
                parent: row.parent_id.map(|id| CategoryId::new(id.0)),
                color: color.transpose()?,
                icon: icon.transpose()?,
                archived: row.archived,
                updated_at: row.updated_at.0,
            },
            version: Version::new(row.version),
        })
    }
}

/// What a write sets of a category.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = categories, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ContentRow {
    name: String,
    name_key: String,
    parent_id: Option<Id>,
    color: Option<String>,
    icon: Option<String>,
    archived: bool,
    updated_at: At,
}

impl ContentRow {
    pub(super) fn new(content: &CategoryContent) -> Self {
        Self {
            name: content.name.as_str().to_owned(),
            name_key: content.name.key(),
            parent_id: content.parent.map(|id| Id(id.uuid())),
            color: content.color.map(|color| color.to_string()),
            icon: content.icon.as_ref().map(|icon| icon.as_str().to_owned()),
            archived: content.archived,
            updated_at: At(content.updated_at),
        }
    }
}

/// A new category.
#[derive(Clone, Insertable)]
#[diesel(table_name = categories, treat_none_as_default_value = false)]
pub(crate) struct NewCategoryRow {
    user_id: Id,
    id: Id,
    version: i64,
    #[diesel(embed)]
    content: ContentRow,
}

impl NewCategoryRow {
    pub(crate) fn new(owner: UserId, category: &NewCategory) -> Self {
        Self {
            user_id: Id(owner.uuid()),
            id: Id(category.id.uuid()),
            version: Version::FIRST.number(),
            content: ContentRow::new(&category.content),
        }
    }
}
