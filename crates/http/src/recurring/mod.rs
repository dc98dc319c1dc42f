mod dto;
mod handlers;
mod problem;
mod routes;
mod upcoming;

pub(crate) use routes::routes;
pub(crate) use upcoming::UpcomingExpenseBody;
