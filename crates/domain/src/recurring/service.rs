use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{
    Coming, Occurrence, Recurring, RecurringChange, RecurringContent, RecurringDraft, RecurringError,
    RecurringPoster, RecurringRepository, Schedule, ScheduleError, Skip, Split, StoreRecurringError,
    Upcoming,
};
use crate::category::{CategoryChoice, CategoryReference};
use crate::money::{AmountError, Money};
use crate::page::{Page, PageLimit};
use crate::ports::{Clock, IdGenerator, StoreError};
use crate::tag::{TagChoice, Tags};
use crate::user::{Profile, UserRepository};
use crate::{CategoryId, Precondition, RecurringId, TagId, UserId};

/// Keeps the recurring expenses of users.
///
/// What is due when one is created or changed becomes expenses at once, up to [`Self::AT_ONCE`]; the rest is left to
/// whoever calls [`RecurringPoster::post_due`]. Creating one makes expenses of the past, too; changing one never does: what
/// it had due is posted before, and its new schedule counts from today on.
pub struct RecurringService {
    recurring: Arc<dyn RecurringRepository>,
    users: Arc<dyn UserRepository>,
    poster: Arc<RecurringPoster>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl RecurringService {
    /// The most expenses that a new one may make of the past: ten years of days, and some.
    pub const MOST_PAST: usize = 4000;
    /// The most expenses that one request makes.
    pub const AT_ONCE: usize = 400;
    /// How many of the dates to come are shown, and may be skipped.
    pub const MOST_UPCOMING: usize = 100;
    /// How many of the next dates of all that recurs are shown.
    pub const MOST_COMING: u16 = 10;

    /// A service over these ports.
    pub fn new(
        recurring: Arc<dyn RecurringRepository>,
        users: Arc<dyn UserRepository>,
        poster: Arc<RecurringPoster>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { recurring, users, poster, clock, ids }
    }

    /// Creates a recurring expense.
    pub async fn create(&self, owner: UserId, draft: RecurringDraft) -> Result<Recurring, RecurringError> {
        let profile = self.profile(owner).await?;
        let id = RecurringId::new(self.ids.generate(self.clock.now()));
        let today = profile.date_at(id.created_at());
        let mut content = self.complete(draft, &profile, id.created_at())?;
        if !content.paused {
            let past = content.schedule.dates().take_while(|date| *date <= today);
            if past.take(Self::MOST_PAST + 1).count() > Self::MOST_PAST {
                return Err(RecurringError::TooFarBack);
            }
            content.next_on = content.schedule.dates().next();
        }
        let created = self.recurring.create(owner, id, &content).await?;
        Ok(self.post_at_once(owner, created, today).await)
    }

    /// The recurring expense, if the owner has it.
    pub async fn find(&self, owner: UserId, id: RecurringId) -> Result<Option<Recurring>, StoreError> {
        self.recurring.find(owner, id).await
    }

    /// The owner's recurring expenses after this one, in the order of their making.
    pub async fn list(
        &self,
        owner: UserId,
        after: Option<RecurringId>,
        limit: PageLimit,
    ) -> Result<Page<Recurring>, StoreError> {
        self.recurring.list(owner, after, limit).await
    }

    /// Replaces a recurring expense whole; what the draft leaves out takes its default.
    pub async fn replace(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        draft: RecurringDraft,
    ) -> Result<Recurring, RecurringError> {
        // A draft that is wrong is so whatever it would replace.
        self.complete(draft.clone(), &self.profile(owner).await?, self.clock.now())?;
        self.write(owner, id, expected, |_, profile, now| self.complete(draft.clone(), profile, now)).await
    }

    /// Changes some fields of a recurring expense.
    pub async fn change(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        change: &RecurringChange,
    ) -> Result<Recurring, RecurringError> {
        self.write(owner, id, expected, |current, _, now| self.changed(current, change, now)).await
    }

    /// Removes a recurring expense; the expenses that it made stay.
    pub async fn delete(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<(), RecurringError> {
        Ok(self.recurring.delete(owner, id, expected).await?)
    }

    /// The next dates, skipped ones among them; none while it is paused.
    pub async fn upcoming(
        &self,
        owner: UserId,
        id: RecurringId,
        count: usize,
    ) -> Result<Vec<Upcoming>, RecurringError> {
        let recurring = self.recurring.find(owner, id).await?.ok_or(RecurringError::NotFound)?;
        if recurring.paused {
            return Ok(Vec::new());
        }
        let today = self.profile(owner).await?.date_at(self.clock.now());
        let first = recurring.next_on.map_or(today, |next| next.min(today));
        let handled = self.recurring.occurrences(owner, id, first).await?;
        let is_known = |date: NaiveDate| handled.iter().any(|known| known.date == date);
        let dates = recurring.schedule.dates_from(first).filter(|date| !is_posted(&handled, *date));
        Ok(dates.take(count).map(|date| Upcoming { date, skipped: is_known(date) }).collect())
    }

    /// The next dates of all that recurs, each with what is due on it: those that are neither posted nor skipped, up to
    /// 30 days from today, by date; at most [`Self::MOST_COMING`]. The profile is the owner's.
    pub async fn coming(
        &self,
        owner: UserId,
        profile: &Profile,
    ) -> Result<Vec<(NaiveDate, Recurring)>, RecurringError> {
        const DAYS: Days = Days::new(30);
        let today = profile.date_at(self.clock.now());
        let until = today.checked_add_days(DAYS).unwrap_or(today);
        // Each of them has its next date among the dates wanted, or before all of them: no others can have any.
        let coming = self.recurring.coming(owner, until, Self::MOST_COMING).await?;
        let most = usize::from(Self::MOST_COMING);
        let dates = |coming: &Coming| -> Vec<(NaiveDate, Recurring)> {
            let Some(next) = coming.recurring.next_on else { return Vec::new() };
            let dates = coming.recurring.schedule.dates_from(next).take_while(|date| *date <= until);
            let open = dates.filter(|date| !coming.handled.contains(date)).take(most);
            open.map(|date| (date, coming.recurring.clone())).collect()
        };
        let mut dates: Vec<_> = coming.iter().flat_map(dates).collect();
        dates.sort_by_key(|(date, recurring)| (*date, recurring.id));
        dates.truncate(most);
        Ok(dates)
    }

    /// Skips one of the next dates. To skip it again changes nothing.
    pub async fn skip(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        date: NaiveDate,
    ) -> Result<Recurring, RecurringError> {
        self.set_skipped(owner, id, expected, date, true).await
    }

    /// Undoes the skipping of a date, today's or a later one. To undo it again changes nothing.
    pub async fn undo_skip(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        date: NaiveDate,
    ) -> Result<Recurring, RecurringError> {
        self.set_skipped(owner, id, expected, date, false).await
    }

    /// Ends a recurring expense before one of its dates to come, a skipped one perhaps, and goes on from there with another
    /// one, which is answered: the same but for the change, with the same dates skipped. Without a word on `occurrences` it
    /// has as many as were left. Where that date is its first one, nothing would be left of it: then it is itself changed,
    /// and answered.
    pub async fn change_from(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        from: NaiveDate,
        change: &RecurringChange,
    ) -> Result<Recurring, RecurringError> {
        loop {
            let (current, profile) = self.settled(owner, id, expected).await?;
            let now = self.clock.now();
            let today = profile.date_at(now);
            let handled = self.recurring.occurrences(owner, id, today.min(from)).await?;
            if is_posted(&handled, from) {
                return Err(RecurringError::Posted(from));
            }
            let Some(rest) = current.schedule.rest_from(from).filter(|_| from >= today) else {
                let next = next_unhandled(&current.schedule, today, &handled);
                return Err(RecurringError::NoSuchOccurrence { next });
            };
            let mut content = self.changed(&Recurring { schedule: rest, ..current.clone() }, change, now)?;
            if !content.paused {
                content.next_on = next_unhandled(&content.schedule, from, &handled);
            }
            let read = Precondition::OneOf(vec![current.version]);
            let written = if current.schedule.dates().next() == Some(from) {
                self.recurring.replace(owner, id, &read, &content).await
            } else {
                let split = Split {
                    from,
                    before: current.schedule.clone().until_before(from),
                    next_on: current.next_on.filter(|next| *next < from),
                    new_id: RecurringId::new(self.ids.generate(now)),
                    content,
                };
                self.recurring.split(owner, id, &read, &split).await
            };
            match written {
                // Someone else wrote since we read: that write counts, so do this to its outcome.
                Err(StoreRecurringError::Stale) => {}
                outcome => return Ok(self.post_at_once(owner, outcome?, today).await),
            }
        }
    }

    /// Replaces the content by what `make` makes of the current state.
    async fn write(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        make: impl Fn(&Recurring, &Profile, DateTime<Utc>) -> Result<RecurringContent, RecurringError>
        + Send
        + Sync,
    ) -> Result<Recurring, RecurringError> {
        loop {
            let (current, profile) = self.settled(owner, id, expected).await?;
            let now = self.clock.now();
            let today = profile.date_at(now);
            let mut content = make(&current, &profile, now)?;
            content.next_on = if content.paused {
                None
            } else if current.paused || content.schedule != current.schedule {
                let handled = self.recurring.occurrences(owner, id, today).await?;
                next_unhandled(&content.schedule, today, &handled)
            } else {
                current.next_on
            };
            let read = Precondition::OneOf(vec![current.version]);
            match self.recurring.replace(owner, id, &read, &content).await {
                // Someone else wrote since we read: that write counts, so do this to its outcome.
                Err(StoreRecurringError::Stale) => {}
                outcome => return Ok(self.post_at_once(owner, outcome?, today).await),
            }
        }
    }

    async fn set_skipped(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        date: NaiveDate,
        skipped: bool,
    ) -> Result<Recurring, RecurringError> {
        loop {
            let current = self.current(owner, id, expected).await?;
            let now = self.clock.now();
            let today = self.profile(owner).await?.date_at(now);
            let first = current.next_on.map_or(today, |next| next.min(today));
            let mut handled = self.recurring.occurrences(owner, id, first.min(date)).await?;
            let known = handled.iter().position(|known| known.date == date);
            match known.and_then(|known| handled.get(known)) {
                Some(known) if known.expense.is_some() => return Err(RecurringError::Posted(date)),
                Some(_) if skipped => return Ok(current),
                _ => {}
            }
            let last = if current.paused { 0 } else { Self::MOST_UPCOMING };
            let to_come =
                current.schedule.dates_from(first).filter(|date| !is_posted(&handled, *date)).take(last);
            let too_late = !skipped && date < today;
            if too_late || !to_come.into_iter().any(|found| found == date) {
                let next = current.next_on;
                return Err(RecurringError::NoSuchOccurrence { next });
            }
            let skip = match known {
                Some(known) => {
                    handled.remove(known);
                    Skip::Undo(date)
                }
                None if skipped => {
                    handled.push(Occurrence { date, expense: None });
                    Skip::Set(date)
                }
                None => return Ok(current),
            };
            let next_on = next_unhandled(&current.schedule, first, &handled);
            let read = Precondition::OneOf(vec![current.version]);
            match self.recurring.skip(owner, id, &read, skip, next_on, now).await {
                // Someone else wrote since we read: that write counts, so do this to its outcome.
                Err(StoreRecurringError::Stale) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// The current state, if its version is expected.
    async fn current(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<Recurring, RecurringError> {
        let current = self.recurring.find(owner, id).await?.ok_or(RecurringError::NotFound)?;
        if expected.allows(current.version) { Ok(current) } else { Err(RecurringError::Stale) }
    }

    /// The current state, of which nothing is due any more, and the profile of its owner.
    async fn settled(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<(Recurring, Profile), RecurringError> {
        let mut current = self.current(owner, id, expected).await?;
        let profile = self.profile(owner).await?;
        let today = profile.date_at(self.clock.now());
        self.poster.post_until(owner, &mut current, today, Self::AT_ONCE).await?;
        match current.next_on {
            Some(next) if next <= today => Err(RecurringError::Behind),
            _ => Ok((current, profile)),
        }
    }

    /// Posts what is due. What fails here is done later by whoever posts for all.
    async fn post_at_once(&self, owner: UserId, mut recurring: Recurring, today: NaiveDate) -> Recurring {
        let _ = self.poster.post_until(owner, &mut recurring, today, Self::AT_ONCE).await;
        recurring
    }

    async fn profile(&self, owner: UserId) -> Result<Profile, RecurringError> {
        Ok(self.users.find(owner).await?.ok_or(RecurringError::UnknownUser)?.profile)
    }

    fn complete(
        &self,
        draft: RecurringDraft,
        profile: &Profile,
        now: DateTime<Utc>,
    ) -> Result<RecurringContent, RecurringError> {
        let starts_on = draft.starts_on.unwrap_or_else(|| profile.date_at(now));
        let (money, schedule) = valid(
            Money::new(draft.amount, draft.currency.unwrap_or(profile.currency)),
            Schedule::new(draft.rule, starts_on, draft.ends_on, draft.occurrences),
        )?;
        Ok(RecurringContent {
            title: draft.title,
            description: draft.description,
            money,
            kind: draft.kind,
            category: draft.category.map(|category| self.category_choice(category)),
            tags: Some(self.tag_choices(&draft.tags)),
            schedule,
            paused: draft.paused,
            next_on: None,
            updated_at: now,
        })
    }

    fn changed(
        &self,
        current: &Recurring,
        change: &RecurringChange,
        now: DateTime<Utc>,
    ) -> Result<RecurringContent, RecurringError> {
        let change = change.clone();
        let money = match (change.amount, change.currency) {
            (None, None) => Ok(current.money),
            (amount, currency) => Money::new(
                amount.unwrap_or_else(|| current.money.amount()),
                currency.unwrap_or_else(|| current.money.currency()),
            ),
        };
        let category = match change.category {
            Some(category) => category.map(|category| self.category_choice(category)),
            None => current.category.as_ref().map(|category| CategoryChoice::Existing(category.id)),
        };
        let schedule = &current.schedule;
        let wanted = Schedule::from_stored(
            change.rule.unwrap_or_else(|| schedule.rule().clone()),
            change.starts_on.unwrap_or(schedule.starts_on()),
            change.ends_on.unwrap_or(schedule.ends_on()),
            change.occurrences.unwrap_or(schedule.occurrences()),
        );
        // One that is over may stay as it is.
        let schedule = if wanted == *schedule { Ok(wanted) } else { wanted.checked() };
        let (money, schedule) = valid(money, schedule)?;
        Ok(RecurringContent {
            title: change.title.unwrap_or_else(|| current.title.clone()),
            description: change.description.unwrap_or_else(|| current.description.clone()),
            money,
            kind: change.kind.unwrap_or(current.kind),
            category,
            tags: change.tags.as_ref().map(|tags| self.tag_choices(tags)),
            schedule,
            paused: change.paused.unwrap_or(current.paused),
            next_on: None,
            updated_at: now,
        })
    }

    fn category_choice(&self, category: CategoryReference) -> CategoryChoice {
        match category {
            CategoryReference::Id(id) => CategoryChoice::Existing(id),
            CategoryReference::Name(name) => {
                CategoryChoice::Named { name, new_id: CategoryId::new(self.ids.generate(self.clock.now())) }
            }
        }
    }

    fn tag_choices(&self, tags: &Tags) -> Vec<TagChoice> {
        let new_id = || TagId::new(self.ids.generate(self.clock.now()));
        tags.as_slice().iter().map(|name| TagChoice { name: name.clone(), new_id: new_id() }).collect()
    }
}

/// Both, or everything that is wrong with them.
fn valid(
    money: Result<Money, AmountError>,
    schedule: Result<Schedule, Vec<ScheduleError>>,
) -> Result<(Money, Schedule), RecurringError> {
    match (money, schedule) {
        (Ok(money), Ok(schedule)) => Ok((money, schedule)),
        (money, schedule) => {
            Err(RecurringError::Invalid { amount: money.err(), schedule: schedule.err().unwrap_or_default() })
        }
    }
}

fn is_posted(handled: &[Occurrence], date: NaiveDate) -> bool {
    handled.iter().any(|known| known.date == date && known.expense.is_some())
}

/// The first date from a day on of which nothing has become yet.
fn next_unhandled(schedule: &Schedule, from: NaiveDate, handled: &[Occurrence]) -> Option<NaiveDate> {
    schedule.dates_from(from).find(|date| handled.iter().all(|known| known.date != *date))
}

impl From<StoreRecurringError> for RecurringError {
    fn from(error: StoreRecurringError) -> Self {
        match error {
            StoreRecurringError::NotFound => Self::NotFound,
            StoreRecurringError::Stale => Self::Stale,
            StoreRecurringError::UnknownCategory => Self::UnknownCategory,
            StoreRecurringError::UnknownUser => Self::UnknownUser,
            StoreRecurringError::Store(error) => Self::Store(error),
        }
    }
}
