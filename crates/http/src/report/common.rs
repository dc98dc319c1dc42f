//! What several reports have in common.

use finance_domain::report::{Flow, Label};
use schemars::JsonSchema;
use serde::Serialize;

use crate::expense::dto::Kind;
use crate::wire::{Id, Sum};

/// Money in and out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Flow")]
pub(crate) struct FlowBody {
    /// What came in, in major units.
    income: Sum,
    /// What went out.
    expenses: Sum,
    /// What came in less what went out.
    net: Sum,
    /// How many expenses there were of both kinds.
    count: i64,
}

impl From<Flow> for FlowBody {
    fn from(flow: Flow) -> Self {
        Self {
            income: Sum(flow.income()),
            expenses: Sum(flow.expenses()),
            net: Sum(flow.net()),
            count: flow.count(),
        }
    }
}

/// A category, or none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CategoryLabel")]
pub(crate) struct CategoryBody {
    /// The id of the category; `null`: what has no category.
    pub(crate) category_id: Option<Id>,
    /// Its name.
    pub(crate) category: Option<String>,
    /// The id of the category above it.
    pub(crate) parent_id: Option<Id>,
}

impl From<Option<Label>> for CategoryBody {
    fn from(label: Option<Label>) -> Self {
        let parent_id = label.as_ref().and_then(|label| label.parent).map(|id| Id(id.uuid()));
        let (category_id, category) = label.map(|label| (Id(label.id), label.name)).unzip();
        Self { category_id, category, parent_id }
    }
}

impl CategoryBody {
    /// The cells `category_id`, `category`, `parent_id`.
    pub(crate) fn cells(&self) -> [String; 3] {
        use super::table::{optional, text};
        [
            optional(self.category_id.map(|id| id.0)),
            optional(self.category.as_deref().map(text)),
            optional(self.parent_id.map(|id| id.0)),
        ]
    }
}

impl FlowBody {
    /// The cells `income`, `expenses`, `net`, `count`.
    pub(crate) fn cells(&self) -> [String; 4] {
        [
            self.income.0.to_string(),
            self.expenses.0.to_string(),
            self.net.0.to_string(),
            self.count.to_string(),
        ]
    }
}

/// The cell of a kind.
pub(crate) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Expense => "expense",
        Kind::Income => "income",
    }
}
