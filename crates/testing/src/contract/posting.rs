//! Dates of recurring expenses become expenses, each once.

use std::sync::Arc;

use chrono::NaiveDate;
use finance_domain::expense::{Expense, ExpenseFilter};
use finance_domain::ports::Clock;
use finance_domain::recurring::{Occurrence, Posting, Recurring, RecurringPoster, Skip, StoreRecurringError};
use finance_domain::{ExpenseId, Precondition, UserId, Version};

use super::Storage;
use super::recurring::was_made_by;
use super::support::{SORTS, assert_is, concurrently, tag_names};
use crate::fixtures::{
    SequentialIds, TestClock, budget, date, expense, expense_id, instant, recurring, tag_name,
};

/// The posting of a date of a recurring expense as it was read.
pub(super) fn posting(read: &Recurring, day: &str, next_on: Option<&str>) -> Posting {
    let content = expense().title(read.title.as_str()).money(read.money).date(day);
    let content = match &read.category {
        Some(category) => content.existing_category(category.id),
        None => content,
    };
    Posting {
        id: read.id,
        version: read.version,
        date: date(day),
        next_on: next_on.map(date),
        expense: expense_id(),
        content: content.tags_as_stored().updated_at(instant("2026-11-30T12:00:00Z")).build(),
    }
}

impl Storage {
    /// The expenses of an owner, oldest first.
    pub(super) async fn spent(&self, owner: UserId) -> Vec<Expense> {
        self.walk(owner, &ExpenseFilter::default(), SORTS[0], 200).await
    }

    fn poster(&self, ids: &Arc<SequentialIds>, now: &str) -> RecurringPoster {
        let clock: Arc<dyn Clock> = Arc::new(TestClock::at(instant(now)));
        RecurringPoster::new(self.recurring.clone(), clock, ids.clone())
    }
}

/// The expense, the note, the next date and the version are written together.
pub async fn a_date_becomes_an_expense(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().category("Home").tags(&["fixed", "flat"])).await;
    let post = posting(&made, "2026-11-30", Some("2026-12-31"));
    assert_is!(storage.recurring.post(ada, &post).await, Ok(true));
    let expense = storage.get(ada, post.expense).await;
    assert!(was_made_by(&expense, made.id));
    assert_eq!((&expense.category, &expense.tags), (&made.category, &made.tags));
    assert_eq!(
        (expense.date, expense.money, expense.version),
        (date("2026-11-30"), made.money, Version::FIRST)
    );
    assert_eq!(storage.spent(ada).await, [expense]);
    let noted = storage.recurring.occurrences(ada, made.id, date("2026-01-01")).await.expect("an answer");
    assert_eq!(noted, [Occurrence { date: post.date, expense: Some(post.expense) }]);
    let expected = Recurring {
        next_on: post.next_on,
        version: Version::new(2),
        updated_at: post.content.updated_at,
        ..made.clone()
    };
    assert_eq!(storage.recurring_of(ada, made.id).await, expected);
}

/// Unless the posting names others, an expense gets the tags that the recurring expense has then, as they are called then.
pub async fn a_posted_expense_has_the_tags_of_its_maker(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().tags(&["one", "food", "gone"])).await;
    storage.recur(ada, recurring().tags(&["other"])).await;
    let (food, gone) = (storage.tag(ada, "food").await.id, storage.tag(ada, "gone").await.id);
    let post = posting(&made, "2026-11-30", Some("2026-12-31"));
    let any = Precondition::Any;
    storage.tags.rename(ada, food, &any, &tag_name("Meals")).await.expect("a new name");
    assert_is!(storage.recurring.post(ada, &post).await, Ok(true));
    assert_eq!(tag_names(&storage.get(ada, post.expense).await), ["one", "Meals", "gone"]);
    let stale = posting(&storage.recurring_of(ada, made.id).await, "2026-12-31", None);
    let at = instant("2026-12-01T00:00:00Z");
    storage.tags.delete(ada, gone, &any, at).await.expect("a deletion");
    assert_is!(storage.recurring.post(ada, &stale).await, Err(StoreRecurringError::Stale));
    let post = posting(&storage.recurring_of(ada, made.id).await, "2026-12-31", None);
    assert_is!(storage.recurring.post(ada, &post).await, Ok(true));
    assert_eq!(tag_names(&storage.get(ada, post.expense).await), ["one", "Meals"]);
    let mut post = posting(&storage.recurring_of(ada, made.id).await, "2027-01-31", None);
    post.content.tags = expense().tags(&["named"]).build().tags;
    assert_is!(storage.recurring.post(ada, &post).await, Ok(true));
    assert_eq!(tag_names(&storage.get(ada, post.expense).await), ["named"]);
    // The number of tags that is kept beside them is right: without two of three, the third is still shown.
    storage.tags.delete(ada, food, &any, at).await.expect("a deletion");
    let spent = storage.spent(ada).await;
    assert_eq!(spent.iter().map(tag_names).collect::<Vec<_>>(), [["one"], ["one"], ["named"]]);
}

