//! What changes recurring expenses, each in a transaction. The first statement about an existing one counts its version
//! up, so that of those who read the same version one goes on and the others find it stale.

use async_trait::async_trait;
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, QueryDsl as _};
use finance_domain::expense::{ExpenseContent, StoreExpenseError};
use finance_domain::recurring::{Posting, Recurring, RecurringContent, Skip, Split, StoreRecurringError};
use finance_domain::{ExpenseId, Precondition, RecurringId, UserId, Version};

use super::names::{category, copy_tags, copy_tags_to_expense, link_tags};
use super::queries::FindRecurring;
use super::row::{ContentRow, RecurringRow, ScheduleRow};
use crate::error::WriteError;
use crate::expense::create_in;
use crate::precondition::versions;
use crate::schema::{expenses, recurring, recurring_occurrences};
use crate::sql_types::{At, Day, Id};
use crate::transaction::{Stop, Transaction, Work, run};
use crate::user::lock_owner;

type Refusal = StoreRecurringError;
type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<WriteError> for StoreRecurringError {
    fn from(error: WriteError) -> Self {
        match error {
            // Of everything else that a statement refers to it is known to be there.
            WriteError::Dangling(None) => Self::UnknownUser,
            WriteError::Dangling(Some(constraint)) if constraint.ends_with("_user_fkey") => Self::UnknownUser,
            error => Self::Store(error.into()),
        }
    }
}

/// The recurring expense that is written, and the versions of it that may be.
#[derive(Clone)]
pub(super) struct Target {
    owner: Id,
    id: Id,
    expected: Precondition,
}

impl Target {
    pub(super) fn new(owner: UserId, id: RecurringId, expected: &Precondition) -> Self {
        Self { owner: Id(owner.uuid()), id: Id(id.uuid()), expected: expected.clone() }
    }

    /// Counts the version up. From now on nobody else changes it.
    async fn count_up(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        let key = (self.owner, self.id);
        let (any, versions) = versions(&self.expected);
        let counted = run!(t, |c| diesel::update(recurring::table.find(key))
            .filter(any.into_sql::<Bool>().or(recurring::version.eq_any(&versions)))
            .set(recurring::version.eq(recurring::version + 1))
            .execute(c))?;
        if counted > 0 {
            return Ok(());
        }
        let found = run!(t, |c| recurring::table.find(key).select(recurring::id).get_results::<Id>(c))?;
        Err(Stop::Refused(if found.is_empty() { Refusal::NotFound } else { Refusal::Stale }))
    }

    /// Sets the next date.
    async fn advance(&self, t: &mut Transaction<'_>, next_on: Option<Day>, at: At) -> Outcome<()> {
        let key = (self.owner, self.id);
        run!(t, |c| diesel::update(recurring::table.find(key))
            .set((recurring::next_on.eq(next_on), recurring::updated_at.eq(at)))
            .execute(c))?;
        Ok(())
    }

    /// What is stored now.
    async fn stored(&self, t: &mut Transaction<'_>) -> Outcome<Recurring> {
        let find = FindRecurring { owner: self.owner, id: self.id };
        let rows = run!(t, |c| find.get_results::<RecurringRow>(c))?;
        let row = rows.into_iter().next().ok_or(Stop::Refused(Refusal::NotFound))?;
        Ok(Recurring::try_from(row)?)
    }

    async fn insert(&self, t: &mut Transaction<'_>, content: &RecurringContent) -> Outcome<()> {
        let category = category(t, self.owner, content).await?;
        let row = ContentRow::new(content);
        run!(t, |c| diesel::insert_into(recurring::table)
            .values((
                recurring::user_id.eq(self.owner),
                recurring::id.eq(self.id),
                recurring::category_id.eq(category),
                recurring::version.eq(Version::FIRST.number()),
                row,
            ))
            .execute(c))?;
        link_tags(t, self.owner, self.id, content).await
    }
}

pub(super) struct CreateRecurring {
    pub(super) target: Target,
    pub(super) content: RecurringContent,
}

#[async_trait]
impl Work for CreateRecurring {
    type Answer = Recurring;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Recurring> {
        self.target.insert(t, &self.content).await?;
        self.target.stored(t).await
    }
}

pub(super) struct ReplaceRecurring {
    pub(super) target: Target,
    pub(super) content: RecurringContent,
}

#[async_trait]
impl Work for ReplaceRecurring {
    type Answer = Recurring;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Recurring> {
        let Self { target, content } = self;
        target.count_up(t).await?;
        let category = category(t, target.owner, content).await?;
        let (key, row) = ((target.owner, target.id), ContentRow::new(content));
        run!(t, |c| diesel::update(recurring::table.find(key))
            .set((row, recurring::category_id.eq(category)))
            .execute(c))?;
        link_tags(t, target.owner, target.id, content).await?;
        target.stored(t).await
    }
}

pub(super) struct SplitRecurring {
    pub(super) target: Target,
    pub(super) split: Split,
}

