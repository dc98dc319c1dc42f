use async_trait::async_trait;
use finance_domain::UserId;
use finance_domain::ports::StoreError;
use finance_domain::report::{ReportData, ReportQuery, ReportRepository};

use super::InMemoryStorage;
use super::ledger::Ledger;

/// Reports on what is in memory.
pub struct InMemoryReports {
    storage: InMemoryStorage,
}

impl InMemoryReports {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl ReportRepository for InMemoryReports {
    async fn read(&self, owner: UserId, query: &ReportQuery) -> Result<ReportData, StoreError> {
        self.storage.with(|data| {
            let nothing = Ledger::default();
            Ok(data.ledgers.get(&owner).unwrap_or(&nothing).report(query))
        })
    }
}
