use apistos::web::{ServiceConfig, delete, get, patch, post, put, tagged_resource};

use super::handlers::{
    change_budget, create_budget, delete_budget, list_alerts, list_budgets, replace_budget, show_budget,
    show_budget_periods, show_budget_status,
};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let tags = || vec!["Budgets"];
    config
        .service(
            tagged_resource("/budgets/", tags())
                .route(get().to(list_budgets))
                .route(post().to(create_budget)),
        )
        .service(
            tagged_resource("/budgets/{id}", tags())
                .route(get().to(show_budget))
                .route(put().to(replace_budget))
                .route(patch().to(change_budget))
                .route(delete().to(delete_budget)),
        )
        .service(tagged_resource("/budgets/{id}/status", tags()).route(get().to(show_budget_status)))
        .service(tagged_resource("/budgets/{id}/periods", tags()).route(get().to(show_budget_periods)))
        .service(tagged_resource("/alerts/", tags()).route(get().to(list_alerts)));
}
