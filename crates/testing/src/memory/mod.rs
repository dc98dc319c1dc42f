//! The storage ports in memory, as complete as the engines: the contract suite runs on all of them alike.

mod budgets;
mod categories;
mod expenses;
mod leases;
mod ledger;
mod recurring;
mod reports;
mod tags;
mod users;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::UserId;
use finance_domain::lease::LeaseHolder;
use finance_domain::ports::{PasswordHash, StorageHealth, StoreError};
use finance_domain::user::{EmailKey, User};

use budgets::Book;
pub use budgets::InMemoryBudgets;
pub use categories::InMemoryCategories;
pub use expenses::InMemoryExpenses;
pub use leases::InMemoryLeases;
use ledger::Ledger;
pub use recurring::InMemoryRecurring;
pub use reports::InMemoryReports;
pub use tags::InMemoryTags;
pub use users::InMemoryUsers;

/// A database in memory. Clones share it.
#[derive(Clone, Default)]
pub struct InMemoryStorage {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    fault: Option<Fault>,
    data: Data,
}

#[derive(Clone, Copy)]
enum Fault {
    Away,
    Broken,
}

/// All rows.
#[derive(Default)]
struct Data {
    users: HashMap<UserId, StoredUser>,
    /// Whose each address is.
    emails: HashMap<EmailKey, UserId>,
    ledgers: HashMap<UserId, Ledger>,
    /// Who holds each lease, and until when.
    leases: HashMap<String, (LeaseHolder, DateTime<Utc>)>,
    books: HashMap<UserId, Book>,
}

struct StoredUser {
    user: User,
    password_hash: PasswordHash,
}

impl InMemoryStorage {
    /// An empty database.
    pub fn new() -> Self {
        Self::default()
    }

    /// The users in it.
    pub fn users(&self) -> Arc<InMemoryUsers> {
        Arc::new(InMemoryUsers::new(self.clone()))
    }

    /// The categories in it.
    pub fn categories(&self) -> Arc<InMemoryCategories> {
        Arc::new(InMemoryCategories::new(self.clone()))
    }

    /// The tags in it.
    pub fn tags(&self) -> Arc<InMemoryTags> {
        Arc::new(InMemoryTags::new(self.clone()))
    }

    /// The expenses in it.
    pub fn expenses(&self) -> Arc<InMemoryExpenses> {
        Arc::new(InMemoryExpenses::new(self.clone()))
    }

    /// The recurring expenses in it.
    pub fn recurring(&self) -> Arc<InMemoryRecurring> {
        Arc::new(InMemoryRecurring::new(self.clone()))
    }

    /// The leases in it.
    pub fn leases(&self) -> Arc<InMemoryLeases> {
        Arc::new(InMemoryLeases::new(self.clone()))
    }

    /// The reports on what is in it.
    pub fn reports(&self) -> Arc<InMemoryReports> {
        Arc::new(InMemoryReports::new(self.clone()))
    }

    /// The budgets in it, and the alerts.
    pub fn budgets(&self) -> Arc<InMemoryBudgets> {
        Arc::new(InMemoryBudgets::new(self.clone()))
    }

    /// Whether it can do its work.
    pub fn health(&self) -> Arc<dyn StorageHealth> {
        Arc::new(self.clone())
    }

    /// While it is not available, every call fails with [`StoreError::Unavailable`] and changes nothing.
    pub fn set_available(&self, available: bool) {
        self.lock().fault = (!available).then_some(Fault::Away);
    }

    /// While it is broken, every call fails with [`StoreError::Failed`] and changes nothing.
    pub fn set_broken(&self, broken: bool) {
        self.lock().fault = broken.then_some(Fault::Broken);
    }

    /// Does something with the data while nobody else does: a transaction.
    fn with<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Data) -> Result<T, E>) -> Result<T, E> {
        let mut shared = self.lock();
        match shared.fault {
            None => work(&mut shared.data),
            Some(Fault::Away) => {
                Err(StoreError::Unavailable("the database was told to be away".into()).into())
            }
            Some(Fault::Broken) => {
                Err(StoreError::Failed("the database was told to be broken".into()).into())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("nobody panics while holding the database")
    }
}

#[async_trait]
impl StorageHealth for InMemoryStorage {
    async fn check(&self) -> Result<(), StoreError> {
        self.with(|_| Ok(()))
    }
}

/// What an engine answers when a primary key exists already.
fn duplicate_key(table: &str) -> StoreError {
    StoreError::Failed(format!("duplicate key in {table}").into())
}
