use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::AlertId;
use finance_domain::BudgetId;
use finance_domain::budget::{AlertQuery, Budget, CurrentBudget};
use finance_domain::page::ListPosition;

use super::dto::{BudgetBody, BudgetChangeInput, BudgetInput};
use super::query::{AlertListParameters, FromTo, On};
use super::status::{AlertBody, BudgetPeriodsBody, BudgetStatusBody};
use crate::authenticated_user::AuthenticatedUser;
use crate::body::{Json, MergePatch};
use crate::conditional::{EntityTag, IfMatch, IfNoneMatch};
use crate::list::{ListBody, Paging};
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::{Created, Fetched, NoContent, Okay, Page, Versioned};
use crate::state::AppState;

/// Create a budget
///
/// Only `name` and `amount` are required. Where a threshold is crossed already, in whichever period, an alert is recorded
/// at once.
#[api_operation(
    operation_id = "create_budget",
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn create_budget(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    body: Json<BudgetInput>,
) -> Result<Created<BudgetBody, EntityTag>, Problem> {
    let current = state.budgets.create(user.0, body.0).await?;
    let location = format!("/budgets/{}", current.budget.id);
    Ok(Created { version: entity_tag(&current), body: BudgetBody::from(current), location })
}

/// List budgets
///
/// Oldest first.
#[api_operation(
    operation_id = "list_budgets",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_budgets(
    user: AuthenticatedUser,
    state: Data<AppState>,
    paging: Paging,
) -> Result<Page<ListBody<BudgetBody>>, Problem> {
    let page = state.budgets.list(user.0, &paging.query(user.0)?).await?;
    Ok(paging
        .answer(user.0, page, |current| ListPosition { key: String::new(), id: current.budget.id.uuid() }))
}

/// Show a budget
///
/// With the `ETag` of its version, for a later `If-None-Match` or `If-Match`.
#[api_operation(
    operation_id = "show_budget",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_budget(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<BudgetBody, EntityTag>, Problem> {
    let current = state.budgets.find(user.0, id.0).await?;
    let version = entity_tag(&current);
    Ok(Fetched::new(BudgetBody::from(current), version, &known))
}

/// Replace a budget
///
/// What the body leaves out takes its default, as on creation; `currency`, `period` and `starts_on` stay. A new `amount`
/// holds from the period of `amount_from` on, by default from the current one on: earlier periods keep theirs.
#[api_operation(
    operation_id = "replace_budget",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 408,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn replace_budget(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<BudgetInput>,
) -> Result<Versioned<BudgetBody, EntityTag>, Problem> {
    let current = state.budgets.replace(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: entity_tag(&current), body: BudgetBody::from(current) })
}

/// Change a budget
///
/// A merge patch (RFC 7396): what is not named stays; `null` empties `ends_on`. A new `amount` holds from the period of
/// `amount_from` on, by default from the current one on: earlier periods keep theirs.
#[api_operation(
    operation_id = "change_budget",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 408,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn change_budget(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<BudgetChangeInput>,
) -> Result<Versioned<BudgetBody, EntityTag>, Problem> {
    let current = state.budgets.change(user.0, id.0, &expected.0, &body.0).await?;
    Ok(Versioned { version: entity_tag(&current), body: BudgetBody::from(current) })
}

/// Delete a budget
///
/// And its alerts. Expenses stay as they are.
#[api_operation(
    operation_id = "delete_budget",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 412,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn delete_budget(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    state.budgets.delete(user.0, id.0, &expected.0).await?;
    Ok(NoContent)
}

/// Show how a budget stands
///
/// In the period of a day. Computed from the expenses with each request, never stored.
#[api_operation(
    operation_id = "show_budget_status",
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_budget_status(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    on: On,
    state: Data<AppState>,
) -> Result<Okay<BudgetStatusBody>, Problem> {
    let (on, status) = state.budgets.status(user.0, id.0, on.0).await?;
    Ok(Okay(BudgetStatusBody::new(id.0, on, &status)))
}

/// Show how a budget stands in several periods
///
/// In those that have a day between `from` and `to`, at most 400.
#[api_operation(
    operation_id = "show_budget_periods",
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_budget_periods(
    user: AuthenticatedUser,
    id: PathId<BudgetId>,
    days: FromTo,
    state: Data<AppState>,
) -> Result<Okay<BudgetPeriodsBody>, Problem> {
    let statuses = state.budgets.periods(user.0, id.0, days.from, days.to).await?;
    Ok(Okay(BudgetPeriodsBody::new(id.0, &statuses)))
}

/// List alerts
///
/// Newest first. An alert is recorded once for each budget, period and threshold, with the write that crosses it: of an
/// expense, also a backdated, changed or deleted one, of a budget or of a category. It names the expense only if the
/// threshold would not be crossed without it. It stays when spending falls again.
#[api_operation(
    operation_id = "list_alerts",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_alerts(
    user: AuthenticatedUser,
    state: Data<AppState>,
    parameters: AlertListParameters,
) -> Result<Page<ListBody<AlertBody>>, Problem> {
    let AlertListParameters { budget, paging } = parameters;
    let page = paging.query(user.0)?;
    let after = page.after.map(|position| AlertId::new(position.id));
    let alerts = state.budgets.alerts(user.0, &AlertQuery { budget, limit: page.limit, after }).await?;
    Ok(paging.answer(user.0, alerts, |alert| ListPosition { key: String::new(), id: alert.id.uuid() }))
}

/// The amount that is shown is that of today: a planned one takes effect without a new version.
fn entity_tag(current: &CurrentBudget) -> EntityTag {
    let Budget { version, terms, .. } = &current.budget;
    if terms.amounts.len() > 1 {
        EntityTag::with(*version, &[&current.amount.to_string()])
    } else {
        (*version).into()
    }
}
