//! Which crate may know which: the arrows between the crates of the workspace, and what each may use from outside.
//!
//! A change here is a change of the architecture: ARCHITECTURE.md states each rule and why it holds.

#![expect(clippy::expect_used, reason = "these are tests throughout: what is missing fails them")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// Each crate, with those of the workspace that it may use. There is no arrow but these.
const ARROWS: [(&str, &[&str]); 7] = [
    ("finance-domain", &[]),
    ("finance-persistence", &["finance-domain"]),
    ("finance-auth", &["finance-domain"]),
    ("finance-http", &["finance-domain"]),
    ("finance-dashboard", &[]),
    ("finance-testing", &["finance-domain"]),
    (
        "finance-server",
        &["finance-domain", "finance-persistence", "finance-auth", "finance-http", "finance-dashboard"],
    ),
];

/// The only crates whose tests may use `finance-testing`.
const TESTED_WITH_FAKES: [&str; 4] =
    ["finance-persistence", "finance-auth", "finance-http", "finance-server"];

/// What each crate may use from outside the workspace, tests apart.
const THIRD_PARTY: [(&str, &[&str]); 7] = [
    (
        "finance-domain",
        &[
            "async-trait",
            "caseless",
            "chrono",
            "chrono-tz",
            "email_address",
            "iso_currency",
            "rrule",
            "secrecy",
            "thiserror",
            "unicode-normalization",
            "uuid",
        ],
    ),
    (
        "finance-persistence",
        &[
            "async-trait",
            "chrono",
            "chrono-tz",
            "deadpool",
            "diesel",
            "diesel-async",
            "diesel_migrations",
            "futures-util",
            "libsqlite3-sys",
            "rustls",
            "rustls-native-certs",
            "thiserror",
            "tokio",
            "tokio-postgres",
            "tokio-postgres-rustls",
            "tracing",
            "uuid",
        ],
    ),
    (
        "finance-auth",
        &[
            "async-trait",
            "base64",
            "bcrypt",
            "chrono",
            "hmac",
            "jsonwebtoken",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "uuid",
        ],
    ),
    (
        "finance-http",
        &[
            "actix-cors",
            "actix-web",
            "apistos",
            "apistos-schemars",
            "async-trait",
            "base64",
            "bytes",
            "chrono",
            "chrono-tz",
            "csv",
            "form_urlencoded",
            "futures-util",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
            "utoipa-swagger-ui-vendored",
            "uuid",
            "validator",
            "zip",
        ],
    ),
    ("finance-dashboard", &["actix-web", "brotli", "flate2", "sha2"]),
    (
        "finance-testing",
        &["async-trait", "chrono", "chrono-tz", "proptest", "secrecy", "tokio", "tokio-postgres", "uuid"],
    ),
    (
        "finance-server",
        &[
            "actix-web",
            "chrono",
            "clap",
            "dotenvy",
            "indicatif",
            "rand",
            "rlimit",
            "secrecy",
            "serde_json",
            "socket2",
            "thiserror",
            "tokio",
            "tracing",
            "tracing-subscriber",
            "uuid",
        ],
    ),
];

/// What a crate never pulls in, not even through others: a name, or the beginning of one with a star. With the rule.
const NEVER: [(&str, &[&str], &str); 5] = [
    (
        "finance-domain",
        &["actix*", "apistos*", "axum", "diesel*", "hyper", "serde", "serde_json", "sqlx", "tokio*"],
        "the domain knows no web, no SQL, no runtime and no wire format",
    ),
    (
        "finance-http",
        &["bcrypt", "deadpool*", "diesel*", "jsonwebtoken", "libsqlite3-sys", "tokio-postgres"],
        "http knows neither the database nor how passwords and tokens are made, and compiles without them",
    ),
    (
        "finance-persistence",
        &["actix*", "apistos*", "bcrypt", "jsonwebtoken", "validator"],
        "persistence knows nothing of the web",
    ),
    (
        "finance-auth",
        &["actix*", "apistos*", "diesel*", "libsqlite3-sys", "tokio-postgres"],
        "auth knows neither the web nor the database",
    ),
    (
        "finance-dashboard",
        &["apistos*", "bcrypt", "diesel*", "jsonwebtoken", "libsqlite3-sys", "tokio-postgres", "validator"],
        "the dashboard is a page and nothing else: what it shows, the browser asks the API for",
    ),
];

