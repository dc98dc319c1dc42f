use super::handlers::{
    change_expense, create_expense, delete_expense, list_expenses, replace_expense, show_expense,
};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Expenses" {
        "/expenses/" => get list_expenses, post create_expense;
        "/expenses/{id}" => get show_expense, put replace_expense, patch change_expense, delete delete_expense;
    }
};
