use std::cmp::Reverse;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use finance_domain::page::{Page, PageLimit};
use finance_domain::ports::StoreError;
use finance_domain::recurring::{
    Coming, Due, DuePosition, Occurrence, Posting, Recurring, RecurringContent, RecurringRepository, Skip,
    Split, StoreRecurringError,
};
use finance_domain::{Precondition, RecurringId, UserId};

use super::InMemoryStorage;
use super::ledger::Ledger;

/// Recurring expenses in memory.
pub struct InMemoryRecurring {
    storage: InMemoryStorage,
}

impl InMemoryRecurring {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }

    fn write<T>(
        &self,
        owner: UserId,
        work: impl FnOnce(&mut Ledger) -> Result<T, StoreRecurringError>,
    ) -> Result<T, StoreRecurringError> {
        self.storage.with(|data| work(data.ledgers.get_mut(&owner).ok_or(StoreRecurringError::NotFound)?))
    }
}

#[async_trait]
impl RecurringRepository for InMemoryRecurring {
    async fn create(
        &self,
        owner: UserId,
        id: RecurringId,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError> {
        self.storage.with(|data| {
            if !data.users.contains_key(&owner) {
                return Err(StoreRecurringError::UnknownUser);
            }
            data.ledgers.entry(owner).or_default().create_recurring(id, content)
        })
    }

    async fn find(&self, owner: UserId, id: RecurringId) -> Result<Option<Recurring>, StoreError> {
        self.storage.with(|data| Ok(data.ledgers.get(&owner).and_then(|ledger| ledger.find_recurring(id))))
    }

    async fn list(
        &self,
        owner: UserId,
        after: Option<RecurringId>,
        limit: PageLimit,
    ) -> Result<Page<Recurring>, StoreError> {
        self.storage.with(|data| {
            Ok(match data.ledgers.get(&owner) {
                Some(ledger) => ledger.list_recurring(after, limit),
                None => Page { items: Vec::new(), has_more: false },
            })
        })
    }

    async fn replace(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError> {
        self.write(owner, |ledger| ledger.replace_recurring(id, expected, content))
    }

    async fn split(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        split: &Split,
    ) -> Result<Recurring, StoreRecurringError> {
        self.write(owner, |ledger| ledger.split_recurring(id, expected, split))
    }

    async fn delete(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<(), StoreRecurringError> {
        self.write(owner, |ledger| ledger.delete_recurring(id, expected))
    }

    async fn occurrences(
        &self,
        owner: UserId,
        id: RecurringId,
        from: NaiveDate,
    ) -> Result<Vec<Occurrence>, StoreError> {
        self.storage.with(|data| {
            Ok(data.ledgers.get(&owner).map(|ledger| ledger.occurrences(id, from)).unwrap_or_default())
        })
    }

    async fn coming(&self, owner: UserId, until: NaiveDate, limit: u16) -> Result<Vec<Coming>, StoreError> {
        self.storage.with(|data| {
            let Some(ledger) = data.ledgers.get(&owner) else { return Ok(Vec::new()) };
            let mut due: Vec<_> = ledger.due(until).collect();
            due.sort_by_key(|recurring| (recurring.next_on, recurring.id));
            due.truncate(usize::from(limit));
            let coming = |recurring: Recurring| {
                let known = ledger.occurrences(recurring.id, recurring.next_on.unwrap_or(until));
                let handled = known.iter().map(|known| known.date).filter(|date| *date <= until).collect();
                Coming { recurring, handled }
            };
            Ok(due.into_iter().map(coming).collect())
        })
    }

    async fn skip(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        skip: Skip,
        next_on: Option<NaiveDate>,
        at: DateTime<Utc>,
    ) -> Result<Recurring, StoreRecurringError> {
        self.write(owner, |ledger| ledger.skip_recurring(id, expected, skip, next_on, at))
    }

    async fn due(
        &self,
        until: NaiveDate,
        after: Option<DuePosition>,
        limit: u16,
    ) -> Result<Vec<Due>, StoreError> {
        self.storage.with(|data| {
            let mut due: Vec<_> = data
                .ledgers
                .iter()
                .flat_map(|(owner, ledger)| ledger.due(until).map(|recurring| (*owner, recurring)))
                .filter_map(|(owner, recurring)| {
                    let position = DuePosition { next_on: recurring.next_on?, owner, id: recurring.id };
                    let time_zone = data.users.get(&owner)?.user.profile.time_zone;
                    Some((position, Due { owner, time_zone, recurring }))
                })
                .filter(|(position, _)| after.is_none_or(|after| *position < after))
                .collect();
            due.sort_by_key(|(position, _)| Reverse(*position));
            due.truncate(usize::from(limit));
            Ok(due.into_iter().map(|(_, due)| due).collect())
        })
    }

    async fn post(&self, owner: UserId, posting: &Posting) -> Result<bool, StoreRecurringError> {
        self.storage.with(|data| {
            let (expense, now) = (posting.expense, posting.content.updated_at);
            data.write_expense(owner, expense, now, |ledger| ledger.post(posting))
        })
    }
}
