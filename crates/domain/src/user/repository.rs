use async_trait::async_trait;

use super::{EmailKey, UpdateUserError, User};
use crate::category::NewCategory;
use crate::ports::{PasswordHash, StoreError};
use crate::{Precondition, UserId};

/// Why a user was not stored.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Another user has the same [`EmailKey`].
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a login is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose they are.
    pub user: UserId,
    /// The hash of their password.
    pub password_hash: PasswordHash,
}

/// Stores users.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Stores a new user and the categories that they start with, whole or not at all. Fails with `EmailTaken` when a user with the same key exists, also
    /// when several try at once: then exactly one succeeds.
    async fn create(
        &self,
        user: &User,
        password_hash: &PasswordHash,
        categories: &[NewCategory],
    ) -> Result<(), CreateUserError>;

    /// The user, if there is one.
    async fn find(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// What a login with this address is checked against, if there is such a user.
    async fn credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, StoreError>;

    /// Replaces the profile and `updated_at` by those of `user`, counts the version up and answers what is stored
    /// now. Fails with `NotFound` without such a user, with `Stale` when `expected` does not allow the version
    /// stored. The id, the address and `user.version` are not written.
    async fn update(&self, user: &User, expected: &Precondition) -> Result<User, UpdateUserError>;
}
