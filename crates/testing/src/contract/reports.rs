//! Reports add up what is there, exactly.

use std::sync::Arc;

use chrono::Weekday;
use finance_domain::money::Money;
use finance_domain::period::{DateRange, Month};
use finance_domain::report::{
    Cut, Figure, FigureQuery, LargestExpense, ReportData, ReportQuery, ReportService, Split,
};
use finance_domain::{CategoryId, Precondition, UserId};

use super::Storage;
use super::properties::check;
use super::recomputed::{ABOVE, BELOW, any_ledger, assert_forecast, assert_parents, assert_reports};
use crate::fixtures::{TestClock, category, date, expense};

fn range(first: &str, last: &str) -> DateRange {
    DateRange::new(date(first), date(last)).expect("a range")
}

fn query(range: DateRange, cut: Cut, split: Split) -> ReportQuery {
    ReportQuery { figures: vec![FigureQuery { range, cut, split }], largest: None }
}

impl Storage {
    async fn report(&self, owner: UserId, query: &ReportQuery) -> ReportData {
        self.reports.read(owner, query).await.expect("an answer")
    }

    /// The figures of a query as `group label currency kind sum count`, sorted.
    async fn figures(&self, owner: UserId, query: &ReportQuery) -> Vec<String> {
        let data = self.report(owner, query).await;
        let labels: Vec<_> = data.categories.iter().chain(&data.tags).collect();
        let line = |figure: &Figure| {
            let label = labels.iter().find(|label| Some(label.id) == figure.part);
            assert_eq!(label.is_some(), figure.part.is_some(), "each part has a label");
            let label = label.map_or("-", |label| label.name.as_str());
            let Figure { group, currency, kind, minor, count, .. } = figure;
            format!("{group} {label} {currency} {kind:?} {minor} {count}")
        };
        let mut lines: Vec<_> = data.figures[0].iter().map(line).collect();
        lines.sort_unstable();
        lines
    }
}

/// Who has no expenses has empty figures, as many as were asked for.
pub async fn nothing_comes_to_nothing(storage: Storage) {
    let owner = storage.somebody().await;
    let year = range("2026-01-01", "2026-12-31");
    let mut query = query(year, Cut::Day, Split::Category);
    query.figures.push(FigureQuery { range: year, cut: Cut::Whole, split: Split::Tag });
    query.largest = Some(year);
    for owner in [owner, crate::fixtures::user_id()] {
        let data = storage.report(owner, &query).await;
        assert_eq!(data.figures, [Vec::new(), Vec::new()]);
        assert!(data.largest.is_empty() && data.tags.is_empty(), "{data:?}");
    }
}

/// What is in the trash, on other days or another's does not count; what was replaced counts as it is now.
pub async fn only_what_is_there_counts(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let month = range("2026-11-01", "2026-11-30");
    for day in ["2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"] {
        storage.add(ada, expense().amount("1.00", "EUR").category("Food").date(day)).await;
    }
    storage.add(eve, expense().amount("50.00", "EUR").date("2026-11-02")).await;
    let gone = storage.add(ada, expense().amount("20.00", "EUR").date("2026-11-02").tags(&["fun"])).await;
    let changed = storage.add(ada, expense().amount("20.00", "USD").date("2026-11-02").tags(&["fun"])).await;
    storage.remove(ada, gone.id).await;
    storage.put(ada, changed.id, expense().amount("7.00", "EUR").income().date("2026-11-02")).await;
    let by_tag = storage.figures(ada, &query(month, Cut::Whole, Split::Tag)).await;
    assert_eq!(by_tag, ["2026-11-01 - EUR Expense 200 2", "2026-11-01 - EUR Income 700 1"]);
    let mut query = query(month, Cut::Whole, Split::Category);
    let by_category = storage.figures(ada, &query).await;
    assert_eq!(by_category, ["2026-11-01 - EUR Income 700 1", "2026-11-01 Food EUR Expense 200 2"]);
    query.largest = Some(month);
    let largest = storage.report(ada, &query).await.largest;
    assert_eq!(largest.iter().map(|expense| expense.money.minor()).collect::<Vec<_>>(), [100, 100]);
}

