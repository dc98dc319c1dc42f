use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::lease::{self, LeaseHolder, LeaseRepository};
use finance_domain::ports::StoreError;

use super::InMemoryStorage;

/// Leases in memory.
pub struct InMemoryLeases {
    storage: InMemoryStorage,
}

impl InMemoryLeases {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl LeaseRepository for InMemoryLeases {
    async fn take(
        &self,
        name: &str,
        holder: LeaseHolder,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.storage.with(|data| {
            let is_free = match data.leases.get(name) {
                Some((other, until)) => *other == holder || *until <= now || *until > now + lease::LONGEST,
                None => true,
            };
            if is_free {
                data.leases.insert(name.to_owned(), (holder, expires_at));
            }
            Ok(is_free)
        })
    }

    async fn release(&self, name: &str, holder: LeaseHolder) -> Result<(), StoreError> {
        self.storage.with(|data| {
            if data.leases.get(name).is_some_and(|(other, _)| *other == holder) {
                data.leases.remove(name);
            }
            Ok(())
        })
    }
}
