use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::ExpenseId;
use finance_domain::expense::Expense;

use super::dto::{ExpenseBody, ExpenseChangeInput, ExpenseInput};
use super::list::ListParameters;
use crate::authenticated_user::AuthenticatedUser;
use crate::body::{Json, MergePatch};
use crate::conditional::{EntityTag, IfMatch, IfNoneMatch};
use crate::list::ListBody;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::{Created, Fetched, NoContent, Page, Versioned};
use crate::state::AppState;

/// Create an expense
///
/// Only `title` and `amount` are required. A `category` is named, and made on first use; names have no case. `date`
/// defaults to today in the user's time zone, `currency` to the user's.
#[api_operation(
    operation_id = "create_expense",
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn create_expense(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    body: Json<ExpenseInput>,
) -> Result<Created<ExpenseBody, EntityTag>, Problem> {
    let expense = state.expenses.create(user.0, body.0).await?;
    let location = format!("/expenses/{}", expense.id);
    Ok(Created { version: entity_tag(&expense), body: ExpenseBody::from(expense), location })
}

/// List expenses
///
/// Newest first, unless `sort` says otherwise. To walk the list, follow `next_cursor` (or the `Link` header) until there
/// is none: no expense comes twice or is missed, whatever is written meanwhile. A cursor belongs to its filters and sort.
#[api_operation(
    operation_id = "list_expenses",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_expenses(
    user: AuthenticatedUser,
    state: Data<AppState>,
    parameters: ListParameters,
) -> Result<Page<ListBody<ExpenseBody>>, Problem> {
    let query = parameters.query(user.0)?;
    let page = state.expenses.list(user.0, &query).await?;
    let next_cursor = ListParameters::next_cursor(user.0, &query, &page);
    let next = next_cursor.as_deref().map(|cursor| parameters.address_of(cursor));
    Ok(Page { body: ListBody::new(page.items, next_cursor), next })
}

/// Show an expense
///
/// With an `ETag` for a later `If-None-Match` or `If-Match`: its version, and a digest of the names of its category and
/// tags where it has some, for those can change without it.
#[api_operation(
    operation_id = "show_expense",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_expense(
    user: AuthenticatedUser,
    id: PathId<ExpenseId>,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<ExpenseBody, EntityTag>, Problem> {
    let expense = state.expenses.find(user.0, id.0).await?.ok_or_else(Problem::not_found)?;
    let version = entity_tag(&expense);
    Ok(Fetched::new(ExpenseBody::from(expense), version, &known))
}

/// Replace an expense
///
/// What the body leaves out takes its default, as on creation.
#[api_operation(
    operation_id = "replace_expense",
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
pub(crate) async fn replace_expense(
    user: AuthenticatedUser,
    id: PathId<ExpenseId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<ExpenseInput>,
) -> Result<Versioned<ExpenseBody, EntityTag>, Problem> {
    let expense = state.expenses.replace(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: entity_tag(&expense), body: ExpenseBody::from(expense) })
}

/// Change an expense
///
/// A merge patch (RFC 7396): what is not named stays; `null` empties `description` and `category`. A new `currency`
/// without an `amount` keeps the number.
#[api_operation(
    operation_id = "change_expense",
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
pub(crate) async fn change_expense(
    user: AuthenticatedUser,
    id: PathId<ExpenseId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<ExpenseChangeInput>,
) -> Result<Versioned<ExpenseBody, EntityTag>, Problem> {
    let expense = state.expenses.change(user.0, id.0, &expected.0, &body.0).await?;
    Ok(Versioned { version: entity_tag(&expense), body: ExpenseBody::from(expense) })
}

/// Delete an expense
///
/// It moves to the trash: no list and no address shows it any more.
#[api_operation(
    operation_id = "delete_expense",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 412,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn delete_expense(
    user: AuthenticatedUser,
    id: PathId<ExpenseId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    state.expenses.delete(user.0, id.0, &expected.0).await?;
    Ok(NoContent)
}

fn entity_tag(expense: &Expense) -> EntityTag {
    EntityTag::with_names(expense.version, expense.category.as_ref(), &expense.tags)
}
