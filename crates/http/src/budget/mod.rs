mod dto;
mod handlers;
mod query;
mod routes;
mod status;

pub(crate) use routes::ROUTES;
pub(crate) use status::{AlertBody, StandingBody};
