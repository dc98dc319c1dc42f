use apistos::ApiComponent;
use chrono::NaiveDate;
use finance_domain::expense::{ExpenseDescription, ExpenseKind};
use finance_domain::money::{AmountError, Money};
use finance_domain::recurring::{
    Occurrences, ParsedRule, RecurrenceRule, Recurring, RecurringChange, RecurringDraft, RuleError, Schedule,
};
use finance_domain::tag::Tags;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

use super::problem::of_schedule;
use crate::body::{Body, NumberText, Problems, nullable};
use crate::expense::dto::{self as expense, Kind};
use crate::openapi::{Example, input_schema};
use crate::problem::FieldProblem;
use crate::wire::{Amount, CurrencyCode, Day, Id, Instant, not_a_date, parse_day};

/// A recurring expense.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "Recurring")]
pub(crate) struct RecurringBody {
    /// A `UUIDv7`.
    id: Id,
    /// What it is for.
    title: String,
    /// What else there is to say.
    description: Option<String>,
    /// In major units, each time; always positive.
    amount: Amount,
    /// ISO 4217.
    currency: CurrencyCode,
    /// Whether the money goes out or comes in.
    kind: Kind,
    /// The name of the category of its expenses.
    category: Option<String>,
    /// The id of the category.
    category_id: Option<Id>,
    /// The tags of its expenses.
    tags: Vec<String>,
    /// An RRULE of RFC 5545, without its end.
    rule: String,
    /// The first day that may be a date of it.
    starts_on: Day,
    /// The last day that may be one.
    ends_on: Option<Day>,
    /// How many dates it has at most, counted from `starts_on`.
    occurrences: Option<u32>,
    /// Whether no expenses are made of it.
    paused: bool,
    /// The next date; `null` while it is paused and after its end.
    next_on: Option<Day>,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// RFC 3339, UTC. That an expense was made of it is a change, too.
    updated_at: Instant,
    /// Counts the changes, from 1.
    version: i64,
}

impl From<Recurring> for RecurringBody {
    fn from(recurring: Recurring) -> Self {
        let (category, category_id) =
            recurring.category.map(|category| (category.name.into_string(), Id(category.id.uuid()))).unzip();
        let schedule = &recurring.schedule;
        Self {
            id: Id(recurring.id.uuid()),
            title: recurring.title.into_string(),
            description: recurring.description.map(ExpenseDescription::into_string),
            amount: Amount(recurring.money),
            currency: CurrencyCode(recurring.money.currency()),
            kind: recurring.kind.into(),
            category,
            category_id,
            tags: recurring.tags.as_slice().iter().map(|tag| tag.as_str().to_owned()).collect(),
            rule: schedule.rule().to_string(),
            starts_on: Day(schedule.starts_on()),
            ends_on: schedule.ends_on().map(Day),
            occurrences: schedule.occurrences().map(Occurrences::get),
            paused: recurring.paused,
            next_on: recurring.next_on.map(Day),
            created_at: Instant(recurring.id.created_at()),
            updated_at: Instant(recurring.updated_at),
            version: recurring.version.number(),
        }
    }
}

impl Example for RecurringBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000001",
            "title": "Rent",
            "description": null,
            "amount": 900.00,
            "currency": "EUR",
            "kind": "expense",
            "category": "Home",
            "category_id": "019ab2c3-7d00-7000-8000-000000000002",
            "tags": ["fixed"],
            "rule": "FREQ=MONTHLY;BYMONTHDAY=31",
            "starts_on": "2026-11-30",
            "ends_on": null,
            "occurrences": null,
            "paused": false,
            "next_on": "2026-11-30",
            "created_at": "2026-11-23T09:30:00.000Z",
            "updated_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

