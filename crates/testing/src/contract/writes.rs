//! Expenses: creating, replacing, deleting.

use finance_domain::expense::{CategoryFilter, ExpenseFilter, StoreExpenseError};
use finance_domain::{Precondition, Version};

use super::Storage;
use super::support::{assert_is, only, stored, tag_names};
use crate::fixtures::{
    ExpenseContentBuilder, amount_rank, category_id, category_name, date, expense, expense_id, instant,
    search_term, tag_name, user_id,
};

/// An expense with nothing left out.
fn lunch() -> ExpenseContentBuilder {
    expense()
        .title("Lunch")
        .description("Soup\nand bread")
        .amount("12.50", "CHF")
        .income()
        .category("Food")
        .tags(&["work", "Zürich"])
        .date("2026-02-28")
        .updated_at(instant("2026-03-01T08:09:10.123Z"))
}

/// Everything about an expense is stored, and answered as it is stored.
pub async fn an_expense_is_found_as_created(storage: Storage) {
    let owner = storage.somebody().await;
    for content in [lunch().build(), expense().build()] {
        let id = expense_id();
        let created = storage.expenses.create(owner, id, &content).await.expect("a new expense");
        assert_eq!(created, stored(id, &content));
        assert_eq!(storage.get(owner, id).await, created);
        let listed = storage.walk(owner, &ExpenseFilter::default(), super::support::SORTS[5], 1).await;
        assert_eq!(listed[0], created);
    }
}

/// Nobody's expenses are not stored.
pub async fn an_expense_without_an_owner_is_not_created(storage: Storage) {
    storage.somebody().await;
    let (nobody, id) = (user_id(), expense_id());
    for content in [expense(), lunch()] {
        let refused = storage.expenses.create(nobody, id, &content.build()).await;
        assert_is!(refused, Err(StoreExpenseError::UnknownUser));
    }
    assert_eq!(storage.expenses.find(nobody, id).await.expect("an answer"), None);
}

/// An owner's id is never given to two expenses, also when the first is deleted.
pub async fn an_id_is_used_once(storage: Storage) {
    let owner = storage.somebody().await;
    let first = storage.add(owner, expense().title("First")).await;
    let again = expense().title("Second").build();
    assert_is!(storage.expenses.create(owner, first.id, &again).await, Err(StoreExpenseError::Store(_)));
    assert_eq!(storage.get(owner, first.id).await, first);
    storage.remove(owner, first.id).await;
    assert_is!(storage.expenses.create(owner, first.id, &again).await, Err(StoreExpenseError::Store(_)));
}

/// Unknown ids and unknown owners have nothing.
pub async fn what_does_not_exist_is_not_found(storage: Storage) {
    let owner = storage.somebody().await;
    let known = storage.add(owner, expense()).await;
    assert_eq!(storage.expenses.find(owner, expense_id()).await.expect("an answer"), None);
    assert_eq!(storage.expenses.find(user_id(), known.id).await.expect("an answer"), None);
    assert!(storage.titles(user_id(), ExpenseFilter::default()).await.is_empty());
}

/// Replacing writes every field.
pub async fn replacing_sets_everything(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense()).await.id;
    let content = lunch().build();
    let replaced = storage.expenses.replace(owner, id, &only(Version::FIRST), &content).await;
    let replaced = replaced.expect("a replaced expense");
    let mut expected = stored(id, &content);
    expected.version = Version::new(2);
    assert_eq!(replaced, expected);
    assert_eq!(storage.get(owner, id).await, expected);
}

/// Description, category and tags can be taken away.
pub async fn replacing_clears_what_is_left_out(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, lunch()).await.id;
    let content = expense().build();
    let mut expected = stored(id, &content);
    expected.version = Version::new(2);
    let replaced = storage.expenses.replace(owner, id, &Precondition::Any, &content).await;
    assert_eq!(replaced.expect("a replaced expense"), expected);
    assert_eq!(storage.get(owner, id).await, expected);
}

