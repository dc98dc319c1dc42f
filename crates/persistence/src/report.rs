//! Reports on both engines.

mod queries;
mod repository;
mod row;

pub use repository::SqlReportRepository;

#[cfg(test)]
mod plans;
