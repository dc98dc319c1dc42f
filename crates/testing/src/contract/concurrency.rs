//! Many callers at once.

use std::collections::HashSet;
use std::sync::Arc;

use finance_domain::expense::{
    CategoryFilter, Direction, ExpenseContent, ExpenseFilter, ExpenseKind, Position, SortKey,
    StoreExpenseError,
};
use finance_domain::money::Currency;
use finance_domain::user::{CreateUserError, UpdateUserError};
use finance_domain::{ExpenseId, Precondition, UserId, Version};

use tokio::sync::Semaphore;

use super::Storage;
use super::support::{SORTS, assert_is, concurrently, only, tag_names};
use crate::fixtures::{
    ExpenseContentBuilder, amount_rank, category_name, date, expense, expense_id, instant, password_hash,
    search_term, tag_name, user,
};

/// The only one that succeeded, and the errors of the others.
fn one_winner<T, E: std::fmt::Debug>(outcomes: Vec<Result<T, E>>) -> (T, Vec<E>) {
    let mut winners = Vec::new();
    let mut errors = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(winner) => winners.push(winner),
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(winners.len(), 1, "exactly one wins; the others failed with {errors:?}");
    (winners.remove(0), errors)
}

/// Creates expenses of one owner, all at once.
async fn create_all(
    storage: &Storage,
    owner: UserId,
    contents: impl IntoIterator<Item = ExpenseContentBuilder>,
) -> Vec<finance_domain::expense::Expense> {
    concurrently(contents.into_iter().map(|content| {
        let storage = storage.clone();
        async move { storage.add(owner, content).await }
    }))
    .await
}

/// However its case and composition differ, one address registers once.
pub async fn one_registration_of_an_address_wins(storage: Storage) {
    const SPELLINGS: [&str; 6] = [
        "josé.straße@example.org",
        "JOSÉ.STRASSE@EXAMPLE.ORG",
        "jose\u{301}.straße@example.org",
        "JOSE\u{301}.strasse@Example.Org",
        "José.Strasse@example.ORG",
        "josÉ.STRAßE@eXample.org",
    ];
    let candidates: Vec<_> = (0..24).map(|index| user(SPELLINGS[index % SPELLINGS.len()]).build()).collect();
    let outcomes = concurrently(candidates.clone().into_iter().map(|user| {
        let storage = storage.clone();
        async move {
            let hash = password_hash(&user.id.to_string());
            storage.users.create(&user, &hash, &[]).await.map(|()| user.id)
        }
    }))
    .await;
    let (winner, errors) = one_winner(outcomes);
    for error in errors {
        assert_is!(error, CreateUserError::EmailTaken);
    }
    let credentials = storage.users.credentials(&candidates[0].email.key()).await.expect("an answer");
    let credentials = credentials.expect("a user");
    assert_eq!(credentials.user, winner);
    assert_eq!(credentials.password_hash, password_hash(&winner.to_string()));
    for user in candidates {
        let found = storage.users.find(user.id).await.expect("an answer");
        assert_eq!(found, (user.id == winner).then_some(user));
    }
}

/// Who registers another address is not in the way.
pub async fn registrations_of_many_addresses_all_win(storage: Storage) {
    let owners = concurrently((0..32).map(|_| {
        let storage = storage.clone();
        async move { storage.somebody().await }
    }))
    .await;
    for owner in owners {
        assert_is!(storage.users.find(owner).await, Ok(Some(_)));
    }
}

/// Of those who read the same version of a profile, one may write.
pub async fn one_of_64_profile_updates_wins(storage: Storage) {
    let ada = user("ada@example.org").build();
    storage.users.create(&ada, &password_hash("correct horse"), &[]).await.expect("a new user");
    let outcomes = concurrently((0..64).map(|number| {
        let change = user("ada@example.org").id(ada.id).name(&format!("Ada {number}")).build();
        let storage = storage.clone();
        async move { storage.users.update(&change, &only(Version::FIRST)).await }
    }))
    .await;
    let (winner, errors) = one_winner(outcomes);
    for error in errors {
        assert_is!(error, UpdateUserError::Stale);
    }
    assert_eq!(winner.version, Version::new(2));
    assert_eq!(storage.users.find(ada.id).await.expect("an answer"), Some(winner));
}

