use super::handlers::{
    change_category, create_category, delete_category, list_categories, merge_category, replace_category,
    show_category,
};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Categories" {
        "/categories/" => get list_categories, post create_category;
        "/categories/{id}" => get show_category, put replace_category, patch change_category, delete delete_category;
        "/categories/{id}/merge" => post merge_category;
    }
};
