//! Users on both engines.

mod queries;
mod repository;
mod row;

pub use repository::SqlUserRepository;
