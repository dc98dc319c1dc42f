use apistos::ApiComponent;
use finance_domain::tag::{Tag, TagName};
use finance_domain::text::TextError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::{Body, Problems, nullable};
use crate::openapi::{Example, NOT_BLANK, input_schema};
use crate::wire::{Id, Instant};

/// A tag.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Tag")]
pub(crate) struct TagBody {
    /// A `UUIDv7`.
    id: Id,
    /// What it is called.
    name: String,
    /// How many expenses have it, those in the trash left aside.
    count: u64,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// Counts the changes of the name, from 1.
    version: i64,
}

impl From<Tag> for TagBody {
    fn from(tag: Tag) -> Self {
        Self {
            id: Id(tag.id.uuid()),
            name: tag.name.into_string(),
            count: tag.count,
            created_at: Instant(tag.id.created_at()),
            version: tag.version.number(),
        }
    }
}

impl Example for TagBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000003",
            "name": "market",
            "count": 12,
            "created_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

/// What to change of a tag.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagChangeInput {
    #[serde(default, deserialize_with = "nullable")]
    name: Option<Option<String>>,
}

input_schema!(
    TagChangeInput,
    "TagChange",
    json!({
        "type": "object",
        "description": "What to change of a tag; what is left out stays.",
        "additionalProperties": false,
        "properties": {
            "name": {
                "type": "string", "minLength": 1, "maxLength": TagName::MAX_CHARACTERS, "pattern": NOT_BLANK,
                "description": "What it is called: no two tags have one name, without regard to case."
            }
        }
    })
);

impl Example for TagChangeInput {
    fn example() -> Value {
        json!({"name": "farmers' market"})
    }
}

impl Body for TagChangeInput {
    type Checked = Option<TagName>;

    fn check(self, problems: &mut Problems) -> Option<Option<TagName>> {
        let name = problems.not_null("/name", self.name);
        Some(name.and_then(|text| problems.take("/name", TagName::parse(&text), TextError::code)))
    }
}
