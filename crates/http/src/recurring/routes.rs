use super::handlers::{
    change_recurring, change_recurring_from, create_recurring, delete_recurring, list_recurring,
    list_upcoming, replace_recurring, show_recurring, skip_occurrence, unskip_occurrence,
};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Recurring expenses" {
        "/recurring/" => get list_recurring, post create_recurring;
        "/recurring/{id}" => get show_recurring, put replace_recurring, patch change_recurring, delete delete_recurring;
        "/recurring/{id}/upcoming" => get list_upcoming;
        "/recurring/{id}/skip" => post skip_occurrence;
        "/recurring/{id}/unskip" => post unskip_occurrence;
        "/recurring/{id}/change" => post change_recurring_from;
    }
};
