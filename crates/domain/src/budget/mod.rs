//! Budgets: how much may be spent in each week, month, quarter or year, and what is said when that is used up.

mod alert;
mod error;
mod figures;
mod repository;
mod service;
mod terms;

use chrono::{DateTime, Utc};

use crate::text::{single_line, text_type};
use crate::{BudgetId, Version};

pub use alert::{Alert, Assessment, Change, Crossing, Guard, Recorded, assess, days_to_assess};
pub use error::{BudgetError, TermsError};
pub use figures::{BudgetStatus, PeriodFigures, Projection, Spending, Standing, days_to_know, figures};
pub use repository::{AlertQuery, AlertRepository, BudgetRepository, StoreBudgetError};
pub use service::{BudgetChange, BudgetDraft, BudgetService, CurrentBudget};
pub use terms::{
    BudgetAmount, BudgetTerms, Categories, CategoriesError, Counted, Rollover, Thresholds, ThresholdsError,
};

text_type!(
    /// What a budget is called.
    BudgetName, max 100, single_line
);

/// A budget of a user. Created when its id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Which.
    pub id: BudgetId,
    /// What holds.
    pub terms: BudgetTerms,
    /// The last change, UTC in milliseconds.
    pub updated_at: DateTime<Utc>,
    /// The number of the last change.
    pub version: Version,
}

#[cfg(test)]
mod tests;
