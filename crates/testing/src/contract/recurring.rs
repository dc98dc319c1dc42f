//! Recurring expenses as they are stored.

use finance_domain::category::CategoryChoice;
use finance_domain::expense::{Expense, ExpenseCategory};
use finance_domain::page::PageLimit;
use finance_domain::recurring::{
    Coming, DuePosition, Occurrence, Recurring, RecurringContent, Skip, Split, StoreRecurringError,
};
use finance_domain::tag::{TagName, Tags};
use finance_domain::{Precondition, RecurringId, UserId, Version};

use super::Storage;
use super::support::{assert_is, concurrently, only, page};
use crate::fixtures::{
    RecurringContentBuilder, date, expense, instant, password_hash, recurring, recurring_id, schedule,
    tag_name, user, user_id,
};

const AT: &str = "2026-11-25T00:00:00Z";

impl Storage {
    /// Creates a recurring expense.
    pub(super) async fn recur(&self, owner: UserId, content: RecurringContentBuilder) -> Recurring {
        self.recurring.create(owner, recurring_id(), &content.build()).await.expect("a new recurring expense")
    }

    /// The recurring expense, which exists.
    pub(super) async fn recurring_of(&self, owner: UserId, id: RecurringId) -> Recurring {
        self.recurring.find(owner, id).await.expect("an answer").expect("a recurring expense")
    }

    async fn skip(&self, owner: UserId, id: RecurringId, skip: Skip, next_on: Option<&str>) -> Recurring {
        let next_on = next_on.map(date);
        let skipped = self.recurring.skip(owner, id, &Precondition::Any, skip, next_on, instant(AT)).await;
        skipped.expect("a recurring expense")
    }

    async fn occurrences(&self, owner: UserId, id: RecurringId, from: &str) -> Vec<Occurrence> {
        self.recurring.occurrences(owner, id, date(from)).await.expect("an answer")
    }

    async fn due_titles(&self, until: &str) -> Vec<String> {
        let due = self.recurring.due(date(until), None, 100).await.expect("an answer");
        due.into_iter().map(|due| due.recurring.title.into_string()).collect()
    }
}

/// What is stored of a content whose names are all new.
fn stored(id: RecurringId, content: &RecurringContent) -> Recurring {
    let content = content.clone();
    Recurring {
        id,
        title: content.title,
        description: content.description,
        money: content.money,
        kind: content.kind,
        category: content.category.map(|choice| match choice {
            CategoryChoice::Named { name, new_id } => ExpenseCategory { id: new_id, name },
            CategoryChoice::Existing(_) => panic!("the category is not new"),
        }),
        tags: Tags::from_stored(content.tags.into_iter().flatten().map(|tag| tag.name).collect()),
        schedule: content.schedule,
        paused: content.paused,
        next_on: content.next_on,
        updated_at: content.updated_at,
        version: Version::FIRST,
    }
}

/// Whole, with its names as they are stored; and of the owner only.
pub async fn a_recurring_expense_is_found_as_created(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    for content in [
        recurring(),
        recurring().category("Home").tags(&["fixed", "Äpfel"]),
        recurring().schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU;COUNT=10000", "1970-01-01").paused(),
        recurring().schedule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=99991231", "2024-02-29"),
    ] {
        let (id, content) = (recurring_id(), content.build());
        let created = storage.recurring.create(ada, id, &content).await.expect("a new recurring expense");
        let mut expected = stored(id, &content);
        expected.category = expected.category.map(|category| ExpenseCategory {
            id: created.category.as_ref().expect("a category").id,
            ..category
        });
        assert_eq!(created, expected);
        assert_eq!(storage.recurring_of(ada, id).await, created);
        assert_eq!(storage.recurring.find(eve, id).await.expect("an answer"), None);
    }
}

/// Names are those of expenses: found without regard to case, spelled as when each was first used.
pub async fn a_recurring_expense_shares_names_with_expenses(storage: Storage) {
    let ada = storage.somebody().await;
    let spent = storage.add(ada, expense().category("Home").tags(&["fixed"])).await;
    let made = storage.recur(ada, recurring().category("HOME").tags(&["new", "FIXED"])).await;
    assert_eq!(made.category, spent.category);
    assert_eq!(tags_of(&made), ["new", "fixed"]);
    let again = storage.add(ada, expense().category("home").tags(&["NEW"])).await;
    assert_eq!(again.category, spent.category);
    assert_eq!(again.tags.as_slice()[0].as_str(), "new");
}

