//! For load balancers and operators.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use apistos::{ApiComponent, api_operation};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::openapi::Example;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::response::Okay;
use crate::routes::{Routes, routes};
use crate::state::AppState;

/// How the service is.
#[derive(Serialize, JsonSchema, ApiComponent)]
pub(crate) struct Health {
    /// `ok`; anything else is an error's body.
    status: &'static str,
}

impl Example for Health {
    fn example() -> Value {
        json!({"status": "ok"})
    }
}

/// What is running.
#[derive(Serialize, JsonSchema, ApiComponent)]
pub(crate) struct VersionInfo {
    /// The name of the program.
    name: &'static str,
    /// The version of the program.
    version: &'static str,
    /// The commit that it was built from.
    commit: &'static str,
}

impl Example for VersionInfo {
    fn example() -> Value {
        json!({"name": "finance-api", "version": "0.1.0", "commit": "0123456789ab"})
    }
}

pub(crate) const ROUTES: Routes = routes! {
    "Operations" {
        "/health/live" => get live;
        "/health/ready" => get ready;
        "/version" => get version;
    }
};

/// Whether the process is alive
///
/// Says nothing of the database: a process that only waits for its database must not be restarted.
#[api_operation(operation_id = "health_live", no_security, error_code = 422, error_code = 500)]
async fn live(_: NoQuery) -> Result<Okay<Health>, Problem> {
    Ok(Okay(Health { status: "ok" }))
}

/// Whether requests can be served
///
/// The database answers, its schema is the one that this program needs, and the process is not about to end.
#[api_operation(
    operation_id = "health_ready",
    no_security,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
async fn ready(_: NoQuery, state: Data<AppState>) -> Result<Okay<Health>, Problem> {
    if state.lifecycle.is_draining() {
        let detail = "This process is about to end: ask another one.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "draining", detail).retry_later());
    }
    state.health.check().await?;
    Ok(Okay(Health { status: "ok" }))
}

/// What is running
///
/// The version of the program and the commit that it was built from.
#[api_operation(operation_id = "version", no_security, error_code = 422, error_code = 500)]
async fn version(_: NoQuery, state: Data<AppState>) -> Result<Okay<VersionInfo>, Problem> {
    Ok(Okay(VersionInfo { name: "finance-api", version: state.build.version, commit: state.build.commit }))
}
