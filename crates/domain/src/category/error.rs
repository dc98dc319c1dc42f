use super::{CategoryUse, StoreCategoryError};
use crate::ports::StoreError;

/// Why a category was not created, replaced, changed, deleted or merged.
#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    /// The user has no such category.
    #[error("there is no such category")]
    NotFound,
    /// The category has another version than the caller allowed.
    #[error("the category was changed in the meantime")]
    Stale,
    /// Another category of the user has this name, without regard to case.
    #[error("there is a category of this name")]
    NameTaken,
    /// The user has no category of the parent's id.
    #[error("there is no category of this id")]
    UnknownParent,
    /// The category would be its own parent.
    #[error("a category cannot be a part of itself")]
    OwnParent,
    /// The parent is a part of another category.
    #[error("the parent is a part of another category: there are two levels")]
    ParentIsChild,
    /// The category has children.
    #[error("the category has parts of its own: there are two levels")]
    HasChildren,
    /// Something is in the category.
    #[error("the category is in use")]
    InUse(CategoryUse),
    /// The user has no category of the id into which this one is to go.
    #[error("there is no category of this id")]
    UnknownTarget,
    /// A category is to go into itself.
    #[error("a category cannot go into itself")]
    IntoItself,
    /// The category has children, and the one into which it is to go is a part of a third.
    #[error("it has parts, which cannot become parts of a part: there are two levels")]
    TargetIsChild,
    /// The user is gone.
    #[error("the user does not exist any more")]
    UnknownUser,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StoreCategoryError> for CategoryError {
    fn from(error: StoreCategoryError) -> Self {
        match error {
            StoreCategoryError::NotFound => Self::NotFound,
            StoreCategoryError::Stale => Self::Stale,
            StoreCategoryError::NameTaken => Self::NameTaken,
            StoreCategoryError::UnknownParent => Self::UnknownParent,
            StoreCategoryError::ParentIsChild => Self::ParentIsChild,
            StoreCategoryError::HasChildren => Self::HasChildren,
            StoreCategoryError::InUse(what) => Self::InUse(what),
            StoreCategoryError::UnknownTarget => Self::UnknownTarget,
            StoreCategoryError::TargetIsChild => Self::TargetIsChild,
            StoreCategoryError::UnknownUser => Self::UnknownUser,
            StoreCategoryError::Store(error) => Self::Store(error),
        }
    }
}
