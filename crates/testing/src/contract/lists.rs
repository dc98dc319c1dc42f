//! Lists: their order, their pages, the places between them.

use finance_domain::UserId;
use finance_domain::expense::{
    Direction, Expense, ExpenseFilter, ExpenseQuery, ExpenseSort, Position, SortField, SortKey,
};
use finance_domain::page::{Page, PageLimit};

use super::Storage;
use super::support::{SORTS, ids, page};
use crate::fixtures::{amount_rank, date, expense, expense_id};

async fn list(storage: &Storage, owner: UserId, query: &ExpenseQuery) -> Page<Expense> {
    storage.expenses.list(owner, query).await.expect("a page")
}

fn first(sort: ExpenseSort, limit: u16) -> ExpenseQuery {
    ExpenseQuery { sort, limit: page(limit), ..ExpenseQuery::default() }
}

fn sort(field: SortField, direction: Direction) -> ExpenseSort {
    ExpenseSort { field, direction }
}

/// A list sorted by a field, up and down: one is the other backwards.
async fn both_ways(storage: &Storage, owner: UserId, field: SortField) -> Vec<Expense> {
    let all = ExpenseFilter::default();
    let up = storage.walk(owner, &all, sort(field, Direction::Ascending), 3).await;
    let mut down = storage.walk(owner, &all, sort(field, Direction::Descending), 3).await;
    down.reverse();
    assert_eq!(up, down);
    up
}

fn titles(expenses: &[Expense]) -> Vec<&str> {
    expenses.iter().map(|expense| expense.title.as_str()).collect()
}

/// Who has nothing gets an empty page.
pub async fn an_empty_list(storage: Storage) {
    let owner = storage.somebody().await;
    for sort in SORTS {
        let nothing = Page { items: Vec::new(), has_more: false };
        assert_eq!(list(&storage, owner, &first(sort, 1)).await, nothing);
    }
}

/// By calendar date, from the year 1 to the year 9999.
pub async fn by_date(storage: Storage) {
    let owner = storage.somebody().await;
    let dates = ["2024-02-29", "0001-01-01", "1969-12-31", "9999-12-31", "2024-03-01", "1000-01-01"];
    for date in dates {
        storage.add(owner, expense().title(date).date(date)).await;
    }
    let mut expected = dates;
    expected.sort_unstable();
    assert_eq!(titles(&both_ways(&storage, owner, SortField::Date).await), expected);
    let newest_first = list(&storage, owner, &ExpenseQuery::default()).await;
    expected.reverse();
    assert_eq!(titles(&newest_first.items), expected, "newest first is the default");
}

/// By amount in major units, whatever the currency.
pub async fn by_amount_in_major_units(storage: Storage) {
    let owner = storage.somebody().await;
    let ascending = [
        ("0.0001", "CLF"),
        ("0.001", "KWD"),
        ("0.01", "EUR"),
        ("0.9999", "CLF"),
        ("1", "JPY"),
        ("1.001", "KWD"),
        ("1.01", "EUR"),
        ("99999999999.9999", "CLF"),
        ("999999999999.999", "KWD"),
        ("9999999999999.99", "EUR"),
        ("999999999999999", "JPY"),
    ];
    for index in [5, 3, 10, 0, 7, 1, 9, 2, 8, 4, 6] {
        let (amount, code) = ascending[index];
        storage.add(owner, expense().title(amount).amount(amount, code)).await;
    }
    let sorted = both_ways(&storage, owner, SortField::Amount).await;
    assert_eq!(titles(&sorted), ascending.map(|(amount, _)| amount));
}

/// By id, which says when an expense was made, in whatever order they arrive.
pub async fn by_creation(storage: Storage) {
    let owner = storage.somebody().await;
    let made: Vec<_> = (0..9).map(|_| expense_id()).collect();
    for index in [4, 8, 0, 2, 7, 1, 6, 3, 5] {
        let content = expense().date(&format!("2026-01-{:02}", 20 - index)).build();
        storage.expenses.create(owner, made[index], &content).await.expect("a new expense");
    }
    assert_eq!(ids(&both_ways(&storage, owner, SortField::CreatedAt).await), made);
}

/// Equal dates and equal amounts are in the order of ids, down as well as up.
pub async fn ties_are_broken_by_id(storage: Storage) {
    let owner = storage.somebody().await;
    let made: Vec<_> = (0..8).map(|_| expense_id()).collect();
    for index in [3, 7, 1, 0, 6, 2, 5, 4] {
        let content =
            if index % 2 == 0 { expense().amount("3", "EUR") } else { expense().amount("3", "JPY") };
        let created = storage.expenses.create(owner, made[index], &content.build()).await;
        created.expect("a new expense");
    }
    for field in [SortField::Date, SortField::Amount, SortField::CreatedAt] {
        assert_eq!(ids(&both_ways(&storage, owner, field).await), made);
    }
}

