//! The categories that a new user starts with.

use chrono::{DateTime, Utc};

use super::{CategoryContent, CategoryName, Color, Icon, NewCategory};
use crate::CategoryId;
use crate::ports::IdGenerator;

/// A name, a colour, an icon, and the same of the parts.
struct Default(
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
);

const DEFAULTS: &[Default] = &[
    Default(
        "Food",
        "#f28e2b",
        "utensils",
        &[("Groceries", "#ffbe7d", "shopping-cart"), ("Restaurants", "#e07b18", "pizza")],
    ),
    Default("Housing", "#4e79a7", "house", &[("Rent", "#a0cbe8", "key"), ("Utilities", "#3b6491", "plug")]),
    Default("Transport", "#76b7b2", "bus", &[]),
    Default("Health", "#e15759", "heart", &[]),
    Default("Shopping", "#ff9da7", "shopping-bag", &[]),
    Default("Entertainment", "#b07aa1", "ticket", &[]),
    Default("Travel", "#499894", "plane", &[]),
    Default("Education", "#9c755f", "book", &[]),
    Default("Gifts", "#d37295", "gift", &[]),
    Default(
        "Income",
        "#59a14f",
        "wallet",
        &[("Salary", "#8cd17d", "briefcase"), ("Interest", "#3f7f37", "percent")],
    ),
    Default("Other", "#bab0ac", "folder", &[]),
];

/// The categories that a new user starts with, parents before their children. They can be changed like any other.
pub fn default_categories(ids: &dyn IdGenerator, now: DateTime<Utc>) -> Vec<NewCategory> {
    let make = |name: &str, parent, color, icon| {
        let id = CategoryId::new(ids.generate(now));
        let content = CategoryContent {
            name: CategoryName::from_stored(name.to_owned()),
            parent,
            color: Color::parse(color).ok(),
            icon: Icon::parse(icon).ok(),
            archived: false,
            updated_at: id.created_at(),
        };
        NewCategory { id, content }
    };
    let mut categories = Vec::new();
    for Default(name, color, icon, parts) in DEFAULTS {
        let whole = make(name, None, color, icon);
        let id = whole.id;
        categories.push(whole);
        categories.extend(parts.iter().map(|(name, color, icon)| make(name, Some(id), color, icon)));
    }
    categories
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::{Builder, Uuid};

    use super::*;

    struct Ids(AtomicU64);

    impl IdGenerator for Ids {
        fn generate(&self, at: DateTime<Utc>) -> Uuid {
            let mut random = [0; 10];
            random[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            Builder::from_unix_timestamp_millis(u64::try_from(at.timestamp_millis()).unwrap(), &random)
                .into_uuid()
        }
    }

    #[test]
    fn the_defaults_keep_every_rule() {
        let now = DateTime::from_timestamp_millis(1_763_900_000_123).unwrap();
        let made = default_categories(&Ids(AtomicU64::new(0)), now);
        let keys: HashSet<_> = made.iter().map(|category| category.content.name.key()).collect();
        assert_eq!(keys.len(), made.len(), "each name once");
        let mut whole = HashSet::new();
        for NewCategory { id, content } in &made {
            assert_eq!(CategoryName::parse(content.name.as_str()).as_ref(), Ok(&content.name));
            assert!(content.color.is_some() && content.icon.is_some(), "{content:?}");
            assert_eq!((id.created_at(), content.updated_at), (now, now));
            match content.parent {
                Some(parent) => assert!(whole.contains(&parent), "a parent comes first and has none itself"),
                None => assert!(whole.insert(*id)),
            }
        }
        assert!(made.len() >= 15 && whole.len() < made.len());
    }
}
