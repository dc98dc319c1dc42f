use actix_web::web::Data;
use apistos::api_operation;

use super::dto::{LoginInput, ProfileInput, RegistrationInput, TokenBody, UserBody};
use crate::authenticated_user::AuthenticatedUser;
use crate::body::{Json, MergePatch};
use crate::conditional::{IfMatch, IfNoneMatch};
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::{Created, Fetched, Okay, Versioned};
use crate::state::AppState;

/// Register
///
/// Makes an account. E-mail addresses are compared without regard to case and Unicode composition. A password has 8 to
/// 128 characters of any kind; the most common ones are refused.
#[api_operation(
    operation_id = "register",
    no_security,
    error_code = 400,
    error_code = 408,
    error_code = 409,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn register(
    _: NoQuery,
    state: Data<AppState>,
    body: Json<RegistrationInput>,
) -> Result<Created<UserBody>, Problem> {
    let user = state.users.register(body.0).await?;
    Ok(Created { version: user.version, body: UserBody::from(user), location: "/me".to_owned() })
}

/// Log in
///
/// Answers an access token, to be sent as `Authorization: Bearer`. An unknown address and a wrong password are answered
/// alike, in body and in time.
#[api_operation(
    operation_id = "login",
    no_security,
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn log_in(
    _: NoQuery,
    state: Data<AppState>,
    body: Json<LoginInput>,
) -> Result<Okay<TokenBody>, Problem> {
    let login = body.0;
    Ok(Okay(state.users.log_in(login.email, login.password).await?.into()))
}

/// Show the profile
///
/// Who the access token stands for, and the defaults of their new expenses.
#[api_operation(
    operation_id = "show_profile",
    error_code = 400,
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn show_profile(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    known: IfNoneMatch,
) -> Result<Fetched<UserBody>, Problem> {
    let user = state.users.find(user.0).await?.ok_or_else(Problem::user_is_gone)?;
    let version = user.version;
    Ok(Fetched::new(UserBody::from(user), version, &known))
}

/// Change the profile
///
/// A merge patch (RFC 7396): what is not named stays; `name: null` removes the name. `currency` and `time_zone` are the
/// defaults of new expenses.
#[api_operation(
    operation_id = "change_profile",
    error_code = 400,
    error_code = 401,
    error_code = 408,
    error_code = 412,
    error_code = 413,
    error_code = 415,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn change_profile(
    user: AuthenticatedUser,
    _: NoQuery,
    state: Data<AppState>,
    expected: IfMatch,
    body: MergePatch<ProfileInput>,
) -> Result<Versioned<UserBody>, Problem> {
    let user = state.users.change_profile(user.0, &expected.0, &body.0).await?;
    Ok(Versioned { version: user.version, body: UserBody::from(user) })
}
