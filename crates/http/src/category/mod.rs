mod dto;
mod handlers;
mod list;
mod routes;

pub(crate) use routes::ROUTES;
