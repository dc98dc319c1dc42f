use apistos::ApiComponent;
use chrono::NaiveDate;
use finance_domain::CategoryId;
use finance_domain::category::{CategoryName, CategoryReference};
use finance_domain::expense::{
    Expense, ExpenseChange, ExpenseDescription, ExpenseDraft, ExpenseKind, ExpenseTitle,
};
use finance_domain::money::{AmountError, Currency, Decimal, Money};
use finance_domain::tag::{TagName, Tags};
use finance_domain::text::TextError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

use crate::body::{Body, NumberText, Problems, nullable};
use crate::openapi::{Example, NOT_BLANK, input_schema, shared_schema};
use crate::problem::FieldProblem;
use crate::wire::{Amount, CurrencyCode, Day, Id, Instant, not_a_date, parse_day};

/// An expense.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Expense")]
pub(crate) struct ExpenseBody {
    /// A `UUIDv7`.
    id: Id,
    /// What it was for.
    title: String,
    /// What else there is to say.
    description: Option<String>,
    /// In major units; always positive.
    amount: Amount,
    /// ISO 4217.
    currency: CurrencyCode,
    /// Whether the money went out or came in.
    kind: Kind,
    /// The name of the category.
    category: Option<String>,
    /// The id of the category.
    category_id: Option<Id>,
    /// Each once without regard to case, spelled as when it was first used.
    tags: Vec<String>,
    /// The calendar date on which it happened.
    date: Day,
    /// The id of the recurring expense that made it, which may be gone.
    recurring_id: Option<Id>,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// RFC 3339, UTC.
    updated_at: Instant,
    /// Counts the changes, from 1.
    version: i64,
}

/// Whether money went out or came in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Expense,
    Income,
}

impl From<Kind> for ExpenseKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Expense => Self::Expense,
            Kind::Income => Self::Income,
        }
    }
}

impl From<ExpenseKind> for Kind {
    fn from(kind: ExpenseKind) -> Self {
        match kind {
            ExpenseKind::Expense => Self::Expense,
            ExpenseKind::Income => Self::Income,
        }
    }
}

impl From<Expense> for ExpenseBody {
    fn from(expense: Expense) -> Self {
        let (category, category_id) =
            expense.category.map(|category| (category.name.into_string(), Id(category.id.uuid()))).unzip();
        Self {
            id: Id(expense.id.uuid()),
            title: expense.title.into_string(),
            description: expense.description.map(ExpenseDescription::into_string),
            amount: Amount(expense.money),
            currency: CurrencyCode(expense.money.currency()),
            kind: expense.kind.into(),
            category,
            category_id,
            tags: expense.tags.as_slice().iter().map(|tag| tag.as_str().to_owned()).collect(),
            date: Day(expense.date),
            recurring_id: expense.recurring.map(|id| Id(id.uuid())),
            created_at: Instant(expense.id.created_at()),
            updated_at: Instant(expense.updated_at),
            version: expense.version.number(),
        }
    }
}

impl Example for ExpenseBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000001",
            "title": "Groceries",
            "description": "For the weekend",
            "amount": 45.58,
            "currency": "EUR",
            "kind": "expense",
            "category": "Food",
            "category_id": "019ab2c3-7d00-7000-8000-000000000002",
            "tags": ["market"],
            "date": "2026-11-23",
            "recurring_id": null,
            "created_at": "2026-11-23T09:30:00.000Z",
            "updated_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