async fn replace_all(
    storage: &Storage,
    owner: UserId,
    id: ExpenseId,
    expected: &Precondition,
    contents: impl IntoIterator<Item = ExpenseContentBuilder>,
) -> Vec<Result<finance_domain::expense::Expense, StoreExpenseError>> {
    let contents: Vec<ExpenseContent> = contents.into_iter().map(ExpenseContentBuilder::build).collect();
    concurrently(contents.into_iter().map(|content| {
        let (storage, expected) = (storage.clone(), expected.clone());
        async move { storage.expenses.replace(owner, id, &expected, &content).await }
    }))
    .await
}

/// Of those who read the same version of an expense, one may write.
pub async fn one_of_64_replacements_wins(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense().tags(&["old"])).await.id;
    let contents = (0..64).map(|number: u32| {
        expense().title(&number.to_string()).tags(&["old", "new"]).category(&format!("Category {number}"))
    });
    let (winner, errors) =
        one_winner(replace_all(&storage, owner, id, &only(Version::FIRST), contents).await);
    for error in errors {
        assert_is!(error, StoreExpenseError::Stale);
    }
    assert_eq!(winner.version, Version::new(2));
    assert_eq!(
        winner.category.as_ref().expect("a category").name.as_str(),
        format!("Category {}", winner.title)
    );
    assert_eq!(storage.get(owner, id).await, winner);
}

/// Who allows any version writes after the others, never over one unseen: no version is given twice.
pub async fn replacements_of_any_version_all_win(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense()).await.id;
    let tags = ["a", "b", "c", "d", "e"];
    let contents = (0..32).map(|number: usize| {
        let content = expense().title(&number.to_string());
        if number.is_multiple_of(8) {
            content.tags_as_stored()
        } else {
            content.tags(&tags[number % 4..][..number % 3])
        }
    });
    let outcomes = replace_all(&storage, owner, id, &Precondition::Any, contents).await;
    let mut replaced: Vec<_> =
        outcomes.into_iter().map(|outcome| outcome.expect("a replaced expense")).collect();
    replaced.sort_by_key(|expense| expense.version);
    let versions: Vec<_> = replaced.iter().map(|expense| expense.version.number()).collect();
    assert_eq!(versions, (2..34).collect::<Vec<_>>());
    assert_eq!(Some(storage.get(owner, id).await), replaced.pop());
}

/// Of those who replace any version at once, each with tags of its own, the last one's tags stay, and no others.
pub async fn the_tags_of_the_last_replacement_stay(storage: Storage) {
    let owner = storage.somebody().await;
    let names = ["a", "b", "c", "d"];
    storage.add(owner, expense().tags(&names)).await;
    for _ in 0..16 {
        let id = storage.add(owner, expense()).await.id;
        let contents = names.map(|name| expense().tags(&[name]));
        let outcomes = replace_all(&storage, owner, id, &Precondition::Any, contents).await;
        let replaced = outcomes.into_iter().map(|outcome| outcome.expect("a replaced expense"));
        let last = replaced.max_by_key(|expense| expense.version).expect("one of them");
        assert_eq!(storage.get(owner, id).await, last);
    }
}

/// An expense is deleted once.
pub async fn one_of_16_deletions_wins(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add(owner, expense()).await.id;
    let outcomes = concurrently((0..16).map(|_| {
        let storage = storage.clone();
        let at = instant("2026-11-24T00:00:00Z");
        async move { storage.expenses.delete(owner, id, &only(Version::FIRST), at).await }
    }))
    .await;
    for error in one_winner(outcomes).1 {
        assert_is!(error, StoreExpenseError::NotFound);
    }
}

/// Of a deletion and a replacement of the same version, one wins.
pub async fn a_deletion_or_a_replacement_wins(storage: Storage) {
    let owner = storage.somebody().await;
    for _ in 0..16 {
        let id = storage.add(owner, expense()).await.id;
        let content = expense().title("Replaced").build();
        let outcomes = concurrently([true, false].map(|delete| {
            let (storage, content) = (storage.clone(), content.clone());
            let at = instant("2026-11-24T00:00:00Z");
            async move {
                let first = only(Version::FIRST);
                if delete {
                    storage.expenses.delete(owner, id, &first, at).await.map(|()| None)
                } else {
                    storage.expenses.replace(owner, id, &first, &content).await.map(Some)
                }
            }
        }))
        .await;
        let (winner, errors) = one_winner(outcomes);
        if winner.is_some() {
            assert_is!(&errors[0], StoreExpenseError::Stale);
        } else {
            assert_is!(&errors[0], StoreExpenseError::NotFound);
        }
        assert_eq!(storage.expenses.find(owner, id).await.expect("an answer"), winner);
    }
}

