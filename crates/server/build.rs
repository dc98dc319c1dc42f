//! Tells the program which commit it was built from.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=FINANCE_COMMIT");
    let commit = given().or_else(checked_out).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=FINANCE_COMMIT={commit}");
}

/// What whoever builds says, where there is no repository: in a container's build, for example.
#[expect(clippy::disallowed_methods, reason = "a build script has no other configuration")]
fn given() -> Option<String> {
    std::env::var("FINANCE_COMMIT").ok().filter(|commit| !commit.trim().is_empty())
}

/// The commit of the repository around these sources, if this is one and git is there.
fn checked_out() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Sources without a repository of their own may lie inside another one, whose commit says nothing about them.
    let git = root.join(".git");
    if !git.exists() {
        return None;
    }
    // The first changes when another branch is checked out, the second with each commit.
    for file in ["HEAD", "logs/HEAD"].map(|name| git.join(name)).iter().filter(|file| file.exists()) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let output =
        Command::new("git").arg("-C").arg(root).args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    let commit = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !commit.is_empty()).then_some(commit)
}
