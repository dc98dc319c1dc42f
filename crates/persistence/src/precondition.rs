use finance_domain::{Precondition, Version};

/// A precondition as statements take it: whether any version will do, and else which.
pub(crate) fn versions(expected: &Precondition) -> (bool, Vec<i64>) {
    match expected {
        Precondition::Any => (true, Vec::new()),
        Precondition::OneOf(versions) => (false, versions.iter().copied().map(Version::number).collect()),
    }
}
