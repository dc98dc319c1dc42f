use diesel::Queryable;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteValue};
use finance_domain::expense::{ExpenseKind, ExpenseTitle};
use finance_domain::money::{Currency, Money};
use finance_domain::ports::StoreError;
use finance_domain::report::{Figure, FigureQuery, Label, LargestExpense, ReportData, ReportQuery};
use finance_domain::{CategoryId, ExpenseId};

use super::queries::{CATEGORY, LARGEST, TAG};
use crate::sql_types::{Day, Id};

/// A row of a report: what it is, its date, its id, another id, its currency, its kind, its amount or sum in minor units,
/// a count or a place, and a text.
#[derive(Queryable)]
pub(super) struct ReportRow {
    part: i16,
    date: Option<Day>,
    id: Option<Id>,
    other: Option<Id>,
    currency: Option<String>,
    kind: Option<i16>,
    /// As text, since it may have more than 64 bits.
    minor: Option<String>,
    number: i64,
    text: Option<String>,
}

/// An expense as [`EachExpense`](super::queries::EachExpense) gives it.
pub(super) type EachRow = (Day, Code, i16, i64, Option<Id>, Option<Id>);

/// How many expenses there are and how many of them bring money in, the sum of all in minor units and of those that bring
/// money in, how many are in another currency than the one asked for, and one of their currencies, as
/// [`SumRange`](super::queries::SumRange) gives them.
pub(super) type SumRow = (i64, i64, Option<i64>, Option<i64>, i64, Option<Code>);

/// The code of a currency, without the detour by a `String`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub(super) struct Code([u8; 3]);

impl FromSql<Text, Sqlite> for Code {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(value.read_text().as_bytes().try_into()?))
    }
}

impl ToSql<Text, Sqlite> for Code {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(std::str::from_utf8(&self.0)?);
        Ok(IsNull::No)
    }
}

/// The currencies that were met, each looked up once.
#[derive(Default)]
pub(super) struct Currencies(Vec<(Code, Currency)>);

impl Currencies {
    /// The one that was met last for the first time; before any, some code.
    pub(super) fn last(&self) -> Code {
        self.0.last().map_or(Code(*b"EUR"), |(code, _)| *code)
    }

    pub(super) fn get(&mut self, code: Code) -> deserialize::Result<Currency> {
        if let Some((_, currency)) = self.0.iter().find(|(known, _)| *known == code) {
            return Ok(*currency);
        }
        let currency = Currency::parse(std::str::from_utf8(&code.0)?)?;
        self.0.push((code, currency));
        Ok(currency)
    }
}

/// Puts the rows of a report where they belong.
pub(super) fn fill(
    data: &mut ReportData,
    query: &ReportQuery,
    rows: Vec<ReportRow>,
) -> Result<(), StoreError> {
    let mut largest = Vec::new();
    for row in rows {
        match row.part {
            LARGEST => largest.push((row.number, row.largest().ok_or_else(unreadable)?)),
            CATEGORY => data.categories.push(row.label().ok_or_else(unreadable)?),
            TAG => data.tags.push(row.label().ok_or_else(unreadable)?),
            number => {
                let number = usize::try_from(number).map_err(|_| unreadable())?;
                let asked = query.figures.get(number).ok_or_else(unreadable)?;
                let figures = data.figures.get_mut(number).ok_or_else(unreadable)?;
                figures.push(row.figure(asked).ok_or_else(unreadable)?);
            }
        }
    }
    largest.sort_by_key(|(place, _)| *place);
    data.largest.extend(largest.into_iter().map(|(_, expense)| expense));
    Ok(())
}

fn unreadable() -> StoreError {
    StoreError::Failed("a row of a report makes no sense".into())
}

impl ReportRow {
    fn figure(self, asked: &FigureQuery) -> Option<Figure> {
        Some(Figure {
            group: asked.group_of(self.date?.0),
            part: self.id.map(|id| id.0),
            currency: Currency::parse(&self.currency?).ok()?,
            kind: kind(self.kind?)?,
            minor: self.minor?.parse().ok()?,
            count: self.number,
        })
    }

    fn largest(self) -> Option<LargestExpense> {
        Some(LargestExpense {
            id: ExpenseId::new(self.id?.0),
            title: ExpenseTitle::from_stored(self.text?),
            money: Money::from_minor(self.minor?.parse().ok()?, Currency::parse(&self.currency?).ok()?)
                .ok()?,
            date: self.date?.0,
            category: self.other.map(|id| CategoryId::new(id.0)),
        })
    }

    fn label(self) -> Option<Label> {
        Some(Label { id: self.id?.0, name: self.text?, parent: self.other.map(|id| CategoryId::new(id.0)) })
    }
}

/// A kind as it is stored.
pub(super) const fn kind(number: i16) -> Option<ExpenseKind> {
    match number {
        0 => Some(ExpenseKind::Expense),
        1 => Some(ExpenseKind::Income),
        _ => None,
    }
}
