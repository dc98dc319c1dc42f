//! What belongs to another owner does not exist.

use finance_domain::expense::{CategoryFilter, ExpenseFilter, ExpenseQuery, Position, StoreExpenseError};
use finance_domain::{Precondition, Version};

use super::Storage;
use super::support::{SORTS, assert_is, ids, only, stored, tag_names};
use crate::fixtures::{category_name, expense, expense_id, instant, tag_name};

/// Nobody finds, replaces or deletes another's expense, whatever version they name.
pub async fn expenses_of_others_do_not_exist(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let hers = storage.add(ada, expense().category("Food").tags(&["work"])).await;
    storage.add(eve, expense()).await;
    assert_eq!(storage.expenses.find(eve, hers.id).await.expect("an answer"), None);
    let content = expense().title("Stolen").build();
    for expected in [Precondition::Any, only(Version::FIRST), Precondition::OneOf(Vec::new())] {
        let replaced = storage.expenses.replace(eve, hers.id, &expected, &content).await;
        assert_is!(replaced, Err(StoreExpenseError::NotFound));
        let at = instant("2026-11-24T00:00:00Z");
        let deleted = storage.expenses.delete(eve, hers.id, &expected, at).await;
        assert_is!(deleted, Err(StoreExpenseError::NotFound));
    }
    assert_eq!(storage.get(ada, hers.id).await, hers);
}

/// Another's category is as unknown as one that does not exist.
pub async fn categories_of_others_do_not_exist(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let food = storage.add(ada, expense().category("Food")).await.category.expect("a category").id;
    let mine = storage.add(eve, expense()).await;
    let content = expense().existing_category(food).build();
    let created = storage.expenses.create(eve, expense_id(), &content).await;
    assert_is!(created, Err(StoreExpenseError::UnknownCategory));
    let replaced = storage.expenses.replace(eve, mine.id, &Precondition::Any, &content).await;
    assert_is!(replaced, Err(StoreExpenseError::UnknownCategory));
    assert_eq!(storage.get(eve, mine.id).await, mine);
}

/// Equal names of two owners are two categories and two tags, each spelled by its owner.
pub async fn names_are_made_per_owner(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let hers = storage.add(ada, expense().category("Food").tags(&["Work"])).await;
    let content = expense().category("FOOD").tags(&["WORK"]).build();
    let id = expense_id();
    let mine = storage.expenses.create(eve, id, &content).await.expect("a new expense");
    assert_eq!(mine, stored(id, &content));
    assert_eq!(storage.get(ada, hers.id).await, hers);
    assert_eq!(tag_names(&storage.add(ada, expense().tags(&["work"])).await), ["Work"]);
}

/// A filter means the lister's own category and tag.
pub async fn filters_see_own_names_only(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let hers = storage.add(ada, expense().title("Hers").category("Food").tags(&["work"])).await;
    let food = hers.category.map(|category| category.id);
    let by_id =
        ExpenseFilter { category: Some(CategoryFilter { id: food, name: None }), ..ExpenseFilter::default() };
    let by_name = ExpenseFilter {
        category: Some(CategoryFilter { id: None, name: Some(category_name("food")) }),
        ..ExpenseFilter::default()
    };
    let by_tag = ExpenseFilter { tag: Some(tag_name("work")), ..ExpenseFilter::default() };
    for filter in [&by_id, &by_name, &by_tag] {
        assert!(storage.titles(eve, filter.clone()).await.is_empty());
    }
    storage.add(eve, expense().title("Mine").category("food").tags(&["Work"])).await;
    for (filter, mine) in [(by_id, &[][..]), (by_name, &["Mine"]), (by_tag, &["Mine"])] {
        assert_eq!(storage.titles(eve, filter.clone()).await, mine);
        assert_eq!(storage.titles(ada, filter).await, ["Hers"]);
    }
}

/// Lists of two owners whose expenses lie between each other, also from each other's positions on.
pub async fn lists_hold_own_expenses_only(storage: Storage) {
    let owners = [storage.somebody().await, storage.somebody().await];
    let mut made = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (owner, made) in owners.iter().zip(&mut made) {
            made.push(storage.add(*owner, expense().category("Food").tags(&["work"])).await);
        }
    }
    for sort in SORTS {
        for (owner, made) in owners.iter().zip(&made) {
            let mut met = ids(&storage.walk(*owner, &ExpenseFilter::default(), sort, 2).await);
            met.sort_unstable();
            assert_eq!(met, ids(made));
        }
        let after = Some(Position::of(&made[0][2], sort.field));
        let query = ExpenseQuery { sort, after, ..ExpenseQuery::default() };
        let rest = storage.expenses.list(owners[1], &query).await.expect("a page");
        assert!(rest.items.iter().all(|expense| made[1].contains(expense)));
    }
}

/// An id identifies an expense among those of its owner: nobody learns that another has it.
pub async fn two_owners_may_use_one_id(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let hers = storage.add(ada, expense().title("Hers").tags(&["work"])).await;
    let content = expense().title("Mine").build();
    let mine = storage.expenses.create(eve, hers.id, &content).await.expect("a new expense");
    assert_eq!(storage.get(ada, hers.id).await, hers);
    assert_eq!(storage.get(eve, hers.id).await, mine);
    storage.remove(eve, hers.id).await;
    assert_eq!(storage.get(ada, hers.id).await, hers);
    assert_eq!(storage.walk(ada, &ExpenseFilter::default(), SORTS[0], 9).await, [hers]);
}
