//! `finance-api openapi`: prints the `OpenAPI` document.

use std::io::Write as _;

use super::CommandError;

/// Prints the document to standard output.
pub(crate) fn run() -> Result<(), CommandError> {
    let document = finance_http::openapi_document();
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", document.trim_end())
        .and_then(|()| stdout.flush())
        .map_err(|error| CommandError::Failed(format!("cannot print the document: {error}")))
}