/// A date that is posted or skipped makes no expense, not even for who believes that it is the next one.
pub async fn a_date_is_posted_once(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring()).await;
    assert_is!(storage.recurring.post(ada, &posting(&made, "2026-11-30", None)).await, Ok(true));
    assert_is!(
        storage.recurring.post(ada, &posting(&made, "2026-11-30", None)).await,
        Err(StoreRecurringError::Stale)
    );
    let read = storage.recurring_of(ada, made.id).await;
    let again = posting(&read, "2026-11-30", Some("2026-12-31"));
    assert_is!(storage.recurring.post(ada, &again).await, Ok(false));
    let read = storage.recurring_of(ada, made.id).await;
    assert_eq!((read.next_on, read.version), (Some(date("2026-12-31")), Version::new(3)));
    let skip = Skip::Set(date("2026-12-31"));
    let skipped = storage.recurring.skip(ada, made.id, &Precondition::Any, skip, None, read.updated_at).await;
    let read = skipped.expect("a recurring expense");
    assert_is!(storage.recurring.post(ada, &posting(&read, "2026-12-31", None)).await, Ok(false));
    assert_eq!(storage.spent(ada).await.len(), 1);
    // A posted date cannot be skipped, nor can it be undone.
    for skip in [Skip::Set(date("2026-11-30")), Skip::Undo(date("2026-11-30"))] {
        let set = storage.recurring.skip(ada, made.id, &Precondition::Any, skip, None, read.updated_at).await;
        set.expect("a recurring expense");
        let noted = storage.recurring.occurrences(ada, made.id, date("2026-11-30")).await.expect("an answer");
        assert!(noted[0].expense.is_some());
    }
}

/// An expense that a budget counts like any other one.
pub async fn a_posted_expense_crosses_a_threshold(storage: Storage) {
    let ada = storage.somebody().await;
    storage.add_budget(ada, budget("1000").name("All")).await;
    let made = storage.recur(ada, recurring()).await;
    assert_is!(storage.recurring.post(ada, &posting(&made, "2026-11-30", None)).await, Ok(true));
    assert_eq!(storage.lines(ada).await, ["All 2026-11-01 80"]);
}

/// Neither of another owner's nor of one that is not there; and nothing is left behind by what fails.
pub async fn what_is_not_posted_leaves_nothing_behind(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let made = storage.recur(ada, recurring()).await;
    let hers = storage.add(eve, expense().category("Hers")).await;
    assert_is!(
        storage.recurring.post(eve, &posting(&made, "2026-11-30", None)).await,
        Err(StoreRecurringError::NotFound)
    );
    let mut foreign = posting(&made, "2026-11-30", None);
    let category = hers.category.clone().expect("a category").id;
    foreign.content = expense().existing_category(category).tags(&["new"]).build();
    assert_is!(storage.recurring.post(ada, &foreign).await, Err(StoreRecurringError::UnknownCategory));
    let mut taken = posting(&made, "2026-11-30", None);
    taken.expense = storage.add(ada, expense()).await.id;
    assert_is!(storage.recurring.post(ada, &taken).await, Err(StoreRecurringError::Store(_)));
    assert_eq!(storage.recurring_of(ada, made.id).await, made);
    assert!(
        storage.recurring.occurrences(ada, made.id, date("2026-01-01")).await.expect("an answer").is_empty()
    );
    assert_eq!((storage.spent(ada).await.len(), storage.spent(eve).await.as_slice()), (1, &[hers][..]));
}

/// Who deletes the expense or the recurring expense does not touch the other; who replaces the expense keeps what made it.
pub async fn an_expense_outlives_what_made_it(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().tags(&["fixed"])).await;
    let posts = [posting(&made, "2026-11-30", Some("2026-12-31"))];
    assert_is!(storage.recurring.post(ada, &posts[0]).await, Ok(true));
    let second = posting(&storage.recurring_of(ada, made.id).await, "2026-12-31", None);
    assert_is!(storage.recurring.post(ada, &second).await, Ok(true));
    storage.remove(ada, second.expense).await;
    let noted = storage.recurring.occurrences(ada, made.id, second.date).await.expect("an answer");
    assert_eq!(noted, [Occurrence { date: second.date, expense: Some(second.expense) }]);
    for content in [expense().tags(&["other"]), expense()] {
        let replaced = storage.put(ada, posts[0].expense, content).await;
        assert!(was_made_by(&replaced, made.id));
        assert_eq!(storage.get(ada, replaced.id).await, replaced);
    }
    storage.recurring.delete(ada, made.id, &Precondition::Any).await.expect("a deletion");
    assert!(was_made_by(&storage.get(ada, posts[0].expense).await, made.id));
    assert_eq!(storage.spent(ada).await.len(), 1);
}

