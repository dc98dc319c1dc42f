//! Versions, by which two writers of one thing notice each other (RFC 9110, section 13).

/// How often a thing was written: 1 when it is made, one more with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// The version of a thing that was just made.
    pub const FIRST: Self = Self(1);

    /// Wraps a number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Which versions of a thing a write may replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever version it has.
    Any,
    /// One of these; none matches when the list is empty.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// Whether a write may replace this version.
    pub fn allows(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}
