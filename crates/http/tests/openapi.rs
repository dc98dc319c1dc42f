//! The `OpenAPI` document is a committed snapshot: what a consumer sees changes on purpose only.

use std::fs;
use std::path::Path;

use serde_json::Value;

#[test]
fn the_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == finance_http::openapi_document(),
        "docs/openapi.json is not what the code says: run `make openapi` and look at the difference"
    );
}

/// The address of a new thing and that of the next page are of the operation that answers with them.
#[test]
fn examples_of_addresses_are_of_their_resource() {
    let document: Value = serde_json::from_str(finance_http::openapi_document()).unwrap();
    let mut met = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for answer in operation["responses"].as_object().unwrap().values() {
                let collection = path.split('/').nth(1).unwrap();
                for (header, start) in
                    [("Location", format!("/{collection}/01")), ("Link", format!("<{path}?"))]
                {
                    let example = &answer["headers"][header]["schema"]["example"];
                    let start = if path == "/auth/register" { "/me" } else { &start };
                    if let Some(example) = example.as_str() {
                        assert!(example.starts_with(start), "{path}: {header} {example}");
                        met += 1;
                    }
                }
            }
        }
    }
    assert!(met > 8, "{met}");
}
