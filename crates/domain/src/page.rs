//! Lists, which are read page by page.

use uuid::Uuid;

/// How many items a page has at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// The largest page.
    pub const MAX: u16 = 200;

    /// `None` unless 1 to [`Self::MAX`].
    pub fn new(limit: u16) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

/// The items of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// Whether others come after the last of them.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// A page out of one row more than its limit, which is how a store learns whether others follow.
    pub fn from_one_more(mut items: Vec<T>, limit: PageLimit) -> Self {
        let has_more = items.len() > usize::from(limit.get());
        items.truncate(usize::from(limit.get()));
        Self { items, has_more }
    }
}

/// A place in a list that is sorted by a text, then by id; it needs no item there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListPosition {
    /// The text. Texts are compared by their bytes in UTF-8, on every engine.
    pub key: String,
    /// The id.
    pub id: Uuid,
}

/// A page of a list that is sorted by a text, then by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListQuery {
    /// How many.
    pub limit: PageLimit,
    /// Only what comes after this place.
    pub after: Option<ListPosition>,
}
