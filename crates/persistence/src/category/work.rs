//! What changes categories, each in a transaction.
//!
//! On `PostgreSQL` each first locks the row of its user, so that one user's changes of categories follow one another.
//! Writes of expenses do not wait for that lock: they only meet the lock on a category that is about to go.

use async_trait::async_trait;
use diesel::result::OptionalExtension as _;
use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult};
use finance_domain::category::{Category, CategoryUse, StoreCategoryError};
use finance_domain::{CategoryId, Precondition, UserId, Version};

use super::row::{CATEGORY, CategoryRow, ContentRow, NewCategoryRow};
use crate::budget::{hold_writes_back, lock_guards, record_anew};
use crate::schema::{budget_categories, budgets, categories, expenses, recurring};
use crate::sql_types::{At, Id};
use crate::transaction::{Stop, Transaction, Work, run};
use crate::user::lock_owner;

type Refusal = StoreCategoryError;
type Outcome<T> = Result<T, Stop<Refusal>>;

/// The category that is written, and the versions of it that may be.
pub(super) struct Target {
    owner: Id,
    id: Id,
    expected: Precondition,
}

impl Target {
    pub(super) fn new(owner: UserId, id: CategoryId, expected: &Precondition) -> Self {
        Self { owner: Id(owner.uuid()), id: Id(id.uuid()), expected: expected.clone() }
    }

    /// Its parent, once it is known to be one that may be written. Nobody else changes categories from now on.
    async fn parent(&self, t: &mut Transaction<'_>) -> Outcome<Option<Id>> {
        if !lock_owner(t, self.owner).await? {
            return Err(Stop::Refused(Refusal::NotFound));
        }
        let found = run!(t, |c| categories::table
            .find((self.owner, self.id))
            .select((categories::version, categories::parent_id))
            .get_result::<(i64, Option<Id>)>(c))
        .optional()?;
        let Some((version, parent)) = found else { return Err(Stop::Refused(Refusal::NotFound)) };
        if !self.expected.allows(Version::new(version)) {
            return Err(Stop::Refused(Refusal::Stale));
        }
        Ok(parent)
    }

    async fn children(&self, t: &mut Transaction<'_>) -> QueryResult<i64> {
        run!(t, |c| categories::table
            .filter(categories::user_id.eq(self.owner))
            .filter(categories::parent_id.eq(self.id))
            .count()
            .get_result::<i64>(c))
    }

    /// Waits for those who are writing something into the category, and makes others wait until it is gone.
    async fn lock(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        if let Transaction::Postgres(c) = t {
            use diesel_async::RunQueryDsl as _;
            let row = categories::table.find((self.owner, self.id)).select(categories::id).for_update();
            row.get_results::<Id>(*c).await?;
        }
        Ok(())
    }

    async fn remove(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        run!(t, |c| diesel::delete(categories::table.find((self.owner, self.id))).execute(c))?;
        Ok(())
    }
}

/// Fails unless a category may have this parent.
async fn expect_parent(t: &mut Transaction<'_>, owner: Id, parent: Id) -> Outcome<()> {
    match parent_of(t, owner, parent).await? {
        None => Err(Stop::Refused(Refusal::UnknownParent)),
        Some(Some(_)) => Err(Stop::Refused(Refusal::ParentIsChild)),
        Some(None) => Ok(()),
    }
}

/// The parent of a category, if there is such a category.
async fn parent_of(t: &mut Transaction<'_>, owner: Id, id: Id) -> QueryResult<Option<Option<Id>>> {
    let parent = categories::table.find((owner, id)).select(categories::parent_id);
    run!(t, |c| parent.get_result::<Option<Id>>(c)).optional()
}

pub(super) struct CreateCategory {
    pub(super) owner: Id,
    pub(super) row: NewCategoryRow,
    pub(super) parent: Option<Id>,
}

#[async_trait]
impl Work for CreateCategory {
    type Answer = Category;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Category> {
        if !lock_owner(t, self.owner).await? {
            return Err(Stop::Refused(Refusal::UnknownUser));
        }
        if let Some(parent) = self.parent {
            expect_parent(t, self.owner, parent).await?;
        }
        let row = run!(t, |c| diesel::insert_into(categories::table)
            .values(&self.row)
            .returning(CATEGORY)
            .get_result::<CategoryRow>(c))?;
        Ok(row.try_into()?)
    }
}

pub(super) struct ReplaceCategory {
    pub(super) target: Target,
    pub(super) row: ContentRow,
    pub(super) parent: Option<Id>,
}

#[async_trait]
impl Work for ReplaceCategory {
    type Answer = Category;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Category> {
        let Target { owner, id, .. } = self.target;
        let before = self.target.parent(t).await?;
        if self.parent != before {
            hold_writes_back(t, owner).await?;
        }
        if let Some(parent) = self.parent {
            expect_parent(t, owner, parent).await?;
            if self.target.children(t).await? > 0 {
                return Err(Stop::Refused(Refusal::HasChildren));
            }
        }
        let row = run!(t, |c| diesel::update(categories::table.find((owner, id)))
            .set((&self.row, categories::version.eq(categories::version + 1)))
            .returning(CATEGORY)
            .get_result::<CategoryRow>(c))?;
        let category = Category::try_from(row)?;
        if self.parent != before {
            let (owner, now) = (UserId::new(owner.0), category.content.updated_at);
            lock_guards(t, owner).await?;
            let over = [Some(id), before, self.parent].into_iter().flatten();
            let over: Vec<_> = over.map(|id| CategoryId::new(id.0)).collect();
            record_anew(t, owner, now, &over).await.map_err(Stop::widen)?;
        }
        Ok(category)
    }
}

pub(super) struct DeleteCategory {
    pub(super) target: Target,
}

