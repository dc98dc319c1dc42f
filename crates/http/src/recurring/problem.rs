use actix_web::http::StatusCode;
use finance_domain::recurring::{RecurringError, ScheduleError};

use crate::problem::{FieldProblem, Problem};

impl From<RecurringError> for Problem {
    fn from(error: RecurringError) -> Self {
        of(error, "/date")
    }
}

/// The problem of an error, where a date that is none of those to come stands at this place in the body.
pub(super) fn of(error: RecurringError, date: &'static str) -> Problem {
    let field = |pointer: &str, code, error: &dyn std::fmt::Display| {
        Problem::invalid(vec![FieldProblem::new(pointer, code, error)])
    };
    match error {
        RecurringError::NotFound => Problem::not_found(),
        RecurringError::Stale => Problem::stale(),
        RecurringError::Invalid { amount, schedule } => {
            let amount = amount.map(|error| FieldProblem::new("/amount", error.code(), error));
            Problem::invalid(amount.into_iter().chain(schedule.into_iter().map(of_schedule)).collect())
        }
        error @ RecurringError::TooFarBack => field("/starts_on", "too_far_back", &error),
        error @ RecurringError::NoSuchOccurrence { .. } => field(date, "no_such_occurrence", &error),
        error @ RecurringError::UnknownCategory => field("/category_id", "unknown_category", &error),
        RecurringError::Posted(day) => {
            let detail = format!("The expense of {day} is there already: change or delete that one.");
            Problem::new(StatusCode::CONFLICT, "occurrence_posted", detail)
        }
        RecurringError::Behind => {
            let detail = "Its expenses of the past are still being made; try again shortly.";
            Problem::new(StatusCode::CONFLICT, "still_posting", detail).retry_later()
        }
        RecurringError::UnknownUser => Problem::user_is_gone(),
        RecurringError::Store(error) => error.into(),
    }
}

/// The field to which an error of a schedule belongs.
pub(super) fn of_schedule(error: ScheduleError) -> FieldProblem {
    let pointer = match error {
        ScheduleError::StartsTooEarly => "/starts_on",
        ScheduleError::EndsBeforeStart => "/ends_on",
        ScheduleError::NeverOccurs => "/rule",
    };
    FieldProblem::new(pointer, error.code(), error)
}
