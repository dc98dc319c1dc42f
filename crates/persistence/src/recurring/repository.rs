use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{ExpressionMethods as _, QueryDsl as _};
use finance_domain::page::{Page, PageLimit};
use finance_domain::ports::StoreError;
use finance_domain::recurring::{
    Coming, Due, DuePosition, Occurrence, Posting, Recurring, RecurringContent, RecurringRepository, Skip,
    Split, StoreRecurringError,
};
use finance_domain::{ExpenseId, Precondition, RecurringId, UserId};

use super::queries::{ComingRecurring, DueRecurring, FindRecurring, ListRecurring};
use super::row::RecurringRow;
use super::work::{
    CreateRecurring, DeleteRecurring, PostOccurrence, ReplaceRecurring, SkipOccurrence, SplitRecurring,
    Target,
};
use crate::database::{Database, read};
use crate::schema::recurring_occurrences;
use crate::sql_types::{At, Day, Id};

/// Stores recurring expenses in a database.
#[derive(Clone)]
pub struct SqlRecurringRepository {
    database: Database,
}

impl SqlRecurringRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl RecurringRepository for SqlRecurringRepository {
    async fn create(
        &self,
        owner: UserId,
        id: RecurringId,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError> {
        let target = Target::new(owner, id, &Precondition::Any);
        self.database.transact(CreateRecurring { target, content: content.clone() }).await
    }

    async fn find(&self, owner: UserId, id: RecurringId) -> Result<Option<Recurring>, StoreError> {
        let find = FindRecurring { owner: Id(owner.uuid()), id: Id(id.uuid()) };
        let rows = read!(self.database, |c| find.get_results::<RecurringRow>(c))?;
        rows.into_iter().next().map(Recurring::try_from).transpose()
    }

    async fn list(
        &self,
        owner: UserId,
        after: Option<RecurringId>,
        limit: PageLimit,
    ) -> Result<Page<Recurring>, StoreError> {
        let list = ListRecurring {
            owner: Id(owner.uuid()),
            after: after.map(|id| Id(id.uuid())),
            rows: i64::from(limit.get()) + 1,
        };
        let rows = read!(self.database, |c| (&list).get_results::<RecurringRow>(c))?;
        let items = rows.into_iter().map(Recurring::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_one_more(items, limit))
    }

    async fn replace(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        content: &RecurringContent,
    ) -> Result<Recurring, StoreRecurringError> {
        let target = Target::new(owner, id, expected);
        self.database.transact(ReplaceRecurring { target, content: content.clone() }).await
    }

    async fn split(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
        split: &Split,
    ) -> Result<Recurring, StoreRecurringError> {
        let target = Target::new(owner, id, expected);
        self.database.transact(SplitRecurring { target, split: split.clone() }).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: RecurringId,
        expected: &Precondition,
    ) -> Result<(), StoreRecurringError> {
        self.database.transact(DeleteRecurring { target: Target::new(owner, id, expected) }).await
    }

    async fn occurrences(
        &self,
        owner: UserId,
        id: RecurringId,
        from: NaiveDate,
    ) -> Result<Vec<Occurrence>, StoreError> {
        let (owner, id, from) = (Id(owner.uuid()), Id(id.uuid()), Day(from));
        let rows = read!(self.database, |c| recurring_occurrences::table
            .filter(recurring_occurrences::user_id.eq(owner))
            .filter(recurring_occurrences::recurring_id.eq(id))
            .filter(recurring_occurrences::date.ge(from))
            .order(recurring_occurrences::date)
            .select((recurring_occurrences::date, recurring_occurrences::expense_id))
            .get_results::<(Day, Option<Id>)>(c))?;
        let occurrence = |(date, expense): (Day, Option<Id>)| Occurrence {
            date: date.0,
            expense: expense.map(|id| ExpenseId::new(id.0)),
        };
        Ok(rows.into_iter().map(occurrence).collect())
    }

    async fn coming(&self, owner: UserId, until: NaiveDate, limit: u16) -> Result<Vec<Coming>, StoreError> {
        let (owner, until) = (Id(owner.uuid()), Day(until));
        let select = ComingRecurring { owner, until, rows: i64::from(limit) };
        let rows = read!(self.database, |c| (&select).get_results::<RecurringRow>(c))?;
        let recurring = rows.into_iter().map(Recurring::try_from).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = recurring.iter().filter_map(|recurring| recurring.next_on).min().map(Day) else {
            return Ok(Vec::new());
        };
        let ids: Vec<_> = recurring.iter().map(|recurring| Id(recurring.id.uuid())).collect();
        let handled = read!(self.database, |c| recurring_occurrences::table
            .filter(recurring_occurrences::user_id.eq(owner))
            .filter(recurring_occurrences::recurring_id.eq_any(&ids))
            .filter(recurring_occurrences::date.ge(first))
            .filter(recurring_occurrences::date.le(until))
            .order(recurring_occurrences::date)
            .select((recurring_occurrences::recurring_id, recurring_occurrences::date))
            .get_results::<(Id, Day)>(c))?;
        let coming = |recurring: Recurring| {
            let of = handled.iter().filter(|(id, _)| id.0 == recurring.id.uuid()).map(|(_, date)| date.0);
            let handled = of.filter(|date| Some(*date) >= recurring.next_on).collect();
            Coming { recurring, handled }
        };
        Ok(recurring.into_iter().map(coming).collect())
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
        let target = Target::new(owner, id, expected);
        let work = SkipOccurrence { target, skip, next_on: next_on.map(Day), at: At(at) };
        self.database.transact(work).await
    }

    async fn due(
        &self,
        until: NaiveDate,
        after: Option<DuePosition>,
        limit: u16,
    ) -> Result<Vec<Due>, StoreError> {
        let due = DueRecurring::new(until, after, limit);
        let rows = read!(self.database, |c| (&due).get_results::<RecurringRow>(c))?;
        rows.into_iter().map(Due::try_from).collect()
    }

    async fn post(&self, owner: UserId, posting: &Posting) -> Result<bool, StoreRecurringError> {
        self.database.transact(PostOccurrence::new(owner, posting)).await
    }
}
