//! Budgets: storing them, and what was spent in them.

use finance_domain::budget::{Budget, Counted, Rollover, Spending, StoreBudgetError};
use finance_domain::money::Money;
use finance_domain::page::{ListPosition, ListQuery};
use finance_domain::period::{DateRange, PeriodUnit};
use finance_domain::{BudgetId, Precondition, UserId, Version};

use super::Storage;
use super::support::{assert_is, concurrently, only, page};
use crate::fixtures::{
    BudgetTermsBuilder, budget, budget_id, category, category_id, date, expense, instant, money, user_id,
};

impl Storage {
    /// Creates a budget on 2026-11-23.
    pub(super) async fn add_budget(&self, owner: UserId, terms: BudgetTermsBuilder) -> Budget {
        let now = instant("2026-11-23T12:00:00Z");
        self.budgets.create(owner, budget_id(), &terms.build(), now).await.expect("a new budget")
    }

    async fn budget(&self, owner: UserId, id: BudgetId) -> Option<Budget> {
        self.budgets.find(owner, id).await.expect("an answer")
    }
}

fn range(first: &str, last: &str) -> DateRange {
    DateRange::new(date(first), date(last)).expect("a range")
}

/// Everything about a budget is stored, and answered as it is stored.
pub async fn a_budget_is_found_as_created(storage: Storage) {
    let owner = storage.somebody().await;
    let mut categories = Vec::new();
    for number in 0..3 {
        categories.push(storage.add_category(owner, category(&number.to_string())).await.id);
    }
    let now = instant("2026-11-23T09:08:07.654Z");
    for terms in [
        budget("0.01").alert_at(&[]),
        budget("9999999999999.99").period(PeriodUnit::Week).starts_on("0001-01-01").alert_at(&[1, 1000]),
        budget("500").name("Größe, 50 %").categories(&categories).rollover(Rollover::Surplus),
        budget("5")
            .amount("120000", "JPY")
            .period(PeriodUnit::Quarter)
            .rollover(Rollover::All)
            .ends_on(Some(date("9999-12-31"))),
        budget("5")
            .period(PeriodUnit::Year)
            .starts_on("2020-02-29")
            .amount_from("2021-01-01", "6.5")
            .amount_from("2027-01-01", "70"),
    ] {
        let (id, terms) = (budget_id(), terms.build());
        let created = storage.budgets.create(owner, id, &terms, now).await.expect("a new budget");
        assert_eq!(created, Budget { id, terms, updated_at: now, version: Version::FIRST });
        assert_eq!(storage.budget(owner, id).await, Some(created));
    }
}

/// Nobody's budgets are not stored, nor those over categories that do not exist.
pub async fn a_budget_needs_an_owner_and_its_categories(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let now = instant("2026-11-23T12:00:00Z");
    let id = budget_id();
    let refused = storage.budgets.create(user_id(), id, &budget("5").build(), now).await;
    assert_is!(refused, Err(StoreBudgetError::UnknownUser));
    let known = storage.add_category(owner, category("Known")).await.id;
    let foreign = storage.add_category(other, category("Other")).await.id;
    for unknown in [vec![category_id()], vec![foreign], vec![foreign, category_id()]] {
        let terms = budget("5").categories(&[&[known], unknown.as_slice()].concat()).build();
        match storage.budgets.create(owner, id, &terms, now).await {
            Err(StoreBudgetError::UnknownCategories(named)) => assert_eq!(named, unknown),
            other => panic!("{other:?}"),
        }
        assert_eq!(storage.budget(owner, id).await, None);
        let kept = storage.add_budget(owner, budget("7")).await;
        let replaced = storage.budgets.replace(owner, kept.id, &Precondition::Any, &terms, now).await;
        assert_is!(replaced, Err(StoreBudgetError::UnknownCategories(_)));
        assert_eq!(storage.budget(owner, kept.id).await, Some(kept));
    }
}

/// Replacing writes every field and counts the version up.
pub async fn replacing_a_budget_sets_everything(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let before =
        budget("5").categories(&[food]).amount_from("2027-01-01", "6").ends_on(Some(date("2027-05-05")));
    let id = storage.add_budget(owner, before).await.id;
    let now = instant("2026-11-24T00:00:00Z");
    let terms = budget("8").name("Other").starts_on("2025-01-01").alert_at(&[50]).build();
    let replaced = storage.budgets.replace(owner, id, &only(Version::FIRST), &terms, now).await;
    let expected = Budget { id, terms, updated_at: now, version: Version::new(2) };
    assert_eq!(replaced.expect("a replaced budget"), expected);
    assert_eq!(storage.budget(owner, id).await, Some(expected));
}

/// A version that is not allowed, and a budget that does not exist, are told apart.
pub async fn replacing_and_deleting_a_budget_need_an_allowed_version(storage: Storage) {
    let owner = storage.somebody().await;
    let kept = storage.add_budget(owner, budget("5")).await;
    let (terms, now) = (budget("6").build(), instant("2026-11-24T00:00:00Z"));
    let stale = only(Version::new(2));
    let budgets = &storage.budgets;
    assert_is!(budgets.replace(owner, kept.id, &stale, &terms, now).await, Err(StoreBudgetError::Stale));
    assert_is!(budgets.delete(owner, kept.id, &stale).await, Err(StoreBudgetError::Stale));
    assert_eq!(storage.budget(owner, kept.id).await.as_ref(), Some(&kept));
    for (owner, id) in [(owner, budget_id()), (user_id(), kept.id)] {
        let replaced = budgets.replace(owner, id, &Precondition::Any, &terms, now).await;
        assert_is!(replaced, Err(StoreBudgetError::NotFound));
        assert_is!(budgets.delete(owner, id, &Precondition::Any).await, Err(StoreBudgetError::NotFound));
    }
    budgets.delete(owner, kept.id, &only(Version::FIRST)).await.expect("a deleted budget");
    assert_eq!(storage.budget(owner, kept.id).await, None);
}