/// One id is one expense.
pub async fn one_creation_of_an_id_wins(storage: Storage) {
    let (owner, id) = (storage.somebody().await, expense_id());
    let contents = (0..8).map(|number: u32| expense().title(&number.to_string()).tags(&["new"]).build());
    let outcomes = concurrently(contents.map(|content| {
        let storage = storage.clone();
        async move { storage.expenses.create(owner, id, &content).await }
    }))
    .await;
    let (winner, errors) = one_winner(outcomes);
    for error in errors {
        assert_is!(error, StoreExpenseError::Store(_));
    }
    assert_eq!(storage.get(owner, id).await, winner);
}

/// Several calls that name a new category at once make it once, whatever its case.
pub async fn a_new_category_is_made_once(storage: Storage) {
    const SPELLINGS: [&str; 4] = ["Straße", "STRASSE", "strasse", "straßE"];
    let owner = storage.somebody().await;
    let contents = (0..32).map(|number| expense().category(SPELLINGS[number % SPELLINGS.len()]));
    let created = create_all(&storage, owner, contents).await;
    let categories: HashSet<_> = created
        .iter()
        .map(|expense| expense.category.clone().expect("a category"))
        .map(|category| (category.id, category.name))
        .collect();
    assert_eq!(categories.len(), 1, "{categories:?}");
    let filter = ExpenseFilter {
        category: Some(CategoryFilter { id: None, name: Some(category_name("STRAẞE")) }),
        ..ExpenseFilter::default()
    };
    assert_eq!(storage.titles(owner, filter).await.len(), 32);
}

/// Calls that name the same new tags in different orders neither make one twice nor block each other for good.
pub async fn new_tags_are_made_once_in_whatever_order(storage: Storage) {
    let owner = storage.somebody().await;
    let rotated = |by: usize, shout: bool| -> Vec<String> {
        let mut names: Vec<String> = ["ant", "bee", "cat", "dog", "elk"].map(str::to_owned).into();
        names.rotate_left(by % 5);
        if shout { names.iter().map(|name| name.to_uppercase()).collect() } else { names }
    };
    let orders: Vec<_> = (0..32).map(|number| rotated(number, number % 2 == 0)).collect();
    let created = create_all(
        &storage,
        owner,
        orders.iter().map(|names| expense().tags(&names.iter().map(String::as_str).collect::<Vec<_>>())),
    )
    .await;
    let spellings: HashSet<_> = created.iter().flat_map(tag_names).collect();
    assert_eq!(spellings.len(), 5, "{spellings:?}");
    for (expense, names) in created.iter().zip(&orders) {
        let given: Vec<_> = names.iter().map(|name| tag_name(name).key()).collect();
        let kept: Vec<_> = expense.tags.as_slice().iter().map(finance_domain::tag::TagName::key).collect();
        assert_eq!(kept, given, "in the order given");
        assert_eq!(&storage.get(owner, expense.id).await, expense);
    }
}

/// Replacements that name the same new category and tags make them once.
pub async fn replacements_make_new_names_once(storage: Storage) {
    let owner = storage.somebody().await;
    let before = create_all(&storage, owner, (0..16).map(|_| expense())).await;
    let after = concurrently(before.iter().enumerate().map(|(number, before)| {
        let (storage, id) = (storage.clone(), before.id);
        let tags = if number % 2 == 0 { ["one", "two"] } else { ["TWO", "ONE"] };
        async move { storage.put(owner, id, expense().category("New").tags(&tags)).await }
    }))
    .await;
    let categories: HashSet<_> =
        after.iter().map(|expense| expense.category.as_ref().expect("one").id).collect();
    assert_eq!(categories.len(), 1);
    assert_eq!(after.iter().flat_map(tag_names).collect::<HashSet<_>>().len(), 2);
}

/// Owners who use the same names at once each get their own.
pub async fn owners_make_their_names_side_by_side(storage: Storage) {
    let mut owners = Vec::new();
    for _ in 0..8 {
        owners.push(storage.somebody().await);
    }
    let created = concurrently((0..32).map(|number| {
        let (storage, owner) = (storage.clone(), owners[number % owners.len()]);
        async move { (owner, storage.add(owner, expense().category("Food").tags(&["work"])).await) }
    }))
    .await;
    let categories: HashSet<_> = created
        .iter()
        .map(|(owner, expense)| (*owner, expense.category.as_ref().expect("a category").id))
        .collect();
    assert_eq!(categories.len(), owners.len(), "one category each");
    assert_eq!(categories.iter().map(|(_, id)| id).collect::<HashSet<_>>().len(), owners.len());
}

