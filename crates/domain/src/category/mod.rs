//! Categories: what expenses are for.

use crate::CategoryId;
use crate::text::{case_folded, single_line, text_type};

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
