//! Errors as RFC 9457 has them: `application/problem+json`, with a stable code for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use finance_domain::budget::{BudgetError, TermsError};
use finance_domain::category::{CategoryError, CategoryUse};
use finance_domain::expense::ExpenseError;
use finance_domain::ports::{HashingError, StoreError, TokenError};
use finance_domain::report::ReportError;
use finance_domain::tag::TagError;
use finance_domain::user::{LoginError, RegisterError, UpdateUserError};
use serde::Serialize;

/// One field of a request that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FieldProblem {
    /// Where it stands: a JSON Pointer (RFC 6901) into the body, or the name of a query parameter behind `?`.
    pub(crate) pointer: String,
    /// Stable, `snake_case`.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) detail: String,
}

impl FieldProblem {
    pub(crate) fn new(pointer: impl Into<String>, code: &'static str, detail: impl fmt::Display) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.to_string() }
    }
}

/// Why a request was not carried out. Boxed, for it is the rare side of many results.
#[derive(Debug)]
pub(crate) struct Problem(Box<Content>);

#[derive(Debug)]
struct Content {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldProblem>,
    /// Members of its own (RFC 9457, section 3.2).
    members: Vec<(&'static str, u64)>,
    header: Option<(header::HeaderName, HeaderValue)>,
    closes_connection: bool,
    /// For the log only.
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// How long a client is asked to wait, in seconds, before it tries again what failed for want of the database.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Content {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            members: Vec::new(),
            header: None,
            closes_connection: false,
            cause: None,
        }))
    }

    fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn retry_later(self) -> Self {
        self.with_header(header::RETRY_AFTER, RETRY_AFTER_SECONDS)
    }

    /// What the client still sends is not worth reading.
    fn closing_connection(mut self) -> Self {
        self.0.closes_connection = true;
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
    }

    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
    }

    pub(crate) fn invalid(errors: Vec<FieldProblem>) -> Self {
        let detail = match errors.as_slice() {
            [error] => format!("{} {}.", error.pointer, error.detail),
            errors => format!("{} fields are not valid; `errors` names each.", errors.len()),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", detail);
        problem.0.errors = errors;
        problem
    }

    pub(crate) fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        // RFC 6750, section 3: a request without credentials is not told of an error.
        let challenge = match code {
            "invalid_token" => "Bearer realm=\"finance-api\", error=\"invalid_token\"",
            _ => "Bearer realm=\"finance-api\"",
        };
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let detail = format!("The body has more than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail).closing_connection()
    }

    pub(crate) fn body_too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body did not arrive in time.")
            .closing_connection()
    }

    pub(crate) fn body_interrupted(cause: &actix_web::error::PayloadError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body_incomplete", "The body ended early.")
            .closing_connection()
            .caused_by(cause.to_string())
    }

    pub(crate) fn unsupported_media_type(accepted: &'static str) -> Self {
        let detail = format!("The body must be {accepted}: say so in Content-Type.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
            .with_header(header::ACCEPT, HeaderValue::from_static(accepted))
            .closing_connection()
    }

    pub(crate) fn unsupported_encoding() -> Self {
        let detail = "Compressed bodies are not accepted: send the body without Content-Encoding.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", detail)
            .with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .closing_connection()
    }

    pub(crate) fn stale() -> Self {
        let detail = "It was changed since: fetch it again, then repeat the change with its new ETag.";
        Self::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
    }

    pub(crate) fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "The database is away. Nothing is known to be written; try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database_unavailable", detail)
            .retry_later()
            .caused_by(cause)
    }

    pub(crate) fn busy(cause: HashingError) -> Self {
        let detail = "Too many people are signing in at once; try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_later().caused_by(cause)
    }

    pub(crate) fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "Something went wrong here. The request id finds it in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail).caused_by(cause)
    }

    /// What to say of a response that some other code made, and that has no body of its own.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "This address does not know the method; `Allow` names those it knows.")
            }
            StatusCode::REQUEST_TIMEOUT => ("request_timeout", "The request did not arrive in time."),
            status if status.is_client_error() => ("bad_request", "The request was not understood."),
            _ => ("internal_error", "Something went wrong here. The request id finds it in the log."),
        };
        Self::new(status, code, detail)
    }

    /// The cause and its causes, for the log.
    pub(crate) fn cause(&self) -> Option<String> {
        let mut text = String::new();
        let mut next: Option<&(dyn Error + 'static)> = self.0.cause.as_ref().map(|cause| &**cause as _);
        while let Some(cause) = next {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        (!text.is_empty()).then_some(text)
    }

    /// The whole response.
    pub(crate) fn response(&self, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some((name, value)) = &self.0.header {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.0.closes_connection {
            response.force_close();
        }
        let body = ProblemBody {
            r#type: format!("urn:finance-api:problem:{}", self.0.code),
            title: self.0.status.canonical_reason().unwrap_or("Error"),
            status: self.0.status.as_u16(),
            detail: &self.0.detail,
            code: self.0.code,
            request_id,
            errors: &self.0.errors,
            members: self.0.members.iter().copied().collect(),
        };
        response.body(serde_json::to_string(&body).unwrap_or_default())
    }
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    #[serde(flatten)]
    members: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// Without a body: the middleware that knows the request's id writes it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.0.status)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::unavailable(cause),
            StoreError::Failed(cause) => Self::internal(cause),
        }
    }
}

