mod cursor;
pub(crate) mod dto;
mod handlers;
mod list;
mod routes;

pub(crate) use dto::ExpenseBody;
pub(crate) use routes::ROUTES;
