mod dto;
mod handlers;
mod problem;
mod routes;
mod upcoming;

pub(crate) use routes::ROUTES;
pub(crate) use upcoming::UpcomingExpenseBody;
