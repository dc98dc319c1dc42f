mod dto;
mod handlers;
mod routes;

pub(crate) use routes::ROUTES;