#[async_trait]
impl Work for SplitRecurring {
    type Answer = Recurring;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Recurring> {
        let Self { target, split } = self;
        // Before anything else of theirs, as who deletes a tag that is taken over here.
        lock_owner(t, target.owner).await?;
        target.count_up(t).await?;
        let key = (target.owner, target.id);
        let ended = ScheduleRow::new(&split.before, split.next_on.map(Day), At(split.content.updated_at));
        run!(t, |c| diesel::update(recurring::table.find(key)).set(ended).execute(c))?;
        let follower = Target { id: Id(split.new_id.uuid()), ..target.clone() };
        follower.insert(t, &split.content).await?;
        if split.content.tags.is_none() {
            copy_tags(t, target.owner, target.id, follower.id).await?;
        }
        let moved = recurring_occurrences::table
            .filter(recurring_occurrences::user_id.eq(target.owner))
            .filter(recurring_occurrences::recurring_id.eq(target.id))
            .filter(recurring_occurrences::date.ge(Day(split.from)));
        run!(t, |c| diesel::update(moved)
            .set(recurring_occurrences::recurring_id.eq(follower.id))
            .execute(c))?;
        follower.stored(t).await
    }
}

pub(super) struct DeleteRecurring {
    pub(super) target: Target,
}

#[async_trait]
impl Work for DeleteRecurring {
    type Answer = ();
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        self.target.count_up(t).await?;
        let key = (self.target.owner, self.target.id);
        run!(t, |c| diesel::delete(recurring::table.find(key)).execute(c))?;
        Ok(())
    }
}

pub(super) struct SkipOccurrence {
    pub(super) target: Target,
    pub(super) skip: Skip,
    pub(super) next_on: Option<Day>,
    pub(super) at: At,
}

#[async_trait]
impl Work for SkipOccurrence {
    type Answer = Recurring;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Recurring> {
        let Self { target, skip, next_on, at } = self;
        target.count_up(t).await?;
        match *skip {
            Skip::Set(date) => {
                note(t, target, date, None).await?;
            }
            Skip::Undo(date) => {
                let key = (target.owner, target.id, Day(date));
                run!(t, |c| diesel::delete(recurring_occurrences::table.find(key))
                    .filter(recurring_occurrences::expense_id.is_null())
                    .execute(c))?;
            }
        }
        target.advance(t, *next_on, *at).await?;
        target.stored(t).await
    }
}

/// Notes what becomes of a date; `false` when something has become of it already.
async fn note(
    t: &mut Transaction<'_>,
    target: &Target,
    date: chrono::NaiveDate,
    expense: Option<ExpenseId>,
) -> Outcome<bool> {
    let noted = run!(t, |c| diesel::insert_into(recurring_occurrences::table)
        .values((
            recurring_occurrences::user_id.eq(target.owner),
            recurring_occurrences::recurring_id.eq(target.id),
            recurring_occurrences::date.eq(Day(date)),
            recurring_occurrences::expense_id.eq(expense.map(|id| Id(id.uuid()))),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(noted > 0)
}

pub(super) struct PostOccurrence {
    owner: UserId,
    target: Target,
    posting: Posting,
}

impl PostOccurrence {
    pub(super) fn new(owner: UserId, posting: &Posting) -> Self {
        let target = Target::new(owner, posting.id, &Precondition::OneOf(vec![posting.version]));
        Self { owner, target, posting: posting.clone() }
    }
}

#[async_trait]
impl Work for PostOccurrence {
    type Answer = bool;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<bool> {
        let Self { owner, target, posting } = self;
        let Posting { date, next_on, expense, content, .. } = posting;
        // Before anything else of theirs, as everything does that may record an alert.
        lock_owner(t, target.owner).await?;
        target.count_up(t).await?;
        let is_new = note(t, target, *date, Some(*expense)).await?;
        if is_new {
            self.make(t, *owner, *expense, content).await?;
        }
        target.advance(t, next_on.map(Day), At(content.updated_at)).await?;
        Ok(is_new)
    }
}

impl PostOccurrence {
    /// Makes the expense as any other one, and writes on it what made it.
    async fn make(
        &self,
        t: &mut Transaction<'_>,
        owner: UserId,
        id: ExpenseId,
        content: &ExpenseContent,
    ) -> Outcome<()> {
        create_in(t, owner, id, content).await.map_err(|stop| match stop {
            Stop::Refused(refusal) => Stop::Refused(refused(refusal)),
            Stop::Query(error) => Stop::Query(error),
            Stop::Store(error) => Stop::Store(error),
        })?;
        let (owner, id) = (self.target.owner, Id(id.uuid()));
        let copied = match content.tags {
            None => copy_tags_to_expense(t, owner, self.target.id, id).await?,
            Some(_) => 0,
        };
        run!(t, |c| diesel::update(expenses::table.find((owner, id)))
            .set((
                expenses::recurring_id.eq(Some(self.target.id)),
                expenses::tag_count.eq(expenses::tag_count + copied),
            ))
            .execute(c))?;
        Ok(())
    }
}

fn refused(error: StoreExpenseError) -> Refusal {
    match error {
        StoreExpenseError::NotFound => Refusal::NotFound,
        StoreExpenseError::Stale => Refusal::Stale,
        StoreExpenseError::UnknownCategory => Refusal::UnknownCategory,
        StoreExpenseError::UnknownUser => Refusal::UnknownUser,
        StoreExpenseError::Store(error) => Refusal::Store(error),
    }
}
