//! Logs: JSON for machines, one object a line, or text for people.

mod writer;

use std::fmt;
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogConfig, LogFormat};
use writer::{Destination, LogWriter};

/// While it lives, logs are written; when it is dropped, the last of them.
pub(crate) struct Telemetry {
    _destination: Destination,
}

/// Starts to write logs to standard output.
///
/// # Errors
/// When it was started before in this process.
pub(crate) fn start(config: &LogConfig) -> Result<Telemetry, TryInitError> {
    let stdout = std::io::stdout();
    let on_terminal = stdout.is_terminal();
    let (writer, destination) = writer::open(stdout);
    let json = match config.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !on_terminal,
    };
    let layer = if json { json_layer(writer) } else { text_layer(writer, on_terminal && config.colours) };
    tracing_subscriber::registry()
        .with(layer.with_filter(EnvFilter::new(directives(&config.level))))
        .try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(Telemetry { _destination: destination })
}

/// At `info`, actix tells each step of its own start and end, among which the one line that matters gets lost.
fn directives(level: &str) -> &str {
    if level.eq_ignore_ascii_case("info") { "info,actix_server=warn" } else { level }
}

fn json_layer(writer: LogWriter) -> Box<dyn Layer<Registry> + Send + Sync> {
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_timer(UtcMilliseconds)
        .with_writer(writer)
        .boxed()
}

fn text_layer(writer: LogWriter, colours: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    tracing_subscriber::fmt::layer()
        .with_ansi(colours)
        .with_target(false)
        .with_timer(UtcMilliseconds)
        .with_writer(writer)
        .boxed()
}

/// RFC 3339 in UTC with milliseconds.
struct UtcMilliseconds;

impl FormatTime for UtcMilliseconds {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let now = DateTime::<Utc>::from(SystemTime::now());
        writer.write_str(&now.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A panic is a line of the log like any other, rather than text between the lines.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    tracing::error!(
        location = location.as_deref().unwrap_or("unknown"),
        thread = std::thread::current().name().unwrap_or("unnamed"),
        "panicked: {}",
        panic.payload_as_str().unwrap_or("without a message")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_flat_json_object() {
        let output = writer::tests::Output::default();
        let (writer, destination) = writer::open(output.clone());
        let subscriber = tracing_subscriber::registry().with(json_layer(writer));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "finance", status = 200, route = "/me", "request");
        });
        drop(destination);
        let text = output.text();
        let line: serde_json::Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(
            timestamp.ends_with('Z') && timestamp.len() == "2026-11-23T12:00:00.000Z".len(),
            "{timestamp}"
        );
        let expected = serde_json::json!({"timestamp": timestamp, "level": "INFO", "message": "request",
            "target": "finance", "status": 200, "route": "/me"});
        assert_eq!(line, expected);
    }
}