/// Days are grouped as the calendar has it.
pub async fn days_are_grouped(storage: Storage) {
    let owner = storage.somebody().await;
    for (day, amount) in [
        ("2023-12-31", "0.01"),
        ("2024-01-01", "0.02"),
        ("2024-02-29", "0.04"),
        ("2024-03-01", "0.08"),
        ("2024-03-31", "0.16"),
        ("2024-04-01", "0.32"),
        ("1999-12-31", "0.64"),
    ] {
        storage.add(owner, expense().amount(amount, "EUR").date(day)).await;
    }
    let all = range("1999-01-01", "2024-12-31");
    for (cut, expected) in [
        (Cut::Whole, vec!["1999-01-01 127"]),
        (
            Cut::Day,
            vec![
                "1999-12-31 64",
                "2023-12-31 1",
                "2024-01-01 2",
                "2024-02-29 4",
                "2024-03-01 8",
                "2024-03-31 16",
                "2024-04-01 32",
            ],
        ),
        (
            Cut::Week(Weekday::Mon),
            vec![
                "1999-12-27 64",
                "2023-12-25 1",
                "2024-01-01 2",
                "2024-02-26 12",
                "2024-03-25 16",
                "2024-04-01 32",
            ],
        ),
        (Cut::Week(Weekday::Sun), vec!["1999-12-26 64", "2023-12-31 3", "2024-02-25 12", "2024-03-31 48"]),
        (Cut::Week(Weekday::Sat), vec!["1999-12-25 64", "2023-12-30 3", "2024-02-24 12", "2024-03-30 48"]),
        (
            Cut::Month,
            vec![
                "1999-12-01 64",
                "2023-12-01 1",
                "2024-01-01 2",
                "2024-02-01 4",
                "2024-03-01 24",
                "2024-04-01 32",
            ],
        ),
        (
            Cut::MonthAt(29),
            vec![
                "1999-12-30 64",
                "2023-12-30 1",
                "2024-01-01 2",
                "2024-02-29 4",
                "2024-03-01 8",
                "2024-03-30 16",
                "2024-04-01 32",
            ],
        ),
        (Cut::Quarter, vec!["1999-10-01 64", "2023-10-01 1", "2024-01-01 30", "2024-04-01 32"]),
        (Cut::Year, vec!["1999-01-01 64", "2023-01-01 1", "2024-01-01 62"]),
    ] {
        let figures = storage.figures(owner, &query(all, cut, Split::None)).await;
        let figures: Vec<_> = figures
            .iter()
            .map(|line| line.split(' ').collect::<Vec<_>>())
            .map(|words| format!("{} {}", words[0], words[4]))
            .collect();
        assert_eq!(figures, expected, "{cut:?}");
    }
}

/// Sums that an IEEE double cannot hold are exact.
pub async fn sums_are_exact(storage: Storage) {
    let owner = storage.somebody().await;
    for _ in 0..12 {
        let largest = Money::MAX_MINOR.to_string();
        storage.add(owner, expense().amount(&largest, "JPY").date("2026-11-02")).await;
    }
    let month = range("2026-11-01", "2026-11-30");
    let figures = storage.figures(owner, &query(month, Cut::Month, Split::None)).await;
    assert_eq!(figures, ["2026-11-01 - JPY Expense 11999999999999988 12"]);
}

