use super::handlers::{change_tag, delete_tag, list_tags, show_tag};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Tags" {
        "/tags/" => get list_tags;
        "/tags/{id}" => get show_tag, patch change_tag, delete delete_tag;
    }
};
