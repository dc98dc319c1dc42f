use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::RecurringId;
use finance_domain::page::ListPosition;
use finance_domain::recurring::Recurring;

use super::dto::{ChangeFromInput, OccurrenceInput, RecurringBody, RecurringChangeInput, RecurringInput};
use super::problem;
use super::upcoming::{Count, UpcomingListBody};
use crate::authenticated_user::AuthenticatedUser;
use crate::body::{Json, MergePatch};
use crate::conditional::{EntityTag, IfMatch, IfNoneMatch};
use crate::list::{ListBody, Paging};
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::{Created, Fetched, NoContent, Okay, Page, Versioned, Written};
use crate::state::AppState;

/// Create a recurring expense
///
/// On each date of its `rule` an expense is made of it, exactly once, dated that day, with its id as `recurring_id`. Dates are
/// calendar dates; one has come when it is that day in the user's time zone. A start in the past makes the expenses since
/// then, the first 400 at once and the others within minutes; a start that would make more than 4,000 is refused.
#[api_operation(
    operation_id = "create_recurring",
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn create_recurring(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    body: Json<RecurringInput>,
) -> Result<Created<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.create(user.0, body.0).await?;
    let location = format!("/recurring/{}", recurring.id);
    Ok(Created { version: entity_tag(&recurring), body: RecurringBody::from(recurring), location })
}

/// List recurring expenses
///
/// In the order of their making.
#[api_operation(
    operation_id = "list_recurring",
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_recurring(
    user: AuthenticatedUser,
    state: Data<AppState>,
    paging: Paging,
) -> Result<Page<ListBody<RecurringBody>>, Problem> {
    let query = paging.query(user.0)?;
    let after = query.after.map(|after| RecurringId::new(after.id));
    let page = state.recurring.list(user.0, after, query.limit).await?;
    Ok(paging.answer(user.0, page, |last| ListPosition { key: String::new(), id: last.id.uuid() }))
}

/// Show a recurring expense
///
/// With the `ETag` of its version, for a later `If-None-Match` or `If-Match`. That an expense was made of it is a new
/// version, too.
#[api_operation(
    operation_id = "show_recurring",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_recurring(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.find(user.0, id.0).await?.ok_or_else(Problem::not_found)?;
    let version = entity_tag(&recurring);
    Ok(Fetched::new(RecurringBody::from(recurring), version, &known))
}

/// Replace a recurring expense
///
/// What the body leaves out takes its default, as on creation. Expenses that were made stay as they are. What was due
/// before is posted before; where the schedule changes, the new one counts from today on, so that no expense is made of
/// the past.
#[api_operation(
    operation_id = "replace_recurring",
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
pub(crate) async fn replace_recurring(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<RecurringInput>,
) -> Result<Versioned<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.replace(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: entity_tag(&recurring), body: RecurringBody::from(recurring) })
}

/// Change, pause or resume a recurring expense
///
/// A merge patch (RFC 7396): what is not named stays; `null` empties `description`, `category`, `ends_on` and
/// `occurrences`. `paused` pauses it, after what is due was posted, and resumes it from today on: dates that fell into
/// the pause are not made up for, though they count among the `occurrences`. Changes of the schedule count from today on.
/// To change it from a later date on, and keep its history, use `POST /recurring/{id}/change`.
#[api_operation(
    operation_id = "change_recurring",
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
pub(crate) async fn change_recurring(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<RecurringChangeInput>,
) -> Result<Versioned<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.change(user.0, id.0, &expected.0, &body.0).await?;
    Ok(Versioned { version: entity_tag(&recurring), body: RecurringBody::from(recurring) })
}

/// Delete a recurring expense
///
/// The expenses that were made of it stay.
#[api_operation(
    operation_id = "delete_recurring",
    error_code = 400,
    error_code = 401,
    error_code = 404,
    error_code = 412,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn delete_recurring(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    state.recurring.delete(user.0, id.0, &expected.0).await?;
    Ok(NoContent)
}

/// Show the dates to come
///
/// Those of which no expense was made yet, with skipped ones marked; none while it is paused.
#[api_operation(
    operation_id = "list_upcoming_dates",
    error_code = 401,
    error_code = 404,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn list_upcoming(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    count: Count,
    state: Data<AppState>,
) -> Result<Okay<UpcomingListBody>, Problem> {
    let upcoming = state.recurring.upcoming(user.0, id.0, count.0).await?;
    Ok(Okay(UpcomingListBody::from(upcoming)))
}

/// Skip a date
///
/// No expense is made of it. It is one of the next 100 dates. To skip it again changes nothing; it counts among the
/// `occurrences`.
#[api_operation(
    operation_id = "skip_date",
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
pub(crate) async fn skip_occurrence(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<OccurrenceInput>,
) -> Result<Versioned<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.skip(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: entity_tag(&recurring), body: RecurringBody::from(recurring) })
}

/// Undo the skipping of a date
///
/// Of today or later. To undo it again changes nothing.
#[api_operation(
    operation_id = "unskip_date",
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
pub(crate) async fn unskip_occurrence(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<OccurrenceInput>,
) -> Result<Versioned<RecurringBody, EntityTag>, Problem> {
    let recurring = state.recurring.undo_skip(user.0, id.0, &expected.0, body.0).await?;
    Ok(Versioned { version: entity_tag(&recurring), body: RecurringBody::from(recurring) })
}

/// Change a recurring expense from a date on
///
/// It ends before `from`, one of its dates to come, and a new one goes on from there with the changes: the past stays as it
/// was. Skipped dates go along and stay skipped, `from` too if it is one. Without a word on `occurrences` the new one has as
/// many as were left. Answers the new one with a 201; where `from` is the very first date there is no past to keep, so it
/// keeps its id and is itself changed, which is answered with a 200.
#[api_operation(
    operation_id = "change_recurring_from",
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
pub(crate) async fn change_recurring_from(
    user: AuthenticatedUser,
    id: PathId<RecurringId>,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: Json<ChangeFromInput>,
) -> Result<Written<RecurringBody, EntityTag>, Problem> {
    let (from, change) = body.0;
    let changed = state.recurring.change_from(user.0, id.0, &expected.0, from, &change).await;
    let recurring = changed.map_err(|error| problem::of(error, "/from"))?;
    let (new_id, version) = (recurring.id, entity_tag(&recurring));
    let body = RecurringBody::from(recurring);
    if new_id == id.0 {
        return Ok(Written::Changed(Versioned { body, version }));
    }
    Ok(Written::Created(Created { body, version, location: format!("/recurring/{new_id}") }))
}

fn entity_tag(recurring: &Recurring) -> EntityTag {
    EntityTag::with_names(recurring.version, recurring.category.as_ref(), &recurring.tags)
}
