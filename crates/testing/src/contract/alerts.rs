//! Alerts: recorded once per budget, period and threshold, by whichever write crosses it.

use chrono::Weekday;
use finance_domain::budget::{Alert, AlertQuery, Rollover};
use finance_domain::expense::StoreExpenseError;
use finance_domain::period::PeriodUnit;
use finance_domain::{CategoryId, Precondition, UserId, Version};

use super::Storage;
use super::support::{assert_is, concurrently, only, page};
use crate::fixtures::{
    ExpenseContentBuilder, budget, budget_id, category, category_id, expense, expense_id, instant,
    password_hash, user, user_id,
};

impl Storage {
    /// The alerts of an owner, oldest first.
    pub(super) async fn recorded(&self, owner: UserId) -> Vec<Alert> {
        let mut query = AlertQuery { limit: page(200), ..AlertQuery::default() };
        let mut all = Vec::new();
        loop {
            let page = self.alerts.list(owner, &query).await.expect("a page");
            query.after = page.items.last().map(|alert| alert.id);
            all.extend(page.items);
            if !page.has_more {
                return all.into_iter().rev().collect();
            }
        }
    }

    /// What is recorded, as `name first-day threshold`, sorted.
    pub(super) async fn lines(&self, owner: UserId) -> Vec<String> {
        let line = |it: Alert| format!("{} {} {}", it.budget_name, it.period.first(), it.threshold);
        let mut lines: Vec<_> = self.recorded(owner).await.into_iter().map(line).collect();
        lines.sort_unstable();
        lines
    }
}

fn eur(amount: &str, on: &str) -> ExpenseContentBuilder {
    expense().amount(amount, "EUR").date(on)
}

/// The write that crosses a threshold records it, with what was spent and available, and itself.
pub async fn a_threshold_is_recorded_by_the_write_that_crosses_it(storage: Storage) {
    let owner = storage.somebody().await;
    let made = storage.add_budget(owner, budget("100").name("All")).await;
    storage.add(owner, eur("79.99", "2026-11-02")).await;
    assert_eq!(storage.lines(owner).await, [""; 0]);
    let second = storage.add(owner, eur("0.01", "2026-11-30")).await;
    let third = storage.add(owner, eur("50", "2026-11-23").updated_at(instant("2026-11-23T15:00:00Z"))).await;
    let alerts = storage.recorded(owner).await;
    let [first, last] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!((first.budget, first.threshold, first.expense), (made.id, 80, Some(second.id)));
    assert_eq!((first.spent.to_string(), first.available.to_string()), ("80.00".into(), "100.00".into()));
    assert_eq!((last.threshold, last.expense, last.spent.minor()), (100, Some(third.id), 13_000));
    assert_eq!(last.id.created_at(), instant("2026-11-23T15:00:00Z"));
    assert_eq!(last.period, first.period);
    assert_eq!((first.period.first().to_string(), first.period.days()), ("2026-11-01".into(), 30));
    // Others' expenses, other currencies and other days are nothing to it.
    let other = storage.somebody().await;
    storage.add(other, eur("500", "2026-11-02")).await;
    storage.add(owner, expense().amount("500", "CHF").date("2026-11-02")).await;
    storage.add(owner, eur("500", "2026-10-31")).await;
    assert_eq!(storage.recorded(owner).await, alerts);
    assert_eq!(storage.recorded(other).await, []);
}

/// An alert is history: it stays when spending falls, and a second crossing is no news.
pub async fn what_is_recorded_stays_and_is_not_repeated(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add_budget(owner, budget("100").name("All").alert_at(&[100])).await;
    let large = storage.add(owner, eur("100", "2026-11-02")).await;
    let alerts = storage.recorded(owner).await;
    assert_eq!(alerts.len(), 1);
    storage.remove(owner, large.id).await;
    storage.add(owner, eur("99", "2026-11-02")).await;
    storage.add(owner, eur("1", "2026-11-02")).await;
    assert_eq!(storage.recorded(owner).await, alerts);
    storage.add(owner, eur("100", "2026-12-02").updated_at(instant("2026-12-02T00:00:00Z"))).await;
    assert_eq!(storage.lines(owner).await, ["All 2026-11-01 100", "All 2026-12-01 100"]);
}