/// Neither without an owner nor in a category of somebody else.
pub async fn a_recurring_expense_needs_owner_and_category(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let nobody = user_id();
    for content in [recurring(), recurring().category("Home"), recurring().tags(&["fixed"])] {
        let created = storage.recurring.create(nobody, recurring_id(), &content.build()).await;
        assert_is!(created, Err(StoreRecurringError::UnknownUser));
    }
    let hers = storage.add(ada, expense().category("Home")).await.category.expect("a category").id;
    let content = recurring().existing_category(hers).build();
    let created = storage.recurring.create(eve, recurring_id(), &content).await;
    assert_is!(created, Err(StoreRecurringError::UnknownCategory));
    let created = storage.recurring.create(nobody, recurring_id(), &content).await;
    assert_is!(created, Err(StoreRecurringError::UnknownUser));
    let mine = storage.recur(eve, recurring()).await;
    let replaced = storage.recurring.replace(eve, mine.id, &Precondition::Any, &content).await;
    assert_is!(replaced, Err(StoreRecurringError::UnknownCategory));
    assert_eq!(storage.recurring_of(eve, mine.id).await, mine);
}

/// By id, the owner's only, page by page.
pub async fn recurring_expenses_are_listed_by_id(storage: Storage) {
    let owners = [storage.somebody().await, storage.somebody().await];
    let mut made = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (owner, made) in owners.iter().zip(&mut made) {
            made.push(storage.recur(*owner, recurring().category("Home")).await);
        }
    }
    for (owner, made) in owners.into_iter().zip(made) {
        let all = storage.recurring.list(owner, None, PageLimit::default()).await.expect("a page");
        assert_eq!((all.items.as_slice(), all.has_more), (made.as_slice(), false));
        let middle = storage.recurring.list(owner, Some(made[1].id), page(2)).await.expect("a page");
        assert_eq!((middle.items.as_slice(), middle.has_more), (&made[2..4], true));
        let end = storage.recurring.list(owner, Some(made[3].id), page(1)).await.expect("a page");
        assert_eq!((end.items.as_slice(), end.has_more), (&made[4..], false));
    }
    let nobody = storage.recurring.list(user_id(), None, page(9)).await.expect("a page");
    assert!(nobody.items.is_empty() && !nobody.has_more);
}

/// Everything but the id; what became of its dates stays.
pub async fn replacing_a_recurring_expense_sets_everything(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().category("Home").tags(&["fixed", "old"])).await;
    storage.skip(ada, made.id, Skip::Set(date("2026-12-31")), Some("2026-11-30")).await;
    let content =
        recurring().title("Flat").tags(&["old", "new"]).schedule("FREQ=DAILY;COUNT=3", "2027-01-01").build();
    let replaced = storage.recurring.replace(ada, made.id, &only(Version::new(2)), &content).await;
    let replaced = replaced.expect("a replaced recurring expense");
    assert_eq!(tags_of(&replaced), ["old", "new"]);
    assert_eq!(
        replaced,
        Recurring { version: Version::new(3), tags: replaced.tags.clone(), ..stored(made.id, &content) }
    );
    assert_eq!(storage.recurring_of(ada, made.id).await, replaced);
    assert_eq!(storage.occurrences(ada, made.id, "2026-01-01").await.len(), 1);
}

