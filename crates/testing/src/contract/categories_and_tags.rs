//! The names that expenses share: made on first use, spelled as then, found without regard to case.

use finance_domain::Precondition;
use finance_domain::category::CategoryChoice;
use finance_domain::expense::{Expense, ExpenseCategory, StoreExpenseError};
use finance_domain::tag::Tags;

use super::Storage;
use super::support::{assert_is, tag_names};
use crate::fixtures::{category_id, expense, expense_id};

fn category(expense: &Expense) -> &ExpenseCategory {
    expense.category.as_ref().expect("a category")
}

/// The id offered becomes the category's.
pub async fn a_category_is_made_on_first_use(storage: Storage) {
    let owner = storage.somebody().await;
    let content = expense().category("Food & Drink").build();
    let Some(CategoryChoice::Named { name, new_id }) = content.category.clone() else {
        panic!("a category by its name")
    };
    let created = storage.expenses.create(owner, expense_id(), &content).await.expect("a new expense");
    assert_eq!(created.category, Some(ExpenseCategory { id: new_id, name }));

    let replaced = storage.put(owner, created.id, expense().category("Travel")).await;
    assert_ne!(category(&replaced).id, new_id);
    assert_eq!(category(&replaced).name.as_str(), "Travel");
}

/// Another spelling is the same category, with the name it was given first.
pub async fn a_category_is_found_without_regard_to_case(storage: Storage) {
    let owner = storage.somebody().await;
    for spellings in [["Food", "FOOD", "fOOd"], ["Straße", "STRASSE", "strasse"], ["ΟΔΟΣ", "οδος", "οδοσ"]]
    {
        let first = storage.add(owner, expense().category(spellings[0])).await;
        for spelling in spellings {
            let next = storage.add(owner, expense().category(spelling)).await;
            assert_eq!(next.category, first.category, "{spelling}");
            let replaced = storage.put(owner, next.id, expense().title("Tea").category(spelling)).await;
            assert_eq!(replaced.category, first.category, "{spelling}");
        }
    }
    let [with, without] = ["Café", "Cafe"].map(|name| expense().category(name));
    let (with, without) = (storage.add(owner, with).await, storage.add(owner, without).await);
    assert_ne!(category(&with).id, category(&without).id, "an accent is a difference");
}

/// An id names a category that exists.
pub async fn a_category_is_found_by_its_id(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add(owner, expense().category("Food")).await;
    let same = || expense().existing_category(category(&food).id);
    let created = storage.add(owner, same()).await;
    assert_eq!(created.category, food.category);
    storage.put(owner, created.id, expense()).await;
    assert_eq!(storage.put(owner, created.id, same()).await.category, food.category);
    assert_eq!(storage.get(owner, created.id).await.category, food.category);
}

/// An id that names no category is an error, and nothing is written.
pub async fn an_unknown_category_is_refused(storage: Storage) {
    let owner = storage.somebody().await;
    let before = storage.add(owner, expense().category("Food")).await;
    let unknown = expense().title("Tea").existing_category(category_id()).build();
    let id = expense_id();
    let created = storage.expenses.create(owner, id, &unknown).await;
    assert_is!(created, Err(StoreExpenseError::UnknownCategory));
    assert_eq!(storage.expenses.find(owner, id).await.expect("an answer"), None);
    let replaced = storage.expenses.replace(owner, before.id, &Precondition::Any, &unknown).await;
    assert_is!(replaced, Err(StoreExpenseError::UnknownCategory));
    assert_eq!(storage.get(owner, before.id).await, before);
}

/// Whoever uses a tag first decides how it is spelled.
pub async fn a_tag_is_spelled_as_when_first_used(storage: Storage) {
    let owner = storage.somebody().await;
    let first = storage.add(owner, expense().tags(&["Work", "straße"])).await;
    assert_eq!(tag_names(&first), ["Work", "straße"]);
    let second = storage.add(owner, expense().tags(&["STRASSE", "WORK"])).await;
    assert_eq!(tag_names(&second), ["straße", "Work"]);
    assert_eq!(storage.get(owner, second.id).await, second);
    let replaced = storage.put(owner, second.id, expense().tags(&["wORK"])).await;
    assert_eq!(tag_names(&replaced), ["Work"]);
    assert_eq!(tag_names(&storage.get(owner, second.id).await), ["Work"]);
}

/// Tags are a list: neither their age nor their letters order them.
pub async fn tags_stay_in_the_order_given(storage: Storage) {
    let owner = storage.somebody().await;
    for order in [["b", "a", "c"], ["c", "b", "a"], ["a", "c", "b"]] {
        let created = storage.add(owner, expense().tags(&order)).await;
        assert_eq!(tag_names(&created), order);
        assert_eq!(tag_names(&storage.get(owner, created.id).await), order);
        let replaced = storage.put(owner, created.id, expense().tags(&[order[2], order[0]])).await;
        assert_eq!(tag_names(&replaced), [order[2], order[0]]);
        assert_eq!(storage.get(owner, created.id).await, replaced);
    }
}

/// As many tags as an expense can have.
pub async fn twenty_tags_survive(storage: Storage) {
    let owner = storage.somebody().await;
    let names: Vec<_> = (0..Tags::MAX).map(|number| format!("{number} {}", "🏷".repeat(40))).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let created = storage.add(owner, expense().tags(&names)).await;
    assert_eq!(tag_names(&created), names);
    assert_eq!(storage.get(owner, created.id).await, created);
}

/// A write may name tags that exist beside new ones.
pub async fn old_and_new_tags_mix(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, expense().tags(&["Old", "Older"])).await;
    let mixed = storage.add(owner, expense().tags(&["New", "old", "newer", "OLDER"])).await;
    assert_eq!(tag_names(&mixed), ["New", "Old", "newer", "Older"]);
    assert_eq!(storage.get(owner, mixed.id).await, mixed);
}
