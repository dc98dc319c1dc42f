mod repository;
mod row;
mod work;

pub use repository::SqlCategoryRepository;
pub(crate) use row::NewCategoryRow;