/// Of those who read the same version of a budget, one may write.
pub async fn one_of_16_replacements_of_a_budget_wins(storage: Storage) {
    let owner = storage.somebody().await;
    let id = storage.add_budget(owner, budget("5")).await.id;
    let outcomes = concurrently((1..=16).map(|number| {
        let (storage, terms) = (storage.clone(), budget(&number.to_string()).build());
        let now = instant("2026-11-24T00:00:00Z");
        async move { storage.budgets.replace(owner, id, &only(Version::FIRST), &terms, now).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1, "{lost:?}");
    for error in lost {
        assert_is!(error, Err(StoreBudgetError::Stale));
    }
    let won = won.into_iter().next().and_then(Result::ok);
    assert_eq!(storage.budget(owner, id).await, won);
}

/// Oldest first, page by page.
pub async fn budgets_are_listed_by_id(storage: Storage) {
    let owner = storage.somebody().await;
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(storage.add_budget(owner, budget(&number.to_string())).await);
    }
    let mut query = ListQuery { limit: page(2), after: None };
    let mut met = Vec::new();
    loop {
        let page = storage.budgets.list(owner, &query).await.expect("a page");
        let last = page.items.last().map(|last| ListPosition { key: String::new(), id: last.id.uuid() });
        query.after = last;
        met.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(met, made);
}

/// Nobody sees the budgets of others, or what was spent in them.
pub async fn budgets_of_others_do_not_exist(storage: Storage) {
    let (owner, other) = (storage.somebody().await, storage.somebody().await);
    let made = storage.add_budget(owner, budget("5")).await;
    storage.add(owner, expense().date("2026-11-02")).await;
    assert_eq!(storage.budget(other, made.id).await, None);
    assert!(storage.budgets.list(other, &ListQuery::default()).await.expect("a page").items.is_empty());
    let asked = [(&made, range("2026-11-01", "2026-11-30"))];
    assert_eq!(storage.budgets.spending(other, &asked).await.expect("sums"), [Spending::default()]);
    assert_eq!(storage.budgets.spending(other, &[]).await.expect("sums"), []);
}

/// What was spent in a budget is what its terms say of each expense, day by day.
pub async fn spending_is_what_the_terms_count(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let bakery = storage.add_category(owner, category("Bakery").parent(food)).await.id;
    let rent = storage.add_category(owner, category("Rent")).await.id;
    let mut made = Vec::new();
    for terms in [
        budget("1"),
        budget("2").categories(&[food]),
        budget("3").categories(&[bakery]),
        budget("4").categories(&[food, bakery, rent]),
        budget("5").amount("5", "CHF"),
        budget("6").starts_on("2026-11-10").ends_on(Some(date("2026-11-20"))).categories(&[rent]),
    ] {
        made.push(storage.add_budget(owner, terms).await);
    }
    let mut written = Vec::new();
    for number in 0..120_u32 {
        let (category, parent) =
            [(None, None), (Some(food), None), (Some(bakery), Some(food)), (Some(rent), None)]
                [(number % 4) as usize];
        let currency = if number % 7 == 0 { "CHF" } else { "EUR" };
        let on = format!("2026-{:02}-{:02}", 10 + number % 3, 1 + number % 28);
        let mut content = expense().amount(&(number + 1).to_string(), currency).date(&on);
        if number % 5 == 0 {
            content = content.income();
        }
        if let Some(id) = category {
            content = content.existing_category(id);
        }
        let stored = storage.add(owner, content).await;
        if number % 11 == 0 {
            storage.remove(owner, stored.id).await;
        } else {
            written.push(Counted {
                money: stored.money,
                kind: stored.kind,
                category,
                parent,
                date: stored.date,
            });
        }
    }
    let days = [
        range("2026-11-01", "2026-11-30"),
        range("2026-11-05", "2026-12-03"),
        range("2026-11-12", "2026-11-12"),
    ];
    for days in days {
        let asked: Vec<_> = made.iter().map(|budget| (budget, days)).collect();
        let sums = storage.budgets.spending(owner, &asked).await.expect("sums");
        for (budget, sum) in made.iter().zip(sums) {
            for day in days.first().iter_days().take_while(|day| *day <= days.last()) {
                let on = |it: &&Counted| it.date == day;
                let expected: i128 = written.iter().filter(on).map(|it| budget.terms.counts(it)).sum();
                // A store need not know when a budget begins and ends: what is asked for are days of it.
                if budget.terms.contains(day) {
                    let day = DateRange::new(day, day).expect("a day");
                    assert_eq!(sum.within(day), expected, "{} on {day:?}", budget.terms.name);
                }
            }
        }
    }
}

/// The largest amounts add up to the minor unit.
pub async fn spending_of_the_largest_amounts_is_exact(storage: Storage) {
    let owner = storage.somebody().await;
    let food = storage.add_category(owner, category("Food")).await.id;
    let made = storage.add_budget(owner, budget("5").categories(&[food]).alert_at(&[])).await;
    let largest = money("9999999999999.99", "EUR");
    for _ in 0..10 {
        storage.add(owner, expense().money(largest).existing_category(food).date("2026-11-02")).await;
    }
    storage
        .add(owner, expense().amount("0.01", "EUR").income().existing_category(food).date("2026-11-02"))
        .await;
    let asked = [(&made, range("2026-11-01", "2026-11-30"))];
    let sums = storage.budgets.spending(owner, &asked).await.expect("sums");
    assert_eq!(sums[0].within(range("2026-11-01", "2026-11-30")), 10 * i128::from(Money::MAX_MINOR) - 1);
}
