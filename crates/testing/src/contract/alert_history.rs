//! Alerts after any history of writes: the same as in memory, where each write sums everything up.

use chrono::{DateTime, Days, Utc};
use finance_domain::budget::{BudgetTerms, Rollover};
use finance_domain::category::CategoryChoice;
use finance_domain::expense::ExpenseContent;
use finance_domain::period::PeriodUnit;
use finance_domain::{BudgetId, CategoryId, ExpenseId, Precondition, UserId};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::Storage;
use super::properties::check;
use crate::fixtures::{
    BudgetTermsBuilder, budget, budget_id, category, category_name, expense, expense_id, instant,
    password_hash, user, user_id,
};
use crate::memory::InMemoryStorage;

#[derive(Debug, Clone)]
enum Step {
    Create(Entry),
    Replace(Index, Entry),
    Delete(Index),
    Budget(Terms),
    Change(Index, Terms),
    Remove(Index),
    Parent(usize, Option<usize>),
    Merge(usize, usize),
    /// So many days go by.
    Wait(u64),
}

#[derive(Debug, Clone)]
struct Entry {
    minor: i64,
    income: bool,
    currency: &'static str,
    category: Option<usize>,
    on: &'static str,
}

#[derive(Debug, Clone)]
struct Terms {
    amount: u32,
    categories: Vec<usize>,
    period: PeriodUnit,
    rollover: Rollover,
    starts_on: &'static str,
    raised_from: Option<&'static str>,
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const DAYS: [&str; 8] = [
    "2026-09-28",
    "2026-10-31",
    "2026-11-01",
    "2026-11-22",
    "2026-11-23",
    "2026-11-30",
    "2026-12-01",
    "2027-01-02",
];

fn entry() -> impl Strategy<Value = Entry> {
    let category = prop::option::of(0..NAMES.len());
    let currency = prop_oneof![9 => Just("EUR"), 1 => Just("CHF")];
    (1..6000_i64, prop::bool::weighted(0.2), currency, category, select(&DAYS[..]))
        .prop_map(|(minor, income, currency, category, on)| Entry { minor, income, currency, category, on })
}

fn terms() -> impl Strategy<Value = Terms> {
    let categories = prop_oneof![Just(Vec::new()), vec(0..NAMES.len(), 1..3)];
    let period = select(&[PeriodUnit::Week, PeriodUnit::Month, PeriodUnit::Quarter, PeriodUnit::Year][..]);
    let rollover = select(&[Rollover::None, Rollover::Surplus, Rollover::All][..]);
    let starts_on = select(&["2026-09-15", "2026-11-01", "2026-11-23"][..]);
    let raised_from = prop::option::of(select(&["2026-11-23", "2026-12-01"][..]));
    (10..150_u32, categories, period, rollover, starts_on, raised_from).prop_map(
        |(amount, categories, period, rollover, starts_on, raised_from)| Terms {
            amount,
            categories,
            period,
            rollover,
            starts_on,
            raised_from,
        },
    )
}

fn steps() -> impl Strategy<Value = (Vec<Terms>, Vec<Step>)> {
    let step = prop_oneof![
        8 => entry().prop_map(Step::Create),
        4 => (any::<Index>(), entry()).prop_map(|(id, entry)| Step::Replace(id, entry)),
        2 => any::<Index>().prop_map(Step::Delete),
        1 => terms().prop_map(Step::Budget),
        1 => (any::<Index>(), terms()).prop_map(|(id, terms)| Step::Change(id, terms)),
        1 => any::<Index>().prop_map(Step::Remove),
        1 => (0..NAMES.len(), prop::option::of(0..NAMES.len())).prop_map(|(id, parent)| Step::Parent(id, parent)),
        1 => (0..NAMES.len(), 0..NAMES.len()).prop_map(|(id, into)| Step::Merge(id, into)),
        1 => (1..40_u64).prop_map(Step::Wait),
    ];
    (vec(terms(), 1..4), vec(step, 1..40))
}

/// One owner's books on two engines, which must not differ.
struct Books {
    engines: [Storage; 2],
    owner: UserId,
    categories: Vec<CategoryId>,
    expenses: Vec<ExpenseId>,
    budgets: Vec<BudgetId>,
    now: DateTime<Utc>,
}

impl Books {
    async fn begin(engine: Storage) -> Self {
        let memory = Storage::from(&InMemoryStorage::new());
        let owner = user_id();
        let same = user(&format!("{owner}@example.org")).id(owner).time_zone("Pacific/Auckland").build();
        let new: Vec<_> = NAMES.iter().map(|name| category(name).build()).collect();
        let engines = [engine, memory];
        for storage in &engines {
            storage.users.create(&same, &password_hash("correct horse"), &new).await.expect("a new user");
        }
        let categories = new.iter().map(|category| category.id).collect();
        let (expenses, budgets) = (vec![expense_id()], vec![budget_id()]);
        Self { engines, owner, categories, expenses, budgets, now: instant("2026-11-23T12:00:00Z") }
    }