pub(crate) fn properties(nullable: bool) -> Value {
    json!({
        "title": {
            "type": "string", "minLength": 1, "maxLength": ExpenseTitle::MAX_CHARACTERS, "pattern": NOT_BLANK,
            "description": "What it was for."
        },
        "description": {
            "type": "string", "nullable": true, "maxLength": ExpenseDescription::MAX_CHARACTERS,
            "pattern": r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$",
            "description": "What else there is to say; it may have several lines."
        },
        "amount": {
            "type": "number", "minimum": 0.0001, "maximum": Money::MAX_MINOR,
            "description": "In major units, with at most the decimals of the currency and 15 significant digits."
        },
        "currency": optional(
            json!({
                "allOf": [shared_schema("Currency")],
                "description": "A code of ISO 4217; that of the profile by default."
            }),
            nullable
        ),
        "kind": optional(
            json!({"allOf": [shared_schema("Kind")], "description": "Whether money went out, as by default, or came in."}),
            nullable
        ),
        "category": {
            "type": "string", "nullable": true, "minLength": 1, "maxLength": CategoryName::MAX_CHARACTERS,
            "pattern": NOT_BLANK,
            "description": "The name of the category, which is made on first use."
        },
        "category_id": {
            "type": "string", "format": "uuid", "nullable": true,
            "description": "The id of a category that exists, in place of its name."
        },
        "tags": optional(json!({
            "type": "array", "maxItems": Tags::MAX, "description": "Each counts once, without regard to case.",
            "items": {"type": "string", "minLength": 1, "maxLength": TagName::MAX_CHARACTERS, "pattern": NOT_BLANK}
        }), nullable),
        "date": optional(json!({
            "type": "string", "format": "date",
            "description": "The calendar date on which it happened; today in the user's time zone by default."
        }), nullable)
    })
}

/// On creation `null` asks for the default; a merge patch cannot remove what each expense has.
pub(crate) fn optional(mut schema: Value, nullable: bool) -> Value {
    if nullable {
        schema["nullable"] = true.into();
        // OpenAPI 3.0.3 wants a type beside it.
        if schema.get("type").is_none() {
            schema["type"] = "string".into();
        }
    }
    schema
}

/// An expense to create or to replace one with.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpenseInput {
    #[validate(required)]
    title: Option<String>,
    description: Option<String>,
    #[validate(required)]
    amount: Option<NumberText>,
    currency: Option<String>,
    kind: Option<Kind>,
    category: Option<String>,
    category_id: Option<String>,
    tags: Option<Vec<String>>,
    date: Option<String>,
}

input_schema!(
    ExpenseInput,
    "ExpenseInput",
    json!({
        "type": "object",
        "description": "An expense to create, or to replace one with.",
        "additionalProperties": false,
        "required": ["title", "amount"],
        "properties": properties(true)
    })
);

impl Example for ExpenseInput {
    fn example() -> Value {
        json!({"title": "Groceries", "amount": 45.58, "currency": "EUR", "category": "Food", "tags": ["market"], "date": "2026-11-23"})
    }
}

impl Body for ExpenseInput {
    type Checked = ExpenseDraft;

    fn check(self, problems: &mut Problems) -> Option<ExpenseDraft> {
        problems.shape(&self);
        let title = self.title.and_then(|text| title(&text, problems));
        let description = self.description.and_then(|text| description(&text, problems));
        let amount = self.amount.and_then(|text| amount(&text, problems));
        let currency = self.currency.and_then(|code| currency(&code, problems));
        // Both together may be wrong even where each alone is right; then it is the amount that is named.
        if let (Some(amount), Some(currency)) = (amount, currency) {
            problems.take("/amount", Money::new(amount, currency), AmountError::code);
        }
        let category = category(self.category, self.category_id, problems);
        let tags = self.tags.map_or_else(|| Some(Tags::default()), |names| tags(&names, problems));
        let date = self.date.and_then(|text| date(&text, problems));
        Some(ExpenseDraft {
            title: title?,
            description,
            amount: amount?,
            currency,
            kind: self.kind.map_or_else(ExpenseKind::default, ExpenseKind::from),
            category,
            tags: tags?,
            date,
        })
    }
}

/// What to change of an expense.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpenseChangeInput {
    #[serde(default, deserialize_with = "nullable")]
    title: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    amount: Option<Option<NumberText>>,
    #[serde(default, deserialize_with = "nullable")]
    currency: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    kind: Option<Option<Kind>>,
    #[serde(default, deserialize_with = "nullable")]
    category: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    category_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    tags: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "nullable")]
    date: Option<Option<String>>,
}