/// How the members of a body are documented.
fn properties(defaults: bool) -> Value {
    let mut properties = expense::properties(defaults);
    let Some(members) = properties.as_object_mut() else { return properties };
    members.remove("date");
    let day = |description: &str| json!({"type": "string", "format": "date", "description": description});
    let mut rule = json!({
        "type": "string", "minLength": 10, "maxLength": RecurrenceRule::MAX_CHARACTERS,
        "pattern": "^[A-Za-z0-9=;,:+-]+$", "example": "FREQ=MONTHLY;BYMONTHDAY=31",
        "description": format!(
            "An RRULE of RFC 5545 about days: `FREQ` is `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`. `INTERVAL` is {} at most, \
            `COUNT` {}; a number in `BYDAY` is -4 to 5 with `MONTHLY`, -52 to 53 with `YEARLY`. With `MONTHLY` and `YEARLY`, \
            what it wants on the 29th, 30th or 31st happens on the last day of a shorter month, unless it has `BYDAY`, \
            `BYSETPOS`, `BYWEEKNO` or `BYYEARDAY`; then, and with `DAILY`, a day that a month lacks is left out, as in the \
            RFC. `COUNT` and `UNTIL` in it are taken as `occurrences` and `ends_on`.",
            RecurrenceRule::MAX_INTERVAL, RecurrenceRule::MAX_COUNT
        )
    });
    if !defaults {
        rule["example"] = "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR".into();
    }
    members.insert("rule".to_owned(), rule);
    let starts = "The first day that may be a date of it; today in the user's time zone by default.";
    members.insert("starts_on".to_owned(), expense::optional(day(starts), defaults));
    let ends = "The last day that may be a date of it; with `occurrences` as well, what comes first ends it.";
    members.insert("ends_on".to_owned(), expense::optional(day(ends), true));
    let occurrences = json!({
        "type": "integer", "format": "int32", "minimum": 1, "maximum": Occurrences::MAX,
        "description": "How many dates it has at most, counted from `starts_on`, skipped ones among them."
    });
    members.insert("occurrences".to_owned(), expense::optional(occurrences, true));
    let paused = json!({
        "type": "boolean",
        "description": "Whether no expenses are made of it. What falls into a pause is not made up for."
    });
    members.insert("paused".to_owned(), expense::optional(paused, defaults));
    properties
}

/// A recurring expense to create or to replace one with.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecurringInput {
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
    #[validate(required)]
    rule: Option<String>,
    starts_on: Option<String>,
    ends_on: Option<String>,
    occurrences: Option<i64>,
    paused: Option<bool>,
}

input_schema!(
    RecurringInput,
    "RecurringInput",
    json!({
        "type": "object",
        "description": "A recurring expense to create, or to replace one with.",
        "additionalProperties": false,
        "required": ["title", "amount", "rule"],
        "properties": properties(true)
    })
);

impl Example for RecurringInput {
    fn example() -> Value {
        json!({"title": "Rent", "amount": 900, "category": "Home", "tags": ["fixed"], "rule": "FREQ=MONTHLY;BYMONTHDAY=31"})
    }
}

impl Body for RecurringInput {
    type Checked = RecurringDraft;

    fn check(self, problems: &mut Problems) -> Option<RecurringDraft> {
        problems.shape(&self);
        let title = self.title.and_then(|text| expense::title(&text, problems));
        let description = self.description.and_then(|text| expense::description(&text, problems));
        let amount = self.amount.and_then(|text| expense::amount(&text, problems));
        let currency = self.currency.and_then(|code| expense::currency(&code, problems));
        if let (Some(amount), Some(currency)) = (amount, currency) {
            problems.take("/amount", Money::new(amount, currency), AmountError::code);
        }
        let category = expense::category(self.category, self.category_id, problems);
        let tags = self.tags.map_or_else(|| Some(Tags::default()), |names| expense::tags(&names, problems));
        let rule = self.rule.and_then(|text| rule(&text, problems));
        let starts_on = self.starts_on.and_then(|text| day("/starts_on", &text, problems));
        let ends_on = self.ends_on.and_then(|text| day("/ends_on", &text, problems));
        let occurrences = self.occurrences.and_then(|number| occurrences(number, problems));
        let (count, until) = ends(rule.as_ref(), occurrences.is_some(), ends_on.is_some(), problems);
        let ends_on = ends_on.or(until);
        schedule(rule.as_ref().map(|parsed| &parsed.rule), starts_on, ends_on, problems);
        Some(RecurringDraft {
            title: title?,
            description,
            amount: amount?,
            currency,
            kind: self.kind.map_or_else(ExpenseKind::default, ExpenseKind::from),
            category,
            tags: tags?,
            rule: rule?.rule,
            starts_on,
            ends_on,
            occurrences: occurrences.or(count),
            paused: self.paused.unwrap_or_default(),
        })
    }
}

