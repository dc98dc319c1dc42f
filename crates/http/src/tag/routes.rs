use apistos::web::{ServiceConfig, delete, get, patch, tagged_resource};

use super::handlers::{change_tag, delete_tag, list_tags, show_tag};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(tagged_resource("/tags/", vec!["Tags"]).route(get().to(list_tags))).service(
        tagged_resource("/tags/{id}", vec!["Tags"])
            .route(get().to(show_tag))
            .route(patch().to(change_tag))
            .route(delete().to(delete_tag)),
    );
}
