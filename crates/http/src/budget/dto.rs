use apistos::ApiComponent;
use chrono::NaiveDate;
use finance_domain::CategoryId;
use finance_domain::budget::{
    BudgetAmount, BudgetChange, BudgetDraft, BudgetName, Categories, CurrentBudget, Rollover, TermsError,
    Thresholds,
};
use finance_domain::money::{AmountError, Currency, Decimal, Money};
use finance_domain::period::PeriodUnit;
use finance_domain::text::TextError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

use crate::body::{Body, NumberText, Problems, nullable};
use crate::openapi::{Example, NOT_BLANK, input_schema, shared_schema};
use crate::problem::FieldProblem;
use crate::wire::{Amount, CurrencyCode, Day, Id, Instant, not_a_date, parse_day};

/// A budget.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Budget")]
pub(crate) struct BudgetBody {
    /// A `UUIDv7`.
    id: Id,
    /// What it is called.
    name: String,
    /// Expenses of these categories and of those below them count; all expenses when there are none.
    category_ids: Vec<Id>,
    /// How much may be spent in the current period, in major units; before the first period and after the last one, in that.
    amount: Amount,
    /// ISO 4217. Expenses of other currencies do not count.
    currency: CurrencyCode,
    /// By what time is divided.
    period: BudgetPeriod,
    /// What becomes of what is left over.
    rollover: BudgetRollover,
    /// The first day; a first period in the middle of a month has the full amount.
    starts_on: Day,
    /// The last day.
    ends_on: Option<Day>,
    /// At how many percent of what is available an alert is recorded.
    alert_at: Vec<u16>,
    /// How much from when on; the last one goes on.
    amounts: Vec<BudgetAmountBody>,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// RFC 3339, UTC.
    updated_at: Instant,
    /// Counts the changes, from 1.
    version: i64,
}

/// How much may be spent in each period from a day on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BudgetAmount")]
pub(crate) struct BudgetAmountBody {
    /// The first day of the first period for which it holds.
    from: Day,
    /// In major units.
    amount: Amount,
}

impl From<&BudgetAmount> for BudgetAmountBody {
    fn from(amount: &BudgetAmount) -> Self {
        Self { from: Day(amount.from), amount: Amount(amount.money) }
    }
}

/// By what time is divided.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BudgetPeriod {
    Week,
    Month,
    Quarter,
    Year,
}

impl From<PeriodUnit> for BudgetPeriod {
    fn from(unit: PeriodUnit) -> Self {
        match unit {
            PeriodUnit::Week => Self::Week,
            PeriodUnit::Month => Self::Month,
            PeriodUnit::Quarter => Self::Quarter,
            PeriodUnit::Year => Self::Year,
        }
    }
}

impl From<BudgetPeriod> for PeriodUnit {
    fn from(period: BudgetPeriod) -> Self {
        match period {
            BudgetPeriod::Week => Self::Week,
            BudgetPeriod::Month => Self::Month,
            BudgetPeriod::Quarter => Self::Quarter,
            BudgetPeriod::Year => Self::Year,
        }
    }
}

/// What becomes of what is left over.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BudgetRollover {
    None,
    Surplus,
    All,
}

impl From<Rollover> for BudgetRollover {
    fn from(rollover: Rollover) -> Self {
        match rollover {
            Rollover::None => Self::None,
            Rollover::Surplus => Self::Surplus,
            Rollover::All => Self::All,
        }
    }
}

impl From<BudgetRollover> for Rollover {
    fn from(rollover: BudgetRollover) -> Self {
        match rollover {
            BudgetRollover::None => Self::None,
            BudgetRollover::Surplus => Self::Surplus,
            BudgetRollover::All => Self::All,
        }
    }
}

impl From<CurrentBudget> for BudgetBody {
    fn from(CurrentBudget { budget, amount, .. }: CurrentBudget) -> Self {
        let terms = budget.terms;
        Self {
            id: Id(budget.id.uuid()),
            name: terms.name.into_string(),
            category_ids: terms.categories.as_slice().iter().map(|id| Id(id.uuid())).collect(),
            amount: Amount(amount),
            currency: CurrencyCode(terms.currency),
            period: terms.period.into(),
            rollover: terms.rollover.into(),
            starts_on: Day(terms.starts_on),
            ends_on: terms.ends_on.map(Day),
            alert_at: terms.alert_at.as_slice().to_vec(),
            amounts: terms.amounts.iter().map(BudgetAmountBody::from).collect(),
            created_at: Instant(budget.id.created_at()),
            updated_at: Instant(budget.updated_at),
            version: budget.version.number(),
        }
    }
}