/// An expense counts in the period of its date, whenever it is written.
pub async fn a_backdated_expense_crosses_in_its_period(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add_budget(owner, budget("100").name("Month").starts_on("2026-01-15")).await;
    let week = budget("100").name("Week").starts_on("2026-01-15").period(PeriodUnit::Week).alert_at(&[50]);
    storage.add_budget(owner, week).await;
    storage.add(owner, eur("10", "2026-11-23")).await;
    storage.add(owner, eur("80", "2026-01-31")).await;
    storage.add(owner, eur("500", "2026-01-14")).await;
    storage.add(owner, eur("100", "2027-03-05")).await;
    assert_eq!(
        storage.lines(owner).await,
        [
            "Month 2026-01-15 80",
            "Month 2027-03-01 100",
            "Month 2027-03-01 80",
            "Week 2026-01-26 50",
            "Week 2027-03-01 50"
        ]
    );
}

/// Editing an amount, a date, a currency or a category, and deleting a refund, cross as well.
pub async fn an_edit_a_move_and_the_loss_of_a_refund_cross(storage: Storage) {
    let owner = storage.somebody().await;
    let [food, fun] = [
        storage.add_category(owner, category("Food")).await.id,
        storage.add_category(owner, category("Fun")).await.id,
    ];
    let month = |name: &str, categories: &[CategoryId]| {
        budget("100").name(name).categories(categories).starts_on("2026-09-01").alert_at(&[100])
    };
    storage.add_budget(owner, month("Food", &[food])).await;
    storage.add_budget(owner, month("Fun", &[fun])).await;
    let refund = storage.add(owner, eur("20", "2026-11-03").income().existing_category(food)).await;
    let salary = storage.add(owner, eur("5000", "2026-11-01").income()).await;
    let lunch = storage.add(owner, eur("60", "2026-11-02").existing_category(food)).await;
    storage.put(owner, lunch.id, eur("119.99", "2026-11-02").existing_category(food)).await;
    assert_eq!(storage.lines(owner).await, [""; 0], "the refund gives back");
    storage.remove(owner, salary.id).await;
    storage.remove(owner, refund.id).await;
    assert_eq!(storage.lines(owner).await, ["Food 2026-11-01 100"]);
    assert_eq!(storage.recorded(owner).await[0].expense, Some(refund.id));
    storage.put(owner, lunch.id, eur("119.99", "2026-10-31").existing_category(food)).await;
    storage.put(owner, lunch.id, eur("119.99", "2026-11-05").existing_category(fun)).await;
    storage
        .put(owner, lunch.id, expense().amount("119.99", "CHF").date("2026-09-05").existing_category(fun))
        .await;
    storage.put(owner, lunch.id, eur("100", "2026-09-05").existing_category(fun)).await;
    assert_eq!(
        storage.lines(owner).await,
        ["Food 2026-10-01 100", "Food 2026-11-01 100", "Fun 2026-09-01 100", "Fun 2026-11-01 100"]
    );
}

/// Creating or changing a budget records what is crossed, in each of its periods, without an expense.
pub async fn a_budget_that_is_crossed_when_it_is_written_says_so(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, eur("90", "2026-11-02")).await;
    storage.add(owner, eur("500", "2026-10-02")).await;
    storage.add(owner, eur("85", "2026-12-24")).await;
    let made = storage.add_budget(owner, budget("100").name("All").starts_on("2026-10-01")).await;
    let october = ["All 2026-10-01 100", "All 2026-10-01 80"];
    assert_eq!(
        storage.lines(owner).await,
        [&october[..], &["All 2026-11-01 80", "All 2026-12-01 80"]].concat()
    );
    let now = instant("2026-11-25T00:00:00Z");
    let terms = budget("90").name("Less").starts_on("2026-10-01").build();
    storage.budgets.replace(owner, made.id, &Precondition::Any, &terms, now).await.expect("a budget");
    assert_eq!(storage.recorded(owner).await.len(), 5);
    assert!(storage.lines(owner).await.contains(&"Less 2026-11-01 100".to_owned()));
    assert!(storage.recorded(owner).await.iter().all(|alert| alert.expense.is_none()));
    storage
        .add_budget(
            owner,
            budget("1")
                .name("Over")
                .starts_on("2026-01-01")
                .ends_on(Some(crate::fixtures::date("2026-10-31"))),
        )
        .await;
    storage.add_budget(owner, budget("1").name("Ahead").starts_on("2026-12-01")).await;
    let over = storage.lines(owner).await;
    let over: Vec<_> = over.iter().filter(|line| !line.starts_with("Less")).collect();
    let expected =
        ["Ahead 2026-12-01 100", "Ahead 2026-12-01 80", "Over 2026-10-01 100", "Over 2026-10-01 80"];
    assert_eq!(over, expected, "the one that is over and the one that has not begun");
    let terms = budget("1000").name("More").starts_on("2026-10-01").build();
    storage.budgets.replace(owner, made.id, &Precondition::Any, &terms, now).await.expect("a budget");
    storage.add(owner, eur("709", "2026-11-02")).await;
    assert_eq!(storage.recorded(owner).await.len(), 9, "each threshold once");
}

