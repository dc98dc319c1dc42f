use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::budget::{
    Alert, AlertQuery, AlertRepository, Budget, BudgetRepository, BudgetTerms, Spending, StoreBudgetError,
};
use finance_domain::page::{ListQuery, Page};
use finance_domain::period::DateRange;
use finance_domain::ports::StoreError;
use finance_domain::{BudgetId, Precondition, UserId};

use super::queries::{ListAlerts, SelectBudgets};
use super::row::{AlertRow, BudgetRow};
use super::spending::{SpendingRow, SumSpending};
use super::work::{CreateBudget, DeleteBudget, ReplaceBudget, Target};
use crate::database::{Database, Engine, read};
use crate::sql_types::Id;

/// Stores budgets and alerts in a database.
#[derive(Clone)]
pub struct SqlBudgetRepository {
    database: Database,
}

impl SqlBudgetRepository {
    /// A repository in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl BudgetRepository for SqlBudgetRepository {
    async fn create(
        &self,
        owner: UserId,
        id: BudgetId,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError> {
        let target = Target { owner, id, expected: Precondition::Any };
        self.database.transact(CreateBudget { target, terms: terms.clone(), now }).await
    }

    async fn find(&self, owner: UserId, id: BudgetId) -> Result<Option<Budget>, StoreError> {
        let rows = read!(self.database, |c| SelectBudgets::one(owner, id).get_results::<BudgetRow>(c))?;
        rows.into_iter().next().map(Budget::try_from).transpose()
    }

    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Budget>, StoreError> {
        let after = query.after.as_ref().map(|position| Id(position.id));
        let select = SelectBudgets::page(owner, after, query.limit);
        let rows = read!(self.database, |c| (&select).get_results::<BudgetRow>(c))?;
        let items = rows.into_iter().map(Budget::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_one_more(items, query.limit))
    }

    async fn replace(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError> {
        let target = Target { owner, id, expected: expected.clone() };
        self.database.transact(ReplaceBudget { target, terms: terms.clone(), now }).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
    ) -> Result<(), StoreBudgetError> {
        let target = Target { owner, id, expected: expected.clone() };
        self.database.transact(DeleteBudget { target }).await
    }

    async fn spending(
        &self,
        owner: UserId,
        asked: &[(&Budget, DateRange)],
    ) -> Result<Vec<Spending>, StoreError> {
        let sum = SumSpending::new(owner, asked.iter().copied());
        if sum.is_empty() {
            return Ok(Vec::new());
        }
        let rows = match self.database.engine() {
            Engine::Sqlite(sqlite) if !sum.is_short() => {
                use diesel::RunQueryDsl as _;
                let sum = sum.clone();
                sqlite.read_long(move |c| (&sum).get_results::<SpendingRow>(c)).await
            }
            _ => read!(self.database, |c| (&sum).get_results::<SpendingRow>(c)),
        };
        Ok(sum.collect(rows?))
    }
}

#[async_trait]
impl AlertRepository for SqlBudgetRepository {
    async fn list(&self, owner: UserId, query: &AlertQuery) -> Result<Page<Alert>, StoreError> {
        let list = ListAlerts::new(owner, query);
        let rows = read!(self.database, |c| (&list).get_results::<AlertRow>(c))?;
        let items = rows.into_iter().map(Alert::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_one_more(items, query.limit))
    }
}
