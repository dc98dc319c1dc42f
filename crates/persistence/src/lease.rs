//! Leases on both engines.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::upsert::excluded;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _};
use finance_domain::lease::{self, LeaseHolder, LeaseRepository};
use finance_domain::ports::StoreError;

use crate::database::{Database, write};
use crate::error::WriteError;
use crate::schema::leases;
use crate::sql_types::{At, Id};

/// Stores leases in a database.
#[derive(Clone)]
pub struct SqlLeaseRepository {
    database: Database,
}

impl SqlLeaseRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl LeaseRepository for SqlLeaseRepository {
    async fn take(
        &self,
        name: &str,
        holder: LeaseHolder,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let row = (
            leases::name.eq(name),
            leases::holder.eq(Id(holder.uuid())),
            leases::expires_at.eq(At(expires_at)),
        );
        let free = leases::holder
            .eq(excluded(leases::holder))
            .or(leases::expires_at.le(At(now)))
            .or(leases::expires_at.gt(At(now + lease::LONGEST)));
        let taken: Result<usize, WriteError> =
            write!(self.database, |c| diesel::query_dsl::methods::FilterDsl::filter(
                diesel::insert_into(leases::table)
                    .values(row.clone())
                    .on_conflict(leases::name)
                    .do_update()
                    .set((
                        leases::holder.eq(excluded(leases::holder)),
                        leases::expires_at.eq(excluded(leases::expires_at)),
                    )),
                free,
            )
            .execute(c));
        Ok(taken? > 0)
    }

    async fn release(&self, name: &str, holder: LeaseHolder) -> Result<(), StoreError> {
        let name = name.to_owned();
        let lease = leases::table.find(name).filter(leases::holder.eq(Id(holder.uuid())));
        let released: Result<usize, WriteError> =
            write!(self.database, |c| diesel::delete(lease.clone()).execute(c));
        Ok(released.map(drop)?)
    }
}
