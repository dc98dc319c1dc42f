//! The storage ports on `SQLite` and `PostgreSQL`: one schema, each query written once, the engine chosen by the URL.

mod budget;
mod category;
mod database;
mod error;
mod expense;
#[cfg(test)]
mod explain;
mod lease;
mod migrations;
mod postgres;
mod precondition;
mod recurring;
mod report;
mod schema;
mod sql_types;
mod sqlite;
mod statement;
mod tag;
mod transaction;
mod url;
mod user;

pub use budget::SqlBudgetRepository;
pub use category::SqlCategoryRepository;
pub use database::{Database, DatabaseSettings};
pub use error::ConnectError;
pub use expense::SqlExpenseRepository;
pub use lease::SqlLeaseRepository;
pub use migrations::MigrateError;
pub use recurring::SqlRecurringRepository;
pub use report::SqlReportRepository;
pub use tag::SqlTagRepository;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use user::SqlUserRepository;
