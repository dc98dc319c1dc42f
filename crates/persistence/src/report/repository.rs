use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::connection::DefaultLoadingMode;
use diesel::result::Error as DieselError;
use diesel::{Connection as _, QueryDsl as _, QueryResult, SqliteConnection};
use finance_domain::expense::{ExpenseKind, ExpenseTitle};
use finance_domain::money::{Currency, Money};
use finance_domain::period::DateRange;
use finance_domain::ports::StoreError;
use finance_domain::report::{
    Figure, FigureQuery, LargestExpense, ReportData, ReportQuery, ReportRepository, Split, Tally,
};
use finance_domain::{CategoryId, ExpenseId, UserId};
use uuid::Uuid;

use super::queries::{EachExpense, ReadReport};
use super::row::{Currencies, EachRow, ReportRow, fill, kind};
use crate::database::{Database, Engine, read_postgres};
use crate::schema::expenses;
use crate::sql_types::Id;

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
                let (figures, largest, rows) = sqlite.read_long(read).await?;
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

type Read = (Vec<Vec<Figure>>, Vec<LargestExpense>, Vec<ReportRow>);

fn read_sqlite(c: &mut SqliteConnection, owner: UserId, query: &ReportQuery) -> QueryResult<Read> {
    use diesel::RunQueryDsl as _;
    let mut tally = Tally::new(&query.figures);
    let mut currencies = Currencies::default();
    let mut largest = Largest::default();
    for Scan { range, split, counted, with_largest } in scans(query) {
        let each = EachExpense::new(owner, range, split, with_largest);
        for row in each.load_iter::<EachRow, DefaultLoadingMode>(c)? {
            let (date, code, number, minor, part, id) = row?;
            let currency = currencies.get(code).map_err(DieselError::DeserializationError)?;
            let kind =
                kind(number).ok_or_else(|| DieselError::DeserializationError("an unknown kind".into()))?;
            for (at, figures) in &counted {
                let part = part.filter(|_| figures.split != Split::None);
                tally.add(*at, date.0, part.map(|id| id.0), (currency, kind, minor));
            }
            if let Some(id) = id.filter(|_| kind == ExpenseKind::Expense) {
                largest.meet(currency, (minor, date.0, id.0), part);
            }
        }
    }
    let names = ReadReport::names(owner, query);
    let rows = if names.is_empty() { Vec::new() } else { names.get_results(c)? };
    Ok((tally.finish(), largest.read(c, owner)?, rows))
}

/// Days that are read, and what for.
struct Scan<'a> {
    range: DateRange,
    split: Split,
    counted: Vec<(usize, &'a FigureQuery)>,
    with_largest: bool,
}

impl Scan<'_> {
    fn has(&self, range: DateRange) -> bool {
        self.range.contains(range.first()) && self.range.contains(range.last())
    }
}

/// The fewest days that have to be read, and what is counted of each: figures that are not told apart, and the largest
/// expenses, come out of rows that are read by category anyway.
fn scans(query: &ReportQuery) -> Vec<Scan<'_>> {
    let mut scans: Vec<Scan<'_>> = Vec::new();
    for split in [Split::Category, Split::Tag, Split::None] {
        for (at, figures) in query.figures.iter().enumerate().filter(|(_, figures)| figures.split == split) {
            let fits = |scan: &&mut Scan<'_>| {
                let is_told_apart =
                    scan.split == split || (split, scan.split) == (Split::None, Split::Category);
                is_told_apart && scan.has(figures.range)
            };
            if let Some(scan) = scans.iter_mut().find(fits) {
                scan.counted.push((at, figures));
            } else {
                let counted = vec![(at, figures)];
                scans.push(Scan { range: figures.range, split, counted, with_largest: false });
            }
        }
    }
    if let Some(range) = query.largest {
        let same = scans.iter_mut().find(|scan| scan.split == Split::Category && scan.range == range);
        if let Some(scan) = same {
            scan.with_largest = true;
        } else {
            scans.push(Scan { range, split: Split::Category, counted: Vec::new(), with_largest: true });
        }
    }
    scans
}

/// An expense by what makes it larger than another: the amount in minor units, then the date and the id.
type Size = (i64, NaiveDate, Uuid);
type SizedExpense = (Size, Option<Id>);

/// The largest expenses of each currency that were met so far, the largest first, each with its category.
#[derive(Default)]
struct Largest(Vec<(Currency, Vec<SizedExpense>)>);

impl Largest {
    fn meet(&mut self, currency: Currency, size: Size, category: Option<Id>) {
        let at = self.0.iter().position(|(of, _)| *of == currency).unwrap_or_else(|| {
            self.0.push((currency, Vec::new()));
            self.0.len() - 1
        });
        let Some((_, largest)) = self.0.get_mut(at) else { return };
        let place = largest.partition_point(|(other, _)| *other > size);
        if place < LargestExpense::MOST {
            largest.insert(place, (size, category));
            largest.truncate(LargestExpense::MOST);
        }
    }

    /// With their titles.
    fn read(self, c: &mut SqliteConnection, owner: UserId) -> QueryResult<Vec<LargestExpense>> {
        let mut found = Vec::new();
        for (currency, largest) in self.0 {
            for ((minor, date, id), category) in largest {
                let title = expenses::table.find((Id(owner.uuid()), Id(id))).select(expenses::title);
                let title = diesel::RunQueryDsl::get_result::<String>(title, c)?;
                found.push(LargestExpense {
                    id: ExpenseId::new(id),
                    title: ExpenseTitle::from_stored(title),
                    money: Money::from_minor(minor, currency)
                        .map_err(|error| DieselError::DeserializationError(Box::new(error)))?,
                    date,
                    category: category.map(|id| CategoryId::new(id.0)),
                });
            }
        }
        Ok(found)
    }
}
