//! Users on both engines.

mod repository;
mod row;

pub use repository::SqlUserRepository;
pub(crate) use repository::lock_owner;
