//! Leases: of many processes, the one that does a piece of work for all. A lease only saves the others the work: what it
//! guards must be right also when two do it at once, for a process may sleep through the end of its lease.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::ports::StoreError;

/// The process that holds a lease, or wants to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseHolder(Uuid);

impl LeaseHolder {
    /// Wraps an id that no other process has.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The id.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

/// The longest that a lease lasts: nobody takes one for longer.
pub const LONGEST: TimeDelta = TimeDelta::minutes(2);

/// Stores who holds which lease.
#[async_trait]
pub trait LeaseRepository: Send + Sync {
    /// Takes the lease, or prolongs it for who holds it, until `expires_at`; answers whether `holder` has it now. Another
    /// one's lease is respected while it expires later than `now`, but not when that is later by more than [`LONGEST`]: it
    /// was taken by a clock that was ahead, and would keep everybody else away until then. Of several who take a free lease
    /// at once, one gets it.
    async fn take(
        &self,
        name: &str,
        holder: LeaseHolder,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back, if `holder` has it; another one's stays as it is.
    async fn release(&self, name: &str, holder: LeaseHolder) -> Result<(), StoreError>;
}