/// Each replacement counts one up, and takes the instant that it is given.
pub async fn replacing_counts_versions(storage: Storage) {
    let owner = storage.somebody().await;
    let created = storage.add(owner, expense()).await;
    assert_eq!(created.version, Version::FIRST);
    for number in 2..=5 {
        let at = instant(&format!("2026-12-0{number}T00:00:00.00{number}Z"));
        let replaced = storage.put(owner, created.id, expense().updated_at(at)).await;
        assert_eq!((replaced.version, replaced.updated_at), (Version::new(number), at));
        assert_eq!(storage.get(owner, created.id).await, replaced);
    }
}

/// What does not exist or is deleted is not replaced, and not made either.
pub async fn replacing_needs_an_expense(storage: Storage) {
    let owner = storage.somebody().await;
    let deleted = storage.add(owner, expense()).await.id;
    storage.remove(owner, deleted).await;
    for id in [expense_id(), deleted] {
        for expected in [Precondition::Any, only(Version::FIRST), Precondition::OneOf(Vec::new())] {
            let refused = storage.expenses.replace(owner, id, &expected, &lunch().build()).await;
            assert_is!(refused, Err(StoreExpenseError::NotFound));
        }
        assert_eq!(storage.expenses.find(owner, id).await.expect("an answer"), None);
    }
    let nobodys =
        storage.expenses.replace(user_id(), expense_id(), &Precondition::Any, &lunch().build()).await;
    assert_is!(nobodys, Err(StoreExpenseError::NotFound));
}

/// Without an allowed version nothing changes; one allowed among several is enough.
pub async fn replacing_needs_an_allowed_version(storage: Storage) {
    let owner = storage.somebody().await;
    let before = storage.add(owner, expense()).await;
    let content = lunch().build();
    for stale in [only(Version::new(2)), only(Version::new(0)), Precondition::OneOf(Vec::new())] {
        let refused = storage.expenses.replace(owner, before.id, &stale, &content).await;
        assert_is!(refused, Err(StoreExpenseError::Stale));
    }
    assert_eq!(storage.get(owner, before.id).await, before);

    let several = Precondition::OneOf(vec![Version::new(9), Version::FIRST]);
    storage.expenses.replace(owner, before.id, &several, &content).await.expect("a replaced expense");
    let again = storage.expenses.replace(owner, before.id, &only(Version::FIRST), &content).await;
    assert_is!(again, Err(StoreExpenseError::Stale));
}

/// No filter finds what an expense was before.
pub async fn a_replaced_expense_is_found_by_its_new_content_only(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense().category("Drinks").tags(&["warm"])).await.id;
    let rent = expense().title("Rent").amount("900", "JPY").income().date("2027-01-01");
    storage.put(owner, id, rent.category("Home").tags(&["cold"])).await;
    let category = |name| Some(CategoryFilter { id: None, name: Some(category_name(name)) });
    let all = ExpenseFilter::default;
    let (before, after) = (
        [
            ExpenseFilter { text: Some(search_term("coffee")), ..all() },
            ExpenseFilter { tag: Some(tag_name("warm")), ..all() },
            ExpenseFilter { category: category("Drinks"), ..all() },
            ExpenseFilter { max_amount: Some(amount_rank("3.20")), ..all() },
            ExpenseFilter { to: Some(date("2026-11-23")), ..all() },
        ],
        [
            ExpenseFilter { text: Some(search_term("rent")), ..all() },
            ExpenseFilter { tag: Some(tag_name("cold")), ..all() },
            ExpenseFilter { category: category("Home"), ..all() },
            ExpenseFilter { min_amount: Some(amount_rank("900")), ..all() },
            ExpenseFilter { from: Some(date("2027-01-01")), ..all() },
        ],
    );
    for filter in before {
        assert!(storage.titles(owner, filter.clone()).await.is_empty(), "{filter:?}");
    }
    for filter in after {
        assert_eq!(storage.titles(owner, filter.clone()).await, ["Rent"], "{filter:?}");
    }
}