/// The same date of one version, posted by 16 at once.
pub async fn one_of_16_posts_a_date(storage: Storage) {
    let ada = storage.somebody().await;
    let made = storage.recur(ada, recurring().category("Home").tags(&["fixed"])).await;
    let outcomes = concurrently((0..16).map(|_| {
        let (storage, post) = (storage.clone(), posting(&made, "2026-11-30", Some("2026-12-31")));
        async move { (post.expense, storage.recurring.post(ada, &post).await) }
    }))
    .await;
    let mut winners: Vec<ExpenseId> = Vec::new();
    for (id, outcome) in outcomes {
        match outcome {
            Ok(true) => winners.push(id),
            other => {
                assert_is!(other, Err(StoreRecurringError::Stale));
            }
        }
    }
    assert_eq!(winners.len(), 1);
    let spent = storage.spent(ada).await;
    assert_eq!(spent.iter().map(|expense| expense.id).collect::<Vec<_>>(), winners);
}

/// However many posters there are, and whatever they do at once, each date of each is one expense.
pub async fn sixteen_posters_post_each_date_once(storage: Storage) {
    let owners = [storage.somebody().await, storage.somebody().await];
    let ids = Arc::new(SequentialIds::new());
    let mut all = Vec::new();
    for owner in owners {
        for rule in ["FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=WEEKLY;COUNT=2"] {
            all.push((
                owner,
                storage.recur(owner, recurring().category("Home").schedule(rule, "2026-11-15")).await,
            ));
        }
    }
    concurrently((0..16).map(|_| {
        let poster = storage.poster(&ids, "2026-11-30T12:00:00Z");
        async move {
            let round = poster.post_due(usize::MAX).await.expect("an answer");
            assert!(round.failed.is_empty(), "{round:?}");
        }
    }))
    .await;
    let until = date("2026-11-30");
    for (owner, recurring) in all {
        let expected: Vec<NaiveDate> = recurring.schedule.dates().take_while(|day| *day <= until).collect();
        let spent = storage.spent(owner).await;
        let dates: Vec<_> = spent
            .iter()
            .filter(|expense| was_made_by(expense, recurring.id))
            .map(|expense| expense.date)
            .collect();
        assert_eq!(dates, expected);
        let next = recurring.schedule.dates().find(|day| *day > until);
        assert_eq!(storage.recurring_of(owner, recurring.id).await.next_on, next);
    }
}

/// Who has much to catch up with keeps nobody waiting, round by round.
pub async fn a_backlog_delays_nobody(storage: Storage) {
    let (ada, eve) = (storage.somebody().await, storage.somebody().await);
    let ids = Arc::new(SequentialIds::new());
    for start in ["2026-01-01", "2026-01-02"] {
        storage.recur(ada, recurring().schedule("FREQ=DAILY", start)).await;
    }
    storage.recur(eve, recurring().schedule("FREQ=MONTHLY", "2026-11-30")).await;
    storage.recur(eve, recurring().schedule("FREQ=MONTHLY", "2026-11-28")).await;
    let round = storage.poster(&ids, "2026-11-30T12:00:00Z").post_due(5).await.expect("an answer");
    assert_eq!((round.expenses, round.more), (5, true));
    let dates = async |owner| {
        storage.spent(owner).await.iter().map(|expense| expense.date.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(dates(eve).await, ["2026-11-28", "2026-11-30"]);
    assert_eq!(dates(ada).await, ["2026-01-02", "2026-01-03", "2026-01-04"]);
    // What comes due while the rest is being caught up with.
    storage.recur(eve, recurring().schedule("FREQ=WEEKLY", "2026-11-29")).await;
    storage.poster(&ids, "2026-12-01T12:00:00Z").post_due(2).await.expect("an answer");
    assert_eq!(dates(eve).await, ["2026-11-28", "2026-11-29", "2026-11-30"]);
    assert_eq!(dates(ada).await.len(), 4);
}

/// Only what has come where its user lives, and no more at once than asked for.
pub async fn a_poster_posts_what_has_come(storage: Storage) {
    let ids = Arc::new(SequentialIds::new());
    let mut owners = Vec::new();
    for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let somebody =
            crate::fixtures::user(&format!("{}@example.org", owners.len())).time_zone(zone).build();
        storage
            .users
            .create(&somebody, &crate::fixtures::password_hash("correct horse"), &[])
            .await
            .expect("a new user");
        storage.recur(somebody.id, recurring().schedule("FREQ=DAILY", "2026-11-28")).await;
        owners.push(somebody.id);
    }
    // 2026-11-30 in Kiritimati, still 2026-11-28 in Pago Pago.
    let poster = storage.poster(&ids, "2026-11-29T10:30:00Z");
    let round = poster.post_due(2).await.expect("an answer");
    assert_eq!((round.expenses, round.more, round.failed.len()), (2, true, 0));
    let round = poster.post_due(100).await.expect("an answer");
    assert_eq!((round.expenses, round.more), (4, false));
    for (owner, count) in owners.into_iter().zip([2, 3, 1]) {
        assert_eq!(storage.spent(owner).await.len(), count);
    }
    let round = poster.post_due(100).await.expect("an answer");
    assert_eq!((round.expenses, round.more), (0, false));
}