/// Where something is carried, a write can cross in each later period in which something is spent.
pub async fn what_is_carried_crosses_later_periods(storage: Storage) {
    let owner = storage.somebody().await;
    for (name, rollover) in [("None", Rollover::None), ("Surplus", Rollover::Surplus), ("All", Rollover::All)]
    {
        let terms = budget("100").name(name).starts_on("2026-08-01").rollover(rollover).alert_at(&[100]);
        storage.add_budget(owner, terms).await;
    }
    storage.add(owner, eur("100", "2026-10-05")).await;
    storage.add(owner, eur("150", "2026-11-05")).await;
    // None: both; carried into October are 200, into November 200.
    assert_eq!(storage.lines(owner).await, ["None 2026-10-01 100", "None 2026-11-01 100"]);
    let backdated = storage.add(owner, eur("160", "2026-08-31")).await;
    // August is overspent by 60. September leaves 100, or 40 with what August owes, for October, which spends 100.
    // November has 200 or 140, of which 150 are spent.
    assert_eq!(
        storage.lines(owner).await,
        [
            "All 2026-08-01 100",
            "All 2026-11-01 100",
            "None 2026-08-01 100",
            "None 2026-10-01 100",
            "None 2026-11-01 100",
            "Surplus 2026-08-01 100"
        ]
    );
    let alerts = storage.recorded(owner).await;
    let november = alerts
        .iter()
        .find(|it| it.budget_name.as_str() == "All" && it.period.first().to_string() == "2026-11-01");
    let november = november.expect("an alert");
    assert_eq!((november.expense, november.available.minor()), (Some(backdated.id), 14_000));
    // What is planned for December is reckoned with what November leaves.
    storage.add(owner, eur("95", "2026-12-24")).await;
    storage.add(owner, eur("60", "2026-11-06")).await;
    let lines = storage.lines(owner).await;
    assert!(lines.contains(&"All 2026-12-01 100".to_owned()), "{lines:?}");
    assert!(!lines.contains(&"None 2026-12-01 100".to_owned()), "{lines:?}");
}

/// What was carried into a period that has come meanwhile is not relied on when a period before is written into.
pub async fn what_is_carried_crosses_a_period_that_has_come_since(storage: Storage) {
    for rollover in [Rollover::Surplus, Rollover::All] {
        let owner = storage.somebody().await;
        storage.add_budget(owner, budget("100").name("All").rollover(rollover)).await;
        let at = |amount: &str, on: &str, now: &str| eur(amount, on).updated_at(instant(now));
        storage.add(owner, at("1", "2026-11-29", "2026-11-29T12:00:00Z")).await;
        // 130 of 199.
        storage.add(owner, at("130", "2026-12-02", "2026-12-04T12:00:00Z")).await;
        assert_eq!(storage.lines(owner).await, [""; 0]);
        // 130 of 139.
        let backdated = storage.add(owner, at("60", "2026-11-15", "2026-12-04T12:00:00Z")).await;
        assert_eq!(storage.lines(owner).await, ["All 2026-12-01 80"], "{rollover:?}");
        assert_eq!(storage.recorded(owner).await[0].expense, Some(backdated.id));
    }
}

/// An alert names no expense that did not cross the threshold.
pub async fn an_expense_is_not_blamed_for_what_was_crossed_before(storage: Storage) {
    let id = user_id();
    let ada = user("ada@example.org").id(id).build();
    storage.users.create(&ada, &password_hash("correct horse"), &[]).await.expect("a new user");
    let week = budget("100").name("Week").period(PeriodUnit::Week).alert_at(&[100]);
    storage.add_budget(id, week).await;
    storage.add(id, eur("60", "2026-11-15")).await;
    storage.add(id, eur("60", "2026-11-16")).await;
    assert_eq!(storage.lines(id).await, [""; 0]);
    // Both days are in one week now.
    let change = user("ada@example.org").id(id).first_day_of_week(Weekday::Sun).build();
    storage.users.update(&change, &Precondition::Any).await.expect("a user");
    storage.add(id, eur("0.01", "2026-11-17")).await;
    assert_eq!(storage.lines(id).await, ["Week 2026-11-15 100"]);
    assert_eq!(storage.recorded(id).await[0].expense, None);
}

