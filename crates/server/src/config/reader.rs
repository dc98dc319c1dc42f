//! Reads variables one after the other and collects what is wrong with them.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::{self, Display, Write as _};
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::VARIABLES;

/// Everything that is wrong with the configuration.
#[derive(Debug)]
pub(crate) struct ConfigError(Vec<String>);

impl Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Error for ConfigError {}

/// The variables that are set. Any of them may hold a secret.
pub(crate) struct Environment {
    values: HashMap<&'static str, SecretString>,
    problems: Vec<String>,
}

impl Environment {
    /// The variables of this process; what they leave unset, from a file `.env` in the working directory.
    pub(crate) fn of_process() -> Result<Self, ConfigError> {
        let mut environment = Self { values: HashMap::new(), problems: Vec::new() };
        for variable in VARIABLES {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            let value = std::env::var_os(variable.name);
            match value.map(std::ffi::OsString::into_string) {
                None => {}
                Some(Ok(text)) => environment.set(variable.name, text),
                Some(Err(_)) => environment.problems.push(format!("{} must be text in UTF-8", variable.name)),
            }
        }
        environment.add_file(Path::new(".env"))?;
        Ok(environment)
    }

    /// Adds what a file has and the environment has not.
    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let refused = |reason: &dyn Display| ConfigError(vec![format!("{} {reason}", path.display())]);
        let lines = match dotenvy::from_path_iter(path) {
            Ok(lines) => lines,
            Err(error) if error.not_found() => return Ok(()),
            Err(dotenvy::Error::Io(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(dotenvy::Error::Io(error)) => return Err(refused(&format_args!("cannot be read: {error}"))),
            Err(_) => return Err(refused(&"cannot be read")),
        };
        for (index, line) in lines.enumerate() {
            // The error would show the line, which may hold a secret.
            let (name, value) = line.map_err(|_| {
                refused(&format_args!(
                    "has a line that cannot be read after {index} that can; write NAME=value, and quotes ('...') \
                     around a value with spaces, $ or #"
                ))
            })?;
            if let Some(variable) = VARIABLES.iter().find(|variable| variable.name == name)
                && !self.values.contains_key(variable.name)
            {
                self.set(variable.name, value);
            }
        }
        Ok(())
    }

    /// An empty variable is as good as none: compose files and shells set such.
    fn set(&mut self, name: &'static str, value: String) {
        if !value.trim().is_empty() {
            self.values.insert(name, value.into());
        }
    }

    #[cfg(test)]
    pub(super) fn of(values: &[(&'static str, &str)]) -> Self {
        let mut environment = Self { values: HashMap::new(), problems: Vec::new() };
        for (name, value) in values {
            environment.set(name, (*value).to_owned());
        }
        environment
    }

    #[cfg(test)]
    pub(super) fn with_file(mut self, path: &Path) -> Result<Self, ConfigError> {
        self.add_file(path)?;
        Ok(self)
    }
}

/// A problem was reported, so that what it concerns has no value.
#[derive(Debug)]
pub(crate) struct Reported;

/// Reads variables, and goes on after a problem to find the others.
pub(crate) struct Reader<'a> {
    environment: &'a Environment,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { environment, problems: environment.problems.clone() }
    }

    /// What was read, unless there was a problem.
    pub(super) fn finish<T>(self, outcome: Result<T, Reported>) -> Result<T, ConfigError> {
        match outcome {
            Ok(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError(self.problems)),
        }
    }

    /// Whether a variable has a value of its own.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.environment.values.contains_key(name)
    }

    /// Reports a problem with a variable whose value is not to be shown, or has none.
    pub(super) fn problem(&mut self, name: &str, problem: &str) -> Reported {
        self.problems.push(format!("{name} {problem}"));
        Reported
    }

    /// Reports the error, if it is one.
    pub(super) fn check<T>(&mut self, name: &str, outcome: Result<T, impl Display>) -> Result<T, Reported> {
        outcome.map_err(|error| self.problem(name, &error.to_string()))
    }

    /// A variable that holds a secret: what is wrong with it is told without it.
    pub(super) fn secret<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&SecretString) -> Result<T, E>,
    ) -> Result<T, Reported> {
        let outcome = match self.environment.values.get(name) {
            Some(value) => parse(value),
            None => parse(&default_of(name).into()),
        };
        self.check(name, outcome)
    }

    /// A variable that holds no secret.
    pub(super) fn parse<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Reported> {
        let text = match self.environment.values.get(name) {
            Some(value) => value.expose_secret().trim(),
            None => default_of(name),
        };
        parse(text).map_err(|error| {
            let mut problem = String::from("is ");
            // Writing to a string cannot fail.
            let _ = write!(problem, "{text:?} but {error}");
            self.problem(name, &problem)
        })
    }

    /// A whole number within a range.
    pub(super) fn number<T: TryFrom<u64>>(
        &mut self,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Result<T, Reported> {
        self.parse(name, |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| digits && range.contains(number));
            number
                .and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
        })
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<Duration, Reported> {
        self.number(name, range).map(Duration::from_secs)
    }
}

fn default_of(name: &str) -> &'static str {
    VARIABLES.iter().find(|variable| variable.name == name).map_or("", |variable| variable.default)
}
