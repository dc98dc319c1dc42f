use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::CategoryId;
use finance_domain::category::{Category, CategoryQuery};

use super::dto::{CategoryBody, CategoryChangeInput, CategoryInput, MergeInput};
use super::list::{CategoryListParameters, ReassignTo};
use crate::authenticated_user::AuthenticatedUser;
use crate::body::{Json, MergePatch};
use crate::conditional::{IfMatch, IfNoneMatch};
use crate::list::ListBody;
use crate::path::PathId;
use crate::problem::{Problem, category_problem};
use crate::query::NoQuery;
use crate::response::{Created, Fetched, NoContent, Page, Versioned};
use crate::state::AppState;

/// List categories
///
/// By name, without regard to case. A new user starts with some, which can be changed like any other.
#[api_operation(
    operation_id = "list_categories",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_categories(
    user: AuthenticatedUser,
    state: Data<AppState>,
    parameters: CategoryListParameters,
) -> Result<Page<ListBody<CategoryBody>>, Problem> {
    let CategoryListParameters { archived, paging } = parameters;
    let query = CategoryQuery { archived, page: paging.query(user.0)? };
    let page = state.categories.list(user.0, &query).await?;
    Ok(paging.answer(user.0, page, Category::position))
}

/// Create a category
///
/// Only `name` is required. There are two levels: a `parent_id` names a category that is not a part of another one. An
/// expense that names a category which does not exist makes it as well. A name that is taken is a 409,
/// `category_name_taken`.
#[api_operation(
    operation_id = "create_category",
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 409,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn create_category(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    body: Json<CategoryInput>,
) -> Result<Created<CategoryBody>, Problem> {
    let category = state.categories.create(user.0, body.0).await?;
    let location = format!("/categories/{}", category.id);
    Ok(Created { version: category.version, body: CategoryBody::from(category), location })
}

/// Show a category
///
/// With the `ETag` of its version, for a later `If-None-Match` or `If-Match`.
#[api_operation(
    operation_id = "show_category",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_category(
    user: AuthenticatedUser,
    id: PathId<CategoryId>,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<CategoryBody>, Problem> {
    let category = state.categories.find(user.0, id.0).await?.ok_or_else(Problem::not_found)?;
    let version = category.version;
    Ok(Fetched::new(CategoryBody::from(category), version, &known))
}

/// Replace a category
///
/// What the body leaves out takes its default, as on creation. A new name is seen on every expense at once.
#[api_operation(
    operation_id = "replace_category",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 408,
    error_code = 409,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn replace_category(
    user: AuthenticatedUser,
    id: PathId<CategoryId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<CategoryInput>,
) -> Result<Versioned<CategoryBody>, Problem> {
    let category = state.categories.replace(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: category.version, body: CategoryBody::from(category) })
}

/// Change a category
///
/// A merge patch (RFC 7396): what is not named stays; `null` gives `parent_id`, `color` and `icon` their defaults. An
/// archived category stays on its expenses and in reports, and an expense that names it gets it: archiving is a hint to
/// whoever offers categories to choose from.
#[api_operation(
    operation_id = "change_category",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 408,
    error_code = 409,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn change_category(
    user: AuthenticatedUser,
    id: PathId<CategoryId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<CategoryChangeInput>,
) -> Result<Versioned<CategoryBody>, Problem> {
    let category = state.categories.change(user.0, id.0, &expected.0, &body.0).await?;
    Ok(Versioned { version: category.version, body: CategoryBody::from(category) })
}

/// Delete a category
///
/// With `reassign_to`, everything that is in it goes to another category first, as in a merge. Without it nothing may be
/// in it: a 409, `category_in_use`, says how many `expenses`, `children`, `budgets` and `recurring` expenses are.
/// Expenses in the trash do not count; they lose the category.
#[api_operation(
    operation_id = "delete_category",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 409,
    error_code = 412,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn delete_category(
    user: AuthenticatedUser,
    id: PathId<CategoryId>,
    into: ReassignTo,
    state: Data<AppState>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    let deleted = state.categories.delete(user.0, id.0, &expected.0, into.0).await;
    deleted.map_err(|error| category_problem(error, "?reassign_to"))?;
    Ok(NoContent)
}

/// Merge a category into another one
///
/// Its expenses, also those in the trash, its budgets, its recurring expenses and its children go to the other category,
/// and it is deleted, all at once. A budget of both keeps the other one. Answers the category that stays. When this one
/// has children and the other one is a part of a third, that would be a third level: a 409, `target_is_child`.
#[api_operation(
    operation_id = "merge_category",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 408,
    error_code = 409,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn merge_category(
    user: AuthenticatedUser,
    id: PathId<CategoryId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<MergeInput>,
) -> Result<Versioned<CategoryBody>, Problem> {
    let category = state.categories.merge(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: category.version, body: CategoryBody::from(category) })
}
