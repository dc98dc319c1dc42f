//! What the program can do.

pub(crate) mod demo;
pub(crate) mod healthcheck;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;

use std::error::Error;
use std::process::ExitCode;

use crate::config::ConfigError;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something else went wrong.
    #[error("{0}")]
    Failed(String),
    /// A signal of this number ended it before it was done.
    #[error("ended by signal {0}")]
    Killed(u8),
}

/// `EX_CONFIG` of BSD's `sysexits.h`.
const CONFIG_STATUS: u8 = 78;

impl CommandError {
    /// A failure with the errors that caused it.
    pub(crate) fn failed(error: &dyn Error) -> Self {
        Self::Failed(with_causes(error))
    }

    /// What to tell, unless nobody needs to be told.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::Config(_) | Self::Failed(_) => Some(self.to_string()),
            Self::Killed(_) => None,
        }
    }

    /// The status that the process exits with: as a shell has it for a signal.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_) => CONFIG_STATUS,
            Self::Failed(_) => 1,
            Self::Killed(signal) => 128 + signal,
        })
    }
}

/// An error and its causes in a line, each once.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = error.source();
    }
    text
}