/// The `number`th of a lot of expenses that are alike in many ways.
fn varied(number: usize) -> ExpenseContentBuilder {
    let content = expense()
        .title(["Coffee", "Tea", "Bread"][number % 3])
        .date(&format!("2026-03-{:02}", 1 + number * 7 % 9))
        .amount(&(1 + number * 5 % 6).to_string(), ["EUR", "JPY", "KWD"][number % 3])
        .category(["Food", "Drink"][number % 2])
        .tags(&["one", "two"][..number % 3]);
    if number.is_multiple_of(4) { content.income() } else { content }
}

/// While others insert and delete around it, a walk in any order through any filter meets each expense that is
/// there all the time exactly once, and nothing twice.
pub async fn a_walk_while_others_write_meets_each_lasting_expense_once(storage: Storage) {
    let owner = storage.somebody().await;
    for number in 0..40 {
        storage.add(owner, varied(number)).await;
    }
    let all = ExpenseFilter::default;
    let category = CategoryFilter { id: None, name: Some(category_name("food")) };
    let filters = [
        all(),
        ExpenseFilter { from: Some(date("2026-03-03")), to: Some(date("2026-03-07")), ..all() },
        ExpenseFilter { category: Some(category), ..all() },
        ExpenseFilter { tag: Some(tag_name("ONE")), ..all() },
        ExpenseFilter { kind: Some(ExpenseKind::Expense), currency: Currency::parse("JPY").ok(), ..all() },
        ExpenseFilter { min_amount: Some(amount_rank("2")), max_amount: Some(amount_rank("5")), ..all() },
        ExpenseFilter { text: Some(search_term("E")), ..all() },
    ];
    let mut lasting = Vec::new();
    for filter in &filters {
        let found = storage.walk(owner, filter, SORTS[0], 200).await;
        lasting.push(found.iter().map(|expense| expense.id).collect::<HashSet<_>>());
    }
    assert!(lasting.iter().all(|lasting| lasting.len() > 8), "each filter has something to walk through");

    // As many writes for each walk as it has pages, more or less: without a measure, a slow walk would meet ever more
    // rows.
    let writes = Arc::new(Semaphore::new(0));
    let tasks = (0..3).map(|task| {
        let (storage, writes) = (storage.clone(), writes.clone());
        let (filters, lasting) = (filters.clone(), lasting.clone());
        async move {
            if task > 0 {
                return insert_and_delete(&storage, owner, task, &writes).await;
            }
            // The others must stop also when this one fails.
            let writes = CloseOnDrop(writes);
            for (filter, lasting) in filters.iter().zip(&lasting) {
                for sort in SORTS {
                    writes.0.add_permits(24);
                    let walked = storage.walk(owner, filter, sort, 3).await;
                    let met: HashSet<_> = walked.iter().map(|expense| expense.id).collect();
                    assert_eq!(
                        met.len(),
                        walked.len(),
                        "nothing is met twice by {sort:?} through {filter:?}"
                    );
                    assert!(met.is_superset(lasting), "nothing is missed by {sort:?} through {filter:?}");
                    let mut places: Vec<_> = walked
                        .iter()
                        .map(|expense| Position::of(expense, sort.field))
                        .map(|place| (rank(place.key), place.id))
                        .collect();
                    if sort.direction == Direction::Descending {
                        places.reverse();
                    }
                    assert!(places.is_sorted(), "{sort:?} through {filter:?}");
                }
            }
        }
    });
    concurrently(tasks).await;
}

fn rank(key: SortKey) -> i64 {
    match key {
        SortKey::Date(date) => i64::from(chrono::Datelike::num_days_from_ce(&date)),
        SortKey::Amount(amount) => amount.value(),
        SortKey::CreatedAt => 0,
    }
}

struct CloseOnDrop(Arc<Semaphore>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn insert_and_delete(storage: &Storage, owner: UserId, seed: usize, writes: &Semaphore) {
    let mut passing = Vec::new();
    let mut number = seed;
    while let Ok(write) = writes.acquire().await {
        write.forget();
        number += 1;
        passing.push(storage.add(owner, varied(number * 11)).await.id);
        if passing.len() > 20 {
            storage.remove(owner, passing.remove(number % 20)).await;
        }
    }
}
