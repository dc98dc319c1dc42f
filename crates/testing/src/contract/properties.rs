//! Whatever people write, list and search for.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate};
use finance_domain::category::CategoryName;
use finance_domain::expense::{Expense, ExpenseContent, ExpenseDescription, ExpenseTitle};
use finance_domain::money::{Currency, Money};
use finance_domain::tag::{TagName, Tags};
use finance_domain::text::TextError;
use finance_domain::{Precondition, Version};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use super::Storage;
use super::history::{History, steps};
use super::support::stored;
use crate::fixtures::{expense, expense_id};

/// Runs a property on a thread that may block.
pub(super) async fn check<S, F, T>(cases: u32, strategy: fn() -> S, test: F)
where
    S: Strategy + 'static,
    F: Fn(S::Value) -> T + Send + 'static,
    T: Future<Output = ()>,
{
    let runtime = Handle::current();
    let property = move || {
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 512, ..Config::default() };
        let outcome = TestRunner::new(config).run(&strategy(), |value| {
            runtime.block_on(test(value));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
    };
    tokio::task::spawn_blocking(property).await.expect("the property holds");
}

fn parsed<T: Debug + 'static>(
    pattern: &'static str,
    parse: fn(&str) -> Result<T, TextError>,
) -> BoxedStrategy<T> {
    pattern.prop_filter_map("a text of the domain", move |text| parse(&text).ok()).boxed()
}

fn currencies() -> impl Strategy<Value = Currency> {
    select(Currency::all().collect::<Vec<_>>())
}

prop_compose! {
    /// Anything that the domain lets pass.
    fn any_content()(
        title in parsed("\\PC{1,200}", ExpenseTitle::parse),
        description in of(parsed("(\\PC|\n|\t){1,400}", ExpenseDescription::parse)),
        currency in currencies(),
        minor in prop_oneof![1..=Money::MAX_MINOR, 1..100_000_i64],
        income in any::<bool>(),
        category in of(parsed("\\PC{1,100}", CategoryName::parse)),
        tags in vec(parsed("\\PC{1,50}", TagName::parse), 0..=20),
        days in 1..=3_652_059_i32,
        millis in 0..253_402_300_800_000_i64,
    ) -> ExpenseContent {
        let mut content = expense();
        if income {
            content = content.income();
        }
        if let Some(category) = category {
            content = content.category(category.as_str());
        }
        let tags = Tags::new(tags).expect("at most 20");
        let tags: Vec<_> = tags.as_slice().iter().map(TagName::as_str).collect();
        let money = Money::from_minor(minor, currency).expect("an amount");
        let content = content.tags(&tags).money(money).build();
        ExpenseContent {
            title,
            description,
            date: NaiveDate::from_num_days_from_ce_opt(days).expect("a date up to the year 9999"),
            updated_at: DateTime::from_timestamp_millis(millis).expect("an instant"),
            ..content
        }
    }
}

/// Any content is stored as it is, created or as a replacement.
pub async fn any_content_survives(storage: Storage) {
    check(
        48,
        || (any_content(), any_content()),
        move |(first, second)| {
            let storage = storage.clone();
            async move {
                let (owner, id) = (storage.somebody().await, expense_id());
                let created = storage.expenses.create(owner, id, &first).await.expect("a new expense");
                assert_eq!(created, stored(id, &first));
                assert_eq!(storage.get(owner, id).await, created);

                // Its names may be those of the first in another spelling: use them as another owner.
                let owner = storage.somebody().await;
                let id = storage.add(owner, expense()).await.id;
                let replaced = storage.expenses.replace(owner, id, &Precondition::Any, &second).await;
                let replaced = replaced.expect("a replaced expense");
                assert_eq!(replaced, Expense { version: Version::new(2), ..stored(id, &second) });
                assert_eq!(storage.get(owner, id).await, replaced);
            }
        },
    )
    .await;
}

/// Any history of writes leaves what it leaves in memory, and any list of it has the same pages.
pub async fn any_history_lists_as_in_memory(storage: Storage) {
    check(32, steps, move |steps| {
        let storage = storage.clone();
        async move {
            let mut history = History::begin(storage).await;
            for step in steps {
                history.step(step).await;
            }
        }
    })
    .await;
}
