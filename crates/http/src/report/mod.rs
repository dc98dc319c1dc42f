mod common;
mod dashboard;
mod forecast;
mod handlers;
mod monthly;
mod parameters;
mod response;
mod routes;
mod summary;
mod table;
mod trends;

pub(crate) use routes::ROUTES;
