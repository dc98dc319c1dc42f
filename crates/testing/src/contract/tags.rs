//! Tags: their lists and counts, new names, and their end.

use finance_domain::expense::StoreExpenseError;
use finance_domain::page::{ListPosition, ListQuery};
use finance_domain::tag::{StoreTagError, Tag};
use finance_domain::{Precondition, TagId, UserId, Version};
use uuid::Uuid;

use super::Storage;
use super::support::{assert_is, concurrently, only, page, tag_names};
use crate::fixtures::{expense, expense_id, instant, tag_name, user_id};

impl Storage {
    /// All tags, as listed in pages of `limit`.
    pub(super) async fn all_tags(&self, owner: UserId, limit: u16) -> Vec<Tag> {
        let mut tags = Vec::new();
        let mut query = ListQuery { limit: page(limit), after: None };
        loop {
            let page = self.tags.list(owner, &query).await.expect("a page");
            assert!(page.items.len() <= usize::from(limit));
            query.after = page.items.last().map(Tag::position);
            tags.extend(page.items);
            if !page.has_more {
                return tags;
            }
        }
    }

    pub(super) async fn tag(&self, owner: UserId, name: &str) -> Tag {
        let tags = self.all_tags(owner, 200).await;
        tags.into_iter().find(|tag| tag.name == tag_name(name)).expect("a tag of this name")
    }
}

/// Tags are listed by the keys of their names, in whatever pages, with the number of expenses outside the trash.
pub async fn tags_are_listed_by_name_with_counts(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    assert_eq!(storage.all_tags(owner, 1).await, []);
    storage.add(owner, expense().tags(&["Zoo", "apple", "Äpfel"])).await;
    storage.add(owner, expense().tags(&["zoo", "a b"])).await;
    let trashed = storage.add(owner, expense().tags(&["ZOO", "ab"])).await;
    storage.remove(owner, trashed.id).await;
    let replaced = storage.add(owner, expense().tags(&["apple", "日本"])).await;
    storage.put(owner, replaced.id, expense().tags(&["日本"])).await;
    storage.add(other, expense().tags(&["zoo", "theirs"])).await;
    let mut expected = vec![("Zoo", 2), ("apple", 1), ("Äpfel", 1), ("a b", 1), ("ab", 0), ("日本", 1)];
    expected.sort_by_key(|(name, _)| tag_name(name).key());
    for limit in [1, 2, 200] {
        let tags = storage.all_tags(owner, limit).await;
        let found: Vec<_> = tags.iter().map(|tag| (tag.name.as_str(), tag.count)).collect();
        assert_eq!(found, expected);
        assert!(tags.iter().all(|tag| tag.version == Version::FIRST));
        for tag in tags {
            assert_eq!(storage.tags.find(owner, tag.id).await.expect("an answer"), Some(tag.clone()));
            assert_eq!(storage.tags.find(other, tag.id).await.expect("an answer"), None);
        }
    }
    let after = Some(ListPosition { key: "b".to_owned(), id: Uuid::nil() });
    let next = storage.tags.list(owner, &ListQuery { limit: page(1), after }).await.expect("a page");
    assert_eq!(next.items[0].name.as_str(), "Zoo");
}

/// A new name is seen on every expense at once, and no expense was written.
pub async fn a_new_name_of_a_tag_is_seen_on_every_expense(storage: Storage) {
    let owner = storage.somebody().await;
    let before = storage.add(owner, expense().tags(&["one", "food", "two"])).await;
    let food = storage.tag(owner, "food").await;
    let name = tag_name("Meals");
    let renamed = storage.tags.rename(owner, food.id, &only(Version::FIRST), &name).await;
    let renamed = renamed.expect("a renamed tag");
    assert_eq!(renamed, Tag { id: food.id, name, count: 1, version: Version::new(2) });
    assert_eq!(storage.tags.find(owner, food.id).await.expect("an answer"), Some(renamed));
    let after = storage.get(owner, before.id).await;
    assert_eq!(tag_names(&after), ["one", "Meals", "two"]);
    assert_eq!((after.version, after.updated_at), (before.version, before.updated_at));
    storage.add(owner, expense().tags(&["meals"])).await;
    assert_eq!(storage.tag(owner, "Meals").await.count, 2);
    let other_case = storage.tags.rename(owner, food.id, &Precondition::Any, &tag_name("MEALS")).await;
    assert_eq!(other_case.expect("its own name").version, Version::new(3));
}

