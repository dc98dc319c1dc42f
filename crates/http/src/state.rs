use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use finance_domain::budget::BudgetService;
use finance_domain::category::CategoryService;
use finance_domain::expense::ExpenseService;
use finance_domain::ports::{StorageHealth, TokenIssuer};
use finance_domain::recurring::RecurringService;
use finance_domain::report::ReportService;
use finance_domain::tag::TagService;
use finance_domain::user::UserService;

/// All that a handler can reach.
pub struct AppState {
    /// Registration, login, profiles.
    pub users: UserService,
    /// Categories.
    pub categories: CategoryService,
    /// Tags.
    pub tags: TagService,
    /// Expenses.
    pub expenses: ExpenseService,
    /// Budgets and alerts.
    pub budgets: BudgetService,
    /// Recurring expenses.
    pub recurring: RecurringService,
    /// Reports.
    pub reports: ReportService,
    /// Recognises bearer tokens.
    pub tokens: Arc<dyn TokenIssuer>,
    /// Whether the storage can do its work.
    pub health: Arc<dyn StorageHealth>,
    /// Whether the process is about to end.
    pub lifecycle: Arc<Lifecycle>,
    /// What is running.
    pub build: BuildInfo,
}

/// What is running.
#[derive(Debug, Clone, Copy)]
pub struct BuildInfo {
    /// The version of the program.
    pub version: &'static str,
    /// The commit that it was built from.
    pub commit: &'static str,
}

/// Where the process is in its life.
///
/// At first the database may still be brought up to date: requests that need it are answered that it is away. When the
/// process is about to end it is not ready any more, and each answer closes its connection, so that clients and load
/// balancers move on to another process.
#[derive(Debug, Default)]
pub struct Lifecycle {
    migrating: AtomicBool,
    draining: AtomicBool,
}

impl Lifecycle {
    /// A process that goes on.
    pub fn new() -> Self {
        Self::default()
    }

    /// The database is not up to date yet.
    pub fn start_migrating(&self) {
        self.migrating.store(true, Ordering::Release);
    }

    /// The database is up to date.
    pub fn start_serving(&self) {
        self.migrating.store(false, Ordering::Release);
    }

    /// Whether the database may not be up to date yet.
    pub fn is_migrating(&self) -> bool {
        self.migrating.load(Ordering::Acquire)
    }

    /// The process will end soon.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the process will end soon.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
    /// The origins whose pages may call the API (`https://app.example.org`), or `*` for all; none by default.
    pub cors_allowed_origins: Vec<String>,
}
