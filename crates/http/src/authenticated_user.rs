use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use apistos::ApiComponent;
use apistos::reference_or::ReferenceOr;
use apistos::security::{Http, SecurityScheme, SecurityType};
use finance_domain::UserId;

use crate::problem::Problem;
use crate::state::AppState;

/// The user whose access token came with the request (RFC 6750, section 2.1: in `Authorization`, nowhere else).
#[derive(Clone, Copy)]
pub(crate) struct AuthenticatedUser(pub(crate) UserId);

impl FromRequest for AuthenticatedUser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).inspect(|user| {
            request.extensions_mut().insert(*user);
        }))
    }
}

fn authenticate(request: &HttpRequest) -> Result<AuthenticatedUser, Problem> {
    let state = request.app_data::<Data<AppState>>().ok_or_else(|| Problem::internal("no AppState"))?;
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(credentials) = headers.next() else {
        let detail = "This needs an access token: send `Authorization: Bearer` with the one that POST /auth/login gave.";
        return Err(Problem::unauthorized("missing_token", detail));
    };
    let malformed = || {
        let detail = "Authorization must be `Bearer`, one space and the access token.";
        Problem::unauthorized("invalid_token", detail)
    };
    if headers.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) =
        credentials.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    // RFC 6750's b64token. The scheme's name has no case (RFC 9110, section 11.1).
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || !token.bytes().all(is_token) {
        return Err(malformed());
    }
    Ok(AuthenticatedUser(state.tokens.verify(token)?))
}

impl ApiComponent for AuthenticatedUser {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn securities() -> BTreeMap<String, SecurityScheme> {
        let scheme = SecurityScheme {
            _type: SecurityType::Http(Http { scheme: "bearer".into(), bearer_format: Some("JWT".into()) }),
            description: Some("The `access_token` that `POST /auth/login` answers.".into()),
            extensions: apistos::IndexMap::default(),
        };
        [("bearer".to_owned(), scheme)].into()
    }

    fn security_requirement_name() -> Option<String> {
        Some("bearer".into())
    }
}
