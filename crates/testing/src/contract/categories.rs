//! Categories: what a write of one sets, what it is refused for, and what becomes of those that name one.

use finance_domain::category::{
    Category, CategoryContent, CategoryQuery, CategoryUse, NewCategory, StoreCategoryError,
};
use finance_domain::page::{ListPosition, ListQuery};
use finance_domain::{CategoryId, Precondition, UserId, Version};
use uuid::Uuid;

use super::Storage;
use super::support::{assert_is, only, page};
use crate::fixtures::{
    CategoryBuilder, category, category_id, category_name, expense, instant, password_hash, user, user_id,
};

impl Storage {
    /// Creates a category.
    pub(super) async fn add_category(&self, owner: UserId, new: CategoryBuilder) -> Category {
        self.categories.create(owner, &new.build()).await.expect("a new category")
    }

    /// The category, which exists.
    pub(super) async fn category(&self, owner: UserId, id: CategoryId) -> Category {
        self.categories.find(owner, id).await.expect("an answer").expect("a category")
    }

    /// The names of all categories, as listed in pages of `limit`.
    pub(super) async fn category_names(
        &self,
        owner: UserId,
        archived: Option<bool>,
        limit: u16,
    ) -> Vec<String> {
        let mut names = Vec::new();
        let mut query = CategoryQuery { archived, page: ListQuery { limit: page(limit), after: None } };
        loop {
            let page = self.categories.list(owner, &query).await.expect("a page");
            assert!(page.items.len() <= usize::from(limit));
            query.page.after = page.items.last().map(Category::position);
            names.extend(page.items.into_iter().map(|category| category.content.name.into_string()));
            if !page.has_more {
                return names;
            }
        }
    }
}

fn stored(new: NewCategory) -> Category {
    Category { id: new.id, content: new.content, version: Version::FIRST }
}

fn content(builder: CategoryBuilder) -> CategoryContent {
    builder.build().content
}

/// A category is found as it was created, whether it has a look or not.
pub async fn a_category_is_found_as_created(storage: Storage) {
    let owner = storage.somebody().await;
    let food = category("Food").color("#F28E2B").icon("utensils").archived();
    let fruit = category("Fruit").parent(food.clone().build().id);
    for new in [food, fruit] {
        let created = storage.add_category(owner, new.clone()).await;
        assert_eq!(created, stored(new.build()));
        assert_eq!(storage.category(owner, created.id).await, created);
    }
    assert_eq!(storage.categories.find(owner, category_id()).await.expect("an answer"), None);
}

/// Categories come with their user, parents with their children.
pub async fn a_user_starts_with_categories(storage: Storage) {
    let ada = user("ada@example.org").build();
    let food = category("Food").icon("utensils").build();
    let fruit = category("Fruit").parent(food.id).color("#59a14f").build();
    let new = [food.clone(), fruit.clone()];
    storage.users.create(&ada, &password_hash("secret"), &new).await.expect("a new user");
    for new in new {
        assert_eq!(storage.category(ada.id, new.id).await, stored(new));
    }
    let again = storage
        .users
        .create(&user("ada@example.org").build(), &password_hash("secret"), &[category("Other").build()])
        .await;
    assert!(again.is_err());
    assert_eq!(storage.category_names(ada.id, None, 10).await, ["Food", "Fruit"]);
}

/// One that an expense made is like any other.
pub async fn a_category_made_by_an_expense_is_like_any_other(storage: Storage) {
    let owner = storage.somebody().await;
    let made = storage.add(owner, expense().category("Food")).await.category.expect("a category");
    let found = storage.category(owner, made.id).await;
    assert_eq!(found.content.name, made.name);
    assert_eq!((found.content.color, found.content.icon.as_ref()), (None, None));
    assert_eq!((found.content.archived, found.content.parent, found.version), (false, None, Version::FIRST));
    let same = storage.categories.create(owner, &category("fOOD").build()).await;
    assert_is!(same, Err(StoreCategoryError::NameTaken));
}

/// Without an owner there is nothing to create.
pub async fn a_category_needs_an_owner(storage: Storage) {
    let created = storage.categories.create(user_id(), &category("Food").build()).await;
    assert_is!(created, Err(StoreCategoryError::UnknownUser));
}

