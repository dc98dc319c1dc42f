//! Histories: what somebody does to their expenses, done on an engine and in memory alike.

use std::fmt::Debug;

use finance_domain::category::CategoryChoice;
use finance_domain::expense::{
    CategoryFilter, Direction, Expense, ExpenseContent, ExpenseFilter, ExpenseKind, ExpenseQuery,
    ExpenseSort, Position, SortField, SortKey, StoreExpenseError,
};
use finance_domain::money::{AmountRank, Currency, Money};
use finance_domain::tag::{TagName, Tags};
use finance_domain::{CategoryId, ExpenseId, Precondition, UserId, Version};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::Storage;
use super::support::{only, page};
use crate::fixtures::{
    category_id, category_name, date, expense, expense_id, instant, password_hash, search_term, tag_name,
    user,
};
use crate::memory::InMemoryStorage;

/// What somebody does to their expenses. An index means one of those made before, whether deleted or not.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Create(Written),
    Replace(Index, Allowed, Written),
    Delete(Index, Allowed),
    List(Listed),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Allowed {
    Any,
    Only(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Written {
    title: &'static str,
    description: Option<&'static str>,
    minor: i64,
    currency: &'static str,
    income: bool,
    category: Option<Named>,
    tags: Vec<&'static str>,
    date: &'static str,
}

#[derive(Debug, Clone)]
pub(super) enum Named {
    Name(&'static str),
    Known(Index),
}

#[derive(Debug, Clone)]
pub(super) struct Listed {
    from: Option<&'static str>,
    to: Option<&'static str>,
    category: Option<(Option<Index>, Option<&'static str>)>,
    tag: Option<&'static str>,
    income: Option<bool>,
    currency: Option<&'static str>,
    min: Option<AmountRank>,
    max: Option<AmountRank>,
    text: Option<&'static str>,
    field: SortField,
    direction: Direction,
    limit: u16,
    start: Option<(&'static str, AmountRank, Index)>,
}

// Few values, so that they meet each other.
const TITLES: [&str; 10] =
    ["Coffee", "Café", "CAFE", "100% cotton", "a_b", "a\\b", "it's", "Straße", "STRASSE", "😀"];
const TERMS: [&str; 14] = [
    "coffee",
    "CAFÉ",
    "cafe",
    "%",
    "_",
    "\\",
    "'",
    "strasse",
    "😀",
    "a",
    "0% c",
    "second line",
    "\u{301}",
    "zzz",
];
const DESCRIPTIONS: [&str; 3] = ["Café\nsecond line", "%_\\'", "Über"];
const CURRENCIES: [&str; 4] = ["JPY", "EUR", "KWD", "CLF"];
const CATEGORIES: [&str; 6] = ["Food", "FOOD", "food", "Straße", "strasse", "Other"];
const TAGS: [&str; 7] = ["a", "A", "b", "ß", "SS", "home office", "%"];
const DATES: [&str; 6] = ["0001-01-01", "1969-12-31", "2024-02-29", "2026-11-23", "2026-11-24", "9999-12-31"];

fn minors() -> impl Strategy<Value = i64> {
    prop_oneof![select(&[1, 3, 30, 300, 3_000, 30_000, Money::MAX_MINOR][..]), 1..=Money::MAX_MINOR]
}

fn ranks() -> impl Strategy<Value = AmountRank> {
    (minors(), select(&CURRENCIES[..])).prop_map(|(minor, code)| {
        Money::from_minor(minor, Currency::parse(code).expect("a currency")).expect("an amount").rank()
    })
}

fn allowed() -> impl Strategy<Value = Allowed> {
    prop_oneof![Just(Allowed::Any), (1..4_i64).prop_map(Allowed::Only)]
}

prop_compose! {
    fn written()(
        title in select(&TITLES[..]),
        description in of(select(&DESCRIPTIONS[..])),
        minor in minors(),
        currency in select(&CURRENCIES[..]),
        income in any::<bool>(),
        category in of(prop_oneof![
            6 => select(&CATEGORIES[..]).prop_map(Named::Name),
            3 => any::<Index>().prop_map(Named::Known),
        ]),
        tags in vec(select(&TAGS[..]), 0..5),
        date in select(&DATES[..]),
    ) -> Written {
        Written { title, description, minor, currency, income, category, tags, date }
    }
}

/// A filter that is set now and then.
fn rarely<T: Debug + Clone>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.2, values)
}

prop_compose! {
    fn listed()(
        from in rarely(select(&DATES[..])),
        to in rarely(select(&DATES[..])),
        category in rarely((of(any::<Index>()), of(select(&CATEGORIES[..])))),
        tag in rarely(select(&TAGS[..])),
        income in rarely(any::<bool>()),
        currency in rarely(select(&CURRENCIES[..])),
        (min, max) in (rarely(ranks()), rarely(ranks())),
        text in rarely(select(&TERMS[..])),
        field in select(&[SortField::Date, SortField::Amount, SortField::CreatedAt][..]),
        direction in select(&[Direction::Ascending, Direction::Descending][..]),
        limit in 1..12_u16,
        start in rarely((select(&DATES[..]), ranks(), any::<Index>())),
    ) -> Listed {
        Listed {
            from, to, category, tag, income, currency, min, max, text, field, direction, limit, start,
        }
    }
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => written().prop_map(Step::Create),
        2 => (any::<Index>(), allowed(), written()).prop_map(|(id, allowed, new)| Step::Replace(id, allowed, new)),
        1 => (any::<Index>(), allowed()).prop_map(|(id, allowed)| Step::Delete(id, allowed)),
        5 => listed().prop_map(Step::List),
    ];
    vec(step, 1..50)
}

/// One owner's expenses on two engines, which must not differ.
pub(super) struct History {
    engine: Storage,
    memory: Storage,
    owner: UserId,
    /// One that never exists, and those made, also when they are deleted by now.
    expenses: Vec<ExpenseId>,
    /// One that never exists, and those made.
    categories: Vec<CategoryId>,
}

impl History {
    pub(super) async fn begin(engine: Storage) -> Self {
        let memory = Storage::from(&InMemoryStorage::new());
        let owner = engine.somebody().await;
        let same = user("somebody@example.org").id(owner).build();
        memory.users.create(&same, &password_hash("correct horse"), &[]).await.expect("a new user");
        Self { engine, memory, owner, expenses: vec![expense_id()], categories: vec![category_id()] }
    }

    pub(super) async fn step(&mut self, step: Step) {
        match step {
            Step::Create(written) => {
                let (id, content) = (expense_id(), self.content(written));
                let [engine, memory] = [&self.engine, &self.memory]
                    .map(|storage| storage.expenses.create(self.owner, id, &content));
                self.written(engine.await, memory.await);
                self.expenses.push(id);
            }
            Step::Replace(index, allowed, written) => {
                let (id, content) = (*index.get(&self.expenses), self.content(written));
                let expected = match content.category {
                    // Which of two errors is answered is nobody's promise.
                    Some(CategoryChoice::Existing(id)) if id == self.categories[0] => return,
                    _ => precondition(allowed),
                };
                let [engine, memory] = [&self.engine, &self.memory]
                    .map(|storage| storage.expenses.replace(self.owner, id, &expected, &content));
                self.written(engine.await, memory.await);
            }
            Step::Delete(index, allowed) => {
                let (id, expected) = (*index.get(&self.expenses), precondition(allowed));
                let at = instant("2026-11-24T00:00:00Z");
                let [engine, memory] = [&self.engine, &self.memory]
                    .map(|storage| storage.expenses.delete(self.owner, id, &expected, at));
                assert_eq!(named(engine.await), named(memory.await));
                let [engine, memory] =
                    [&self.engine, &self.memory].map(|storage| storage.expenses.find(self.owner, id));
                assert_eq!(engine.await.expect("an answer"), memory.await.expect("an answer"));
            }
            Step::List(listed) => self.list(&listed).await,
        }
    }

    fn written(
        &mut self,
        engine: Result<Expense, StoreExpenseError>,
        memory: Result<Expense, StoreExpenseError>,
    ) {
        let (engine, memory) = (named(engine), named(memory));
        assert_eq!(engine, memory);
        self.categories.extend(engine.into_iter().filter_map(|expense| expense.category).map(|it| it.id));
    }

    /// Walks through a list page by page on both engines.
    async fn list(&self, listed: &Listed) {
        let mut query = self.query(listed);
        loop {
            let [engine, memory] =
                [&self.engine, &self.memory].map(|storage| storage.expenses.list(self.owner, &query));
            let (engine, memory) = (engine.await.expect("a page"), memory.await.expect("a page"));
            assert_eq!(engine, memory, "{query:?}");
            query.after = memory.items.last().map(|last| Position::of(last, query.sort.field));
            if !memory.has_more {
                return;
            }
        }
    }

    fn content(&self, written: Written) -> ExpenseContent {
        let currency = Currency::parse(written.currency).expect("a currency");
        let money = Money::from_minor(written.minor, currency).expect("an amount");
        let tags = Tags::new(written.tags.into_iter().map(tag_name)).expect("a few");
        let tags: Vec<_> = tags.as_slice().iter().map(TagName::as_str).collect();
        let mut content = expense().title(written.title).money(money).tags(&tags).date(written.date);
        if let Some(description) = written.description {
            content = content.description(description);
        }
        if written.income {
            content = content.income();
        }
        match written.category {
            None => content,
            Some(Named::Name(name)) => content.category(name),
            Some(Named::Known(index)) => content.existing_category(*index.get(&self.categories)),
        }
        .build()
    }

    fn query(&self, listed: &Listed) -> ExpenseQuery {
        let kind = |income| if income { ExpenseKind::Income } else { ExpenseKind::Expense };
        let category = listed.category.as_ref().map(|(id, name)| CategoryFilter {
            id: id.as_ref().map(|index| *index.get(&self.categories)),
            name: name.map(category_name),
        });
        let after = listed.start.as_ref().map(|(day, amount, index)| Position {
            key: match listed.field {
                SortField::Date => SortKey::Date(date(day)),
                SortField::Amount => SortKey::Amount(*amount),
                SortField::CreatedAt => SortKey::CreatedAt,
            },
            id: *index.get(&self.expenses),
        });
        ExpenseQuery {
            filter: ExpenseFilter {
                from: listed.from.map(date),
                to: listed.to.map(date),
                category,
                tag: listed.tag.map(tag_name),
                kind: listed.income.map(kind),
                currency: listed.currency.map(|code| Currency::parse(code).expect("a currency")),
                min_amount: listed.min,
                max_amount: listed.max,
                text: listed.text.map(search_term),
            },
            sort: ExpenseSort { field: listed.field, direction: listed.direction },
            limit: page(listed.limit),
            after,
        }
    }
}

fn precondition(allowed: Allowed) -> Precondition {
    match allowed {
        Allowed::Any => Precondition::Any,
        Allowed::Only(number) => only(Version::new(number)),
    }
}

/// Errors by their kind: what each engine has to say about them differs.
fn named<T>(outcome: Result<T, StoreExpenseError>) -> Result<T, &'static str> {
    outcome.map_err(|error| match error {
        StoreExpenseError::NotFound => "not found",
        StoreExpenseError::Stale => "stale",
        StoreExpenseError::UnknownCategory => "unknown category",
        StoreExpenseError::UnknownUser => "unknown user",
        StoreExpenseError::Store(error) => panic!("{error:?}"),
    })
}
