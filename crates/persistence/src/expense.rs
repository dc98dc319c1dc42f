//! Expenses on both engines.

mod queries;
mod repository;
mod row;
mod write_postgres;
mod write_sqlite;

pub use repository::SqlExpenseRepository;

#[cfg(test)]
mod plans;
