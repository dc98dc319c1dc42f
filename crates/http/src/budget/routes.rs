use super::handlers::{
    change_budget, create_budget, delete_budget, list_alerts, list_budgets, replace_budget, show_budget,
    show_budget_periods, show_budget_status,
};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Budgets" {
        "/budgets/" => get list_budgets, post create_budget;
        "/budgets/{id}" => get show_budget, put replace_budget, patch change_budget, delete delete_budget;
        "/budgets/{id}/status" => get show_budget_status;
        "/budgets/{id}/periods" => get show_budget_periods;
        "/alerts/" => get list_alerts;
    }
};
