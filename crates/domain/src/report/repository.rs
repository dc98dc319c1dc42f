use async_trait::async_trait;

use super::{ReportData, ReportQuery};
use crate::UserId;
use crate::ports::StoreError;

/// Adds up the expenses of users.
#[async_trait]
pub trait ReportRepository: Send + Sync {
    /// All that the query asks for, as of one moment: sums, counts, the largest expenses, and the label of each category
    /// or tag that is named in them. Sums are exact, however large. Deleted expenses and those of other owners do not
    /// count. Someone without expenses, or unknown, has empty figures.
    async fn read(&self, owner: UserId, query: &ReportQuery) -> Result<ReportData, StoreError>;
}