/// A name is taken in each of its spellings; what does not exist or was changed is not written.
pub async fn a_tag_is_renamed_within_the_rules(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    storage.add(owner, expense().tags(&["Straße", "weg"])).await;
    storage.add(other, expense().tags(&["free"])).await;
    let (road, theirs) = (storage.tag(owner, "weg").await, storage.tag(other, "free").await);
    let (any, name) = (Precondition::Any, tag_name("free"));
    let taken = storage.tags.rename(owner, road.id, &any, &tag_name("STRASSE")).await;
    assert_is!(taken, Err(StoreTagError::NameTaken));
    let stale = storage.tags.rename(owner, road.id, &only(Version::new(2)), &name).await;
    assert_is!(stale, Err(StoreTagError::Stale));
    let at = instant("2026-12-01T00:00:00Z");
    assert_is!(
        storage.tags.delete(owner, road.id, &only(Version::new(2)), at).await,
        Err(StoreTagError::Stale)
    );
    for (who, id) in
        [(owner, theirs.id), (other, road.id), (owner, TagId::new(Uuid::nil())), (user_id(), road.id)]
    {
        assert_is!(storage.tags.rename(who, id, &any, &name).await, Err(StoreTagError::NotFound));
        assert_is!(storage.tags.delete(who, id, &any, at).await, Err(StoreTagError::NotFound));
    }
    assert_eq!(storage.tag(owner, "weg").await, road);
    storage.tags.rename(owner, road.id, &any, &name).await.expect("a name that only somebody else has");
}

/// A deleted tag is gone from its expenses, also from those in the trash; they were written, others were not.
pub async fn a_deleted_tag_is_gone_from_its_expenses(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let first = storage.add(owner, expense().tags(&["one", "food", "two"])).await;
    let only_tag = storage.add(owner, expense().tags(&["food"])).await;
    let without = storage.add(owner, expense().tags(&["one"])).await;
    let trashed = storage.add(owner, expense().tags(&["food"])).await;
    storage.remove(owner, trashed.id).await;
    let theirs = storage.add(other, expense().tags(&["food"])).await;
    let food = storage.tag(owner, "food").await.id;
    let at = instant("2026-12-01T00:00:00Z");
    storage.tags.delete(owner, food, &only(Version::FIRST), at).await.expect("a deleted tag");
    assert_eq!(storage.tags.find(owner, food).await.expect("an answer"), None);
    for (before, left) in [(first, vec!["one", "two"]), (only_tag, vec![])] {
        let after = storage.get(owner, before.id).await;
        assert_eq!(tag_names(&after), left);
        assert_eq!((after.version, after.updated_at), (before.version.next(), at));
        // The number of tags that is kept beside them is right.
        let again = storage.put(owner, before.id, expense().tags(&["new"])).await;
        assert_eq!(storage.get(owner, before.id).await, again);
    }
    assert_eq!(storage.get(owner, without.id).await, without);
    assert_eq!(storage.get(other, theirs.id).await, theirs);
    storage.add(owner, expense().tags(&["food"])).await;
    assert_ne!(storage.tag(owner, "food").await.id, food, "made anew");
}

/// Who does not name tags keeps those that there are, whatever they are called meanwhile; none is made or written.
pub async fn an_expense_keeps_tags_that_are_not_named(storage: Storage) {
    let owner = storage.somebody().await;
    let without = storage.add(owner, expense().tags_as_stored()).await;
    assert_eq!(tag_names(&without), [""; 0]);
    let before = storage.add(owner, expense().tags(&["one", "food", "two", "gone"])).await;
    let (food, gone) = (storage.tag(owner, "food").await.id, storage.tag(owner, "gone").await.id);
    let any = Precondition::Any;
    storage.tags.rename(owner, food, &any, &tag_name("Meals")).await.expect("a renamed tag");
    let kept = storage.put(owner, before.id, expense().title("Tea").tags_as_stored()).await;
    assert_eq!(tag_names(&kept), ["one", "Meals", "two", "gone"]);
    assert_eq!((kept.title.as_str(), kept.version), ("Tea", before.version.next()));
    assert_eq!(storage.get(owner, before.id).await, kept);
    let at = instant("2026-12-01T00:00:00Z");
    storage.tags.delete(owner, gone, &any, at).await.expect("a deleted tag");
    let version = storage.get(owner, before.id).await.version;
    let stale = expense().category("Drink").tags_as_stored().build();
    let refused = storage.expenses.replace(owner, before.id, &only(kept.version), &stale).await;
    assert_is!(refused, Err(StoreExpenseError::Stale));
    let written = storage.expenses.replace(owner, before.id, &only(version), &stale).await;
    let written = written.expect("a replaced expense");
    assert_eq!(tag_names(&written), ["one", "Meals", "two"]);
    assert_eq!(storage.get(owner, before.id).await, written);
    assert_eq!(storage.put(owner, without.id, expense().tags_as_stored()).await.tags, without.tags);
    let all = storage.all_tags(owner, 200).await;
    assert_eq!(
        all.iter().map(|tag| (tag.name.as_str(), tag.count)).collect::<Vec<_>>(),
        [("Meals", 1), ("one", 1), ("two", 1)]
    );
    // What is named later takes their place.
    let named = storage.put(owner, before.id, expense().tags(&["new"])).await;
    assert_eq!(storage.get(owner, before.id).await, named);
    assert_eq!(tag_names(&storage.put(owner, before.id, expense().tags_as_stored()).await), ["new"]);
}

