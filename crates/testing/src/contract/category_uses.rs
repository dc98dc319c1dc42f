//! What names a category besides expenses: budgets and recurring expenses, when it is deleted or merged.

use finance_domain::budget::{Budget, StoreBudgetError};
use finance_domain::category::{CategoryUse, StoreCategoryError};
use finance_domain::recurring::StoreRecurringError;
use finance_domain::{BudgetId, CategoryId, Precondition, UserId};

use super::Storage;
use super::support::{assert_is, concurrently};
use crate::fixtures::{budget, budget_id, category, instant, recurring, recurring_id};

const AT: &str = "2026-12-01T00:00:00Z";

impl Storage {
    async fn stored_budget(&self, owner: UserId, id: BudgetId) -> Budget {
        self.budgets.find(owner, id).await.expect("an answer").expect("a budget")
    }

    async fn merge(&self, owner: UserId, from: CategoryId, into: CategoryId) {
        let merged = self.categories.merge(owner, from, &Precondition::Any, into, instant(AT)).await;
        assert_eq!(merged.expect("the target").id, into);
    }
}

/// Budgets name the target from now on, once; what does not name the category is not written, and a budget over all
/// categories stays one.
pub async fn a_merge_moves_budgets(storage: Storage) {
    let owner = storage.somebody().await;
    let other = storage.somebody().await;
    let mut ids = Vec::new();
    for name in ["Food", "Into", "Third"] {
        ids.push(storage.add_category(owner, category(name)).await.id);
    }
    let [food, into, third] = ids[..] else { panic!("three") };
    let theirs = storage.add_category(other, category("Food")).await.id;
    let theirs = storage.add_budget(other, budget("5").categories(&[theirs])).await;
    let one = storage.add_budget(owner, budget("5").categories(&[food])).await;
    let both = storage.add_budget(owner, budget("5").categories(&[food, into, third])).await;
    let neither = storage.add_budget(owner, budget("5").categories(&[third])).await;
    let all = storage.add_budget(owner, budget("5")).await;
    storage.merge(owner, food, into).await;
    for (before, left) in [(one, vec![into]), (both, vec![into, third])] {
        let after = storage.stored_budget(owner, before.id).await;
        assert_eq!(after.terms.categories.as_slice(), left);
        assert_eq!((after.version, after.updated_at), (before.version.next(), instant(AT)));
        assert_eq!(after.terms.amounts, before.terms.amounts);
    }
    assert_eq!(storage.stored_budget(owner, neither.id).await, neither);
    assert_eq!(storage.stored_budget(owner, all.id).await, all);
    assert_eq!(storage.stored_budget(other, theirs.id).await, theirs);
}

/// Recurring expenses go to the target, paused ones too, and others are not written.
pub async fn a_merge_moves_recurring_expenses(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let into = storage.add_category(owner, category("Into")).await.id;
    let moved = [
        storage.recur(owner, recurring().existing_category(food).tags(&["kept"])).await,
        storage.recur(owner, recurring().existing_category(food).paused()).await,
    ];
    let stays =
        [storage.recur(owner, recurring().category("Third")).await, storage.recur(owner, recurring()).await];
    storage.merge(owner, food, into).await;
    for before in moved {
        let after = storage.recurring_of(owner, before.id).await;
        assert_eq!(after.category.as_ref().map(|category| category.id), Some(into));
        assert_eq!((after.version, after.updated_at), (before.version.next(), instant(AT)));
        assert_eq!((after.tags, after.next_on), (before.tags, before.next_on));
    }
    for before in stays {
        assert_eq!(storage.recurring_of(owner, before.id).await, before);
    }
}

/// Budgets and recurring expenses keep a category from being deleted, and how many there are is told.
pub async fn budgets_and_recurring_expenses_keep_a_category(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let third = storage.add_category(owner, category("Third")).await.id;
    let mut budgets = Vec::new();
    for categories in [&[food][..], &[food, third], &[third], &[]] {
        budgets.push(storage.add_budget(owner, budget("5").categories(categories)).await.id);
    }
    let mut rents = Vec::new();
    for content in [recurring().existing_category(food), recurring().existing_category(third), recurring()] {
        rents.push(storage.recur(owner, content).await.id);
    }
    let any = Precondition::Any;
    match storage.categories.delete(owner, food, &any).await {
        Err(StoreCategoryError::InUse(what)) => {
            assert_eq!(what, CategoryUse { budgets: 2, recurring: 1, ..CategoryUse::default() });
        }
        other => panic!("{other:?}"),
    }
    storage.recurring.delete(owner, rents[0], &any).await.expect("a deleted recurring expense");
    storage.budgets.delete(owner, budgets[0], &any).await.expect("a deleted budget");
    let kept = storage.categories.delete(owner, food, &any).await;
    assert_is!(kept, Err(StoreCategoryError::InUse(CategoryUse { budgets: 1, recurring: 0, .. })));
    let terms = budget("5").categories(&[third]).build();
    storage.budgets.replace(owner, budgets[1], &any, &terms, instant(AT)).await.expect("a budget");
    assert_is!(storage.categories.delete(owner, food, &any).await, Ok(()));
}

