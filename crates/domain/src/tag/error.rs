use super::StoreTagError;
use crate::ports::StoreError;

/// Why a tag was not renamed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The user has no such tag.
    #[error("there is no such tag")]
    NotFound,
    /// The tag has another version than the caller allowed.
    #[error("the tag was changed in the meantime")]
    Stale,
    /// Another tag of the user has this name, without regard to case.
    #[error("there is a tag of this name")]
    NameTaken,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StoreTagError> for TagError {
    fn from(error: StoreTagError) -> Self {
        match error {
            StoreTagError::NotFound => Self::NotFound,
            StoreTagError::Stale => Self::Stale,
            StoreTagError::NameTaken => Self::NameTaken,
            StoreTagError::Store(error) => Self::Store(error),
        }
    }
}
