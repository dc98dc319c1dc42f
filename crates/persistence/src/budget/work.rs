//! What changes budgets, each in a transaction that records what is crossed thereby.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::result::OptionalExtension as _;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use finance_domain::budget::{Budget, BudgetTerms, StoreBudgetError};
use finance_domain::ports::StoreError;
use finance_domain::{BudgetId, Precondition, UserId, Version};

use super::queries::SelectBudgets;
use super::record::{forget_guards_of, hold_writes_back, lock_guards, record_one};
use super::row::{BudgetRow, TermsRow};
use crate::error::WriteError;
use crate::schema::{budget_amounts, budget_categories, budgets, categories};
use crate::sql_types::{At, Day, Id};
use crate::transaction::{Stop, Transaction, Work, run};
use crate::user::lock_owner;

type Refusal = StoreBudgetError;
type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<WriteError> for StoreBudgetError {
    fn from(error: WriteError) -> Self {
        Self::Store(error.into())
    }
}

/// The budget that is written, and the versions of it that may be.
pub(super) struct Target {
    pub(super) owner: UserId,
    pub(super) id: BudgetId,
    pub(super) expected: Precondition,
}

impl Target {
    fn key(&self) -> (Id, Id) {
        (Id(self.owner.uuid()), Id(self.id.uuid()))
    }

    /// Its version, once it is known to be one that may be written. Nobody else changes budgets from now on.
    async fn version(&self, t: &mut Transaction<'_>) -> Outcome<i64> {
        let owner = Id(self.owner.uuid());
        if !lock_owner(t, owner).await? {
            return Err(Stop::Refused(Refusal::NotFound));
        }
        hold_writes_back(t, owner).await?;
        let version = budgets::table.find(self.key()).select(budgets::version);
        let version = run!(t, |c| version.get_result::<i64>(c)).optional()?;
        let version = version.ok_or(Stop::Refused(Refusal::NotFound))?;
        if self.expected.allows(Version::new(version)) {
            Ok(version)
        } else {
            Err(Stop::Refused(Refusal::Stale))
        }
    }

    /// Writes amounts and categories, and what is crossed now.
    async fn complete(
        &self,
        t: &mut Transaction<'_>,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Outcome<Budget> {
        let (owner, id) = self.key();
        let amounts: Vec<_> = terms
            .amounts
            .iter()
            .map(|amount| {
                (
                    budget_amounts::user_id.eq(owner),
                    budget_amounts::budget_id.eq(id),
                    budget_amounts::from_date.eq(Day(amount.from)),
                    budget_amounts::amount_minor.eq(amount.money.minor()),
                )
            })
            .collect();
        for amount in amounts {
            run!(t, |c| diesel::insert_into(budget_amounts::table).values(amount).execute(c))?;
        }
        let named = terms.categories.as_slice();
        let known = categories::table
            .filter(categories::user_id.eq(owner))
            .filter(categories::id.eq_any(named.iter().map(|id| Id(id.uuid())).collect::<Vec<_>>()))
            .select(categories::id);
        let known = run!(t, |c| known.get_results::<Id>(c))?;
        let unknown: Vec<_> = named.iter().copied().filter(|id| !known.contains(&Id(id.uuid()))).collect();
        if !unknown.is_empty() {
            return Err(Stop::Refused(Refusal::UnknownCategories(unknown)));
        }
        for category in named {
            let category_id = Id(category.uuid());
            let row = (
                budget_categories::user_id.eq(owner),
                budget_categories::budget_id.eq(id),
                budget_categories::category_id.eq(category_id),
            );
            run!(t, |c| diesel::insert_into(budget_categories::table).values(row).execute(c))?;
        }
        lock_guards(t, self.owner).await?;
        record_one(t, self.owner, self.id, now).await.map_err(Stop::widen)?;
        let select = SelectBudgets::one(self.owner, self.id);
        let rows = run!(t, |c| select.get_results::<BudgetRow>(c))?;
        let row = rows.into_iter().next();
        let row = row.ok_or_else(|| StoreError::Failed("a budget got lost".into()))?;
        Ok(row.try_into()?)
    }
}

pub(super) struct CreateBudget {
    pub(super) target: Target,
    pub(super) terms: BudgetTerms,
    pub(super) now: DateTime<Utc>,
}

#[async_trait]
impl Work for CreateBudget {
    type Answer = Budget;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Budget> {
        let Self { target, terms, now } = self;
        let (owner, id) = target.key();
        if !lock_owner(t, owner).await? {
            return Err(Stop::Refused(Refusal::UnknownUser));
        }
        hold_writes_back(t, owner).await?;
        run!(t, |c| diesel::insert_into(budgets::table)
            .values((
                budgets::user_id.eq(owner),
                budgets::id.eq(id),
                budgets::version.eq(Version::FIRST.number()),
                TermsRow::new(terms, At(*now)),
            ))
            .execute(c))?;
        target.complete(t, terms, *now).await
    }
}

pub(super) struct ReplaceBudget {
    pub(super) target: Target,
    pub(super) terms: BudgetTerms,
    pub(super) now: DateTime<Utc>,
}

#[async_trait]
impl Work for ReplaceBudget {
    type Answer = Budget;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Budget> {
        let Self { target, terms, now } = self;
        let version = target.version(t).await?;
        let (owner, id) = target.key();
        run!(t, |c| diesel::update(budgets::table.find((owner, id)))
            .set((TermsRow::new(terms, At(*now)), budgets::version.eq(version + 1)))
            .execute(c))?;
        let amounts = budget_amounts::table
            .filter(budget_amounts::user_id.eq(owner))
            .filter(budget_amounts::budget_id.eq(id));
        run!(t, |c| diesel::delete(amounts).execute(c))?;
        let categories = budget_categories::table
            .filter(budget_categories::user_id.eq(owner))
            .filter(budget_categories::budget_id.eq(id));
        run!(t, |c| diesel::delete(categories).execute(c))?;
        // What was known of the room in it was of the terms before.
        lock_guards(t, target.owner).await?;
        forget_guards_of(t, owner, id).await?;
        target.complete(t, terms, *now).await
    }
}

pub(super) struct DeleteBudget {
    pub(super) target: Target,
}

#[async_trait]
impl Work for DeleteBudget {
    type Answer = ();
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        self.target.version(t).await?;
        lock_guards(t, self.target.owner).await?;
        run!(t, |c| diesel::delete(budgets::table.find(self.target.key())).execute(c))?;
        Ok(())
    }
}