/// The rule that an arrow between two crates of the workspace breaks, if any.
fn arrow_breaks(from: &str, to: &str, kind: DependencyKind) -> Option<&'static str> {
    let allowed =
        ARROWS.iter().find(|(name, _)| *name == from).is_some_and(|(_, to_these)| to_these.contains(&to));
    let siblings = ["finance-http", "finance-persistence", "finance-auth"];
    match (to, kind) {
        _ if allowed => None,
        ("finance-testing", DependencyKind::Development) if TESTED_WITH_FAKES.contains(&from) => None,
        ("finance-testing", _) => Some("testing is a dev-dependency only, and never one of the domain"),
        ("finance-server", _) => Some("nobody knows the server, which puts all others together"),
        _ if from == "finance-domain" => Some("the domain knows no other crate of the workspace"),
        _ if from == "finance-dashboard" => {
            Some("the dashboard knows the API as any browser does, and no crate")
        }
        _ if siblings.contains(&from) && siblings.contains(&to) => {
            Some("http, persistence and auth never see one another")
        }
        _ => Some("this arrow is none of those in ARROWS"),
    }
}

/// Whether a crate may use one from outside.
fn may_use(from: &str, to: &str) -> bool {
    THIRD_PARTY.iter().any(|(name, these)| *name == from && these.contains(&to))
}

fn is_one_of(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *pattern,
    })
}

/// The graph of the platform that this runs on.
fn metadata() -> Metadata {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc");
    let version = String::from_utf8(version.stdout).expect("rustc writes UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc knows its host");
    let options = ["--filter-platform", host].map(str::to_owned);
    MetadataCommand::new().other_options(options).exec().expect("cargo metadata")
}

/// All that a crate pulls in when it is built, by name.
fn pulled_in(metadata: &Metadata, root: &PackageId) -> BTreeSet<String> {
    let graph = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: BTreeMap<_, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut met = BTreeSet::from([root]);
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        for dependency in &nodes[id].deps {
            let shipped = dependency.dep_kinds.iter().any(|info| info.kind == DependencyKind::Normal);
            if shipped && met.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    met.remove(root);
    met.into_iter().map(|id| metadata[id].name.to_string()).collect()
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn the_crates_know_each_other_as_drawn() {
    let metadata = metadata();
    let members: BTreeSet<_> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let drawn: BTreeSet<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(members, drawn, "each crate of the workspace has its place in ARROWS");

    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|dependency| members.contains(&dependency.name))
        {
            if let Some(rule) = arrow_breaks(&package.name, &dependency.name, dependency.kind) {
                broken.push(format!("{} depends on {}: {rule}", package.name, dependency.name));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn each_crate_uses_what_is_listed_for_it() {
    let metadata = metadata();
    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            let outside = dependency.path.is_none() && dependency.kind != DependencyKind::Development;
            if outside && !may_use(&package.name, &dependency.name) {
                broken.push(format!(
                    "{} depends on {}, which THIRD_PARTY does not list for it: is it the crate to know that?",
                    package.name, dependency.name
                ));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn nothing_comes_in_through_others() {
    let metadata = metadata();
    let mut broken = Vec::new();
    for (name, never, rule) in NEVER {
        let packages = metadata.workspace_packages();
        let package = packages.iter().find(|package| package.name.as_str() == name).expect(name);
        for met in pulled_in(&metadata, &package.id).iter().filter(|met| is_one_of(met, never)) {
            broken.push(format!("{name} pulls in {met}: {rule} (`cargo tree -p {name} -i {met} -e normal`)"));
        }
    }
    assert_none(&broken);
}

#[test]
fn the_rules_refuse_what_they_should() {
    use DependencyKind::{Development, Normal};
    for (from, to) in [
        ("finance-http", "finance-persistence"),
        ("finance-auth", "finance-http"),
        ("finance-persistence", "finance-auth"),
        ("finance-domain", "finance-http"),
        ("finance-http", "finance-server"),
        ("finance-testing", "finance-persistence"),
        ("finance-dashboard", "finance-domain"),
        ("finance-http", "finance-dashboard"),
    ] {
        for kind in [Normal, Development] {
            assert!(arrow_breaks(from, to, kind).is_some(), "{from} to {to}");
        }
    }
    assert!(arrow_breaks("finance-server", "finance-testing", Normal).is_some());
    assert!(arrow_breaks("finance-domain", "finance-testing", Development).is_some());
    assert!(arrow_breaks("finance-http", "finance-testing", Development).is_none());
    assert!(arrow_breaks("finance-server", "finance-persistence", Normal).is_none());
    for (from, to) in
        [("finance-http", "diesel"), ("finance-persistence", "actix-web"), ("finance-domain", "tokio")]
    {
        assert!(!may_use(from, to), "{from} to {to}");
    }
    assert!(is_one_of("tokio-postgres", &["tokio*"]) && !is_one_of("diesel", &["diesel-async"]));
}