impl From<HashingError> for Problem {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::busy(error),
            HashingError::Failed(cause) => Self::internal(cause),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => {
                Self::unauthorized("invalid_token", "The access token has expired: log in again.")
            }
            TokenError::Invalid => {
                Self::unauthorized("invalid_token", "The access token is not valid: log in again.")
            }
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::EmailTaken => Self::new(
                StatusCode::CONFLICT,
                "email_taken",
                "Somebody is registered with this e-mail address.",
            ),
            RegisterError::Hashing(error) => error.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => {
                Self::unauthorized("wrong_credentials", "The e-mail address or the password is wrong.")
            }
            LoginError::Hashing(error) => error.into(),
            LoginError::Token(cause) => Self::internal(cause),
            LoginError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateUserError> for Problem {
    fn from(error: UpdateUserError) -> Self {
        match error {
            UpdateUserError::NotFound => Self::user_is_gone(),
            UpdateUserError::Stale => Self::stale(),
            UpdateUserError::Store(error) => error.into(),
        }
    }
}

impl From<ExpenseError> for Problem {
    fn from(error: ExpenseError) -> Self {
        match error {
            ExpenseError::NotFound => Self::not_found(),
            ExpenseError::Stale => Self::stale(),
            ExpenseError::Amount(error) => {
                Self::invalid(vec![FieldProblem::new("/amount", error.code(), error)])
            }
            ExpenseError::UnknownCategory => {
                Self::invalid(vec![FieldProblem::new("/category_id", "unknown_category", error)])
            }
            ExpenseError::UnknownUser => Self::user_is_gone(),
            ExpenseError::Store(error) => error.into(),
        }
    }
}

impl From<BudgetError> for Problem {
    fn from(error: BudgetError) -> Self {
        let field = |pointer: &str, code| Self::invalid(vec![FieldProblem::new(pointer, code, &error)]);
        match error {
            BudgetError::NotFound => Self::not_found(),
            BudgetError::Stale => Self::stale(),
            BudgetError::Terms(errors) => {
                let mut problems: Vec<_> = errors.into_iter().map(terms_problem).collect();
                problems.sort_by(|a, b| a.pointer.cmp(&b.pointer));
                Self::invalid(problems)
            }
            BudgetError::UnknownCategories(ids) => {
                let problem = |id| {
                    let detail = format!("names {id}, which is no category of yours");
                    FieldProblem::new("/category_ids", "unknown_category", detail)
                };
                Self::invalid(ids.into_iter().map(problem).collect())
            }
            BudgetError::DayOutside => field("?on", "outside_of_budget"),
            BudgetError::TooManyPeriods(_) => field("?from", "too_many_periods"),
            BudgetError::EmptyRange => field("?to", "empty_range"),
            BudgetError::UnknownUser => Self::user_is_gone(),
            BudgetError::Store(error) => error.into(),
        }
    }
}

fn terms_problem(error: TermsError) -> FieldProblem {
    let (pointer, code) = match error {
        TermsError::Amount(error) => ("/amount", error.code()),
        TermsError::EndsBeforeStart => ("/ends_on", "ends_before_start"),
        TermsError::CurrencyChanged => ("/currency", "cannot_be_changed"),
        TermsError::PeriodChanged => ("/period", "cannot_be_changed"),
        TermsError::AmountFromWithoutChange => ("/amount_from", "not_applicable"),
        TermsError::AmountFromOutside => ("/amount_from", "outside_of_budget"),
    };
    FieldProblem::new(pointer, code, error)
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::EmptyRange => Self::invalid(vec![FieldProblem::new("?to", "empty_range", error)]),
            ReportError::TooManyGroups => {
                Self::invalid(vec![FieldProblem::new("?to", "too_many_groups", error)])
            }
            ReportError::UnknownUser => Self::user_is_gone(),
            ReportError::Store(error) => error.into(),
        }
    }
}

