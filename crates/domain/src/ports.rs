//! What the domain needs from the outside and does not do itself. The storage ports stand beside what they store:
//! [`UserRepository`](crate::user::UserRepository), [`ExpenseRepository`](crate::expense::ExpenseRepository).

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::UserId;

/// The time.
pub trait Clock: Send + Sync {
    /// Now, in whole milliseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes identifiers.
pub trait IdGenerator: Send + Sync {
    /// A `UUIDv7` whose timestamp is `at` (milliseconds), greater than each one given out before for the same `at`.
    fn generate(&self, at: DateTime<Utc>) -> Uuid;
}

/// A failure of storage. What a caller can do about a thing (it is taken, stale, unknown) is never in here.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The storage is away, frozen, full or overloaded; nothing is known to be written. Trying again later may help.
    #[error("the storage is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The storage refused what it was asked, which is a defect of the program or of the data.
    #[error("the storage failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// Whether the storage can do its work.
#[async_trait]
pub trait StorageHealth: Send + Sync {
    /// Fails with `Unavailable` unless the storage answers and has every migration of this program.
    async fn check(&self) -> Result<(), StoreError>;
}

/// A password's hash in the form that its hasher writes.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a hash.
    pub const fn new(hash: String) -> Self {
        Self(hash)
    }

    /// The hash, to store or verify it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// Why a password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many others are waiting; trying again later helps.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hasher failed.
    #[error("the password hasher failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// Hashes passwords, slowly and off the threads that serve requests.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes every character of a password.
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError>;

    /// Whether the password is the hashed one. Without a hash the answer is `false` and takes as long.
    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashingError>;
}

/// A bearer token for a user, as handed to a client.
pub struct AccessToken {
    /// The token; a secret.
    pub token: SecretString,
    /// How long it is valid from now.
    pub expires_in: Duration,
}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was valid once.
    #[error("the access token has expired")]
    Expired,
    /// It is no token of ours, or was changed.
    #[error("the access token is not valid")]
    Invalid,
}

/// Issues access tokens and recognises them.
pub trait TokenIssuer: Send + Sync {
    /// A token that names the user, from now on.
    fn issue(&self, user: UserId) -> Result<AccessToken, Box<dyn Error + Send + Sync>>;

    /// The user whom a token names.
    fn verify(&self, token: &str) -> Result<UserId, TokenError>;
}