#[async_trait]
impl Work for DeleteCategory {
    type Answer = ();
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        let Target { owner, id, .. } = self.target;
        self.target.parent(t).await?;
        self.target.lock(t).await?;
        let what = CategoryUse {
            expenses: number(run!(t, |c| expenses::table
                .filter(expenses::user_id.eq(owner))
                .filter(expenses::category_id.eq(id))
                .filter(expenses::deleted_at.is_null())
                .count()
                .get_result::<i64>(c))?),
            children: number(self.target.children(t).await?),
            budgets: number(run!(t, |c| budget_categories::table
                .filter(budget_categories::user_id.eq(owner))
                .filter(budget_categories::category_id.eq(id))
                .count()
                .get_result::<i64>(c))?),
            recurring: number(run!(t, |c| recurring::table
                .filter(recurring::user_id.eq(owner))
                .filter(recurring::category_id.eq(id))
                .count()
                .get_result::<i64>(c))?),
        };
        if what != CategoryUse::default() {
            return Err(Stop::Refused(Refusal::InUse(what)));
        }
        // What is left is in the trash.
        run!(t, |c| diesel::update(expenses::table)
            .filter(expenses::user_id.eq(owner))
            .filter(expenses::category_id.eq(id))
            .set((expenses::category_id.eq(None::<Id>), expenses::version.eq(expenses::version + 1)))
            .execute(c))?;
        Ok(self.target.remove(t).await?)
    }
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

pub(super) struct MergeCategory {
    pub(super) target: Target,
    pub(super) into: Id,
    pub(super) at: At,
}

#[async_trait]
impl Work for MergeCategory {
    type Answer = Category;
    type Refusal = Refusal;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Category> {
        let Target { owner, id, .. } = self.target;
        let parent = self.target.parent(t).await?;
        hold_writes_back(t, owner).await?;
        let into_parent = parent_of(t, owner, self.into).await?;
        let into_parent = into_parent.ok_or(Stop::Refused(Refusal::UnknownTarget))?;
        if into_parent.is_some_and(|parent| parent != id) && self.target.children(t).await? > 0 {
            return Err(Stop::Refused(Refusal::TargetIsChild));
        }
        if let Transaction::Postgres(_) = t {
            // Who replaces an expense holds it, then asks for its category. In the same order nobody waits in a ring.
            self.move_expenses(t).await?;
        }
        lock_guards(t, UserId::new(owner.0)).await?;
        self.target.lock(t).await?;
        self.move_expenses(t).await?;
        self.move_children(t).await?;
        self.move_budgets(t).await?;
        run!(t, |c| diesel::update(recurring::table)
            .filter(recurring::user_id.eq(owner))
            .filter(recurring::category_id.eq(id))
            .set((
                recurring::category_id.eq(Some(self.into)),
                recurring::version.eq(recurring::version + 1),
                recurring::updated_at.eq(self.at),
            ))
            .execute(c))?;
        self.target.remove(t).await?;
        let over = [Some(self.into), parent, into_parent].into_iter().flatten();
        let over: Vec<_> = over.map(|id| CategoryId::new(id.0)).collect();
        record_anew(t, UserId::new(owner.0), self.at.0, &over).await.map_err(Stop::widen)?;
        let row = run!(t, |c| categories::table
            .find((owner, self.into))
            .select(CATEGORY)
            .get_result::<CategoryRow>(c))?;
        Ok(row.try_into()?)
    }
}

impl MergeCategory {
    async fn move_expenses(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        run!(t, |c| diesel::update(expenses::table)
            .filter(expenses::user_id.eq(self.target.owner))
            .filter(expenses::category_id.eq(self.target.id))
            .set((
                expenses::category_id.eq(Some(self.into)),
                expenses::version.eq(expenses::version + 1),
                expenses::updated_at.eq(self.at),
            ))
            .execute(c))?;
        Ok(())
    }

    async fn move_children(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        let Target { owner, id, .. } = self.target;
        let changed = (categories::version.eq(categories::version + 1), categories::updated_at.eq(self.at));
        run!(t, |c| diesel::update(categories::table)
            .filter(categories::user_id.eq(owner))
            .filter(categories::parent_id.eq(id))
            .filter(categories::id.ne(self.into))
            .set((categories::parent_id.eq(Some(self.into)), changed))
            .execute(c))?;
        run!(t, |c| diesel::update(categories::table.find((owner, self.into)))
            .filter(categories::parent_id.eq(id))
            .set((categories::parent_id.eq(None::<Id>), changed))
            .execute(c))?;
        Ok(())
    }

    async fn move_budgets(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        let Target { owner, id, .. } = self.target;
        let of = |category: Id| {
            budget_categories::table
                .filter(budget_categories::user_id.eq(owner))
                .filter(budget_categories::category_id.eq(category))
                .select(budget_categories::budget_id)
        };
        let named = run!(t, |c| of(id).get_results::<Id>(c))?;
        run!(t, |c| diesel::update(budgets::table)
            .filter(budgets::user_id.eq(owner))
            .filter(budgets::id.eq_any(&named))
            .set((budgets::version.eq(budgets::version + 1), budgets::updated_at.eq(self.at)))
            .execute(c))?;
        let both = run!(t, |c| of(self.into).get_results::<Id>(c))?;
        run!(t, |c| diesel::delete(budget_categories::table)
            .filter(budget_categories::user_id.eq(owner))
            .filter(budget_categories::category_id.eq(id))
            .filter(budget_categories::budget_id.eq_any(&both))
            .execute(c))?;
        run!(t, |c| diesel::update(budget_categories::table)
            .filter(budget_categories::user_id.eq(owner))
            .filter(budget_categories::category_id.eq(id))
            .set(budget_categories::category_id.eq(self.into))
            .execute(c))?;
        Ok(())
    }
}