/// A name is taken in each of its spellings, also for one that is renamed, but not by others.
pub async fn a_name_is_taken_in_each_of_its_spellings(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let cafe = storage.add_category(owner, category("Café straße")).await;
    let tea = storage.add_category(owner, category("Tea")).await;
    for spelling in ["café straße", "CAFÉ STRASSE", "Cafe\u{301} straße"] {
        let taken = storage.categories.create(owner, &category(spelling).build()).await;
        assert_is!(taken, Err(StoreCategoryError::NameTaken));
        let any = Precondition::Any;
        let taken = storage.categories.replace(owner, tea.id, &any, &content(category(spelling))).await;
        assert_is!(taken, Err(StoreCategoryError::NameTaken));
        let own = storage.categories.replace(owner, cafe.id, &any, &content(category(spelling))).await;
        assert_eq!(own.expect("its own name").content.name, category_name(spelling));
    }
    assert_eq!(storage.category(owner, tea.id).await, tea);
    storage.add_category(other, category("Café straße")).await;
}

/// There are two levels, in whichever way a third is tried.
pub async fn there_are_two_levels(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await;
    let fruit = storage.add_category(owner, category("Fruit").parent(food.id)).await;
    let other = storage.add_category(owner, category("Other")).await;
    let any = Precondition::Any;
    let create = |parent| category("Apples").parent(parent).build();
    let refused = storage.categories.create(owner, &create(category_id())).await;
    assert_is!(refused, Err(StoreCategoryError::UnknownParent));
    let refused = storage.categories.create(owner, &create(fruit.id)).await;
    assert_is!(refused, Err(StoreCategoryError::ParentIsChild));
    let put = async |id: CategoryId, parent: CategoryId| {
        let name = id.to_string();
        storage.categories.replace(owner, id, &any, &content(category(&name).parent(parent))).await
    };
    assert_is!(put(other.id, category_id()).await, Err(StoreCategoryError::UnknownParent));
    assert_is!(put(other.id, fruit.id).await, Err(StoreCategoryError::ParentIsChild));
    assert_is!(put(food.id, other.id).await, Err(StoreCategoryError::HasChildren));
    assert_eq!(put(fruit.id, other.id).await.expect("another parent").content.parent, Some(other.id));
    assert_eq!(put(food.id, other.id).await.expect("a parent").content.parent, Some(other.id));
}

/// Replacing sets everything and clears what is left out.
pub async fn replacing_a_category_sets_everything(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await;
    let child = category("Child").parent(food.id).color("#59a14f").icon("leaf").archived();
    let plain = storage.add_category(owner, category("Plain")).await;
    let at = instant("2026-12-01T00:00:00Z");
    let contents = [content(child.updated_at(at)), content(category("Plain again"))];
    for (content, number) in contents.into_iter().zip(2..) {
        let replaced = storage.categories.replace(owner, plain.id, &Precondition::Any, &content).await;
        let replaced = replaced.expect("a replaced category");
        assert_eq!(replaced, Category { id: plain.id, content, version: Version::new(number) });
        assert_eq!(storage.category(owner, plain.id).await, replaced);
    }
}

