use apistos::ApiComponent;
use finance_domain::report::{GroupBy, GroupKey, Label, SummaryReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::common::{FlowBody, kind_name};
use super::parameters::GroupName;
use super::table::{Table, optional, text};
use crate::openapi::Example;
use crate::wire::{CurrencyCode, Day};

/// What a range of days came to.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "SummaryReport")]
pub(crate) struct SummaryBody {
    /// The first day.
    from: Day,
    /// The last day.
    to: Day,
    /// What it is grouped by.
    group_by: GroupName,
    /// Whether an expense may count in several rows, so that they come to more than the whole.
    overlapping: bool,
    /// In the order of their codes.
    currencies: Vec<SummaryCurrencyBody>,
}

/// What a range of days came to in one currency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SummaryCurrency")]
struct SummaryCurrencyBody {
    /// ISO 4217.
    currency: CurrencyCode,
    #[serde(flatten)]
    flow: FlowBody,
    /// By time in its order, without gaps; the others with the most expenses first.
    rows: Vec<SummaryRowBody>,
}

/// A group.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SummaryRow")]
struct SummaryRowBody {
    /// For programs: a day, the first day of a week, `2026-11`, `2026-Q4`, `2026`, the id of a category or a tag,
    /// `expense` or `income`; `null`: what has no category or no tag.
    key: Option<String>,
    /// For people.
    label: String,
    #[serde(flatten)]
    flow: FlowBody,
}

impl From<SummaryReport> for SummaryBody {
    fn from(report: SummaryReport) -> Self {
        let group_by = report.group_by;
        let row = |row: finance_domain::report::SummaryRow| {
            let (key, label) = key_and_label(row.key, group_by);
            SummaryRowBody { key, label, flow: row.flow.into() }
        };
        Self {
            from: Day(report.range.first()),
            to: Day(report.range.last()),
            group_by: GroupName(group_by),
            overlapping: group_by == GroupBy::Tag,
            currencies: report
                .currencies
                .into_iter()
                .map(|of| SummaryCurrencyBody {
                    currency: CurrencyCode(of.flow.currency()),
                    flow: of.flow.into(),
                    rows: of.rows.into_iter().map(row).collect(),
                })
                .collect(),
        }
    }
}

fn key_and_label(key: GroupKey, group_by: GroupBy) -> (Option<String>, String) {
    let named = |label: Option<Label>, none: &str| match label {
        Some(label) => (Some(label.id.hyphenated().to_string()), label.name),
        None => (None, none.to_owned()),
    };
    let both = |text: String| (Some(text.clone()), text);
    match key {
        GroupKey::Category(label) => named(label, "Uncategorised"),
        GroupKey::Tag(label) => named(label, "Untagged"),
        GroupKey::Kind(kind) => both(kind_name(kind.into()).to_owned()),
        GroupKey::Period(period) => {
            let first = period.first();
            match group_by {
                GroupBy::Week => (Some(first.to_string()), format!("{first}/{}", period.last())),
                GroupBy::Month => both(first.format("%Y-%m").to_string()),
                GroupBy::Quarter => both(first.format("%Y-Q%q").to_string()),
                GroupBy::Year => both(first.format("%Y").to_string()),
                GroupBy::Day | GroupBy::Category | GroupBy::Tag | GroupBy::Kind => both(first.to_string()),
            }
        }
    }
}

impl Table for SummaryBody {
    fn file_name(&self) -> String {
        format!("summary-{}-{}-by-{}", self.from.0, self.to.0, self.group_by.name())
    }

    fn header() -> &'static [&'static str] {
        &["currency", "key", "label", "income", "expenses", "net", "count"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let rows =
            self.currencies.iter().flat_map(|of| of.rows.iter().map(|row| (of.currency.0.code(), row)));
        rows.map(|(currency, row)| {
            let mut cells = vec![currency.to_owned(), optional(row.key.as_ref()), text(&row.label)];
            cells.extend(row.flow.cells());
            cells
        })
        .collect()
    }
}

impl Example for SummaryBody {
    fn example() -> Value {
        json!({
            "from": "2026-11-01",
            "to": "2026-11-30",
            "group_by": "category",
            "overlapping": false,
            "currencies": [{
                "currency": "EUR",
                "income": 0.00,
                "expenses": 45.58,
                "net": -45.58,
                "count": 1,
                "rows": [{
                    "key": "019ab2c3-7d00-7000-8000-000000000002",
                    "label": "Food",
                    "income": 0.00,
                    "expenses": 45.58,
                    "net": -45.58,
                    "count": 1
                }]
            }]
        })
    }
}
