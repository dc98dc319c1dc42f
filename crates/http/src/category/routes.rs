use apistos::web::{ServiceConfig, delete, get, patch, post, put, tagged_resource};

use super::handlers::{
    change_category, create_category, delete_category, list_categories, merge_category, replace_category,
    show_category,
};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let tags = || vec!["Categories"];
    config
        .service(
            tagged_resource("/categories/", tags())
                .route(get().to(list_categories))
                .route(post().to(create_category)),
        )
        .service(
            tagged_resource("/categories/{id}", tags())
                .route(get().to(show_category))
                .route(put().to(replace_category))
                .route(patch().to(change_category))
                .route(delete().to(delete_category)),
        )
        .service(tagged_resource("/categories/{id}/merge", tags()).route(post().to(merge_category)));
}
