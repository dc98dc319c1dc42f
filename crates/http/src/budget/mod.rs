mod dto;
mod handlers;
mod query;
mod routes;
mod status;

pub(crate) use routes::routes;
pub(crate) use status::{AlertBody, StandingBody};
