use std::error::Error;

use crate::ports::{HashingError, StoreError};

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another user has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown address or wrong password; which of them is not told.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The password could not be verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No token could be issued.
    #[error("no access token could be issued")]
    Token(#[source] Box<dyn Error + Send + Sync>),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateUserError {
    /// There is no such user.
    #[error("there is no such user")]
    NotFound,
    /// The user has another version than the caller allowed.
    #[error("the profile was changed in the meantime")]
    Stale,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
