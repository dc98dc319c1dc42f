//! `finance-api serve`: answers requests until a signal ends it.

mod connections;
mod listener;
pub(crate) mod poster;
mod signals;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use finance_http::{AppFactory, HttpSettings, Lifecycle};
use finance_persistence::{Database, MigrateError};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::CommandError;
use crate::config::{self, HttpConfig, ServeConfig, ShutdownConfig};
use crate::{compose, telemetry};
use listener::Listener;
use poster::Poster;
use signals::{Ending, Signals};

/// How long requests wait at start for a database that is away; afterwards they are answered that it is away.
const START_PATIENCE: Duration = Duration::from_secs(1);

/// How often a database that is away is asked again at start: at first, and at the least.
const RETRY: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// From the signal to the end of the process at the latest. Orchestrators kill after 30 seconds, some after 25.
const DEADLINE: Duration = Duration::from_millis(24_800);

/// Serves.
pub(crate) fn run() -> Result<(), CommandError> {
    let config = config::load(ServeConfig::read)?;
    // Dropped last, so that everything that was logged is written.
    let _telemetry = telemetry::start(&config.log).map_err(|error| CommandError::failed(&error))?;
    System::new().block_on(serve(config))
}

async fn serve(config: ServeConfig) -> Result<(), CommandError> {
    let mut signals = Signals::listen().map_err(|error| CommandError::failed(&error))?;
    // Each connection takes two descriptors; many shells start programs with room for a thousand.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let listener = Listener::bind(&config.listen).map_err(|error| CommandError::Failed(error.to_string()))?;
    let database = Database::connect(&config.database).map_err(|error| CommandError::failed(&error))?;
    let lifecycle = Arc::new(Lifecycle::new());
    let state = compose::app_state(&database, &config.auth, Arc::clone(&lifecycle))
        .map_err(|error| CommandError::failed(&error))?;

    let mut migration = pin!(migrate(&database));
    let migrated = tokio::select! {
        outcome = timeout(START_PATIENCE, &mut migration) => match outcome {
            Ok(outcome) => outcome.map(|()| true).map_err(|error| CommandError::Failed(error.to_string()))?,
            Err(_) => false,
        },
        _ = signals.next() => return Ok(()),
    };

    if !migrated {
        lifecycle.start_migrating();
    }
    let factory = AppFactory::new(state, http_settings(&config.http)).with_pages(compose::PAGES);
    let accepting = listener.accepting().map_err(|error| CommandError::failed(&error))?;
    let server = HttpServer::new(move || factory.make())
        .workers(config.http.workers)
        .keep_alive(config.http.keep_alive)
        .client_request_timeout(config.http.head_timeout)
        .on_connect(connections::watch(config.http.keep_alive + config.http.head_timeout))
        .tcp_nodelay(true)
        .disable_signals()
        .shutdown_timeout(config.shutdown.drain.as_secs())
        .listen(accepting)
        .map_err(|error| CommandError::failed(&error))?
        .run();
    let handle = server.handle();
    let mut server = actix_web::rt::spawn(server);
    log_start(&config, &listener);
    let poster = config
        .recurring_poll
        .map(|every| Poster::start(compose::posting(&database), every, Arc::clone(&lifecycle)));

    let signal = tokio::select! {
        error = migrated_then_for_ever(migrated, migration.as_mut(), &lifecycle) => {
            handle.stop(false).await;
            return Err(CommandError::Failed(error.to_string()));
        }
        outcome = &mut server => {
            let reason = outcome.map(|outcome| outcome.err().map(|error| error.to_string()));
            return Err(CommandError::Failed(format!("the server has ended by itself: {reason:?}")));
        }
        signal = signals.next() => signal,
    };
    let deadline = Instant::now() + DEADLINE;
    let ended = async {
        // Another process may take over at once.
        let stopped = async {
            if let Some(poster) = poster {
                poster.stop().await;
            }
        };
        tokio::join!(end(signal, &config.shutdown, &lifecycle, listener, &handle), stopped);
    };
    tokio::select! {
        () = ended => {}
        again = signals.next() => return Err(CommandError::Killed(again.number())),
    }
    tokio::select! {
        closed = timeout_at(deadline, database.close()) => if closed.is_ok() {
            tracing::info!("ended");
        } else {
            tracing::warn!("ended without waiting any longer for the database to close");
        },
        again = signals.next() => return Err(CommandError::Killed(again.number())),
    }
    Ok(())
}

fn http_settings(config: &HttpConfig) -> HttpSettings {
    HttpSettings {
        body_limit: config.max_body_bytes,
        body_timeout: config.body_timeout,
        cors_allowed_origins: config.cors_allowed_origins.clone(),
    }
}

/// One line that says what became of the configuration.
fn log_start(config: &ServeConfig, listener: &Listener) {
    let url = listener.url();
    tracing::info!(
        version = compose::BUILD.version,
        commit = compose::BUILD.commit,
        database = %config.database.url,
        address = %listener.address(),
        workers = config.http.workers,
        docs = format!("{url}/docs"),
        "listening on {url}"
    );
}

/// Brings the database up to date, and waits for it while it is away.
async fn migrate(database: &Database) -> Result<(), MigrateError> {
    let [mut pause, longest] = RETRY;
    loop {
        match database.migrate().await {
            Ok(_) => return Ok(()),
            Err(error @ MigrateError::Failed(_)) => return Err(error),
            Err(error @ (MigrateError::Store(_) | MigrateError::Locked(_))) => {
                tracing::warn!(%error, retry_in = ?pause, "the database cannot be used yet");
            }
        }
        sleep(pause).await;
        pause = longest.min(pause * 2);
    }
}

/// Waits for the migration if it is still running; ends only if it fails.
async fn migrated_then_for_ever(
    migrated: bool,
    migration: Pin<&mut impl Future<Output = Result<(), MigrateError>>>,
    lifecycle: &Lifecycle,
) -> MigrateError {
    if !migrated {
        match migration.await {
            Ok(()) => {
                lifecycle.start_serving();
                tracing::info!("the database is up to date");
            }
            Err(error) => return error,
        }
    }
    std::future::pending().await
}

/// Ends the server without losing a request.
async fn end(
    signal: Ending,
    config: &ShutdownConfig,
    lifecycle: &Lifecycle,
    listener: Listener,
    handle: &ServerHandle,
) {
    // Whoever presses Ctrl-C has no load balancer that must take notice.
    let grace = if signal.by_hand() { Duration::ZERO } else { config.grace };
    tracing::info!(signal = signal.name(), ?grace, drain = ?config.drain, "ending: no longer ready");
    lifecycle.start_draining();
    sleep(grace).await;
    // Actix drops the connections that it has accepted but not begun to serve, so none may be left when it stops.
    listener.refuse_new().await;
    tracing::info!("accepting no more connections");
    handle.stop(true).await;
}
