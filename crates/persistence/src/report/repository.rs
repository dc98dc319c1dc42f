use async_trait::async_trait;
use diesel::connection::DefaultLoadingMode;
use diesel::result::Error as DieselError;
use diesel::{Connection as _, QueryResult, SqliteConnection};
use finance_domain::UserId;
use finance_domain::period::DateRange;
use finance_domain::ports::StoreError;
use finance_domain::report::{FigureQuery, ReportData, ReportQuery, ReportRepository, Split, Tally};

use super::queries::{EachExpense, ReadReport};
use super::row::{Currencies, EachRow, ReportRow, fill, kind};
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
            Engine::Sqlite(sqlite) => {
                let query = query.clone();
                // In a transaction, so that all of it is of one moment.
                let read = move |c: &mut SqliteConnection| c.transaction(|c| read_sqlite(c, owner, &query));
                let (figures, rows) = sqlite.read_long(read).await?;
                data.figures = figures;
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

type Read = (Vec<Vec<finance_domain::report::Figure>>, Vec<ReportRow>);

fn read_sqlite(c: &mut SqliteConnection, owner: UserId, query: &ReportQuery) -> QueryResult<Read> {
    use diesel::RunQueryDsl as _;
    let mut tally = Tally::new(&query.figures);
    let mut currencies = Currencies::default();
    for (range, split, counted) in scans(&query.figures) {
        let rows = EachExpense::new(owner, range, split).load_iter::<EachRow, DefaultLoadingMode>(c)?;
        for row in rows {
            let (date, code, number, minor, part) = row?;
            let currency = currencies.get(code).map_err(DieselError::DeserializationError)?;
            let kind =
                kind(number).ok_or_else(|| DieselError::DeserializationError("an unknown kind".into()))?;
            for (at, figures) in &counted {
                let part = part.filter(|_| figures.split != Split::None);
                tally.add(*at, date.0, part.map(|id| id.0), (currency, kind, minor));
            }
        }
    }
    let rest = ReadReport::without_figures(owner, query);
    let rows = if rest.is_empty() { Vec::new() } else { rest.get_results(c)? };
    Ok((tally.finish(), rows))
}

type Scan<'a> = (DateRange, Split, Vec<(usize, &'a FigureQuery)>);

/// The fewest days that have to be read, and what is counted of each: figures that are not told apart come out of rows
/// that are read by category anyway.
fn scans(queries: &[FigureQuery]) -> Vec<Scan<'_>> {
    let mut scans: Vec<Scan<'_>> = Vec::new();
    for split in [Split::Category, Split::Tag, Split::None] {
        for (at, figures) in queries.iter().enumerate().filter(|(_, figures)| figures.split == split) {
            let within = |range: DateRange| {
                range.contains(figures.range.first()) && range.contains(figures.range.last())
            };
            let fits = |(range, of, _): &&mut Scan<'_>| {
                within(*range) && (*of == split || (split == Split::None && *of == Split::Category))
            };
            match scans.iter_mut().find(fits) {
                Some((_, _, counted)) => counted.push((at, figures)),
                None => scans.push((figures.range, split, vec![(at, figures)])),
            }
        }
    }
    scans
}
