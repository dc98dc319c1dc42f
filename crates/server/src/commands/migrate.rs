//! `finance-api migrate`: brings the database up to date and exits.

use finance_persistence::Database;

use super::CommandError;
use crate::config::{self, LogConfig};
use crate::telemetry;

/// Applies the migrations that are missing.
pub(crate) fn run() -> Result<(), CommandError> {
    let (settings, log) = config::load(|reader| {
        let settings = config::read_database(reader);
        let log = LogConfig::read(reader);
        Ok((settings?, log?))
    })?;
    let _telemetry = telemetry::start(&log).map_err(|error| CommandError::failed(&error))?;
    actix_web::rt::System::new().block_on(async {
        let database = Database::connect(&settings).map_err(|error| CommandError::failed(&error))?;
        let applied = database.migrate().await.map_err(|error| CommandError::Failed(error.to_string()));
        database.close().await;
        tracing::info!(database = %settings.url, applied = applied?.len(), "the database is up to date");
        Ok(())
    })
}
