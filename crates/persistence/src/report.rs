//! Reports on both engines.

mod queries;
mod repository;
mod row;
mod sqlite;

pub use repository::SqlReportRepository;

#[cfg(test)]
mod plans;
