mod repository;
mod work;

pub use repository::SqlTagRepository;
