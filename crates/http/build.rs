//! Takes the files of Swagger UI that the binary serves out of their archive.

use std::error::Error;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::{env, fs};

const FILES: [&str; 3] = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "this is how cargo speaks to build scripts")]
    let out = env::var("OUT_DIR")?;
    let mut archive = zip::ZipArchive::new(Cursor::new(utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED))?;
    for file in FILES {
        let path = archive
            .file_names()
            .flatten()
            .map(std::borrow::Cow::into_owned)
            .find(|name| name.ends_with(&format!("/dist/{file}")) && !name.contains("/flavors/"))
            .ok_or_else(|| format!("Swagger UI has no file {file}"))?;
        let mut content = Vec::new();
        archive.by_name(&path)?.read_to_end(&mut content)?;
        fs::write(Path::new(&out).join(file), content)?;
    }
    Ok(())
}
