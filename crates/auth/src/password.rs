//! Passwords by bcrypt.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use finance_domain::ports::{HashingError, PasswordHash, PasswordHasher};
use hmac::digest::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha384;
use tokio::sync::Semaphore;

/// The key of the HMAC that goes before bcrypt. It is no secret: it makes the value that bcrypt sees unlike any other
/// site's `SHA-384(password)`, so that hashes leaked elsewhere cannot be tried here without being cracked first
/// ("password shucking"). Changing it makes every stored hash useless.
const APPLICATION_KEY: &[u8] = b"finance-api password v1";

/// Salt and checksum of a hash that no password is known to have. Behind any cost they make a hash as slow to verify
/// as a real one.
const NOBODYS_SALT_AND_CHECKSUM: &str = "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde";

/// The work factor: each one more doubles the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BcryptCost(u32);

/// The number is no cost of bcrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between {} and {}", BcryptCost::MIN, BcryptCost::MAX)]
pub struct CostOutOfRange;

impl BcryptCost {
    /// The least that bcrypt knows; for tests only.
    pub const MIN: u32 = 4;
    /// The most that bcrypt knows; a login would take days.
    pub const MAX: u32 = 31;

    /// A cost from [`Self::MIN`] to [`Self::MAX`].
    pub fn new(cost: u32) -> Result<Self, CostOutOfRange> {
        if (Self::MIN..=Self::MAX).contains(&cost) { Ok(Self(cost)) } else { Err(CostOutOfRange) }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for BcryptCost {
    /// 12: a fifth of a second on a current core.
    fn default() -> Self {
        Self(12)
    }
}

/// How much work is taken on at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BcryptLoad {
    /// How many hashes are computed at once, each on a thread of its own.
    pub concurrent: usize,
    /// How many callers may wait for their turn; whoever comes then is told to come back later.
    pub waiting: usize,
    /// How long a caller waits for its turn.
    pub patience: Duration,
}

impl BcryptLoad {
    /// What suits a machine of so many cores: half of them stay free for everything else.
    pub fn for_cores(cores: usize) -> Self {
        Self { concurrent: (cores / 2).max(1), waiting: 256, patience: Duration::from_secs(20) }
    }
}

/// Hashes passwords by bcrypt, off the threads that serve requests, and only so many at a time.
///
/// bcrypt itself ignores what comes after 72 bytes or after a NUL. It is therefore given 64 characters that stand for
/// the whole password: the base64 of its HMAC-SHA-384.
pub struct BcryptHasher {
    cost: BcryptCost,
    turns: Arc<Semaphore>,
    places: Semaphore,
    patience: Duration,
}

impl BcryptHasher {
    /// A hasher whose new hashes have this cost. Costs nothing to make.
    pub fn new(cost: BcryptCost, load: BcryptLoad) -> Self {
        Self {
            cost,
            turns: Arc::new(Semaphore::new(load.concurrent)),
            places: Semaphore::new(load.waiting),
            patience: load.patience,
        }
    }

    /// Runs slow work on a thread where it disturbs nobody, once it is its turn.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, bcrypt::BcryptError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let turn = if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            turn
        } else {
            let _place = self.places.try_acquire().map_err(|_| HashingError::Busy)?;
            let turn = Arc::clone(&self.turns).acquire_owned();
            tokio::time::timeout(self.patience, turn)
                .await
                .map_err(|_| HashingError::Busy)?
                .map_err(failed)?
        };
        tokio::task::spawn_blocking(move || {
            // The turn ends with the work and not with the caller, who may have hung up: a thread cannot be stopped.
            let _turn = turn;
            work()
        })
        .await
        .map_err(failed)?
        .map_err(failed)
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError> {
        let cost = self.cost.get();
        self.run(move || bcrypt::non_truncating_hash(digest(&password).expose_secret(), cost))
            .await
            .map(PasswordHash::new)
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashingError> {
        let cost = self.cost;
        self.run(move || {
            let digest = digest(&password);
            verify(cost, hash.as_ref(), |hash| bcrypt::non_truncating_verify(digest.expose_secret(), hash))
        })
        .await
    }
}

/// Verifies once, whether there is a hash or not.
fn verify<E>(
    cost: BcryptCost,
    hash: Option<&PasswordHash>,
    bcrypt: impl FnOnce(&str) -> Result<bool, E>,
) -> Result<bool, E> {
    match hash {
        Some(hash) => bcrypt(hash.as_str()),
        None => bcrypt(&nobodys_hash(cost)).map(|_| false),
    }
}

fn nobodys_hash(cost: BcryptCost) -> String {
    format!("$2b${:02}${NOBODYS_SALT_AND_CHECKSUM}", cost.get())
}

/// What bcrypt sees of a password: 64 characters without a NUL that depend on each of its bytes.
fn digest(password: &SecretString) -> SecretString {
    // HMAC pads its key with zeros (RFC 2104, section 2); done here, no length is left that could be refused.
    let mut key = Key::<Hmac<Sha384>>::default();
    key.iter_mut().zip(APPLICATION_KEY).for_each(|(padded, byte)| *padded = *byte);
    let mut mac = Hmac::<Sha384>::new(&key);
    mac.update(password.expose_secret().as_bytes());
    STANDARD.encode(mac.finalize().into_bytes()).into()
}

fn failed(error: impl Error + Send + Sync + 'static) -> HashingError {
    HashingError::Failed(Box::new(error))
}

#[cfg(test)]
mod tests;
