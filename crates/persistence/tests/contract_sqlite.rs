//! The storage contract on `SQLite`.

#![expect(clippy::expect_used, reason = "what goes wrong here is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use finance_persistence::{
    Database, DatabaseSettings, DatabaseUrl, SqlBudgetRepository, SqlCategoryRepository,
    SqlExpenseRepository, SqlLeaseRepository, SqlRecurringRepository, SqlReportRepository, SqlTagRepository,
    SqlUserRepository,
};
use finance_testing::TemporaryDirectory;
use finance_testing::contract::Storage;

async fn fresh_storage() -> Storage {
    let directory = TemporaryDirectory::new();
    let url = format!("sqlite:///{}", directory.path().join("finance.db").display());
    let url = DatabaseUrl::parse(&url).expect("a URL");
    let settings = DatabaseSettings { url, pool_size: 4, timeout: Duration::from_secs(30) };
    let database = Database::connect(&settings).expect("a database");
    database.migrate().await.expect("migrations");
    let users = Arc::new(SqlUserRepository::new(database.clone()));
    let categories = Arc::new(SqlCategoryRepository::new(database.clone()));
    let tags = Arc::new(SqlTagRepository::new(database.clone()));
    let expenses = Arc::new(SqlExpenseRepository::new(database.clone()));
    let reports = Arc::new(SqlReportRepository::new(database.clone()));
    let budgets = Arc::new(SqlBudgetRepository::new(database.clone()));
    let recurring = Arc::new(SqlRecurringRepository::new(database.clone()));
    let leases = Arc::new(SqlLeaseRepository::new(database.clone()));
    let health = Arc::new(database);
    let storage = Storage {
        users,
        categories,
        tags,
        expenses,
        reports,
        alerts: budgets.clone(),
        budgets,
        recurring,
        leases,
        health,
        guard: None,
    };
    storage.keeping(directory)
}

finance_testing::contract_tests!(fresh_storage);
