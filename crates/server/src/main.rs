//! The Finance Tracker API: this crate reads the configuration, puts the parts together and runs them.

mod cli;
mod commands;
mod compose;
mod config;
mod jwt_secret;
mod system;
mod telemetry;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::Arguments::parse().run()
}