/// Who does not name tags keeps those that there are, whatever they are called meanwhile, also where another one goes on;
/// none is made.
pub async fn a_recurring_expense_keeps_tags_that_are_not_named(storage: Storage) {
    let ada = storage.somebody().await;
    let without = storage.recur(ada, recurring().tags_as_stored()).await;
    assert_eq!(tags_of(&without), [""; 0]);
    let made = storage.recur(ada, recurring().tags(&["one", "food", "gone"])).await;
    let (food, gone) = (storage.tag(ada, "food").await.id, storage.tag(ada, "gone").await.id);
    let any = Precondition::Any;
    storage.tags.rename(ada, food, &any, &tag_name("Meals")).await.expect("a new name");
    let content = recurring().title("Flat").tags_as_stored().build();
    let kept = storage.recurring.replace(ada, made.id, &only(made.version), &content).await;
    let kept = kept.expect("a replaced recurring expense");
    assert_eq!((kept.title.as_str(), tags_of(&kept)), ("Flat", vec!["one", "Meals", "gone"]));
    assert_eq!(storage.recurring_of(ada, made.id).await, kept);
    storage.tags.delete(ada, gone, &any, instant(AT)).await.expect("a deletion");
    let split = Split { content, ..split_of(&kept) };
    let refused = storage.recurring.split(ada, made.id, &only(kept.version), &split).await;
    assert_is!(refused, Err(StoreRecurringError::Stale));
    let second = storage.recurring.split(ada, made.id, &any, &split).await.expect("a second one");
    assert_eq!(storage.recurring_of(ada, second.id).await, second);
    for tags in [tags_of(&second), tags_of(&storage.recurring_of(ada, made.id).await)] {
        assert_eq!(tags, ["one", "Meals"]);
    }
    let split = Split { new_id: recurring_id(), ..split_of(&second) };
    let third = storage.recurring.split(ada, second.id, &any, &split).await.expect("a third one");
    assert_eq!(tags_of(&third), [""; 0], "named none");
    assert_eq!(storage.all_tags(ada, 200).await.len(), 2);
}

/// Only by its owner, only in an allowed version, only while it is there.
pub async fn a_recurring_expense_is_written_in_an_allowed_version_only(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let made = storage.recur(ada, recurring()).await;
    let content = recurring().title("Other").build();
    let split = Split {
        from: date("2026-12-31"),
        before: made.schedule.clone().until_before(date("2026-12-31")),
        next_on: made.next_on,
        new_id: recurring_id(),
        content: content.clone(),
    };
    let skip = Skip::Set(date("2026-11-30"));
    let (any, stale) = (Precondition::Any, only(Version::new(2)));
    for (owner, id, expected) in [(eve, made.id, &any), (ada, recurring_id(), &any), (ada, made.id, &stale)] {
        let repository = &storage.recurring;
        let errors = [
            repository.replace(owner, id, expected, &content).await.expect_err("refused"),
            repository.split(owner, id, expected, &split).await.expect_err("refused"),
            repository.skip(owner, id, expected, skip, None, instant(AT)).await.expect_err("refused"),
            repository.delete(owner, id, expected).await.expect_err("refused"),
        ];
        for error in errors {
            match expected {
                Precondition::Any => {
                    assert_is!(error, StoreRecurringError::NotFound);
                }
                Precondition::OneOf(_) => {
                    assert_is!(error, StoreRecurringError::Stale);
                }
            }
        }
    }
    assert_eq!(storage.recurring_of(ada, made.id).await, made);
    assert_eq!(storage.recurring.find(ada, split.new_id).await.expect("an answer"), None);
    assert!(storage.occurrences(ada, made.id, "2026-01-01").await.is_empty());
}