/// A write needs a category of the owner's, of a version that is allowed.
pub async fn a_category_is_written_in_an_allowed_version_only(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let food = storage.add_category(owner, category("Food")).await;
    let into = storage.add_category(owner, category("Into")).await;
    let theirs = storage.add_category(other, category("Theirs")).await;
    let at = instant("2026-12-01T00:00:00Z");
    let any = Precondition::Any;
    for (who, id) in [(owner, theirs.id), (owner, category_id()), (other, food.id), (user_id(), food.id)] {
        assert_eq!(storage.categories.find(who, id).await.expect("an answer"), None);
        let replaced = storage.categories.replace(who, id, &any, &content(category("X"))).await;
        assert_is!(replaced, Err(StoreCategoryError::NotFound));
        assert_is!(storage.categories.delete(who, id, &any).await, Err(StoreCategoryError::NotFound));
        let merged = storage.categories.merge(who, id, &any, into.id, at).await;
        assert_is!(merged, Err(StoreCategoryError::NotFound));
    }
    let old = only(Version::new(9));
    let replaced = storage.categories.replace(owner, food.id, &old, &content(category("X"))).await;
    assert_is!(replaced, Err(StoreCategoryError::Stale));
    assert_is!(storage.categories.delete(owner, food.id, &old).await, Err(StoreCategoryError::Stale));
    let merged = storage.categories.merge(owner, food.id, &old, into.id, at).await;
    assert_is!(merged, Err(StoreCategoryError::Stale));
    for target in [theirs.id, category_id()] {
        let merged = storage.categories.merge(owner, food.id, &any, target, at).await;
        assert_is!(merged, Err(StoreCategoryError::UnknownTarget));
        let parent = content(category("X").parent(target));
        let replaced = storage.categories.replace(owner, food.id, &any, &parent).await;
        assert_is!(replaced, Err(StoreCategoryError::UnknownParent));
    }
    assert_eq!(storage.category(owner, food.id).await, food);
    assert_is!(storage.categories.delete(owner, food.id, &only(Version::FIRST)).await, Ok(()));
}

/// A new name is seen on every expense at once, and the expense itself was not written.
pub async fn a_new_name_is_seen_on_every_expense(storage: Storage) {
    let owner = storage.somebody().await;
    let before = storage.add(owner, expense().category("Food")).await;
    let id = before.category.as_ref().expect("a category").id;
    let named = content(category("Groceries"));
    storage.categories.replace(owner, id, &Precondition::Any, &named).await.expect("a new name");
    let after = storage.get(owner, before.id).await;
    assert_eq!(after.category.expect("a category").name, named.name);
    assert_eq!((after.version, after.updated_at), (before.version, before.updated_at));
    let again = storage.add(owner, expense().category("groceries")).await;
    assert_eq!(again.category.expect("a category").id, id);
    assert_ne!(storage.add(owner, expense().category("Food")).await.category.expect("a category").id, id);
}

/// An expense may name an archived category, which stays what it is.
pub async fn an_archived_category_takes_expenses(storage: Storage) {
    let owner = storage.somebody().await;
    let old = storage.add_category(owner, category("Old").archived()).await;
    for new in [expense().category("OLD"), expense().existing_category(old.id)] {
        assert_eq!(storage.add(owner, new).await.category.expect("a category").id, old.id);
    }
    assert_eq!(storage.category(owner, old.id).await, old);
}

/// The list is sorted by the keys of names, in whatever pages.
pub async fn categories_are_listed_by_name(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    assert_eq!(storage.category_names(owner, None, 1).await, [""; 0]);
    let names = ["apple", "Äpfel", "Zebra", "zoo", "Straße", "STRASSEN", "a b", "a-b", "ab", "日本", "😀"];
    for (name, number) in names.into_iter().zip(0..) {
        let new = if number % 3 == 0 { category(name).archived() } else { category(name) };
        storage.add_category(owner, new).await;
    }
    storage.add_category(other, category("Theirs")).await;
    let mut sorted = names.to_vec();
    sorted.sort_by_key(|name| category_name(name).key());
    for limit in [1, 3, 11, 200] {
        assert_eq!(storage.category_names(owner, None, limit).await, sorted, "in pages of {limit}");
    }
    let archived = ["apple", "zoo", "a b", "日本"];
    let expected: Vec<_> = sorted.iter().copied().filter(|name| archived.contains(name)).collect();
    assert_eq!(storage.category_names(owner, Some(true), 3).await, expected);
    sorted.retain(|name| !archived.contains(name));
    assert_eq!(storage.category_names(owner, Some(false), 3).await, sorted);
    let after = ListPosition { key: "b".to_owned(), id: Uuid::nil() };
    let query = CategoryQuery { archived: None, page: ListQuery { limit: page(1), after: Some(after) } };
    let next = storage.categories.list(owner, &query).await.expect("a page");
    assert_eq!(next.items[0].content.name.as_str(), "Straße", "a place needs no category");
}

