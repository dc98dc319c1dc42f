//! Tags: words that people put on expenses.

mod error;
mod repository;
mod service;

use crate::page::ListPosition;
use crate::text::{case_folded, single_line, text_type};
use crate::{TagId, Version};

pub use error::TagError;
pub use repository::{StoreTagError, TagRepository};
pub use service::TagService;

text_type!(
    /// What a tag is called.
    TagName, max 50, single_line
);

impl TagName {
    /// What two spellings of one tag's name have in common.
    pub fn key(&self) -> String {
        case_folded(self.as_str())
    }
}

/// The tags of an expense in the order given, each once without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<TagName>);

/// There are more tags than [`Tags::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {} tags", Tags::MAX)]
pub struct TooManyTags;

impl Tags {
    /// The most tags of an expense.
    pub const MAX: usize = 20;

    /// Drops tags that were named before; the first spelling stays.
    pub fn new(names: impl IntoIterator<Item = TagName>) -> Result<Self, TooManyTags> {
        let mut keys = Vec::new();
        let mut tags = Vec::new();
        for name in names {
            let key = name.key();
            if !keys.contains(&key) {
                keys.push(key);
                tags.push(name);
            }
        }
        if tags.len() > Self::MAX { Err(TooManyTags) } else { Ok(Self(tags)) }
    }

    /// Takes the tags of a stored expense.
    pub fn from_stored(names: Vec<TagName>) -> Self {
        Self(names)
    }

    /// The tags.
    pub fn as_slice(&self) -> &[TagName] {
        &self.0
    }
}

/// A tag of a user. Created when its id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Which.
    pub id: TagId,
    /// What it is called; no other tag of the user has the same [`TagName::key`].
    pub name: TagName,
    /// How many expenses outside the trash have it.
    pub count: u64,
    /// The number of the last change of its name.
    pub version: Version,
}

impl Tag {
    /// Where it stands in a list.
    pub fn position(&self) -> ListPosition {
        ListPosition { key: self.name.key(), id: self.id.uuid() }
    }
}

/// A tag as a write names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChoice {
    /// The name, looked up without regard to case; the tag is made when there is none of this name.
    pub name: TagName,
    /// The id of the tag, should it be made.
    pub new_id: TagId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Result<Tags, TooManyTags> {
        Tags::new(names.iter().map(|name| TagName::parse(name).unwrap()))
    }

    #[test]
    fn each_tag_counts_once() {
        let kept = tags(&["Food", "food", "FOOD ", "fun"]).unwrap();
        assert_eq!(kept.as_slice().iter().map(TagName::as_str).collect::<Vec<_>>(), ["Food", "fun"]);
        let names: Vec<_> = (0..=Tags::MAX).map(|n| n.to_string()).collect();
        assert_eq!(tags(&names.iter().map(String::as_str).collect::<Vec<_>>()), Err(TooManyTags));
    }
}