impl Example for BudgetBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000001",
            "name": "Food",
            "category_ids": ["019ab2c3-7d00-7000-8000-000000000002"],
            "amount": 500.00,
            "currency": "EUR",
            "period": "month",
            "rollover": "surplus",
            "starts_on": "2026-11-01",
            "ends_on": null,
            "alert_at": [80, 100],
            "amounts": [{"from": "2026-11-01", "amount": 500.00}],
            "created_at": "2026-11-23T09:30:00.000Z",
            "updated_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

fn properties(is_change: bool) -> Value {
    // A merge patch cannot remove what each budget has; elsewhere null asks for the default.
    let optional = |mut schema: Value| {
        if !is_change {
            schema["nullable"] = true.into();
            if schema.get("type").is_none() {
                schema["type"] = "string".into();
            }
        }
        schema
    };
    json!({
        "name": {
            "type": "string", "minLength": 1, "maxLength": BudgetName::MAX_CHARACTERS, "pattern": NOT_BLANK,
            "description": "What it is called."
        },
        "category_ids": optional(json!({
            "type": "array", "maxItems": Categories::MOST, "items": {"type": "string", "format": "uuid"},
            "description": "Expenses of these categories and of those below them count, and what comes in there gives back. None, as by default: what goes out counts, and what comes in does not."
        })),
        "amount": {
            "type": "number", "minimum": 0.0001, "maximum": Money::MAX_MINOR,
            "description": "How much may be spent in each period, in major units, with at most the decimals of the currency and 15 significant digits."
        },
        "amount_from": {
            "type": "string", "format": "date", "nullable": true,
            "description": "With a new amount of a budget that exists: it holds from the period of this day on, by default from the current one on, up to the next change that is planned. Earlier periods keep theirs."
        },
        "currency": optional(json!({
            "allOf": [shared_schema("Currency")],
            "description": "A code of ISO 4217; that of the profile by default. It cannot be changed."
        })),
        "period": optional(json!({
            "allOf": [shared_schema("BudgetPeriod")],
            "description": "By what time is divided; a month by default. Weeks begin where the user's do. It cannot be changed."
        })),
        "rollover": optional(json!({
            "allOf": [shared_schema("BudgetRollover")],
            "description": "What becomes of what is left over when a period ends: it lapses (`none`, by default), it is carried into the next one (`surplus`), or that and what was overspent are (`all`)."
        })),
        "starts_on": optional(json!({
            "type": "string", "format": "date",
            "description": "The first day, also in the middle of a period; by default that of the current period."
        })),
        "ends_on": {
            "type": "string", "format": "date", "nullable": true, "description": "The last day."
        },
        "alert_at": optional(json!({
            "type": "array", "maxItems": Thresholds::MOST,
            "items": {"type": "integer", "format": "int32", "minimum": 1, "maximum": Thresholds::MAX},
            "description": "At how many percent of what is available an alert is recorded: ascending, each once; 80 and 100 by default. None: no alerts."
        }))
    })
}

/// A budget to create or to replace one with.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetInput {
    #[validate(required)]
    name: Option<String>,
    category_ids: Option<Vec<String>>,
    #[validate(required)]
    amount: Option<NumberText>,
    amount_from: Option<String>,
    currency: Option<String>,
    period: Option<BudgetPeriod>,
    rollover: Option<BudgetRollover>,
    starts_on: Option<String>,
    ends_on: Option<String>,
    alert_at: Option<Vec<u16>>,
}

input_schema!(
    BudgetInput,
    "BudgetInput",
    json!({
        "type": "object",
        "description": "A budget to create, or to replace one with.",
        "additionalProperties": false,
        "required": ["name", "amount"],
        "properties": properties(false)
    })
);

impl Example for BudgetInput {
    fn example() -> Value {
        json!({"name": "Everything", "amount": 1500, "currency": "EUR", "period": "month", "alert_at": [80, 100]})
    }
}

impl Body for BudgetInput {
    type Checked = BudgetDraft;

    fn check(self, problems: &mut Problems) -> Option<BudgetDraft> {
        problems.shape(&self);
        let name = self.name.and_then(|text| name(&text, problems));
        let categories =
            self.category_ids.map_or_else(|| Some(Categories::default()), |ids| categories(&ids, problems));
        let amount = self.amount.and_then(|text| amount(&text, problems));
        let currency = self.currency.and_then(|code| currency(&code, problems));
        if let (Some(amount), Some(currency)) = (amount, currency) {
            problems.take("/amount", Money::new(amount, currency), AmountError::code);
        }
        let amount_from = self.amount_from.and_then(|text| day("/amount_from", &text, problems));
        let starts_on = self.starts_on.and_then(|text| day("/starts_on", &text, problems));
        let ends_on = self.ends_on.and_then(|text| day("/ends_on", &text, problems));
        check_end(starts_on, ends_on, problems);
        let alert_at =
            self.alert_at.map_or_else(|| Some(Thresholds::default()), |it| thresholds(it, problems));
        Some(BudgetDraft {
            name: name?,
            categories: categories?,
            amount: amount?,
            amount_from,
            currency,
            period: self.period.map(PeriodUnit::from),
            rollover: self.rollover.map_or_else(Rollover::default, Rollover::from),
            starts_on,
            ends_on,
            alert_at: alert_at?,
        })
    }
}

