//! Several who change categories at once, and others who write expenses meanwhile.

use std::collections::HashSet;

use finance_domain::category::StoreCategoryError;
use finance_domain::expense::{ExpenseFilter, ExpenseSort, StoreExpenseError};
use finance_domain::{Precondition, UserId, Version};

use super::Storage;
use super::support::{assert_is, concurrently, only};
use crate::fixtures::{category, expense, expense_id, instant};

/// Of several who create or rename categories to one name at once, one succeeds.
pub async fn a_name_is_given_once(storage: Storage) {
    let owner = storage.somebody().await;
    let renamed = storage.add_category(owner, category("Renamed")).await.id;
    let outcomes = concurrently((0..16).map(|number| {
        let storage = storage.clone();
        let new = category(if number % 2 == 0 { "Straße" } else { "STRASSE" }).build();
        async move {
            match number {
                0 => storage.categories.replace(owner, renamed, &Precondition::Any, &new.content).await,
                _ => storage.categories.create(owner, &new).await,
            }
        }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for error in lost {
        assert_is!(error, Err(StoreCategoryError::NameTaken));
    }
}

/// Two who make each other parents, or one a parent and a child, do not get three levels.
pub async fn there_are_two_levels_whatever_is_done_at_once(storage: Storage) {
    let owner = storage.somebody().await;
    for round in 0..8 {
        let names = ["a", "b", "c", "d"].map(|name| format!("{name}{round}"));
        let mut ids = Vec::new();
        for name in &names {
            ids.push(storage.add_category(owner, category(name)).await.id);
        }
        concurrently((0..4).map(|number| {
            let (storage, id) = (storage.clone(), ids[number]);
            let content = category(&names[number]).parent(ids[(number + 1) % 4]).build().content;
            async move {
                match storage.categories.replace(owner, id, &Precondition::Any, &content).await {
                    Ok(_) | Err(StoreCategoryError::ParentIsChild | StoreCategoryError::HasChildren) => {}
                    other => panic!("{other:?}"),
                }
            }
        }))
        .await;
        for id in ids {
            if let Some(parent) = storage.category(owner, id).await.content.parent {
                assert_eq!(storage.category(owner, parent).await.content.parent, None);
            }
        }
    }
}

/// Of several who read one version, one may write.
pub async fn one_of_16_changes_of_a_category_wins(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let into = storage.add_category(owner, category("Into")).await.id;
    let at = instant("2026-12-01T00:00:00Z");
    let won = concurrently((0..16).map(|number| {
        let storage = storage.clone();
        let content = category(&format!("Food {number}")).build().content;
        async move {
            let first = only(Version::FIRST);
            let outcome = match number {
                0 => storage.categories.delete(owner, food, &first).await,
                1 => storage.categories.merge(owner, food, &first, into, at).await.map(drop),
                _ => storage.categories.replace(owner, food, &first, &content).await.map(drop),
            };
            match outcome {
                Ok(()) => true,
                Err(StoreCategoryError::Stale | StoreCategoryError::NotFound) => false,
                other => panic!("{other:?}"),
            }
        }
    }))
    .await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
}

async fn everything(storage: &Storage, owner: UserId) -> Vec<finance_domain::expense::Expense> {
    storage.walk(owner, &ExpenseFilter::default(), ExpenseSort::default(), 200).await
}

/// An expense that is written into a category while that is merged is moved with the others, or written anew by name, or
/// refused by id: never lost, and never in a category that is gone.
pub async fn no_expense_is_lost_to_a_merge(storage: Storage) {
    for round in 0..4 {
        let owner = storage.somebody().await;
        let food = storage.add_category(owner, category("Food")).await.id;
        let into = storage.add_category(owner, category("Into")).await.id;
        let mut before = Vec::new();
        for _ in 0..4 {
            before.push(storage.add(owner, expense().existing_category(food)).await.id);
        }
        let at = instant("2026-12-01T00:00:00Z");
        let written = concurrently((0..17).map(|number: usize| {
            let (storage, old) = (storage.clone(), before[number % 4]);
            async move {
                let id = expense_id();
                let any = Precondition::Any;
                let by_name = expense().title("Bread").category("food").build();
                let by_id = expense().title("Bread").existing_category(food).build();
                let outcome = match number {
                    0..4 => storage.expenses.create(owner, id, &by_name).await,
                    4..8 => storage.expenses.create(owner, id, &by_id).await,
                    8..12 => storage.expenses.replace(owner, old, &any, &by_name).await,
                    12..16 => storage.expenses.replace(owner, old, &any, &by_id).await,
                    _ if round % 2 == 0 => {
                        let merged = storage.categories.merge(owner, food, &any, into, at).await;
                        assert_eq!(merged.expect("the target").id, into);
                        return None;
                    }
                    _ => match storage.categories.delete(owner, food, &any).await {
                        Err(StoreCategoryError::InUse(what)) if what.expenses > 0 => return None,
                        other => panic!("{other:?}"),
                    },
                };
                match outcome {
                    Ok(expense) => Some(expense.id),
                    Err(StoreExpenseError::UnknownCategory) if number % 8 >= 4 => None,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        let found = everything(&storage, owner).await;
        let ids: HashSet<_> = found.iter().map(|expense| expense.id).collect();
        assert!(before.iter().chain(written.iter().flatten()).all(|id| ids.contains(id)), "nothing is lost");
        for expense in found {
            let named = expense.category.expect("each has a category");
            assert_eq!(storage.category(owner, named.id).await.content.name, named.name);
        }
    }
}

/// An expense that is written into an empty category while that is deleted keeps it, makes it anew, or is refused.
pub async fn no_expense_is_lost_to_a_deletion(storage: Storage) {
    for _ in 0..8 {
        let owner = storage.somebody().await;
        let food = storage.add_category(owner, category("Food")).await.id;
        let written = concurrently((0..5).map(|number| {
            let storage = storage.clone();
            async move {
                let content = match number {
                    0 => {
                        let deleted = storage.categories.delete(owner, food, &Precondition::Any).await;
                        assert_is!(deleted, Ok(()) | Err(StoreCategoryError::InUse(_)));
                        return None;
                    }
                    1 | 2 => expense().category("Food"),
                    _ => expense().existing_category(food),
                };
                match storage.expenses.create(owner, expense_id(), &content.build()).await {
                    Ok(expense) => Some(expense.id),
                    Err(StoreExpenseError::UnknownCategory) if number > 2 => None,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        let found = everything(&storage, owner).await;
        assert_eq!(found.len(), written.iter().flatten().count());
        for expense in found {
            let named = expense.category.expect("each has a category");
            assert_eq!(storage.category(owner, named.id).await.content.name, named.name);
        }
    }
}
