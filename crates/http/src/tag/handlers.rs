use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::TagId;
use finance_domain::tag::Tag;

use super::dto::{TagBody, TagChangeInput};
use crate::authenticated_user::AuthenticatedUser;
use crate::body::MergePatch;
use crate::conditional::{EntityTag, IfMatch, IfNoneMatch};
use crate::list::{ListBody, Paging};
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::{Fetched, NoContent, Page, Versioned};
use crate::state::AppState;

/// List tags
///
/// By name, without regard to case, each with the number of its expenses. Tags are made by the expenses that name them.
#[api_operation(
    operation_id = "list_tags",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_tags(
    user: AuthenticatedUser,
    state: Data<AppState>,
    paging: Paging,
) -> Result<Page<ListBody<TagBody>>, Problem> {
    let page = state.tags.list(user.0, &paging.query(user.0)?).await?;
    Ok(paging.answer(user.0, page, Tag::position))
}

/// Show a tag
///
/// With an `ETag` for a later `If-None-Match` or `If-Match`.
#[api_operation(
    operation_id = "show_tag",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_tag(
    user: AuthenticatedUser,
    id: PathId<TagId>,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<TagBody, EntityTag>, Problem> {
    let tag = state.tags.find(user.0, id.0).await?.ok_or_else(Problem::not_found)?;
    let version = entity_tag(&tag);
    Ok(Fetched::new(TagBody::from(tag), version, &known))
}

/// Rename a tag
///
/// A merge patch (RFC 7396). Every expense shows the new name at once. A name that another tag has is a 409,
/// `tag_name_taken`.
#[api_operation(
    operation_id = "change_tag",
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
pub(crate) async fn change_tag(
    user: AuthenticatedUser,
    id: PathId<TagId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<TagChangeInput>,
) -> Result<Versioned<TagBody, EntityTag>, Problem> {
    let tag = state.tags.change(user.0, id.0, &expected.0, body.0.as_ref()).await?;
    Ok(Versioned { version: entity_tag(&tag), body: TagBody::from(tag) })
}

/// Delete a tag
///
/// It is taken off every expense that has it; their versions count up.
#[api_operation(
    operation_id = "delete_tag",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 412,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn delete_tag(
    user: AuthenticatedUser,
    id: PathId<TagId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    state.tags.delete(user.0, id.0, &expected.0).await?;
    Ok(NoContent)
}

/// The count is shown too, but is no part of the version.
fn entity_tag(tag: &Tag) -> EntityTag {
    EntityTag::with(tag.version, &[&tag.count.to_string()])
}
