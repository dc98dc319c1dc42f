//! The real binary, over both engines.
#![allow(dead_code, unused_imports, unused_macros, reason = "each test binary uses its part")]
#![expect(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a panic is a failed test")]

mod client;
mod place;
mod process;

pub(crate) use client::{Answer, Client, Request, exchange};
pub(crate) use place::{Engine, PASSWORD, Place, SECRET};
pub(crate) use process::{Finished, Server, wait_until};

/// Runs each of these tests, which take an [`Engine`], on both of them.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(crate::support::Engine::Sqlite); })+
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(crate::support::Engine::Postgres); })+
        }
    };
}
pub(crate) use on_both_engines;

/// Runs `work` on this many threads at once, with the number of each, and gives what they answer in order.
pub(crate) fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(threads);
    std::thread::scope(|scope| {
        let (barrier, work) = (&barrier, &work);
        let running: Vec<_> = (0..threads)
            .map(|number| {
                scope.spawn(move || {
                    barrier.wait();
                    work(number)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
