use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use finance_domain::category::CategoryName;
use finance_domain::expense::{
    CategoryFilter, Direction, Expense, ExpenseFilter, ExpenseKind, ExpenseQuery, ExpenseSort, Position,
    SortField,
};
use finance_domain::money::{AmountError, AmountRank, Currency, Decimal, Money};
use finance_domain::page::{Page, PageLimit};
use finance_domain::tag::TagName;
use finance_domain::text::{SearchTerm, TextError};
use finance_domain::{CategoryId, UserId};
use serde_json::{Value, json};

use super::cursor;
use crate::body::Problems;
use crate::list::{limit_parameter, parse_limit};
use crate::openapi::{NOT_BLANK, query_parameter, shared_schema};
use crate::problem::{FieldProblem, Problem};
use crate::query::QueryReader;
use crate::wire::{not_a_date, parse_day};

/// The query parameters of a list of expenses.
pub(crate) struct ListParameters {
    filter: ExpenseFilter,
    sort: ExpenseSort,
    limit: PageLimit,
    cursor: Option<String>,
    /// The parameters as they were sent, without the cursor.
    others: String,
}

impl ListParameters {
    /// The query, from the place that the cursor names. A cursor is bound to its user, filters and sort.
    pub(crate) fn query(&self, owner: UserId) -> Result<ExpenseQuery, Problem> {
        let mut query =
            ExpenseQuery { filter: self.filter.clone(), sort: self.sort, limit: self.limit, after: None };
        if let Some(text) = &self.cursor {
            let position = cursor::decode(text, owner, &query).ok_or_else(|| {
                let detail = "is no cursor of a list with these filters and this sort";
                Problem::invalid(vec![FieldProblem::new("?cursor", "invalid_cursor", detail)])
            })?;
            query.after = Some(position);
        }
        Ok(query)
    }

    /// The cursor of the page after this one.
    pub(crate) fn next_cursor(owner: UserId, query: &ExpenseQuery, page: &Page<Expense>) -> Option<String> {
        let last = page.items.last().filter(|_| page.has_more)?;
        Some(cursor::encode(&Position::of(last, query.sort.field), owner, query))
    }

    /// The address of the page at a cursor.
    pub(crate) fn address_of(&self, cursor: &str) -> String {
        match self.others.as_str() {
            "" => format!("/expenses/?cursor={cursor}"),
            others => format!("/expenses/?{others}&cursor={cursor}"),
        }
    }
}

impl FromRequest for ListParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()))
    }
}

fn parse(query: &str) -> Result<ListParameters, Problem> {
    let mut reader = QueryReader::new(query);
    let id = |text: &str| CategoryId::parse(text).ok_or("must be the id of a category");
    let category = CategoryFilter {
        id: reader.take("category_id", id, |_| "not_an_id"),
        name: reader.take("category", CategoryName::parse, TextError::code),
    };
    let filter = ExpenseFilter {
        from: reader.take("from", parse_day, not_a_date),
        to: reader.take("to", parse_day, not_a_date),
        category: (category != CategoryFilter::default()).then_some(category),
        tag: reader.take("tag", TagName::parse, TextError::code),
        kind: reader.take("kind", parse_kind, |_| "unknown_kind"),
        currency: reader.take("currency", Currency::parse, |_| "unknown_currency"),
        min_amount: reader.take("min_amount", parse_bound, AmountError::code),
        max_amount: reader.take("max_amount", parse_bound, AmountError::code),
        text: reader.take("q", SearchTerm::parse, TextError::code),
    };
    check_ranges(&filter, &mut reader.problems);
    let sort = reader.take("sort", parse_sort, |_| "unknown_sort").unwrap_or_default();
    let limit = reader.take("limit", parse_limit, |_| "out_of_range").unwrap_or_default();
    let cursor = reader.take("cursor", |text| Ok::<_, String>(text.to_owned()), |_| "invalid_cursor");
    let mut others = form_urlencoded::Serializer::new(String::new());
    others.extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor"));
    let others = others.finish();
    reader.finish(ListParameters { filter, sort, limit, cursor, others })
}