/// Expenses that are written without their tags while these get other names, or go, never bring an old name back.
pub async fn no_name_of_a_tag_comes_back(storage: Storage) {
    for _ in 0..4 {
        let owner = storage.somebody().await;
        let mut written = Vec::new();
        for _ in 0..4 {
            written.push(storage.add(owner, expense().tags(&["food", "gone", "kept"])).await.id);
        }
        let (food, gone) = (storage.tag(owner, "food").await.id, storage.tag(owner, "gone").await.id);
        concurrently((0..14).map(|number: usize| {
            let (storage, id) = (storage.clone(), written[number % 4]);
            async move {
                let any = Precondition::Any;
                match number {
                    12 => drop(
                        storage.tags.rename(owner, food, &any, &tag_name("Meals")).await.expect("a name"),
                    ),
                    13 => {
                        let at = instant("2026-12-01T00:00:00Z");
                        storage.tags.delete(owner, gone, &any, at).await.expect("a deletion");
                    }
                    _ => drop(storage.put(owner, id, expense().title("Tea").tags_as_stored()).await),
                }
            }
        }))
        .await;
        for id in written {
            let shown = storage.get(owner, id).await;
            assert_eq!((tag_names(&shown), shown.title.as_str()), (vec!["Meals", "kept"], "Tea"));
        }
        assert_eq!(storage.all_tags(owner, 200).await.len(), 2);
    }
}

/// Of several who give one name at once, one succeeds.
pub async fn a_name_of_a_tag_is_given_once(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, expense().tags(&["a", "b", "c", "d", "e", "f", "g", "h"])).await;
    let outcomes = concurrently(storage.all_tags(owner, 200).await.into_iter().map(|tag| {
        let storage = storage.clone();
        async move { storage.tags.rename(owner, tag.id, &Precondition::Any, &tag_name("same")).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for error in lost {
        assert_is!(error, Err(StoreTagError::NameTaken));
    }
}

/// Expenses that are written with a tag while that is deleted lose it or make it anew: what each shows is what is
/// stored, and the tag's count is right.
pub async fn no_expense_is_lost_to_the_end_of_a_tag(storage: Storage) {
    for _ in 0..4 {
        let owner = storage.somebody().await;
        let mut before = Vec::new();
        for _ in 0..4 {
            before.push(storage.add(owner, expense().tags(&["food", "kept"])).await.id);
        }
        let food = storage.tag(owner, "food").await.id;
        let written = concurrently((0..13).map(|number: usize| {
            let (storage, old) = (storage.clone(), before[number % 4]);
            async move {
                let outcome = match number {
                    0..4 => {
                        let content = expense().tags(&["kept", "FOOD"]).build();
                        storage.expenses.create(owner, expense_id(), &content).await
                    }
                    4..8 => {
                        let content = expense().tags(&["food", "other"]).build();
                        storage.expenses.replace(owner, old, &Precondition::Any, &content).await
                    }
                    8..12 => {
                        let content = expense().tags(&["kept"]).build();
                        storage.expenses.replace(owner, old, &Precondition::Any, &content).await
                    }
                    _ => {
                        let at = instant("2026-12-01T00:00:00Z");
                        storage.tags.delete(owner, food, &Precondition::Any, at).await.expect("a deletion");
                        return None;
                    }
                };
                let written: Result<_, StoreExpenseError> = outcome;
                Some(written.expect("a written expense").id)
            }
        }))
        .await;
        let mut tagged = 0;
        let mut ids: Vec<_> = before.into_iter().chain(written.into_iter().flatten()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 8);
        for id in ids {
            let shown = storage.get(owner, id).await;
            tagged += u64::from(tag_names(&shown).iter().any(|name| name.eq_ignore_ascii_case("food")));
            let again = storage.put(owner, id, expense().tags(&tag_names(&shown))).await;
            assert_eq!(again.tags, shown.tags);
        }
        let tags = storage.all_tags(owner, 200).await;
        let food = tags.iter().find(|tag| tag.name.key() == "food").map_or(0, |tag| tag.count);
        assert_eq!(food, tagged);
    }
}