/// What to change of a recurring expense.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecurringChangeInput {
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
    rule: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    starts_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    ends_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    occurrences: Option<Option<i64>>,
    #[serde(default, deserialize_with = "nullable")]
    paused: Option<Option<bool>>,
}

input_schema!(
    RecurringChangeInput,
    "RecurringChange",
    json!({
        "type": "object",
        "description": "What to change of a recurring expense; what is left out stays.",
        "additionalProperties": false,
        "properties": properties(false)
    })
);

impl Example for RecurringChangeInput {
    fn example() -> Value {
        json!({"paused": true})
    }
}

impl Body for RecurringChangeInput {
    type Checked = RecurringChange;

    fn check(self, problems: &mut Problems) -> Option<RecurringChange> {
        let title = problems.not_null("/title", self.title);
        let amount =
            problems.not_null("/amount", self.amount).and_then(|text| expense::amount(&text, problems));
        let currency = problems.not_null("/currency", self.currency);
        let currency = currency.and_then(|code| expense::currency(&code, problems));
        if let (Some(amount), Some(currency)) = (amount, currency) {
            problems.take("/amount", Money::new(amount, currency), AmountError::code);
        }
        let named = self.category.is_some() || self.category_id.is_some();
        let category = expense::category(self.category.flatten(), self.category_id.flatten(), problems);
        let rule = problems.not_null("/rule", self.rule).and_then(|text| rule(&text, problems));
        let ends_on = self.ends_on.map(|text| text.and_then(|text| day("/ends_on", &text, problems)));
        let occurrences =
            self.occurrences.map(|number| number.and_then(|number| occurrences(number, problems)));
        let (count, until) = ends(rule.as_ref(), occurrences.is_some(), ends_on.is_some(), problems);
        let change = RecurringChange {
            title: title.and_then(|text| expense::title(&text, problems)),
            description: self
                .description
                .map(|text| text.and_then(|text| expense::description(&text, problems))),
            amount,
            currency,
            kind: problems.not_null("/kind", self.kind).map(ExpenseKind::from),
            category: named.then_some(category),
            tags: problems.not_null("/tags", self.tags).and_then(|names| expense::tags(&names, problems)),
            rule: rule.map(|parsed| parsed.rule),
            starts_on: problems
                .not_null("/starts_on", self.starts_on)
                .and_then(|text| day("/starts_on", &text, problems)),
            ends_on: ends_on.or(until.map(Some)),
            occurrences: occurrences.or(count.map(Some)),
            paused: problems.not_null("/paused", self.paused),
        };
        schedule(change.rule.as_ref(), change.starts_on, change.ends_on.flatten(), problems);
        Some(change)
    }
}

/// What to change of a recurring expense from one of its dates on.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeFromInput {
    #[validate(required)]
    from: Option<String>,
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
    rule: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    ends_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    occurrences: Option<Option<i64>>,
    #[serde(default, deserialize_with = "nullable")]
    paused: Option<Option<bool>>,
}

fn change_from_schema() -> Value {
    let mut properties = properties(false);
    if let Some(members) = properties.as_object_mut() {
        members.remove("starts_on");
        let from = "One of the dates to come, from which on the change holds.";
        members.insert("from".to_owned(), json!({"type": "string", "format": "date", "description": from}));
    }
    json!({
        "type": "object",
        "description": "What to change from a date on; what is left out stays.",
        "additionalProperties": false,
        "required": ["from"],
        "properties": properties
    })
}

input_schema!(ChangeFromInput, "RecurringChangeFrom", change_from_schema());

