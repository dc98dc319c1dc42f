//! The `OpenAPI` document is a committed snapshot: what a consumer sees changes on purpose only.

use std::fs;
use std::path::Path;

#[test]
fn the_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == finance_http::openapi_document(),
        "docs/openapi.json is not what the code says: run `make openapi` and look at the difference"
    );
}
