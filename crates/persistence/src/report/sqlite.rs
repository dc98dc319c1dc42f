//! Reports on `SQLite`, which takes longer to group rows than to hand them out in the order of an index.

use chrono::NaiveDate;
use diesel::connection::DefaultLoadingMode;
use diesel::result::Error as DieselError;
use diesel::{QueryDsl as _, QueryResult, RunQueryDsl as _, SqliteConnection};
use finance_domain::expense::{ExpenseKind, ExpenseTitle};
use finance_domain::money::{Currency, Money};
use finance_domain::period::DateRange;
use finance_domain::report::{Cut, Figure, FigureQuery, LargestExpense, ReportQuery, Split, Tally};
use finance_domain::{CategoryId, ExpenseId, UserId};
use uuid::Uuid;

use super::queries::{EachExpense, ReadReport, SumRange};
use super::row::{Currencies, EachRow, ReportRow, SumRow, kind};
use crate::error::is_integer_overflow;
use crate::schema::expenses;
use crate::sql_types::Id;

/// Figures, the largest expenses, and the rows of what [`ReadReport::names`] asks for.
pub(super) type Read = (Vec<Vec<Figure>>, Vec<LargestExpense>, Vec<ReportRow>);

/// Reads all that a report asks for. In a transaction, so that it is of one moment.
pub(super) fn read(c: &mut SqliteConnection, owner: UserId, query: &ReportQuery) -> QueryResult<Read> {
    let mut reader = Reader { c, owner, currencies: Currencies::default(), largest: Largest::default() };
    let mut tally = Tally::new(&query.figures);
    let Plan { scans, sums } = Plan::of(query);
    for scan in scans {
        reader.count(&scan, &mut tally)?;
    }
    let mut summed = Vec::new();
    for (at, asked) in sums {
        for range in asked.groups() {
            match reader.sum(asked, range)? {
                Some(figures) => summed.extend(figures.into_iter().map(|figure| (at, figure))),
                None => reader.count(&Scan::of(range, at, asked), &mut tally)?,
            }
        }
    }
    let mut figures = tally.finish();
    for (at, figure) in summed {
        figures.get_mut(at).into_iter().for_each(|figures| figures.push(figure));
    }
    let names = ReadReport::names(owner, query);
    let rows = if names.is_empty() { Vec::new() } else { names.get_results(reader.c)? };
    let largest = reader.largest.read(reader.c, owner)?;
    Ok((figures, largest, rows))
}

struct Reader<'c> {
    c: &'c mut SqliteConnection,
    owner: UserId,
    currencies: Currencies,
    largest: Largest,
}

impl Reader<'_> {
    /// Reads each expense of some days.
    fn count(&mut self, scan: &Scan<'_>, tally: &mut Tally<'_>) -> QueryResult<()> {
        let each = EachExpense::new(self.owner, scan.range, scan.split, scan.largest.is_some());
        for row in each.load_iter::<EachRow, DefaultLoadingMode>(self.c)? {
            let (date, code, number, minor, part, id) = row?;
            let currency = self.currencies.get(code).map_err(DieselError::DeserializationError)?;
            let kind =
                kind(number).ok_or_else(|| DieselError::DeserializationError("an unknown kind".into()))?;
            for (at, figures) in &scan.counted {
                let part = part.filter(|_| figures.split != Split::None);
                tally.add(*at, date.0, part.map(|id| id.0), (currency, kind, minor));
            }
            let among_largest =
                kind == ExpenseKind::Expense && scan.largest.is_some_and(|of| of.contains(date.0));
            if let Some(id) = id.filter(|_| among_largest) {
                self.largest.meet(currency, (minor, date.0, id.0), part);
            }
        }
        Ok(())
    }

    /// Adds up a group, if all of it is in one currency and the sum has no more than 64 bits.
    fn sum(&mut self, asked: &FigureQuery, range: DateRange) -> QueryResult<Option<Vec<Figure>>> {
        // Most people have one currency: likely it is the one that was met last.
        let mut code = self.currencies.last();
        let (count, incomes, minor, income) = loop {
            match SumRange::new(self.owner, range, code).get_result::<SumRow>(self.c) {
                Err(error) if is_integer_overflow(&error) => return Ok(None),
                Err(error) => return Err(error),
                Ok((0, ..)) => return Ok(Some(Vec::new())),
                Ok((count, incomes, minor, income, 0, _)) => {
                    break (count, incomes, minor.unwrap_or_default(), income.unwrap_or_default());
                }
                // None of it is in that currency, perhaps all in another.
                Ok((count, .., others, Some(other))) if others == count => code = other,
                Ok(_) => return Ok(None),
            }
        };
        let currency = self.currencies.get(code).map_err(DieselError::DeserializationError)?;
        let kinds =
            [(ExpenseKind::Expense, minor - income, count - incomes), (ExpenseKind::Income, income, incomes)];
        let group = asked.group_of(range.first());
        let figure = |(kind, minor, count)| Figure {
            group,
            part: None,
            currency,
            kind,
            minor: i128::from(minor),
            count,
        };
        Ok(Some(kinds.into_iter().filter(|(_, _, count)| *count > 0).map(figure).collect()))
    }
}

/// How a report is read.
struct Plan<'a> {
    /// What is read expense by expense.
    scans: Vec<Scan<'a>>,
    /// What is added up group by group, with the numbers of the figures: it hands out one row for all expenses of a group.
    sums: Vec<(usize, &'a FigureQuery)>,
}

/// Days that are read expense by expense, and what for.
struct Scan<'a> {
    range: DateRange,
    split: Split,
    counted: Vec<(usize, &'a FigureQuery)>,
    /// The days whose largest expenses are looked for.
    largest: Option<DateRange>,
}

impl<'a> Scan<'a> {
    fn of(range: DateRange, at: usize, figures: &'a FigureQuery) -> Self {
        Self { range, split: figures.split, counted: vec![(at, figures)], largest: None }
    }

    fn has(&self, range: DateRange) -> bool {
        self.range.contains(range.first()) && self.range.contains(range.last())
    }
}

impl<'a> Plan<'a> {
    /// Reads as few days as it takes: figures that are not told apart, and the largest expenses, come out of rows that are
    /// read by category anyway.
    fn of(query: &'a ReportQuery) -> Self {
        let (mut scans, mut sums) = (Vec::<Scan<'_>>::new(), Vec::new());
        for split in [Split::Category, Split::Tag, Split::None] {
            for (at, figures) in
                query.figures.iter().enumerate().filter(|(_, figures)| figures.split == split)
            {
                let fits = |scan: &&mut Scan<'_>| {
                    let is_told_apart =
                        scan.split == split || (split, scan.split) == (Split::None, Split::Category);
                    is_told_apart && scan.has(figures.range)
                };
                if let Some(scan) = scans.iter_mut().find(fits) {
                    scan.counted.push((at, figures));
                } else if split == Split::None && figures.cut != Cut::Day {
                    sums.push((at, figures));
                } else {
                    scans.push(Scan::of(figures.range, at, figures));
                }
            }
        }
        if let Some(range) = query.largest {
            let same = scans.iter_mut().find(|scan| scan.split == Split::Category && scan.has(range));
            if let Some(scan) = same {
                scan.largest = Some(range);
            } else {
                scans.push(Scan { range, split: Split::Category, counted: Vec::new(), largest: Some(range) });
            }
        }
        Self { scans, sums }
    }
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
                let title = title.get_result::<String>(c)?;
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