input_schema!(
    ExpenseChangeInput,
    "ExpenseChange",
    json!({
        "type": "object",
        "description": "What to change of an expense; what is left out stays.",
        "additionalProperties": false,
        "properties": properties(false)
    })
);

impl Example for ExpenseChangeInput {
    fn example() -> Value {
        json!({"amount": 47.1, "description": null})
    }
}

impl Body for ExpenseChangeInput {
    type Checked = ExpenseChange;

    fn check(self, problems: &mut Problems) -> Option<ExpenseChange> {
        let title = problems.not_null("/title", self.title).and_then(|text| title(&text, problems));
        let description = self.description.map(|text| text.and_then(|text| description(&text, problems)));
        let amount = problems.not_null("/amount", self.amount).and_then(|text| amount(&text, problems));
        let currency =
            problems.not_null("/currency", self.currency).and_then(|code| currency(&code, problems));
        if let (Some(amount), Some(currency)) = (amount, currency) {
            problems.take("/amount", Money::new(amount, currency), AmountError::code);
        }
        let named = self.category.is_some() || self.category_id.is_some();
        let category = category(self.category.flatten(), self.category_id.flatten(), problems);
        let tags = problems.not_null("/tags", self.tags).and_then(|names| tags(&names, problems));
        let date = problems.not_null("/date", self.date).and_then(|text| date(&text, problems));
        Some(ExpenseChange {
            title,
            description,
            amount,
            currency,
            kind: problems.not_null("/kind", self.kind).map(ExpenseKind::from),
            category: named.then_some(category),
            tags,
            date,
        })
    }
}

pub(crate) fn title(text: &str, problems: &mut Problems) -> Option<ExpenseTitle> {
    problems.take("/title", ExpenseTitle::parse(text), TextError::code)
}

/// A blank description is none.
pub(crate) fn description(text: &str, problems: &mut Problems) -> Option<ExpenseDescription> {
    match ExpenseDescription::parse(text) {
        Err(TextError::Blank) => None,
        parsed => problems.take("/description", parsed, TextError::code),
    }
}

pub(crate) fn amount(text: &NumberText, problems: &mut Problems) -> Option<Decimal> {
    let amount = problems.take("/amount", Decimal::parse(&text.0), AmountError::code)?;
    problems.take("/amount", amount.positive(), AmountError::code)
}

pub(crate) fn currency(code: &str, problems: &mut Problems) -> Option<Currency> {
    problems.take("/currency", Currency::parse(code), |_| "unknown_currency")
}

pub(crate) fn category(
    name: Option<String>,
    id: Option<String>,
    problems: &mut Problems,
) -> Option<CategoryReference> {
    let both = name.is_some() && id.is_some();
    let name = name
        .and_then(|name| problems.take("/category", CategoryName::parse(&name), TextError::code))
        .map(CategoryReference::Name);
    if both {
        let detail = "cannot be given together with category: name one of them";
        problems.add(FieldProblem::new("/category_id", "conflicting_fields", detail));
        return None;
    }
    let id = id.map(|id| CategoryId::parse(&id).ok_or("is no category of yours"));
    let id = id.and_then(|id| problems.take("/category_id", id, |_| "unknown_category"));
    name.or(id.map(CategoryReference::Id))
}

pub(crate) fn tags(names: &[String], problems: &mut Problems) -> Option<Tags> {
    let parsed: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| problems.take(format!("/tags/{at}"), TagName::parse(name), TextError::code))
        .collect();
    let parsed: Option<Vec<_>> = parsed.into_iter().collect();
    problems.take("/tags", Tags::new(parsed?), |_| "too_many_tags")
}

fn date(text: &str, problems: &mut Problems) -> Option<NaiveDate> {
    problems.take("/date", parse_day(text), not_a_date)
}
