//! What changes tags.

use chrono::{DateTime, Utc};
use finance_domain::page::{ListQuery, Page};
use finance_domain::tag::{StoreTagError, Tag, TagName};
use finance_domain::{Precondition, TagId};

use super::Ledger;

type Outcome<T> = Result<T, StoreTagError>;

impl Ledger {
    pub(in crate::memory) fn find_tag(&self, id: TagId) -> Option<Tag> {
        self.names.tags.get(&id).map(|tag| self.counted_tag(tag))
    }

    pub(in crate::memory) fn list_tags(&self, query: &ListQuery) -> Page<Tag> {
        let tags = self.names.tags.values();
        let mut found: Vec<_> = tags
            .filter(|tag| query.after.as_ref().is_none_or(|after| tag.position() > *after))
            .map(|tag| self.counted_tag(tag))
            .collect();
        found.sort_by_key(Tag::position);
        Page::from_one_more(found, query.limit)
    }

    pub(in crate::memory) fn rename_tag(
        &mut self,
        id: TagId,
        expected: &Precondition,
        name: &TagName,
    ) -> Outcome<Tag> {
        let mut renamed = self.allowed_tag(id, expected)?.clone();
        let key = name.key();
        if self.names.tags.values().any(|other| other.id != id && other.name.key() == key) {
            return Err(StoreTagError::NameTaken);
        }
        renamed.name = name.clone();
        renamed.version = renamed.version.next();
        self.names.tags.insert(id, renamed.clone());
        Ok(self.counted_tag(&renamed))
    }

    pub(in crate::memory) fn delete_tag(
        &mut self,
        id: TagId,
        expected: &Precondition,
        at: DateTime<Utc>,
    ) -> Outcome<()> {
        self.allowed_tag(id, expected)?;
        for row in self.rows.values_mut().filter(|row| row.tags.contains(&id)) {
            row.tags.retain(|tag| *tag != id);
            row.content.updated_at = at;
            row.version = row.version.next();
        }
        for row in self.recurring.values_mut() {
            row.remove_tag(id, at);
        }
        self.names.tags.remove(&id);
        Ok(())
    }

    fn allowed_tag(&self, id: TagId, expected: &Precondition) -> Outcome<&Tag> {
        let tag = self.names.tags.get(&id).ok_or(StoreTagError::NotFound)?;
        if expected.allows(tag.version) { Ok(tag) } else { Err(StoreTagError::Stale) }
    }

    fn counted_tag(&self, tag: &Tag) -> Tag {
        let tagged = self.rows.values().filter(|row| row.deleted_at.is_none() && row.tags.contains(&tag.id));
        Tag { count: tagged.map(|_| 1).sum(), ..tag.clone() }
    }
}
