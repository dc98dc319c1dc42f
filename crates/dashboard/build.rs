//! Makes what the binary serves: one document, one script, one style, each compressed and named by its content.

#[path = "build/bundle.rs"]
mod bundle;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// What `brotli` searches for repetitions in: 4 MiB, more than there is.
const BROTLI_WINDOW: u32 = 22;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=web");
    #[expect(clippy::disallowed_methods, reason = "this is how cargo speaks to build scripts")]
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let web = Path::new("web");
    let read = |path: &str| fs::read_to_string(web.join(path)).map_err(|error| format!("{path}: {error}"));

    let style = format!("{}\n{}", read("vendor/uplot/uPlot.min.css")?, read("style.css")?);
    let mut output = Output { directory: out, table: String::new() };
    let licences = output.add_hashed("licences", "txt", licences(&read)?.as_bytes())?;
    let script = bundle::bundle("app.js", &read)?;
    let script = output.add_hashed("app", "js", format!("// Licences: {licences}\n{script}").as_bytes())?;
    let style = output.add_hashed("style", "css", style.as_bytes())?;
    let icon = output.add_hashed("icon", "svg", read("icon.svg")?.as_bytes())?;

    let mut document = read("index.html")?;
    for (placeholder, address) in
        [("app.js", script), ("style.css", style), ("icon.svg", icon), ("licences.txt", licences)]
    {
        document = document.replace(&format!("{{{placeholder}}}"), &address);
    }
    output.add("index.html", document.as_bytes())?;
    fs::write(output.directory.join("assets.rs"), format!("[\n{}]\n", output.table))?;
    Ok(())
}

/// What is served, in cargo's output directory, with a table of it in Rust.
struct Output {
    directory: PathBuf,
    table: String,
}

impl Output {
    /// Adds a file whose name says what is in it, and answers its address.
    fn add_hashed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String, Box<dyn Error>> {
        let digest = Sha256::digest(content);
        let digest = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        let name = format!("{stem}-{digest:016x}.{extension}");
        self.add(&name, content)?;
        Ok(format!("/dashboard/assets/{name}"))
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Box<dyn Error>> {
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 11, BROTLI_WINDOW).write_all(content)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(content)?;
        for (suffix, bytes) in [("", content), (".br", &brotli), (".gz", &gzip.finish()?)] {
            fs::write(self.directory.join(format!("{name}{suffix}")), bytes)?;
        }
        let include = |suffix| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}{suffix}\"))");
        writeln!(
            self.table,
            "Asset {{ name: {name:?}, plain: {}, brotli: {}, gzip: {} }},",
            include(""),
            include(".br"),
            include(".gz"),
        )?;
        Ok(())
    }
}

/// The licences of what the script holds of others.
fn licences(read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut text = read("vendor/VERSIONS")?;
    for library in ["preact", "htm", "uplot"] {
        let licence = read(&format!("vendor/{library}/LICENSE"))?;
        let _ = write!(text, "\n\n---- {library} ----\n\n{licence}");
    }
    Ok(text)
}
