mod dto;
mod handlers;
mod problem;
mod routes;
mod upcoming;

pub(crate) use dto::RecurringBody;
pub(crate) use routes::routes;
