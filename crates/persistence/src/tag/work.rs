//! What changes tags, each in a transaction.

use async_trait::async_trait;
use diesel::result::OptionalExtension as _;
use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult};
use finance_domain::ports::StoreError;
use finance_domain::tag::{StoreTagError, Tag};
use finance_domain::{Precondition, TagId, UserId, Version};

use super::repository::{SelectTags, TagRow, tag};
use crate::schema::{expense_tags, expenses, recurring, recurring_tags, tags};
use crate::sql_types::{At, Id};
use crate::transaction::{Stop, Transaction, Work, run};
use crate::user::lock_owner;

type Outcome<T> = Result<T, Stop<StoreTagError>>;

/// The tag that is written, and the versions of it that may be.
pub(super) struct Target {
    owner: Id,
    id: Id,
    expected: Precondition,
}

impl Target {
    pub(super) fn new(owner: UserId, id: TagId, expected: &Precondition) -> Self {
        Self { owner: Id(owner.uuid()), id: Id(id.uuid()), expected: expected.clone() }
    }

    /// Fails unless it may be written. Nobody else changes tags of the owner from now on.
    async fn expect(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        lock_owner(t, self.owner).await?;
        let version = tags::table.find((self.owner, self.id)).select(tags::version);
        match run!(t, |c| version.get_result::<i64>(c)).optional()? {
            None => Err(Stop::Refused(StoreTagError::NotFound)),
            Some(version) if self.expected.allows(Version::new(version)) => Ok(()),
            Some(_) => Err(Stop::Refused(StoreTagError::Stale)),
        }
    }
}

pub(super) struct RenameTag {
    pub(super) target: Target,
    /// The name and its key.
    pub(super) name: (String, String),
}

#[async_trait]
impl Work for RenameTag {
    type Answer = Tag;
    type Refusal = StoreTagError;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<Tag> {
        let Target { owner, id, .. } = self.target;
        self.target.expect(t).await?;
        let (name, key) = &self.name;
        run!(t, |c| diesel::update(tags::table.find((owner, id)))
            .set((tags::name.eq(name), tags::name_key.eq(key), tags::version.eq(tags::version + 1)))
            .execute(c))?;
        let select = SelectTags { owner, id: Some(id), after: None, rows: 1 };
        let rows = run!(t, |c| (&select).get_results::<TagRow>(c))?;
        let renamed = rows.into_iter().next().map(tag);
        Ok(renamed.ok_or_else(|| StoreError::Failed("a renamed tag is not there".into()))?)
    }
}

pub(super) struct DeleteTag {
    pub(super) target: Target,
    pub(super) at: At,
}

#[async_trait]
impl Work for DeleteTag {
    type Answer = ();
    type Refusal = StoreTagError;

    async fn run(&self, t: &mut Transaction<'_>) -> Outcome<()> {
        let Target { owner, id, .. } = self.target;
        self.target.expect(t).await?;
        self.hold(t).await?;
        let links = expense_tags::table
            .filter(expense_tags::user_id.eq(owner))
            .filter(expense_tags::tag_id.eq(id))
            .select(expense_tags::expense_id);
        run!(t, |c| diesel::update(expenses::table)
            .filter(expenses::user_id.eq(owner))
            .filter(expenses::id.eq_any(links))
            .set((
                expenses::tag_count.eq(expenses::tag_count - 1),
                expenses::version.eq(expenses::version + 1),
                expenses::updated_at.eq(self.at),
            ))
            .execute(c))?;
        let templates = recurring_tags::table
            .filter(recurring_tags::user_id.eq(owner))
            .filter(recurring_tags::tag_id.eq(id))
            .select(recurring_tags::recurring_id);
        run!(t, |c| diesel::update(recurring::table)
            .filter(recurring::user_id.eq(owner))
            .filter(recurring::id.eq_any(templates))
            .set((recurring::version.eq(recurring::version + 1), recurring::updated_at.eq(self.at)))
            .execute(c))?;
        // Its links go with it.
        run!(t, |c| diesel::delete(tags::table.find((owner, id))).execute(c))?;
        Ok(())
    }
}

impl DeleteTag {
    /// Holds the expenses that have the tag, then the tag, then those that got it meanwhile: afterwards nobody puts it
    /// on an expense or takes it off. Whoever writes an expense holds that first too, so that nobody waits in a ring.
    async fn hold(&self, t: &mut Transaction<'_>) -> QueryResult<()> {
        use diesel_async::RunQueryDsl as _;
        let Transaction::Postgres(c) = t else { return Ok(()) };
        let Target { owner, id, .. } = self.target;
        let tagged = || {
            let links = expense_tags::table
                .filter(expense_tags::user_id.eq(owner))
                .filter(expense_tags::tag_id.eq(id))
                .select(expense_tags::expense_id);
            expenses::table
                .filter(expenses::user_id.eq(owner))
                .filter(expenses::id.eq_any(links))
                .select(expenses::id)
                .for_update()
        };
        tagged().execute(*c).await?;
        tags::table.find((owner, id)).select(tags::id).for_update().execute(*c).await?;
        tagged().execute(*c).await?;
        Ok(())
    }
}
