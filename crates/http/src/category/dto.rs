use apistos::ApiComponent;
use finance_domain::CategoryId;
use finance_domain::category::{
    Category, CategoryChange, CategoryDraft, CategoryName, Color, Icon, LookError,
};
use finance_domain::text::TextError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

use crate::body::{Body, Problems, nullable};
use crate::openapi::{Example, NOT_BLANK, input_schema};
use crate::wire::{Id, Instant};

/// A category.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Category")]
pub(crate) struct CategoryBody {
    /// A `UUIDv7`.
    id: Id,
    /// What it is called.
    name: String,
    /// The category that it is a part of.
    parent_id: Option<Id>,
    /// `#rrggbb`; one that follows from the id when none was chosen.
    color: String,
    /// The name of an icon.
    icon: String,
    /// Whether it is not meant for new expenses any more.
    archived: bool,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// RFC 3339, UTC.
    updated_at: Instant,
    /// Counts the changes, from 1.
    version: i64,
}

impl From<Category> for CategoryBody {
    fn from(category: Category) -> Self {
        Self {
            id: Id(category.id.uuid()),
            color: category.color().to_string(),
            icon: category.icon().as_str().to_owned(),
            name: category.content.name.into_string(),
            parent_id: category.content.parent.map(|id| Id(id.uuid())),
            archived: category.content.archived,
            created_at: Instant(category.id.created_at()),
            updated_at: Instant(category.content.updated_at),
            version: category.version.number(),
        }
    }
}

impl Example for CategoryBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000002",
            "name": "Food",
            "parent_id": null,
            "color": "#f28e2b",
            "icon": "utensils",
            "archived": false,
            "created_at": "2026-11-23T09:30:00.000Z",
            "updated_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

fn properties(archived_nullable: bool) -> Value {
    json!({
        "name": {
            "type": "string", "minLength": 1, "maxLength": CategoryName::MAX_CHARACTERS, "pattern": NOT_BLANK,
            "description": "What it is called: no two categories have one name, without regard to case."
        },
        "parent_id": {
            "type": "string", "format": "uuid", "nullable": true,
            "description": "The category that it is a part of, which is not a part of another one itself."
        },
        "color": {
            "type": "string", "nullable": true, "pattern": "^#[0-9A-Fa-f]{6}$",
            "description": "`#rrggbb`; by default one that follows from the id."
        },
        "icon": {
            "type": "string", "nullable": true, "pattern": "^[a-z0-9-]{1,50}$",
            "description": "The name of an icon; `folder` by default."
        },
        "archived": {
            "type": "boolean", "nullable": archived_nullable,
            "description": "Whether it is not meant for new expenses any more."
        }
    })
}

/// A category to create or to replace one with.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryInput {
    #[validate(required)]
    name: Option<String>,
    parent_id: Option<String>,
    color: Option<String>,
    icon: Option<String>,
    archived: Option<bool>,
}

input_schema!(
    CategoryInput,
    "CategoryInput",
    json!({
        "type": "object",
        "description": "A category to create, or to replace one with.",
        "additionalProperties": false,
        "required": ["name"],
        "properties": properties(true)
    })
);

impl Example for CategoryInput {
    fn example() -> Value {
        json!({"name": "Hobbies", "color": "#f28e2b", "icon": "palette"})
    }
}

impl Body for CategoryInput {
    type Checked = CategoryDraft;

    fn check(self, problems: &mut Problems) -> Option<CategoryDraft> {
        problems.shape(&self);
        let name = self.name.and_then(|text| name(&text, problems));
        Some(CategoryDraft {
            parent: self.parent_id.and_then(|text| parent(&text, problems)),
            color: self.color.and_then(|text| color(&text, problems)),
            icon: self.icon.and_then(|text| icon(&text, problems)),
            archived: self.archived.unwrap_or_default(),
            name: name?,
        })
    }
}

/// What to change of a category.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryChangeInput {
    #[serde(default, deserialize_with = "nullable")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    parent_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    color: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    icon: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    archived: Option<Option<bool>>,
}

input_schema!(
    CategoryChangeInput,
    "CategoryChange",
    json!({
        "type": "object",
        "description": "What to change of a category; what is left out stays.",
        "additionalProperties": false,
        "properties": properties(false)
    })
);

impl Example for CategoryChangeInput {
    fn example() -> Value {
        json!({"archived": true})
    }
}

impl Body for CategoryChangeInput {
    type Checked = CategoryChange;

    fn check(self, problems: &mut Problems) -> Option<CategoryChange> {
        Some(CategoryChange {
            name: problems.not_null("/name", self.name).and_then(|text| name(&text, problems)),
            parent: self.parent_id.map(|text| text.and_then(|text| parent(&text, problems))),
            color: self.color.map(|text| text.and_then(|text| color(&text, problems))),
            icon: self.icon.map(|text| text.and_then(|text| icon(&text, problems))),
            archived: problems.not_null("/archived", self.archived),
        })
    }
}

/// Where a category is to go.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeInput {
    #[validate(required)]
    into: Option<String>,
}

input_schema!(
    MergeInput,
    "CategoryMerge",
    json!({
        "type": "object",
        "description": "Where a category is to go.",
        "additionalProperties": false,
        "required": ["into"],
        "properties": {
            "into": {"type": "string", "format": "uuid", "description": "The id of the category that stays."}
        }
    })
);

impl Example for MergeInput {
    fn example() -> Value {
        json!({"into": "019ab2c3-7d00-7000-8000-000000000002"})
    }
}

impl Body for MergeInput {
    type Checked = CategoryId;

    fn check(self, problems: &mut Problems) -> Option<CategoryId> {
        problems.shape(&self);
        problems.take("/into", known(&self.into?), |_| "unknown_category")
    }
}

fn name(text: &str, problems: &mut Problems) -> Option<CategoryName> {
    problems.take("/name", CategoryName::parse(text), TextError::code)
}

fn parent(text: &str, problems: &mut Problems) -> Option<CategoryId> {
    problems.take("/parent_id", known(text), |_| "unknown_category")
}

/// What is no id is the id of nothing.
fn known(text: &str) -> Result<CategoryId, &'static str> {
    CategoryId::parse(text).ok_or("is no category of yours")
}

fn color(text: &str, problems: &mut Problems) -> Option<Color> {
    problems.take("/color", Color::parse(text), LookError::code)
}

fn icon(text: &str, problems: &mut Problems) -> Option<Icon> {
    problems.take("/icon", Icon::parse(text), LookError::code)
}
