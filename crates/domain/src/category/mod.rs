//! Categories: what expenses are for.

mod defaults;
mod error;
mod look;
mod repository;
mod service;

use chrono::{DateTime, Utc};

use crate::page::{ListPosition, ListQuery};
use crate::text::{case_folded, single_line, text_type};
use crate::{CategoryId, Version};

pub use defaults::default_categories;
pub use error::CategoryError;
pub use look::{Color, Icon, LookError};
pub use repository::{CategoryRepository, CategoryUse, StoreCategoryError};
pub use service::CategoryService;

text_type!(
    /// What a category is called.
    CategoryName, max 100, single_line
);

impl CategoryName {
    /// What two spellings of one category's name have in common.
    pub fn key(&self) -> String {
        case_folded(self.as_str())
    }
}

/// How a caller names a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryReference {
    /// By name; it is made on first use.
    Name(CategoryName),
    /// By the id of one that exists.
    Id(CategoryId),
}

/// How a write names a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryChoice {
    /// By name, without regard to case; it is made when there is none of this name. The id is used in that case.
    Named {
        /// The name.
        name: CategoryName,
        /// The id of the category, should it be made.
        new_id: CategoryId,
    },
    /// One that exists.
    Existing(CategoryId),
}

/// A category of a user. Created when its id says.
///
/// There are two levels: one without a parent may have children, one with a parent has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Which.
    pub id: CategoryId,
    /// What is to be said of it.
    pub content: CategoryContent,
    /// The number of the last change.
    pub version: Version,
}

impl Category {
    /// The colour given, or one that depends on the id only, so that it stays.
    pub fn color(&self) -> Color {
        self.content.color.unwrap_or_else(|| Color::of(self.id))
    }

    /// The icon given, or that of any category.
    pub fn icon(&self) -> Icon {
        self.content.icon.clone().unwrap_or_default()
    }

    /// Where it stands in a list.
    pub fn position(&self) -> ListPosition {
        ListPosition { key: self.content.name.key(), id: self.id.uuid() }
    }
}

/// All that a write sets of a category, complete and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryContent {
    /// What it is called; no other category of the user has the same [`CategoryName::key`].
    pub name: CategoryName,
    /// The one that it is a part of.
    pub parent: Option<CategoryId>,
    /// The colour chosen for it.
    pub color: Option<Color>,
    /// The icon chosen for it.
    pub icon: Option<Icon>,
    /// Whether it is not meant for new expenses any more. It still is a category: it stays on its expenses and in
    /// reports, and an expense that names it gets it.
    pub archived: bool,
    /// When this is written, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
}

/// A category to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCategory {
    /// Which.
    pub id: CategoryId,
    /// What is to be said of it.
    pub content: CategoryContent,
}

/// A category as a caller describes it, to create or to replace one. What is `None` takes its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryDraft {
    /// What it is called.
    pub name: CategoryName,
    /// The one that it is a part of; by default none.
    pub parent: Option<CategoryId>,
    /// Its colour.
    pub color: Option<Color>,
    /// Its icon.
    pub icon: Option<Icon>,
    /// Whether it is not meant for new expenses any more.
    pub archived: bool,
}

/// What to change of a category; `None` leaves a field as it is, `Some(None)` gives it its default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CategoryChange {
    /// What it is called.
    pub name: Option<CategoryName>,
    /// The one that it is a part of.
    pub parent: Option<Option<CategoryId>>,
    /// Its colour.
    pub color: Option<Option<Color>>,
    /// Its icon.
    pub icon: Option<Option<Icon>>,
    /// Whether it is not meant for new expenses any more.
    pub archived: Option<bool>,
}

/// A page of categories, sorted by the keys of their names, then by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CategoryQuery {
    /// Only those that are archived, or only those that are not.
    pub archived: Option<bool>,
    /// Which page.
    pub page: ListQuery,
}