/// Moving and merging categories records what is crossed then, in each period.
pub async fn a_category_that_moves_under_another_one_crosses(storage: Storage) {
    let owner = storage.somebody().await;
    let [food, bakery, fun, games] = {
        let mut ids = Vec::new();
        for name in ["Food", "Bakery", "Fun", "Games"] {
            ids.push(storage.add_category(owner, category(name)).await.id);
        }
        [ids[0], ids[1], ids[2], ids[3]]
    };
    storage.add_budget(owner, budget("100").name("Food").categories(&[food]).alert_at(&[100])).await;
    storage.add_budget(owner, budget("100").name("Fun").categories(&[fun]).alert_at(&[100])).await;
    for id in [food, fun] {
        storage.add(owner, eur("50", "2026-11-02").existing_category(id)).await;
    }
    for id in [bakery, games] {
        storage.add(owner, eur("50", "2026-11-02").existing_category(id)).await;
    }
    assert_eq!(storage.lines(owner).await, [""; 0]);
    let at = instant("2026-11-23T12:30:00Z");
    let child = category("Bakery").parent(food).updated_at(at).build().content;
    storage.categories.replace(owner, bakery, &Precondition::Any, &child).await.expect("a category");
    assert_eq!(storage.lines(owner).await, ["Food 2026-11-01 100"]);
    storage.add(owner, eur("120", "2027-02-03").existing_category(games)).await;
    storage.categories.merge(owner, games, &Precondition::Any, fun, at).await.expect("a category");
    let crossed = ["Food 2026-11-01 100", "Fun 2026-11-01 100", "Fun 2027-02-01 100"];
    assert_eq!(storage.lines(owner).await, crossed);
    assert!(storage.recorded(owner).await.iter().all(|alert| alert.expense.is_none()));
    storage.add_budget(owner, budget("100").name("Both").categories(&[food]).alert_at(&[150])).await;
    storage.add(owner, eur("50", "2026-11-02").existing_category(bakery)).await;
    assert!(storage.lines(owner).await.contains(&"Both 2026-11-01 150".to_owned()), "children count");
}

/// One write looks at every budget, however many there are.
pub async fn each_of_600_budgets_is_crossed(storage: Storage) {
    const BUDGETS: usize = 600;
    let owner = storage.somebody().await;
    let [food, bakery] = [category("Food"), category("Bakery")]
        .map(|named| async { storage.add_category(owner, named).await.id });
    let (food, bakery) = (food.await, bakery.await);
    for _ in 0..BUDGETS {
        storage.add_budget(owner, budget("100").categories(&[food]).alert_at(&[100])).await;
    }
    storage.add(owner, eur("100", "2026-11-02").existing_category(bakery)).await;
    assert_eq!(storage.recorded(owner).await.len(), 0);
    let at = instant("2026-11-23T12:30:00Z");
    storage.categories.merge(owner, bakery, &Precondition::Any, food, at).await.expect("a category");
    assert_eq!(storage.recorded(owner).await.len(), BUDGETS);
}

/// When the user's weeks begin on another day, what is known of the week before the change is not relied on.
pub async fn a_week_that_begins_elsewhere_is_another_period(storage: Storage) {
    let id = user_id();
    let ada = user("ada@example.org").id(id).build();
    storage.users.create(&ada, &password_hash("correct horse"), &[]).await.expect("a new user");
    let week = budget("100").name("Week").period(PeriodUnit::Week).alert_at(&[100]);
    storage.add_budget(id, week).await;
    // The Sunday before the Monday on which the clock stands.
    storage.add(id, eur("60", "2026-11-22")).await;
    storage.add(id, eur("39", "2026-11-23")).await;
    let change = user("ada@example.org").id(id).first_day_of_week(Weekday::Sun).build();
    storage.users.update(&change, &Precondition::Any).await.expect("a user");
    storage.add(id, eur("1", "2026-11-24")).await;
    assert_eq!(storage.lines(id).await, ["Week 2026-11-22 100"]);
}

