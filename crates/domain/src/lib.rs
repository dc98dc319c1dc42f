//! What an expense is, and every rule about it. No web, no SQL, no runtime.

pub mod budget;
pub mod category;
pub mod expense;
mod id;
pub mod lease;
pub mod money;
pub mod page;
pub mod period;
pub mod ports;
pub mod recurring;
pub mod report;
pub mod tag;
pub mod text;
pub mod user;
mod version;

pub use id::{AlertId, BudgetId, CategoryId, ExpenseId, RecurringId, TagId, UserId};
pub use version::{Precondition, Version};