/// `has_more` is true exactly when something comes after the page.
pub async fn a_page_knows_whether_others_follow(storage: Storage) {
    let owner = storage.somebody().await;
    for _ in 0..4 {
        storage.add(owner, expense()).await;
    }
    for sort in SORTS {
        for (limit, items, has_more) in [(1, 1, true), (3, 3, true), (4, 4, false), (5, 4, false)] {
            let page = list(&storage, owner, &first(sort, limit)).await;
            assert_eq!((page.items.len(), page.has_more), (items, has_more));
        }
        let whole = list(&storage, owner, &first(sort, 4)).await;
        let last = whole.items.last().map(|last| Position::of(last, sort.field));
        let beyond = list(&storage, owner, &ExpenseQuery { after: last, ..first(sort, 4) }).await;
        assert_eq!(beyond, Page { items: Vec::new(), has_more: false });
    }
}

/// As many as a page can hold, and one more.
pub async fn the_largest_page(storage: Storage) {
    let owner = storage.somebody().await;
    for _ in 0..=PageLimit::MAX {
        storage.add(owner, expense().category("Food").tags(&["a", "b"])).await;
    }
    let page = list(&storage, owner, &first(SORTS[0], PageLimit::MAX)).await;
    assert_eq!((page.items.len(), page.has_more), (200, true));
    assert_eq!(storage.walk(owner, &ExpenseFilter::default(), SORTS[0], PageLimit::MAX).await.len(), 201);
}

/// Whatever the order and the size of the pages, together they are the whole list.
pub async fn a_walk_meets_each_expense_once(storage: Storage) {
    let owner = storage.somebody().await;
    for number in 0_u32..30 {
        let content = expense()
            .date(&format!("2026-02-{:02}", 1 + number % 4))
            .amount(&format!("{}", 1 + number % 3), ["EUR", "JPY"][number as usize % 2])
            .tags(&["one", "two"][..(number % 3) as usize]);
        storage.add(owner, content).await;
    }
    for sort in SORTS {
        let whole = storage.walk(owner, &ExpenseFilter::default(), sort, 200).await;
        assert_eq!(whole.len(), 30);
        for limit in [1, 2, 7, 29, 30] {
            assert_eq!(storage.walk(owner, &ExpenseFilter::default(), sort, limit).await, whole);
        }
    }
}

/// What was the last of a page may be deleted or moved before the next page is asked for.
pub async fn a_position_outlives_its_expense(storage: Storage) {
    let owner = storage.somebody().await;
    for sort in SORTS {
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(storage.add(owner, expense()).await);
        }
        if sort.direction == Direction::Descending {
            made.reverse();
        }
        let after = Some(Position::of(&made[1], sort.field));
        storage.remove(owner, made[1].id).await;
        let rest = list(&storage, owner, &ExpenseQuery { after, ..first(sort, 10) }).await;
        assert_eq!(ids(&rest.items), ids(&made[2..]));
        storage.put(owner, made[2].id, expense().date("2027-01-01").amount("1000", "EUR")).await;
        let after = Some(Position::of(&made[2], sort.field));
        let rest = list(&storage, owner, &ExpenseQuery { after, ..first(sort, 1) }).await;
        assert_eq!(ids(&rest.items), [made[3].id]);
        for id in [0, 2, 3, 4].map(|index| made[index].id) {
            storage.remove(owner, id).await;
        }
    }
}

/// A position says where to go on, not what is there.
pub async fn a_position_needs_no_expense(storage: Storage) {
    let owner = storage.somebody().await;
    let before = expense_id();
    let made = [("2026-01-01", "1"), ("2026-01-02", "2"), ("2026-01-03", "3")];
    for (date, amount) in made {
        storage.add(owner, expense().title(amount).date(date).amount(amount, "EUR")).await;
    }
    let after = expense_id();
    let position = |key, id| Some(Position { key, id });
    for (key, id, field, direction, expected) in [
        (SortKey::Date(date("2026-01-02")), before, SortField::Date, Direction::Ascending, &["2", "3"][..]),
        (SortKey::Date(date("2026-01-02")), after, SortField::Date, Direction::Ascending, &["3"]),
        (SortKey::Date(date("2026-01-02")), after, SortField::Date, Direction::Descending, &["2", "1"]),
        (SortKey::Date(date("0001-01-01")), after, SortField::Date, Direction::Descending, &[]),
        (SortKey::Date(date("0001-01-01")), after, SortField::Date, Direction::Ascending, &["1", "2", "3"]),
        (SortKey::Amount(amount_rank("2.5")), before, SortField::Amount, Direction::Ascending, &["3"]),
        (SortKey::Amount(amount_rank("2")), after, SortField::Amount, Direction::Descending, &["2", "1"]),
        (SortKey::Amount(amount_rank("0")), after, SortField::Amount, Direction::Ascending, &["1", "2", "3"]),
        (SortKey::CreatedAt, before, SortField::CreatedAt, Direction::Ascending, &["1", "2", "3"]),
        (SortKey::CreatedAt, after, SortField::CreatedAt, Direction::Ascending, &[]),
        (SortKey::CreatedAt, after, SortField::CreatedAt, Direction::Descending, &["3", "2", "1"]),
    ] {
        let query = ExpenseQuery { after: position(key, id), ..first(sort(field, direction), 10) };
        assert_eq!(titles(&list(&storage, owner, &query).await.items), expected, "{query:?}");
    }
}