/// The largest expenses of each currency: by amount, then the latest, then the greatest id.
pub async fn the_largest_of_each_currency(storage: Storage) {
    let owner = storage.somebody().await;
    let mut query = query(range("2026-11-01", "2026-11-30"), Cut::Month, Split::Category);
    query.largest = Some(query.figures[0].range);
    for (title, amount, currency, day) in [
        ("fourth", "7.00", "EUR", "2026-11-02"),
        ("third", "7.00", "EUR", "2026-11-02"),
        ("second", "7.00", "EUR", "2026-11-03"),
        ("first", "8.00", "EUR", "2026-11-01"),
        ("sixth", "1.00", "EUR", "2026-11-01"),
        ("fifth", "2.00", "EUR", "2026-11-01"),
        ("yen", "1", "JPY", "2026-11-30"),
    ] {
        let content = expense().title(title).amount(amount, currency).date(day).category("Food");
        storage.add(owner, content).await;
    }
    storage.add(owner, expense().amount("100", "EUR").income().date("2026-11-02")).await;
    let data = storage.report(owner, &query).await;
    let of = |currency: &str| {
        let of = |expense: &&LargestExpense| expense.money.currency().code() == currency;
        data.largest.iter().filter(of).map(|expense| expense.title.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("EUR"), ["first", "second", "third", "fourth", "fifth"]);
    assert_eq!(of("JPY"), ["yen"]);
    assert!(
        data.largest
            .iter()
            .all(|expense| expense.category.map(finance_domain::CategoryId::uuid)
                == Some(data.categories[0].id))
    );
}

/// A label is what the category is called now, and names the one above.
pub async fn labels_are_of_now(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await;
    let bread = storage.add_category(owner, category("Bread").parent(food.id)).await;
    for id in [food.id, bread.id] {
        storage.add(owner, expense().existing_category(id)).await;
    }
    let renamed = category("Loaves").parent(food.id).build().content;
    let renamed = storage.categories.replace(owner, bread.id, &Precondition::Any, &renamed).await;
    renamed.expect("a renamed category");
    let month = range("2026-11-01", "2026-11-30");
    let data = storage.report(owner, &query(month, Cut::Month, Split::Category)).await;
    assert_eq!(data.figures[0].len(), 2);
    let label = |id: CategoryId| data.categories.iter().find(|label| label.id == id.uuid()).expect("a label");
    assert_eq!((label(food.id).name.as_str(), label(food.id).parent), ("Food", None));
    assert_eq!((label(bread.id).name.as_str(), label(bread.id).parent), ("Loaves", Some(food.id)));
}

/// Every report of any ledger is what a plain re-computation comes to.
pub async fn any_ledger_reports_as_recomputed(storage: Storage) {
    check(16, any_ledger, move |ledger| {
        let storage = storage.clone();
        async move {
            let owner = storage.somebody().await;
            let mut parents = Vec::new();
            let above = storage.add_category(owner, category(ABOVE)).await;
            for name in BELOW {
                let below = storage.add_category(owner, category(name).parent(above.id)).await;
                parents.push((below.id, above.id));
            }
            let mut expenses = Vec::new();
            for (content, deleted) in ledger {
                let made = storage.add(owner, content).await;
                if deleted {
                    storage.remove(owner, made.id).await;
                } else {
                    expenses.push(made);
                }
            }
            // Another user's are no part of it.
            let other = storage.somebody().await;
            storage.add(other, expense().category("Food").tags(&["fun"])).await;
            let clock = TestClock::new();
            let service = ReportService::new(
                storage.reports.clone(),
                storage.expenses.clone(),
                storage.users.clone(),
                Arc::new(clock.clone()),
            );
            let now = Month::of(date("2026-11-23"));
            assert_reports(&service, owner, &expenses, now).await;
            assert_parents(&service, owner, now, &parents).await;
            for today in ["2026-11-23", "2026-11-29", "2026-11-30", "2026-10-30", "2026-02-28", "2026-03-29"]
            {
                clock.set(format!("{today}T12:00:00Z").parse().expect("an instant"));
                assert_forecast(&service, owner, &expenses, date(today)).await;
            }
        }
    })
    .await;
}