/// What to change of a budget.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetChangeInput {
    #[serde(default, deserialize_with = "nullable")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    category_ids: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "nullable")]
    amount: Option<Option<NumberText>>,
    amount_from: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    currency: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    period: Option<Option<BudgetPeriod>>,
    #[serde(default, deserialize_with = "nullable")]
    rollover: Option<Option<BudgetRollover>>,
    #[serde(default, deserialize_with = "nullable")]
    starts_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    ends_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    alert_at: Option<Option<Vec<u16>>>,
}

input_schema!(
    BudgetChangeInput,
    "BudgetChange",
    json!({
        "type": "object",
        "description": "What to change of a budget; what is left out stays.",
        "additionalProperties": false,
        "properties": properties(true)
    })
);

impl Example for BudgetChangeInput {
    fn example() -> Value {
        json!({"amount": 550})
    }
}

impl Body for BudgetChangeInput {
    type Checked = BudgetChange;

    fn check(self, problems: &mut Problems) -> Option<BudgetChange> {
        let categories = problems.not_null("/category_ids", self.category_ids);
        let alert_at = problems.not_null("/alert_at", self.alert_at);
        let starts_on = problems.not_null("/starts_on", self.starts_on);
        let starts_on = starts_on.and_then(|text| day("/starts_on", &text, problems));
        let ends_on = self.ends_on.map(|text| text.and_then(|text| day("/ends_on", &text, problems)));
        check_end(starts_on, ends_on.flatten(), problems);
        Some(BudgetChange {
            name: problems.not_null("/name", self.name).and_then(|text| name(&text, problems)),
            categories: categories.and_then(|ids| self::categories(&ids, problems)),
            amount: problems.not_null("/amount", self.amount).and_then(|text| amount(&text, problems)),
            amount_from: self.amount_from.and_then(|text| day("/amount_from", &text, problems)),
            currency: problems
                .not_null("/currency", self.currency)
                .and_then(|code| currency(&code, problems)),
            period: problems.not_null("/period", self.period).map(PeriodUnit::from),
            rollover: problems.not_null("/rollover", self.rollover).map(Rollover::from),
            starts_on,
            ends_on,
            alert_at: alert_at.and_then(|percents| thresholds(percents, problems)),
        })
    }
}

fn name(text: &str, problems: &mut Problems) -> Option<BudgetName> {
    problems.take("/name", BudgetName::parse(text), TextError::code)
}

fn amount(text: &NumberText, problems: &mut Problems) -> Option<Decimal> {
    let amount = problems.take("/amount", Decimal::parse(&text.0), AmountError::code)?;
    problems.take("/amount", amount.positive(), AmountError::code)
}

fn currency(code: &str, problems: &mut Problems) -> Option<Currency> {
    problems.take("/currency", Currency::parse(code), |_| "unknown_currency")
}

fn day(pointer: &str, text: &str, problems: &mut Problems) -> Option<NaiveDate> {
    problems.take(pointer, parse_day(text), not_a_date)
}

/// What can be told before it is known what the budget is, so that it is told beside everything else.
fn check_end(starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>, problems: &mut Problems) {
    if let (Some(starts_on), Some(ends_on)) = (starts_on, ends_on)
        && ends_on < starts_on
    {
        problems.add(FieldProblem::new("/ends_on", "ends_before_start", TermsError::EndsBeforeStart));
    }
}

fn categories(ids: &[String], problems: &mut Problems) -> Option<Categories> {
    let parsed: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| {
            let id = CategoryId::parse(id).ok_or("is no category of yours");
            problems.take(format!("/category_ids/{at}"), id, |_| "unknown_category")
        })
        .collect();
    let parsed: Option<Vec<_>> = parsed.into_iter().collect();
    problems.take("/category_ids", Categories::new(parsed?), |_| "too_many_categories")
}

fn thresholds(percents: Vec<u16>, problems: &mut Problems) -> Option<Thresholds> {
    problems.take("/alert_at", Thresholds::new(percents), |_| "invalid_thresholds")
}
