use apistos::web::{ServiceConfig, delete, get, patch, post, put, tagged_resource};

use super::handlers::{
    change_recurring, change_recurring_from, create_recurring, delete_recurring, list_recurring,
    list_upcoming, replace_recurring, show_recurring, skip_occurrence, unskip_occurrence,
};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let tag = || vec!["Recurring expenses"];
    config
        .service(
            tagged_resource("/recurring/", tag())
                .route(get().to(list_recurring))
                .route(post().to(create_recurring)),
        )
        .service(
            tagged_resource("/recurring/{id}", tag())
                .route(get().to(show_recurring))
                .route(put().to(replace_recurring))
                .route(patch().to(change_recurring))
                .route(delete().to(delete_recurring)),
        )
        .service(tagged_resource("/recurring/{id}/upcoming", tag()).route(get().to(list_upcoming)))
        .service(tagged_resource("/recurring/{id}/skip", tag()).route(post().to(skip_occurrence)))
        .service(tagged_resource("/recurring/{id}/unskip", tag()).route(post().to(unskip_occurrence)))
        .service(tagged_resource("/recurring/{id}/change", tag()).route(post().to(change_recurring_from)));
}