/// A budget that is written over a category while that is merged is moved with the others or refused: never one over
/// all categories, and never one over a category that is gone. The same for the end of a category that nothing named.
pub async fn no_budget_is_lost_to_the_end_of_a_category(storage: Storage) {
    for round in 0..4 {
        let owner = storage.somebody().await;
        let food = storage.add_category(owner, category("Food")).await.id;
        let into = storage.add_category(owner, category("Into")).await.id;
        let before = storage.add_budget(owner, budget("5").categories(&[into])).await.id;
        let written = concurrently((0..9).map(|number| {
            let storage = storage.clone();
            async move {
                let (id, at) = (budget_id(), instant(AT));
                let categories = if number % 2 == 0 { vec![food] } else { vec![food, into] };
                let terms = budget("7").categories(&categories).build();
                let written = match number {
                    0 if round % 2 == 0 => {
                        storage.merge(owner, food, into).await;
                        return None;
                    }
                    0 => {
                        let deleted = storage.categories.delete(owner, food, &Precondition::Any).await;
                        assert_is!(deleted, Ok(()) | Err(StoreCategoryError::InUse(_)));
                        return None;
                    }
                    1..5 => storage.budgets.create(owner, id, &terms, at).await,
                    _ => storage.budgets.replace(owner, before, &Precondition::Any, &terms, at).await,
                };
                match written {
                    Ok(budget) => Some(budget.id),
                    Err(StoreBudgetError::UnknownCategories(unknown)) if unknown == [food] => None,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        for id in written.into_iter().flatten().chain([before]) {
            let categories = storage.stored_budget(owner, id).await.terms.categories;
            assert!(!categories.as_slice().is_empty());
            for id in categories.as_slice() {
                storage.category(owner, *id).await;
            }
        }
    }
}

/// The same for recurring expenses, which a name puts into a category of that name, made anew if need be.
pub async fn no_recurring_expense_is_lost_to_the_end_of_a_category(storage: Storage) {
    for round in 0..6 {
        let owner = storage.somebody().await;
        let food = storage.add_category(owner, category("Food")).await.id;
        let into = storage.add_category(owner, category("Into")).await.id;
        let mut before = Vec::new();
        for number in 0..4 {
            // Half of them are in the category already, unless it is to be empty.
            let place = if round % 2 == 0 && number % 2 == 0 { food } else { into };
            before.push(storage.recur(owner, recurring().existing_category(place)).await.id);
        }
        let written = concurrently((0..13).map(|number: usize| {
            let (storage, old) = (storage.clone(), before[number % 4]);
            async move {
                let by_name = number.is_multiple_of(3);
                let content = if by_name {
                    recurring().category("food").build()
                } else {
                    recurring().existing_category(food).build()
                };
                let any = Precondition::Any;
                let written = match number {
                    12 if round % 2 == 0 => {
                        storage.merge(owner, food, into).await;
                        return None;
                    }
                    12 => {
                        let deleted = storage.categories.delete(owner, food, &any).await;
                        assert_is!(deleted, Ok(()) | Err(StoreCategoryError::InUse(_)));
                        return None;
                    }
                    0..4 => storage.recurring.create(owner, recurring_id(), &content).await,
                    _ => storage.recurring.replace(owner, old, &any, &content).await,
                };
                match written {
                    Ok(recurring) => Some(recurring.id),
                    Err(StoreRecurringError::UnknownCategory) if !by_name => None,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        for id in written.into_iter().flatten().chain(before) {
            let named = storage.recurring_of(owner, id).await.category.expect("a category");
            assert_eq!(storage.category(owner, named.id).await.content.name, named.name);
        }
    }
}