    async fn step(&mut self, step: Step) {
        let (owner, any, now) = (self.owner, Precondition::Any, self.now);
        match step {
            Step::Create(entry) => {
                let (id, content) = (expense_id(), self.content(&entry));
                for storage in &self.engines {
                    let _ = storage.expenses.create(owner, id, &content).await;
                }
                self.expenses.push(id);
            }
            Step::Replace(index, entry) => {
                let (id, content) = (*index.get(&self.expenses), self.content(&entry));
                for storage in &self.engines {
                    let _ = storage.expenses.replace(owner, id, &any, &content).await;
                }
            }
            Step::Delete(index) => {
                for storage in &self.engines {
                    let _ = storage.expenses.delete(owner, *index.get(&self.expenses), &any, now).await;
                }
            }
            Step::Budget(terms) => {
                let (id, terms) = (budget_id(), self.terms(&terms));
                for storage in &self.engines {
                    let _ = storage.budgets.create(owner, id, &terms, now).await;
                }
                self.budgets.push(id);
            }
            Step::Change(index, terms) => {
                let (id, terms) = (*index.get(&self.budgets), self.terms(&terms));
                for storage in &self.engines {
                    let _ = storage.budgets.replace(owner, id, &any, &terms, now).await;
                }
            }
            Step::Remove(index) => {
                for storage in &self.engines {
                    let _ = storage.budgets.delete(owner, *index.get(&self.budgets), &any).await;
                }
            }
            Step::Parent(of, parent) => {
                let mut content = category(NAMES[of]).build().content;
                content.name = category_name(NAMES[of]);
                content.parent = parent.filter(|parent| *parent != of).map(|parent| self.categories[parent]);
                content.updated_at = now;
                for storage in &self.engines {
                    let _ = storage.categories.replace(owner, self.categories[of], &any, &content).await;
                }
            }
            Step::Merge(id, into) if id != into => {
                let [id, into] = [id, into].map(|at| self.categories[at]);
                for storage in &self.engines {
                    let _ = storage.categories.merge(owner, id, &any, into, now).await;
                }
            }
            Step::Merge(..) => {}
            Step::Wait(days) => self.now = now + Days::new(days),
        }
    }

    fn content(&self, entry: &Entry) -> ExpenseContent {
        let Entry { minor, income, currency, category, on } = entry.clone();
        let amount = format!("{}.{:02}", minor / 100, minor % 100);
        let mut content = expense().amount(&amount, currency).date(on).updated_at(self.now);
        if income {
            content = content.income();
        }
        let mut content = content.build();
        content.category = category.map(|at| CategoryChoice::Existing(self.categories[at]));
        content
    }

    fn terms(&self, terms: &Terms) -> BudgetTerms {
        let categories: Vec<_> = terms.categories.iter().map(|at| self.categories[*at]).collect();
        let mut builder: BudgetTermsBuilder = budget(&terms.amount.to_string())
            .categories(&categories)
            .period(terms.period)
            .rollover(terms.rollover)
            .starts_on(terms.starts_on);
        if let Some(from) = terms.raised_from.filter(|from| *from > terms.starts_on) {
            builder = builder.amount_from(from, &(terms.amount + 30).to_string());
        }
        builder.build()
    }
}

/// Any history of writes records the same alerts as in memory, where each write sums everything up.
pub async fn any_history_records_as_in_memory(storage: Storage) {
    check(48, steps, move |(budgets, steps)| {
        let storage = storage.clone();
        async move {
            let mut books = Books::begin(storage).await;
            let budgets = budgets.into_iter().map(Step::Budget);
            for step in budgets.chain(steps) {
                let shown = format!("{step:?}");
                books.step(step).await;
                let [engine, memory] = &books.engines;
                let (engine, memory) =
                    (engine.recorded(books.owner).await, memory.recorded(books.owner).await);
                assert_eq!(engine, memory, "after {shown}");
            }
        }
    })
    .await;
}
