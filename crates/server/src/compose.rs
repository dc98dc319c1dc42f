//! Puts the parts together: the only place that names adapters of the domain's ports.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use finance_auth::{BcryptHasher, BcryptLoad, JwtIssuer};
use finance_domain::budget::BudgetService;
use finance_domain::category::CategoryService;
use finance_domain::expense::ExpenseService;
use finance_domain::lease::LeaseHolder;
use finance_domain::ports::{Clock, IdGenerator, TokenIssuer};
use finance_domain::recurring::{RecurringPoster, RecurringService};
use finance_domain::report::ReportService;
use finance_domain::tag::TagService;
use finance_domain::user::UserService;
use finance_http::{AppState, BuildInfo, Lifecycle};
use finance_persistence::{
    Database, SqlBudgetRepository, SqlCategoryRepository, SqlExpenseRepository, SqlLeaseRepository,
    SqlRecurringRepository, SqlReportRepository, SqlTagRepository, SqlUserRepository,
};

use crate::commands::serve::poster::Posting;
use crate::config::{self, AuthConfig, JwtSecret};
use crate::jwt_secret::{self, SecretFileError};
use crate::system::{SystemClock, UuidV7Generator};

/// What is running.
pub(crate) const BUILD: BuildInfo =
    BuildInfo { version: env!("CARGO_PKG_VERSION"), commit: env!("FINANCE_COMMIT") };

/// The pages beside the API.
pub(crate) const PAGES: fn(&mut ServiceConfig) = finance_dashboard::routes;

/// All that the handlers can reach.
///
/// # Errors
/// When the secret of access tokens cannot be kept in its file.
pub(crate) fn app_state(
    database: &Database,
    auth: &AuthConfig,
    lifecycle: Arc<Lifecycle>,
) -> Result<AppState, SecretFileError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator::new());
    let users = Arc::new(SqlUserRepository::new(database.clone()));
    let expenses = Arc::new(SqlExpenseRepository::new(database.clone()));
    let reports = ReportService::new(
        Arc::new(SqlReportRepository::new(database.clone())),
        expenses.clone(),
        users.clone(),
        Arc::clone(&clock),
    );
    let budgets = Arc::new(SqlBudgetRepository::new(database.clone()));
    let budgets =
        BudgetService::new(budgets.clone(), budgets, users.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let hasher = BcryptHasher::new(auth.bcrypt_cost, BcryptLoad::for_cores(config::cores()));
    let key = match &auth.secret {
        JwtSecret::Given(key) => key.clone(),
        JwtSecret::KeptIn(path) => jwt_secret::load_or_create(path)?,
    };
    let tokens: Arc<dyn TokenIssuer> = Arc::new(JwtIssuer::new(
        key,
        auth.algorithm,
        auth.token_lifetime,
        Arc::clone(&clock),
        Arc::clone(&ids),
    ));
    let recurring = Arc::new(SqlRecurringRepository::new(database.clone()));
    let poster = RecurringPoster::new(recurring.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let recurring = RecurringService::new(
        recurring,
        users.clone(),
        Arc::new(poster),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    Ok(AppState {
        users: UserService::new(
            users.clone(),
            Arc::new(hasher),
            Arc::clone(&tokens),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        categories: CategoryService::new(
            Arc::new(SqlCategoryRepository::new(database.clone())),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        tags: TagService::new(Arc::new(SqlTagRepository::new(database.clone())), Arc::clone(&clock)),
        expenses: ExpenseService::new(expenses, users, clock, ids),
        budgets,
        recurring,
        reports,
        tokens,
        health: Arc::new(database.clone()),
        lifecycle,
        build: BUILD,
    })
}

/// What this process needs to post recurring expenses.
pub(crate) fn posting(database: &Database) -> Posting {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator::new());
    let recurring = Arc::new(SqlRecurringRepository::new(database.clone()));
    Posting {
        holder: LeaseHolder::new(ids.generate(clock.now())),
        leases: Arc::new(SqlLeaseRepository::new(database.clone())),
        poster: RecurringPoster::new(recurring, Arc::clone(&clock), ids),
        clock,
    }
}
