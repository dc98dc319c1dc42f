use apistos::web::{ServiceConfig, get, patch, post, tagged_resource};

use super::handlers::{change_profile, log_in, register, show_profile};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(tagged_resource("/auth/register", vec!["Authentication"]).route(post().to(register)))
        .service(tagged_resource("/auth/login", vec!["Authentication"]).route(post().to(log_in)))
        .service(
            tagged_resource("/me", vec!["Profile"])
                .route(get().to(show_profile))
                .route(patch().to(change_profile)),
        );
}
