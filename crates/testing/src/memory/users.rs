use async_trait::async_trait;
use finance_domain::category::NewCategory;
use finance_domain::ports::{PasswordHash, StoreError};
use finance_domain::user::{CreateUserError, Credentials, EmailKey, UpdateUserError, User, UserRepository};
use finance_domain::{Precondition, UserId};

use super::{InMemoryStorage, StoredUser, duplicate_key};

/// Users in memory.
pub struct InMemoryUsers {
    storage: InMemoryStorage,
}

impl InMemoryUsers {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl UserRepository for InMemoryUsers {
    async fn create(
        &self,
        user: &User,
        password_hash: &PasswordHash,
        categories: &[NewCategory],
    ) -> Result<(), CreateUserError> {
        self.storage.with(|data| {
            let key = user.email.key();
            if data.emails.contains_key(&key) {
                return Err(CreateUserError::EmailTaken);
            }
            if data.users.contains_key(&user.id) {
                return Err(duplicate_key("users").into());
            }
            data.emails.insert(key, user.id);
            data.users
                .insert(user.id, StoredUser { user: user.clone(), password_hash: password_hash.clone() });
            let ledger = data.ledgers.entry(user.id).or_default();
            for category in categories {
                ledger.create_category(category).expect("categories that keep the rules");
            }
            Ok(())
        })
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.storage.with(|data| Ok(data.users.get(&id).map(|stored| stored.user.clone())))
    }

    async fn credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, StoreError> {
        self.storage.with(|data| {
            Ok(data.emails.get(email).and_then(|user| {
                let password_hash = data.users.get(user)?.password_hash.clone();
                Some(Credentials { user: *user, password_hash })
            }))
        })
    }

    async fn update(&self, user: &User, expected: &Precondition) -> Result<User, UpdateUserError> {
        self.storage.with(|data| {
            let stored = &mut data.users.get_mut(&user.id).ok_or(UpdateUserError::NotFound)?.user;
            if !expected.allows(stored.version) {
                return Err(UpdateUserError::Stale);
            }
            stored.profile = user.profile.clone();
            stored.updated_at = user.updated_at;
            stored.version = stored.version.next();
            Ok(stored.clone())
        })
    }
}