/// Of those who read one version, one may write.
pub async fn one_of_16_changes_of_a_recurring_expense_wins(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring()).await;
    let outcomes = concurrently((0..16).map(|number| {
        let (storage, id) = (storage.clone(), made.id);
        async move {
            let content = recurring().title(&number.to_string()).category("Home").tags(&["fixed"]).build();
            storage.recurring.replace(ada, id, &only(Version::FIRST), &content).await
        }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for outcome in lost {
        assert_is!(outcome, Err(StoreRecurringError::Stale));
    }
}

/// Gone with what became of its dates, which an equal id does not bring back; others stay.
pub async fn a_deleted_recurring_expense_is_gone(storage: Storage) {
    let ada = storage.somebody().await;
    let (made, other) =
        (storage.recur(ada, recurring().tags(&["fixed"])).await, storage.recur(ada, recurring()).await);
    storage.skip(ada, made.id, Skip::Set(date("2026-11-30")), None).await;
    storage.recurring.delete(ada, made.id, &Precondition::Any).await.expect("a deletion");
    assert_eq!(storage.recurring.find(ada, made.id).await.expect("an answer"), None);
    assert_is!(
        storage.recurring.delete(ada, made.id, &Precondition::Any).await,
        Err(StoreRecurringError::NotFound)
    );
    assert_eq!(storage.recurring_of(ada, other.id).await, other);
    storage.recurring.create(ada, made.id, &recurring().build()).await.expect("a new recurring expense");
    assert!(storage.occurrences(ada, made.id, "2026-01-01").await.is_empty());
}

/// A skipped date is noted and the next one set; undone it is forgotten. To repeat either changes no more than the
/// version.
pub async fn dates_are_skipped_and_not(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring()).await;
    let (november, december) = (date("2026-11-30"), date("2026-12-31"));
    for version in [2, 3] {
        let skipped = storage.skip(ada, made.id, Skip::Set(november), Some("2026-12-31")).await;
        let expected = Recurring {
            next_on: Some(december),
            version: Version::new(version),
            updated_at: instant(AT),
            ..made.clone()
        };
        assert_eq!(skipped, expected);
        assert_eq!(storage.recurring_of(ada, made.id).await, expected);
        let noted = storage.occurrences(ada, made.id, "2026-11-30").await;
        assert_eq!(noted, [Occurrence { date: november, expense: None }]);
        assert!(storage.occurrences(ada, made.id, "2026-12-01").await.is_empty());
    }
    for _ in 0..2 {
        let undone = storage.skip(ada, made.id, Skip::Undo(november), Some("2026-11-30")).await;
        assert_eq!(undone.next_on, Some(november));
        assert!(storage.occurrences(ada, made.id, "2026-01-01").await.is_empty());
    }
}

/// The first ends, the second goes on, and what became of later dates is the second one's.
pub async fn a_recurring_expense_is_split(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().category("Home").tags(&["fixed"])).await;
    for day in ["2026-12-31", "2027-01-31"] {
        storage.skip(ada, made.id, Skip::Set(date(day)), Some("2026-11-30")).await;
    }
    let from = date("2027-01-31");
    let split = Split {
        from,
        before: made.schedule.clone().until_before(from),
        next_on: made.next_on,
        new_id: recurring_id(),
        content: recurring()
            .title("Dearer")
            .category("home")
            .schedule("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-31")
            .build(),
    };
    let second =
        storage.recurring.split(ada, made.id, &only(Version::new(3)), &split).await.expect("a second one");
    assert_eq!((second.id, second.version, &second.category), (split.new_id, Version::FIRST, &made.category));
    assert_eq!(second.schedule, schedule("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-31"));
    assert_eq!(storage.recurring_of(ada, second.id).await, second);
    let first = storage.recurring_of(ada, made.id).await;
    let expected = Recurring {
        schedule: split.before,
        version: Version::new(4),
        updated_at: split.content.updated_at,
        ..made.clone()
    };
    assert_eq!(first, expected);
    let dates = |noted: Vec<Occurrence>| noted.into_iter().map(|noted| noted.date).collect::<Vec<_>>();
    assert_eq!(dates(storage.occurrences(ada, first.id, "2026-01-01").await), [date("2026-12-31")]);
    assert_eq!(dates(storage.occurrences(ada, second.id, "2026-01-01").await), [from]);
    // Whole or not at all.
    let ids = [made.id, second.id];
    let again = Split { new_id: ids[1], ..split_of(&first) };
    storage.recurring.split(ada, first.id, &Precondition::Any, &again).await.expect_err("the id is taken");
    assert_eq!(storage.recurring_of(ada, first.id).await, first);
    assert_eq!(dates(storage.occurrences(ada, first.id, "2026-01-01").await), [date("2026-12-31")]);
}

pub(super) fn split_of(recurring: &Recurring) -> Split {
    let from = date("2026-12-01");
    Split {
        from,
        before: recurring.schedule.clone().until_before(from),
        next_on: None,
        new_id: recurring_id(),
        content: crate::fixtures::recurring().build(),
    }
}

