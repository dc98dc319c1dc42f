use apistos::web::{ServiceConfig, delete, get, patch, post, put, tagged_resource};

use super::handlers::{
    change_expense, create_expense, delete_expense, list_expenses, replace_expense, show_expense,
};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            tagged_resource("/expenses/", vec!["Expenses"])
                .route(get().to(list_expenses))
                .route(post().to(create_expense)),
        )
        .service(
            tagged_resource("/expenses/{id}", vec!["Expenses"])
                .route(get().to(show_expense))
                .route(put().to(replace_expense))
                .route(patch().to(change_expense))
                .route(delete().to(delete_expense)),
        );
}
