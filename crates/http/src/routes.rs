//! What the API answers to, told once and used twice: by each worker, which serves it, and to make the document, which costs
//! time and memory that a worker has better use for.

/// Some of the API.
pub(crate) struct Routes {
    /// Adds it to what is served.
    pub(crate) serve: fn(&mut actix_web::web::ServiceConfig),
    /// Adds it to the document.
    pub(crate) document: fn(&mut apistos::web::ServiceConfig<'_>),
}

/// [`Routes`] by tag, path and method.
macro_rules! routes {
    ($($tag:literal { $($path:literal => $($method:ident $handler:path),+;)+ })+) => {
        $crate::routes::Routes {
            serve: |config| {
                $($(config.service(
                    actix_web::web::resource($path)$(.route(actix_web::web::$method().to($handler)))+
                );)+)+
            },
            document: |config| {
                $($(config.service(
                    apistos::web::tagged_resource($path, vec![$tag])$(.route(apistos::web::$method().to($handler)))+
                );)+)+
            },
        }
    };
}
pub(crate) use routes;