/// Neither find, list, replace nor delete sees a deleted expense.
pub async fn a_deleted_expense_is_gone(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, lunch()).await.id;
    storage.remove(owner, id).await;
    assert_eq!(storage.expenses.find(owner, id).await.expect("an answer"), None);
    for sort in super::support::SORTS {
        assert!(storage.walk(owner, &ExpenseFilter::default(), sort, 10).await.is_empty());
    }
    let by_tag = ExpenseFilter { tag: Some(tag_name("work")), ..ExpenseFilter::default() };
    assert!(storage.titles(owner, by_tag).await.is_empty());
    let replaced = storage.expenses.replace(owner, id, &Precondition::Any, &expense().build()).await;
    assert_is!(replaced, Err(StoreExpenseError::NotFound));
}

/// What does not exist or is deleted is not deleted.
pub async fn deleting_needs_an_expense(storage: Storage) {
    let owner = storage.somebody().await;
    let deleted = storage.add(owner, expense()).await.id;
    storage.remove(owner, deleted).await;
    let at = instant("2026-11-24T00:00:00Z");
    for (owner, id) in [(owner, deleted), (owner, expense_id()), (user_id(), deleted)] {
        for expected in [Precondition::Any, only(Version::FIRST), Precondition::OneOf(Vec::new())] {
            let refused = storage.expenses.delete(owner, id, &expected, at).await;
            assert_is!(refused, Err(StoreExpenseError::NotFound));
        }
    }
}

/// Without an allowed version nothing is deleted.
pub async fn deleting_needs_an_allowed_version(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense()).await.id;
    let current = storage.put(owner, id, lunch()).await;
    let at = instant("2026-11-24T00:00:00Z");
    for stale in [only(Version::FIRST), only(Version::new(3)), Precondition::OneOf(Vec::new())] {
        let refused = storage.expenses.delete(owner, id, &stale, at).await;
        assert_is!(refused, Err(StoreExpenseError::Stale));
    }
    assert_eq!(storage.get(owner, id).await, current);
    let several = Precondition::OneOf(vec![Version::new(9), Version::new(2)]);
    assert_is!(storage.expenses.delete(owner, id, &several, at).await, Ok(()));
}

/// A deletion touches one expense, and not the names that others share with it.
pub async fn deleting_leaves_other_expenses_alone(storage: Storage) {
    let owner = storage.somebody().await;
    let gone = storage.add(owner, lunch()).await;
    let kept = storage.add(owner, lunch()).await;
    storage.remove(owner, gone.id).await;
    assert_eq!(storage.get(owner, kept.id).await, kept);
    assert_eq!(storage.titles(owner, ExpenseFilter::default()).await, ["Lunch"]);
}

/// The names that a failed write would have made are not there: who uses one next decides how it is spelled.
pub async fn a_write_that_fails_leaves_nothing_behind(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense()).await.id;
    let shouted = || expense().category("FOOD").tags(&["WORK"]);
    let any = Precondition::Any;

    let unknown_category = expense().existing_category(category_id()).tags(&["WORK"]).build();
    let refused = storage.expenses.create(owner, expense_id(), &unknown_category).await;
    assert_is!(refused, Err(StoreExpenseError::UnknownCategory));
    let refused = storage.expenses.replace(owner, id, &any, &unknown_category).await;
    assert_is!(refused, Err(StoreExpenseError::UnknownCategory));
    let refused = storage.expenses.replace(owner, id, &only(Version::new(9)), &shouted().build()).await;
    assert_is!(refused, Err(StoreExpenseError::Stale));
    let refused = storage.expenses.replace(owner, expense_id(), &any, &shouted().build()).await;
    assert_is!(refused, Err(StoreExpenseError::NotFound));
    let refused = storage.expenses.create(owner, id, &shouted().build()).await;
    assert_is!(refused, Err(StoreExpenseError::Store(_)));

    assert_eq!(storage.get(owner, id).await.version, Version::FIRST);
    let spoken = storage.add(owner, expense().category("food").tags(&["work"])).await;
    assert_eq!(spoken.category.as_ref().map(|category| category.name.as_str()), Some("food"));
    assert_eq!(tag_names(&spoken), ["work"]);
}
