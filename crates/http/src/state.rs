use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use finance_domain::expense::ExpenseService;
use finance_domain::ports::{StorageHealth, TokenIssuer};
use finance_domain::user::UserService;

/// All that a handler can reach.
pub struct AppState {
    /// Registration, login, profiles.
    pub users: UserService,
    /// Expenses.
    pub expenses: ExpenseService,
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

/// Whether the process is about to end: then it is not ready any more, and each answer closes its connection, so
/// that clients and load balancers move on to another process.
#[derive(Debug, Default)]
pub struct Lifecycle {
    draining: AtomicBool,
}

impl Lifecycle {
    /// A process that goes on.
    pub fn new() -> Self {
        Self::default()
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
