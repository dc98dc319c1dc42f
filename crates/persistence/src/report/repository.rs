use async_trait::async_trait;
use diesel::{Connection as _, SqliteConnection};
use finance_domain::UserId;
use finance_domain::ports::StoreError;
use finance_domain::report::{ReportData, ReportQuery, ReportRepository};

use super::queries::ReadReport;
use super::row::{ReportRow, fill};
use super::sqlite;
use crate::database::{Database, Engine, read_postgres};

/// Reports on what is in a database.
#[derive(Clone)]
pub struct SqlReportRepository {
    database: Database,
}

impl SqlReportRepository {
    /// Reports on what is in this database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl ReportRepository for SqlReportRepository {
    async fn read(&self, owner: UserId, query: &ReportQuery) -> Result<ReportData, StoreError> {
        let mut data = ReportData { figures: vec![Vec::new(); query.figures.len()], ..ReportData::default() };
        let rows = match self.database.engine() {
            Engine::Sqlite(file) => {
                let query = query.clone();
                // In a transaction, so that all of it is of one moment.
                let read = move |c: &mut SqliteConnection| c.transaction(|c| sqlite::read(c, owner, &query));
                let (figures, largest, rows) = file.read_long(read).await?;
                (data.figures, data.largest) = (figures, largest);
                rows
            }
            Engine::Postgres(postgres) => {
                use diesel_async::RunQueryDsl as _;
                let report = ReadReport::new(owner, query);
                let rows: Result<Vec<ReportRow>, StoreError> =
                    read_postgres!(postgres, |c| (&report).get_results(c));
                rows?
            }
        };
        fill(&mut data, query, rows)?;
        Ok(data)
    }
}
