use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::{Due, DuePosition, Posting, Recurring, RecurringRepository, StoreRecurringError};
use crate::ports::{Clock, IdGenerator, StoreError};
use crate::{ExpenseId, RecurringId, UserId};

/// Makes expenses of the dates that have come.
///
/// Each date is one transaction, so that any number of posters may work at once, and each may be killed at any time: what
/// one of them has posted, no other posts again.
pub struct RecurringPoster {
    recurring: Arc<dyn RecurringRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

/// What became of a round of posting.
#[derive(Debug, Default)]
pub struct Posted {
    /// How many expenses were made.
    pub expenses: usize,
    /// Whether there is more to do at once: the round ended because it had made enough.
    pub more: bool,
    /// What could not be posted, and why. The others were.
    pub failed: Vec<(RecurringId, StoreError)>,
}

/// How many recurring expenses are read at once.
const PAGE: u16 = 100;

/// How often a date is tried when nobody else seems to post it.
const ATTEMPTS: usize = 5;

/// How far ahead of UTC some live: in Kiritimati it is 14 hours later.
const FURTHEST_AHEAD: TimeDelta = TimeDelta::hours(14);

impl RecurringPoster {
    /// A poster over these ports.
    pub fn new(
        recurring: Arc<dyn RecurringRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { recurring, clock, ids }
    }

    /// Makes expenses of all dates that have come where their users live, about `limit` of them at most. Fails when the
    /// storage is away.
    ///
    /// Of one recurring expense the oldest date comes first. Of several the one whose next date is the latest does, since
    /// it has the least to catch up with: who has years of it keeps nobody waiting whose date is of today, in this round
    /// or in a later one.
    pub async fn post_due(&self, limit: usize) -> Result<Posted, StoreError> {
        let mut posted = Posted::default();
        let mut after = None;
        let until = (self.clock.now() + FURTHEST_AHEAD).date_naive();
        loop {
            let page = self.recurring.due(until, after, PAGE).await?;
            let last_page = page.len() < usize::from(PAGE);
            for Due { owner, time_zone, mut recurring } in page {
                let Some(next_on) = recurring.next_on else { continue };
                after = Some(DuePosition { next_on, owner, id: recurring.id });
                let today = self.clock.now().with_timezone(&time_zone).date_naive();
                if posted.expenses >= limit {
                    posted.more = true;
                    return Ok(posted);
                }
                let room = limit - posted.expenses;
                match self.post_until(owner, &mut recurring, today, room).await {
                    Ok(expenses) => posted.expenses += expenses,
                    Err(error @ StoreError::Unavailable(_)) => return Err(error),
                    Err(error) => posted.failed.push((recurring.id, error)),
                }
            }
            if last_page {
                posted.more = posted.expenses >= limit;
                return Ok(posted);
            }
        }
    }

    /// Makes expenses of the dates of one recurring expense up to a day, at most `limit`; answers how many. `recurring` is
    /// what is stored then, as far as that is known.
    pub(super) async fn post_until(
        &self,
        owner: UserId,
        recurring: &mut Recurring,
        today: NaiveDate,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let mut made = 0;
        let mut attempts = 0;
        while let Some(first) = recurring.next_on.filter(|next| *next <= today) {
            if made >= limit {
                break;
            }
            let handled = self.recurring.occurrences(owner, recurring.id, first).await?;
            let mut open = recurring
                .schedule
                .dates_from(first)
                .filter(|date| *date > first && handled.iter().all(|known| known.date != *date));
            let mut date = first;
            let outcome = loop {
                let next_on = open.next();
                match self.post(owner, recurring, date, next_on).await {
                    Ok(expenses) => made += expenses,
                    Err(error) => break error,
                }
                attempts = 0;
                match next_on.filter(|next| *next <= today && made < limit) {
                    Some(next) => date = next,
                    None => return Ok(made),
                }
            };
            attempts += 1;
            match outcome {
                // Gone, and nothing of it is due any more.
                StoreRecurringError::NotFound | StoreRecurringError::UnknownUser => return Ok(made),
                // Someone else has posted, changed or skipped it, or has removed its category: look again.
                StoreRecurringError::Stale | StoreRecurringError::UnknownCategory => {
                    let Some(found) = self.recurring.find(owner, recurring.id).await? else {
                        return Ok(made);
                    };
                    if found.version != recurring.version {
                        attempts = 0;
                    } else if attempts == ATTEMPTS {
                        return Err(StoreError::Failed(Box::new(outcome)));
                    }
                    *recurring = found;
                }
                StoreRecurringError::Store(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// Posts one date; the number of expenses that this made.
    async fn post(
        &self,
        owner: UserId,
        recurring: &mut Recurring,
        date: NaiveDate,
        next_on: Option<NaiveDate>,
    ) -> Result<usize, StoreRecurringError> {
        let now = self.clock.now();
        let posting = Posting {
            id: recurring.id,
            version: recurring.version,
            date,
            next_on,
            expense: ExpenseId::new(self.ids.generate(now)),
            content: recurring.expense_on(date, now),
        };
        let made = self.recurring.post(owner, &posting).await?;
        recurring.next_on = next_on;
        recurring.version = recurring.version.next();
        recurring.updated_at = now;
        Ok(usize::from(made))
    }
}