/// Of all users, by date, owner and id, the latest first, page by page; without paused ones and those without a next date.
pub async fn what_is_due_is_found(storage: Storage) {
    let (ada, eve) =
        (storage.somebody().await, user("eve@example.org").time_zone("Pacific/Kiritimati").build());
    storage.users.create(&eve, &password_hash("correct horse"), &[]).await.expect("a new user");
    for (owner, title, day) in [
        (eve.id, "b", "2026-11-30"),
        (ada, "d", "2026-12-01"),
        (ada, "a", "2026-11-30"),
        (ada, "c", "2026-12-01"),
        (ada, "later", "2026-12-02"),
    ] {
        storage.recur(owner, recurring().title(title).next_on(day)).await;
    }
    storage.recur(ada, recurring().title("paused").paused()).await;
    assert!(storage.due_titles("2026-11-29").await.is_empty());
    assert_eq!(storage.due_titles("2026-11-30").await, ["b", "a"]);
    // Made in the other order: "d" before "c".
    assert_eq!(storage.due_titles("2026-12-01").await, ["c", "d", "b", "a"]);
    let (mut after, mut met) = (None, Vec::new());
    loop {
        let due = storage.recurring.due(date("2026-12-01"), after, 1).await.expect("an answer");
        let Some(due) = due.into_iter().next() else { break };
        let next_on = due.recurring.next_on.expect("a next date");
        after = Some(DuePosition { next_on, owner: due.owner, id: due.recurring.id });
        let zone = if due.owner == ada { chrono_tz::Tz::UTC } else { chrono_tz::Tz::Pacific__Kiritimati };
        assert_eq!(due.time_zone, zone);
        assert_eq!(due.recurring, storage.recurring_of(due.owner, due.recurring.id).await);
        met.push(due.recurring.title.into_string());
    }
    assert_eq!(met, ["c", "d", "b", "a"]);
}

/// The names of its tags.
pub(super) fn tags_of(recurring: &Recurring) -> Vec<&str> {
    recurring.tags.as_slice().iter().map(TagName::as_str).collect()
}

/// What an expense was made by stays on it, whatever becomes of both.
pub(super) fn was_made_by(expense: &Expense, recurring: RecurringId) -> bool {
    expense.recurring == Some(recurring)
}

/// What comes next of one owner, by date and id, neither paused nor later than the day; with what is posted or skipped.
pub async fn what_comes_is_told_by_date(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let daily = |title: &str, day: &str| recurring().title(title).schedule("FREQ=DAILY", day);
    let third = storage.recur(ada, daily("third", "2026-11-29")).await;
    let first = storage.recur(ada, daily("first", "2026-11-25")).await;
    for content in [daily("second", "2026-11-29"), daily("fourth", "2026-12-01")] {
        storage.recur(ada, content).await;
    }
    storage.recur(ada, daily("later", "2026-12-02")).await;
    storage.recur(ada, daily("paused", "2026-11-25").paused()).await;
    storage.recur(eve, daily("another's", "2026-11-25")).await;
    for day in ["2026-11-30", "2026-11-28", "2026-12-02"] {
        storage.skip(ada, first.id, Skip::Set(date(day)), Some("2026-11-25")).await;
    }
    storage.skip(ada, third.id, Skip::Set(date("2026-11-29")), Some("2026-11-30")).await;
    let coming = async |limit| {
        let coming = storage.recurring.coming(ada, date("2026-12-01"), limit).await.expect("an answer");
        let line = |coming: Coming| (coming.recurring.title.into_string(), coming.handled);
        coming.into_iter().map(line).collect::<Vec<_>>()
    };
    let handled = vec![date("2026-11-28"), date("2026-11-30")];
    let expected = [
        ("first".to_owned(), handled),
        ("second".to_owned(), Vec::new()),
        ("third".to_owned(), Vec::new()),
        ("fourth".to_owned(), Vec::new()),
    ];
    assert_eq!(coming(10).await, expected);
    assert_eq!(coming(2).await, expected[..2]);
    let nobody = storage.recurring.coming(user_id(), date("2026-12-01"), 10).await.expect("an answer");
    assert!(nobody.is_empty());
}
