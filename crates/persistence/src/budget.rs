//! Budgets and alerts on both engines.

mod queries;
mod record;
mod repository;
mod row;
mod spending;
pub(crate) mod touched;
mod work;

pub(crate) use record::{
    counted, counted_as_written, forget_guards, hold_writes_back, lock_guards, lock_guards_for, record_anew,
    settle,
};
pub use repository::SqlBudgetRepository;

#[cfg(test)]
mod plans;