/// What is in use is not deleted, and how many use it is told.
pub async fn a_category_in_use_is_not_deleted(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await;
    let fruit = storage.add_category(owner, category("Fruit").parent(food.id)).await;
    for _ in 0..3 {
        storage.add(owner, expense().existing_category(food.id)).await;
    }
    let trashed = storage.add(owner, expense().existing_category(food.id)).await;
    storage.remove(owner, trashed.id).await;
    let expected = CategoryUse { expenses: 3, children: 1, ..CategoryUse::default() };
    match storage.categories.delete(owner, food.id, &Precondition::Any).await {
        Err(StoreCategoryError::InUse(what)) => assert_eq!(what, expected),
        other => panic!("{other:?}"),
    }
    assert_eq!(storage.category(owner, food.id).await, food);
    assert_is!(storage.categories.delete(owner, fruit.id, &Precondition::Any).await, Ok(()));
}

/// What is in the trash does not keep a category.
pub async fn a_category_of_trash_only_is_deleted(storage: Storage) {
    let owner = storage.somebody().await;
    let trashed = storage.add(owner, expense().category("Food")).await;
    storage.remove(owner, trashed.id).await;
    let food = trashed.category.expect("a category").id;
    assert_is!(storage.categories.delete(owner, food, &Precondition::Any).await, Ok(()));
    assert_eq!(storage.categories.find(owner, food).await.expect("an answer"), None);
    let again = storage.add(owner, expense().category("Food")).await;
    assert_ne!(again.category.expect("a category").id, food);
}

/// Expenses go to the target, and nobody else's do.
pub async fn a_merge_moves_expenses(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let food = storage.add_category(owner, category("Food")).await;
    let into = storage.add_category(owner, category("Into")).await;
    let theirs = storage.add(other, expense().category("Food")).await;
    let moved = storage.add(owner, expense().existing_category(food.id).tags(&["kept"])).await;
    let stays = storage.add(owner, expense().category("Third")).await;
    let trashed = storage.add(owner, expense().existing_category(food.id)).await;
    storage.remove(owner, trashed.id).await;
    let at = instant("2026-12-01T00:00:00Z");
    let merged = storage.categories.merge(owner, food.id, &only(Version::FIRST), into.id, at).await;
    assert_eq!(merged.expect("the target"), into);
    assert_eq!(storage.categories.find(owner, food.id).await.expect("an answer"), None);
    let after = storage.get(owner, moved.id).await;
    assert_eq!(after.category.as_ref().expect("a category").id, into.id);
    assert_eq!((after.version, after.updated_at), (moved.version.next(), at));
    assert_eq!(after.tags, moved.tags);
    assert_eq!(storage.get(owner, stays.id).await, stays);
    assert_eq!(storage.get(other, theirs.id).await, theirs);
}

/// Children go to the target; one that is the target itself takes the place of its parent.
pub async fn a_merge_moves_children(storage: Storage) {
    let owner = storage.somebody().await;
    let at = instant("2026-12-01T00:00:00Z");
    let any = Precondition::Any;
    let food = storage.add_category(owner, category("Food")).await;
    let fruit = storage.add_category(owner, category("Fruit").parent(food.id)).await;
    let meat = storage.add_category(owner, category("Meat").parent(food.id)).await;
    let other = storage.add_category(owner, category("Other")).await;
    let part = storage.add_category(owner, category("Part").parent(other.id)).await;
    let refused = storage.categories.merge(owner, food.id, &any, part.id, at).await;
    assert_is!(refused, Err(StoreCategoryError::TargetIsChild));
    assert_eq!(storage.category(owner, food.id).await, food);

    let merged = storage.categories.merge(owner, food.id, &any, fruit.id, at).await.expect("the target");
    assert_eq!((merged.id, merged.content.parent, merged.version), (fruit.id, None, Version::new(2)));
    let meat = storage.category(owner, meat.id).await;
    assert_eq!(
        (meat.content.parent, meat.version, meat.content.updated_at),
        (Some(fruit.id), Version::new(2), at)
    );
    let merged = storage.categories.merge(owner, fruit.id, &any, other.id, at).await.expect("the target");
    assert_eq!(merged, other);
    assert_eq!(storage.category(owner, meat.id).await.content.parent, Some(other.id));
    let merged = storage.categories.merge(owner, meat.id, &any, part.id, at).await.expect("the target");
    assert_eq!(merged.content.parent, Some(other.id), "a child goes into a child");
}
