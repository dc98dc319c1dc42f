//! What the tests of every crate share: repositories in memory, builders and fakes of the small
//! ports, and the contract that every storage engine keeps, and
//! a real `PostgreSQL` to run it on.
//!
//! A dev-dependency only: nothing that is shipped may see this crate.

#![expect(clippy::expect_used, clippy::panic, reason = "test support: what goes wrong here is a failed test")]
#![allow(clippy::missing_panics_doc, reason = "each function of test support panics when a test should fail")]

pub mod contract;
pub mod fixtures;
pub mod memory;
pub mod postgres;
mod temporary;

pub use temporary::TemporaryDirectory;