/// A range that nothing can be in is a mistake that an empty list would hide.
fn check_ranges(filter: &ExpenseFilter, problems: &mut Problems) {
    if matches!((filter.from, filter.to), (Some(from), Some(to)) if from > to) {
        problems.add(FieldProblem::new("?to", "empty_range", "must not be before from"));
    }
    if matches!((filter.min_amount, filter.max_amount), (Some(min), Some(max)) if min > max) {
        problems.add(FieldProblem::new("?max_amount", "empty_range", "must not be less than min_amount"));
    }
}

fn parse_kind(text: &str) -> Result<ExpenseKind, &'static str> {
    match text {
        "expense" => Ok(ExpenseKind::Expense),
        "income" => Ok(ExpenseKind::Income),
        _ => Err("must be expense or income"),
    }
}

fn parse_bound(text: &str) -> Result<AmountRank, AmountError> {
    AmountRank::of_bound(Decimal::parse(text)?)
}

const SORTS: [(&str, SortField, Direction); 6] = [
    ("-date", SortField::Date, Direction::Descending),
    ("date", SortField::Date, Direction::Ascending),
    ("-amount", SortField::Amount, Direction::Descending),
    ("amount", SortField::Amount, Direction::Ascending),
    ("-created_at", SortField::CreatedAt, Direction::Descending),
    ("created_at", SortField::CreatedAt, Direction::Ascending),
];

fn parse_sort(text: &str) -> Result<ExpenseSort, &'static str> {
    let found = SORTS.iter().find(|(name, ..)| *name == text);
    found
        .map(|(_, field, direction)| ExpenseSort { field: *field, direction: *direction })
        .ok_or("must be date, amount or created_at, with - in front for the largest or newest first")
}

impl ApiComponent for ListParameters {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let line =
            |max: usize| json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": NOT_BLANK});
        let amount = || json!({"type": "number", "minimum": 0, "maximum": Money::MAX_MINOR});
        let date = || json!({"type": "string", "format": "date"});
        let sorts: Vec<Value> = SORTS.iter().map(|(name, ..)| (*name).into()).collect();
        let sort = json!({"type": "string", "enum": sorts, "default": "-date"});
        vec![
            query_parameter("from", "On this date or later.", date(), "2026-11-01"),
            query_parameter("to", "On this date or earlier.", date(), "2026-11-30"),
            query_parameter(
                "category",
                "In the category of this name, without regard to case.",
                line(CategoryName::MAX_CHARACTERS),
                "Food",
            ),
            query_parameter(
                "category_id",
                "In the category of this id.",
                json!({"type": "string", "format": "uuid"}),
                "019ab2c3-7d00-7000-8000-000000000002",
            ),
            query_parameter(
                "tag",
                "With this tag, without regard to case.",
                line(TagName::MAX_CHARACTERS),
                "market",
            ),
            query_parameter("kind", "Money that went out or that came in.", shared_schema("Kind"), "expense"),
            query_parameter("currency", "In this currency.", shared_schema("Currency"), "EUR"),
            query_parameter(
                "min_amount",
                "Of this amount or more, in major units of whatever currency; at most 4 decimals.",
                amount(),
                "10",
            ),
            query_parameter(
                "max_amount",
                "Of this amount or less, in major units of whatever currency; at most 4 decimals.",
                amount(),
                "100",
            ),
            query_parameter(
                "q",
                "With this in title or description, without regard to case and accents.",
                line(SearchTerm::MAX_CHARACTERS),
                "groceries",
            ),
            query_parameter(
                "sort",
                "The order; `-` in front means the largest or newest first. Amounts are compared in major units, whatever the currency.",
                sort,
                "-date",
            ),
            limit_parameter(),
            query_parameter(
                "cursor",
                "The `next_cursor` of the page before, with the same filters and sort.",
                json!({"type": "string"}),
                "",
            ),
        ]
    }
}
