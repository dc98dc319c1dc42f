//! Recurring expenses on both engines.

mod names;
mod queries;
mod repository;
mod row;
mod work;

pub use repository::SqlRecurringRepository;

#[cfg(test)]
mod plans;