impl Example for ChangeFromInput {
    fn example() -> Value {
        json!({"from": "2027-01-31", "amount": 950})
    }
}

impl Body for ChangeFromInput {
    type Checked = (NaiveDate, RecurringChange);

    fn check(self, problems: &mut Problems) -> Option<Self::Checked> {
        problems.shape(&self);
        let from = self.from.and_then(|text| day("/from", &text, problems));
        let change = RecurringChangeInput {
            title: self.title,
            description: self.description,
            amount: self.amount,
            currency: self.currency,
            kind: self.kind,
            category: self.category,
            category_id: self.category_id,
            tags: self.tags,
            rule: self.rule,
            starts_on: None,
            ends_on: self.ends_on,
            occurrences: self.occurrences,
            paused: self.paused,
        };
        let change = change.check(problems)?;
        // What starts too early is none of the dates to come, which is said once these are known.
        let starts_on = from.filter(|from| *from >= Schedule::EARLIEST);
        schedule(change.rule.as_ref(), starts_on, change.ends_on.flatten(), problems);
        Some((from?, change))
    }
}

/// One of the dates of a recurring expense.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct OccurrenceInput {
    #[validate(required)]
    date: Option<String>,
}

input_schema!(
    OccurrenceInput,
    "RecurringDate",
    json!({
        "type": "object",
        "description": "One of the dates to come.",
        "additionalProperties": false,
        "required": ["date"],
        "properties": {"date": {"type": "string", "format": "date", "description": "The date."}}
    })
);

impl Example for OccurrenceInput {
    fn example() -> Value {
        json!({"date": "2026-12-31"})
    }
}

impl Body for OccurrenceInput {
    type Checked = NaiveDate;

    fn check(self, problems: &mut Problems) -> Option<NaiveDate> {
        problems.shape(&self);
        self.date.and_then(|text| day("/date", &text, problems))
    }
}

fn rule(text: &str, problems: &mut Problems) -> Option<ParsedRule> {
    problems.take("/rule", RecurrenceRule::parse(text), RuleError::code)
}

fn day(pointer: &str, text: &str, problems: &mut Problems) -> Option<NaiveDate> {
    problems.take(pointer, parse_day(text), not_a_date)
}

fn occurrences(number: i64, problems: &mut Problems) -> Option<Occurrences> {
    let number = u32::try_from(number).ok().and_then(Occurrences::new);
    let number = number.ok_or_else(|| format!("must be 1 to {}", Occurrences::MAX));
    problems.take("/occurrences", number, |_| "out_of_range")
}

/// Names what is wrong with a schedule in a request that is refused anyway, as far as that shows without the day that it is
/// and what is stored. In any other the domain names it, together with what is wrong with the amount in the user's currency.
fn schedule(
    rule: Option<&RecurrenceRule>,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    problems: &mut Problems,
) {
    let Some(starts_on) = starts_on.filter(|_| !problems.is_empty()) else { return };
    let errors = match rule {
        Some(rule) => Schedule::new(rule.clone(), starts_on, ends_on, None).err().unwrap_or_default(),
        None => Schedule::bad_bounds(starts_on, ends_on).collect(),
    };
    for error in errors {
        problems.add(of_schedule(error));
    }
}

/// The end that the rule names itself; it must not be named beside it as well.
fn ends(
    rule: Option<&ParsedRule>,
    occurrences: bool,
    ends_on: bool,
    problems: &mut Problems,
) -> (Option<Occurrences>, Option<NaiveDate>) {
    let Some(rule) = rule else { return (None, None) };
    for (pointer, part, twice) in [
        ("/occurrences", "COUNT", occurrences && rule.count.is_some()),
        ("/ends_on", "UNTIL", ends_on && rule.until.is_some()),
    ] {
        if twice {
            let detail = format!("cannot be given together with {part} in rule: name one of them");
            problems.add(FieldProblem::new(pointer, "conflicting_fields", detail));
        }
    }
    (rule.count.and_then(Occurrences::new), rule.until)
}
