//! The command line.

use std::fmt::Write as _;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;

use crate::commands;
use crate::config::VARIABLES;

/// The version, and the commit that it was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("FINANCE_COMMIT"), ")");

const EXAMPLES: &str = "\
Examples:
  finance-api                        Serve on http://127.0.0.1:8000 from ./finance.db; look at /docs
  finance-api demo && finance-api    The same with three years of expenses to look at
  PORT=9000 LOG_LEVEL=debug finance-api
  DATABASE_URL=postgresql://finance:secret@localhost/finance JWT_SECRET_KEY=$(openssl rand -hex 32) finance-api
  finance-api openapi > openapi.json";

const EXIT_STATUS: &str = "Exit status: 0 on success, 1 on failure, 2 for a wrong command line, 78 for a wrong \
                           configuration.";

/// Columns of the help text.
const WIDTH: usize = 100;
/// The column where the meaning of a variable begins.
const MEANING: usize = 33;

/// What the program is told to do.
#[derive(Parser)]
#[command(about = "Keeps track of what you spend: a REST API on SQLite or PostgreSQL", long_about = None)]
#[command(name = "finance-api", version = VERSION, styles = STYLES, disable_help_subcommand = true)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold());

#[derive(Subcommand)]
enum Command {
    /// Serve the API until a signal ends it; the default
    Serve,
    /// Bring the database up to date, which serve does as well, and exit
    Migrate,
    /// Ask the server that runs on this machine whether it is well
    Healthcheck(HealthcheckArguments),
    #[command(about = "Print the OpenAPI document")]
    Openapi,
    /// Fill the database with realistic expenses of a demo user
    Demo(DemoArguments),
}

/// What to ask.
#[derive(Args)]
pub(crate) struct HealthcheckArguments {
    /// Ask whether requests can be served, database and all, rather than whether the process is alive
    #[arg(long)]
    pub(crate) ready: bool,
}

/// What to make up.
#[derive(Args)]
pub(crate) struct DemoArguments {
    /// How many years, up to today or --until
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=20))]
    pub(crate) years: u16,
    /// The same seed and dates make the same expenses
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The last day, such as 2026-11-23 [default: today in UTC]
    #[arg(long)]
    pub(crate) until: Option<NaiveDate>,
    /// The demo user's password [default: a random one]
    #[arg(long)]
    pub(crate) password: Option<SecretString>,
}

impl Arguments {
    /// Runs the command and says what went wrong, if anything did.
    #[expect(clippy::print_stderr, reason = "this is where a command line program says so")]
    pub(crate) fn run(self) -> ExitCode {
        let outcome = match self.command.unwrap_or(Command::Serve) {
            Command::Serve => commands::serve::run(),
            Command::Migrate => commands::migrate::run(),
            Command::Healthcheck(arguments) => commands::healthcheck::run(&arguments),
            Command::Openapi => commands::openapi::run(),
            Command::Demo(arguments) => commands::demo::run(&arguments),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                if let Some(message) = error.message() {
                    eprintln!("finance-api: {message}");
                }
                error.exit_code()
            }
        }
    }
}

/// Examples, then every environment variable.
fn long_help() -> String {
    let mut help = format!("{EXAMPLES}\n\nEnvironment, also from a file .env in the working directory:\n");
    for variable in VARIABLES {
        let default = match variable.default {
            "" => String::new(),
            default => format!(" [default: {default}]"),
        };
        let meaning = format!("{}{default}", variable.meaning);
        let mut name = variable.name;
        for line in wrapped(&meaning, WIDTH - MEANING) {
            // Writing to a string cannot fail.
            let _ = writeln!(help, "  {name:<width$}{line}", width = MEANING - 2);
            name = "";
        }
    }
    help + "\n" + EXIT_STATUS
}

/// Lines of whole words, none longer than `width` unless a word is.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_help_names_every_variable() {
        let help = Arguments::command().render_long_help().to_string();
        for variable in VARIABLES {
            assert!(help.contains(variable.name), "{}", variable.name);
        }
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }

    #[test]
    fn lines_are_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
    }
}