impl From<TagError> for Problem {
    fn from(error: TagError) -> Self {
        match error {
            TagError::NotFound => Self::not_found(),
            TagError::Stale => Self::stale(),
            TagError::NameTaken => Self::new(
                StatusCode::CONFLICT,
                "tag_name_taken",
                "There is a tag of this name; case makes no difference.",
            ),
            TagError::Store(error) => error.into(),
        }
    }
}

impl From<CategoryError> for Problem {
    fn from(error: CategoryError) -> Self {
        category_problem(error, "/into")
    }
}

/// What is wrong with a write of a category; the category into which another one goes is named at `target`.
pub(crate) fn category_problem(error: CategoryError, target: &'static str) -> Problem {
    let field = |pointer: &str, code, error: CategoryError| {
        Problem::invalid(vec![FieldProblem::new(pointer, code, error)])
    };
    match error {
        CategoryError::NotFound => Problem::not_found(),
        CategoryError::Stale => Problem::stale(),
        CategoryError::NameTaken => Problem::new(
            StatusCode::CONFLICT,
            "category_name_taken",
            "There is a category of this name; case makes no difference.",
        ),
        CategoryError::UnknownParent => field("/parent_id", "unknown_category", error),
        CategoryError::OwnParent => field("/parent_id", "own_parent", error),
        CategoryError::ParentIsChild => field("/parent_id", "parent_is_child", error),
        CategoryError::HasChildren => field("/parent_id", "has_children", error),
        CategoryError::InUse(what) => category_in_use(what),
        CategoryError::UnknownTarget => field(target, "unknown_category", error),
        CategoryError::IntoItself => field(target, "into_itself", error),
        CategoryError::TargetIsChild => Problem::new(
            StatusCode::CONFLICT,
            "target_is_child",
            "The category has parts, which cannot become parts of a part: there are two levels.",
        ),
        CategoryError::UnknownUser => Problem::user_is_gone(),
        CategoryError::Store(error) => error.into(),
    }
}

fn category_in_use(what: CategoryUse) -> Problem {
    let CategoryUse { expenses, children, budgets, recurring } = what;
    let counts =
        [("expenses", expenses), ("children", children), ("budgets", budgets), ("recurring", recurring)];
    let names = ["expenses", "categories of which it is the parent", "budgets", "recurring expenses"];
    let used: Vec<_> = counts
        .iter()
        .zip(names)
        .filter(|((_, count), _)| *count > 0)
        .map(|((_, count), name)| format!("{name}: {count}"))
        .collect();
    let detail = format!(
        "The category is in use ({}). Name another one in ?reassign_to= for what is in it.",
        used.join(", ")
    );
    let mut problem = Problem::new(StatusCode::CONFLICT, "category_in_use", detail);
    problem.0.members = counts.into();
    problem
}

impl Problem {
    /// A token outlived its user.
    pub(crate) fn user_is_gone() -> Self {
        Self::unauthorized("invalid_token", "The user of this access token does not exist any more.")
    }
}