/// Newest first, page by page, of one budget or of all.
pub async fn alerts_are_listed_newest_first(storage: Storage) {
    let owner = storage.somebody().await;
    let mut budgets = Vec::new();
    for name in ["A", "B"] {
        budgets.push(storage.add_budget(owner, budget("100").name(name).alert_at(&[10, 20, 100])).await.id);
    }
    let at = |hour: u32| instant(&format!("2026-11-23T{hour:02}:00:00Z"));
    storage.add(owner, eur("15", "2026-11-02").updated_at(at(13))).await;
    storage.add(owner, eur("90", "2026-11-02").updated_at(at(14))).await;
    let all: Vec<_> = storage.recorded(owner).await.into_iter().rev().collect();
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by(|a, b| a.id > b.id));
    assert!(all[..4].iter().all(|alert| alert.id.created_at() == at(14)));
    for budget in [None, Some(budgets[0]), Some(budgets[1]), Some(budget_id())] {
        let expected: Vec<_> =
            all.iter().filter(|it| budget.is_none_or(|budget| it.budget == budget)).cloned().collect();
        let mut query = AlertQuery { budget, limit: page(2), after: None };
        let mut met: Vec<Alert> = Vec::new();
        loop {
            let page = storage.alerts.list(owner, &query).await.expect("a page");
            query.after = page.items.last().map(|last| last.id);
            met.extend(page.items);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(met, expected);
    }
    assert_eq!(storage.recorded(user_id()).await, []);
}

/// Who deletes a budget deletes its alerts, and only these.
pub async fn alerts_go_with_their_budget(storage: Storage) {
    let owner = storage.somebody().await;
    let gone = storage.add_budget(owner, budget("10").name("Gone").alert_at(&[100])).await.id;
    storage.add_budget(owner, budget("10").name("Kept").alert_at(&[100])).await;
    storage.add(owner, eur("10", "2026-11-02")).await;
    assert_eq!(storage.lines(owner).await.len(), 2);
    storage.budgets.delete(owner, gone, &Precondition::Any).await.expect("a deleted budget");
    assert_eq!(storage.lines(owner).await, ["Kept 2026-11-01 100"]);
    storage.add(owner, eur("10", "2026-11-02")).await;
    assert_eq!(storage.lines(owner).await, ["Kept 2026-11-01 100"]);
}

/// An alert is a part of the write: when that fails, nothing is recorded, and no room is used up.
pub async fn a_write_that_fails_records_nothing(storage: Storage) {
    let owner = storage.somebody().await;
    let first = storage.add(owner, eur("10", "2026-11-02")).await;
    storage.add_budget(owner, budget("100").name("All").alert_at(&[50, 100])).await;
    for amount in ["60", "1", "45"] {
        let content = eur(amount, "2026-11-02").build();
        assert_is!(
            storage.expenses.create(owner, first.id, &content).await,
            Err(StoreExpenseError::Store(_))
        );
        let stale = only(Version::new(7));
        let replaced = storage.expenses.replace(owner, first.id, &stale, &content).await;
        assert_is!(replaced, Err(StoreExpenseError::Stale));
        let content = eur(amount, "2026-11-02").existing_category(category_id()).tags(&["new"]).build();
        let created = storage.expenses.create(owner, expense_id(), &content).await;
        assert_is!(created, Err(StoreExpenseError::UnknownCategory));
        let replaced = storage.expenses.replace(owner, first.id, &Precondition::Any, &content).await;
        assert_is!(replaced, Err(StoreExpenseError::UnknownCategory));
        let replaced = storage.expenses.replace(owner, expense_id(), &Precondition::Any, &content).await;
        assert_is!(replaced, Err(StoreExpenseError::NotFound | StoreExpenseError::UnknownCategory));
    }
    assert_eq!(storage.lines(owner).await, [""; 0]);
    let at = instant("2026-11-24T00:00:00Z");
    for _ in 0..3 {
        let deleted = storage.expenses.delete(owner, first.id, &only(Version::new(7)), at).await;
        assert_is!(deleted, Err(StoreExpenseError::Stale));
    }
    storage.add(owner, eur("39.99", "2026-11-02")).await;
    assert_eq!(storage.lines(owner).await, [""; 0]);
    storage.add(owner, eur("0.01", "2026-11-02")).await;
    assert_eq!(storage.lines(owner).await, ["All 2026-11-01 50"]);
}

