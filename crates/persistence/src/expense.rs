//! Expenses on both engines.

mod queries;
mod repository;
pub(crate) mod row;
mod target_postgres;
mod work;
mod write_postgres;
mod write_sqlite;

pub use repository::SqlExpenseRepository;
pub(crate) use work::create_in;

#[cfg(test)]
mod plans;