/// However many cross together, in the current period or in one before, and whatever guards they find, each threshold is
/// recorded once and none is missed.
pub async fn writers_who_cross_together_record_each_threshold_once(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let current = ("2026-11-20", "2026-11-23");
    for (round, (before, day)) in [current, current, ("2026-05-17", "2026-05-20")].into_iter().enumerate() {
        let percents = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
        let all = format!("All {round}");
        let mut made = vec![
            storage.add_budget(owner, budget("64.01").name(&all).starts_on(day).alert_at(&percents)).await.id,
        ];
        for number in 0..3 {
            let terms = budget("64.01").name(&format!("Food {round} {number}")).categories(&[food]);
            made.push(storage.add_budget(owner, terms.starts_on(day).alert_at(&percents)).await.id);
        }
        // A small one first, after which there seems to be room for many.
        let small = storage.add(owner, eur("0.01", day).existing_category(food)).await.id;
        // Together they spend 64, one after the other in some order: each threshold is crossed by one of them.
        let written = concurrently((0..64).map(|number| {
            let storage = storage.clone();
            async move {
                let content = eur("1", day).existing_category(food);
                match number % 4 {
                    // Written as less, then made what it should be.
                    0 => {
                        let less = eur("0.50", day).existing_category(food);
                        let id = storage.add(owner, less).await.id;
                        storage.put(owner, id, content).await.id
                    }
                    // Written before the budget begins, then moved.
                    1 => {
                        let id = storage.add(owner, eur("1", before).existing_category(food)).await.id;
                        storage.put(owner, id, content).await.id
                    }
                    _ => storage.add(owner, content).await.id,
                }
            }
        }))
        .await;
        for id in &made {
            let query = AlertQuery { budget: Some(*id), limit: page(200), after: None };
            let alerts = storage.alerts.list(owner, &query).await.expect("a page").items;
            let mut crossed: Vec<_> = alerts.iter().map(|alert| alert.threshold).collect();
            crossed.sort_unstable();
            assert_eq!(crossed, percents, "in round {round}");
            assert!(alerts.iter().all(|alert| alert.expense.is_some_and(|id| written.contains(&id))));
        }
        for id in made {
            storage.budgets.delete(owner, id, &Precondition::Any).await.expect("a deleted budget");
        }
        for id in written.into_iter().chain([small]) {
            storage.remove(owner, id).await;
        }
    }
}

/// A budget that is made or changed, or a category that moves, while expenses are written: none of them goes unnoticed.
pub async fn budgets_and_expenses_written_at_once_miss_nothing(storage: Storage) {
    let at = instant("2026-11-23T12:30:00Z");
    for round in 0..48 {
        let owner = storage.somebody().await;
        let food = storage.add_category(owner, category("Food")).await.id;
        let bakery = storage.add_category(owner, category("Bakery")).await.id;
        let terms = budget("8").categories(&[food]).alert_at(&[50, 100]);
        let over_bakery = budget("8").categories(&[bakery]).alert_at(&[50, 100]);
        let made = match round % 3 {
            0 => storage.add_budget(owner, terms).await.id,
            1 => storage.add_budget(owner, budget("8").alert_at(&[]).categories(&[food])).await.id,
            _ => budget_id(),
        };
        concurrently((0..9).map(|number| {
            let (storage, over_bakery) = (storage.clone(), over_bakery.clone().build());
            async move {
                let any = Precondition::Any;
                match (number, round % 3) {
                    (1.., _) => {
                        storage.add(owner, eur("1", "2026-11-23").existing_category(bakery)).await;
                    }
                    (_, 0) => {
                        let child = category("Bakery").parent(food).updated_at(at).build().content;
                        storage.categories.replace(owner, bakery, &any, &child).await.expect("a category");
                    }
                    (_, 1) => {
                        storage.budgets.replace(owner, made, &any, &over_bakery, at).await.expect("a budget");
                    }
                    _ => {
                        storage.budgets.create(owner, made, &over_bakery, at).await.expect("a budget");
                    }
                }
            }
        }))
        .await;
        let expected = ["Budget 2026-11-01 100", "Budget 2026-11-01 50"];
        assert_eq!(storage.lines(owner).await, expected, "in round {round}");
    }
}

/// Writers who make the same new category and tag while they cross thresholds do not hinder one another.
pub async fn new_categories_and_alerts_at_once(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add_budget(owner, budget("16").name("All").alert_at(&[50, 100])).await;
    concurrently((0..16).map(|number| {
        let storage = storage.clone();
        let content = eur("1", "2026-11-23").category("New").tags(&[["a", "b", "c"][number % 3]]);
        async move { storage.add(owner, content).await }
    }))
    .await;
    assert_eq!(storage.lines(owner).await, ["All 2026-11-01 100", "All 2026-11-01 50"]);
}
