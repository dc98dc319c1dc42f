//! `PostgreSQL` over TLS.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use std::io::copy;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use finance_testing::postgres::{Options, PostgresServer};
use serde_json::json;
use support::{Finished, Place, wait_until};

fn tls_only() -> PostgresServer {
    PostgresServer::start_with(Options { tls_only: true, ..Options::default() })
}

/// Works from the beginning to the end.
fn works(url: &str) {
    let place = Place::at(url);
    place.run(&["migrate"]).success();
    let server = place.serve();
    wait_until("readiness", || (server.client().get("/health/ready").status == 200).then_some(()));
    let mut user = server.user(&format!("{}@example.org", server.id()));
    let made = user.expense(&json!({"title": "over TLS", "amount": 1}));
    assert_eq!(user.every(""), [made]);
}

/// Why a migration is refused.
fn refusal(url: &str) -> String {
    let finished: Finished = Place::at(url).run(&["migrate"]);
    assert_eq!(finished.code, Some(1), "{url}: {finished:?}");
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
    finished.stderr.to_lowercase()
}

/// Another authority, which has signed nothing.
fn other_authority(directory: &Path) -> PathBuf {
    let certificate = directory.join("other.crt");
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    openssl
        .args(["-days", "2", "-subj", "/CN=Another authority", "-keyout"])
        .arg(directory.join("other.key"));
    Finished::of({
        openssl.arg("-out").arg(&certificate);
        openssl
    })
    .success();
    certificate
}

#[test]
fn every_mode_that_encrypts_works() {
    let postgres = tls_only();
    let authority = postgres.ca_certificate();
    let authority = authority.display();
    let url = postgres.create_database();
    for parameters in [
        "sslmode=prefer".to_owned(),
        "sslmode=require".to_owned(),
        format!("sslmode=require&sslrootcert={authority}"),
        format!("sslmode=verify-ca&sslrootcert={authority}"),
        format!("sslmode=verify-full&sslrootcert={authority}"),
    ] {
        works(&format!("{url}?{parameters}"));
    }
    works(&format!("{}?sslmode=verify-full&sslrootcert={authority}", url.replace("127.0.0.1", "localhost")));
    works(&url);
}

#[test]
fn a_server_that_nobody_vouches_for_is_refused() {
    let postgres = tls_only();
    let place = Place::at("unused");
    let other = other_authority(place.path());
    let url = postgres.create_database();
    for parameters in [
        "sslmode=verify-full".to_owned(),
        format!("sslmode=verify-ca&sslrootcert={}", other.display()),
        format!("sslmode=verify-full&sslrootcert={}", other.display()),
    ] {
        let error = refusal(&format!("{url}?{parameters}"));
        assert!(error.contains("certificate"), "{parameters}: {error}");
    }
    let missing = refusal(&format!("{url}?sslmode=verify-full&sslrootcert=/nowhere/ca.crt"));
    assert!(missing.contains("/nowhere/ca.crt"), "{missing}");
}

#[test]
fn a_server_of_another_name_is_refused_by_verify_full_alone() {
    let postgres = tls_only();
    let authority = postgres.ca_certificate();
    let elsewhere = TcpListener::bind("127.0.0.2:0").unwrap();
    let (from, to) = (format!("127.0.0.1:{}", postgres.port()), elsewhere.local_addr().unwrap());
    thread::spawn({
        let from = from.clone();
        move || {
            for client in elsewhere.incoming().flatten() {
                forward(client, TcpStream::connect(&from).unwrap());
            }
        }
    });
    let url = postgres.create_database().replace(&from, &to.to_string());
    works(&format!("{url}?sslmode=verify-ca&sslrootcert={}", authority.display()));
    let error = refusal(&format!("{url}?sslmode=verify-full&sslrootcert={}", authority.display()));
    assert!(error.contains("certificate") && error.contains("name"), "{error}");
}

fn forward(one: TcpStream, other: TcpStream) {
    for (mut from, mut to) in [(one.try_clone().unwrap(), other.try_clone().unwrap()), (other, one)] {
        thread::spawn(move || {
            // Either side may hang up at any time.
            let _ = copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

#[test]
fn without_encryption_such_a_server_refuses() {
    let postgres = tls_only();
    let error = refusal(&format!("{}?sslmode=disable", postgres.create_database()));
    assert!(error.contains("no encryption") || error.contains("pg_hba"), "{error}");
}

#[test]
fn encryption_is_never_given_up_silently() {
    let postgres = PostgresServer::start();
    let url = postgres.create_database();
    works(&format!("{url}?sslmode=prefer"));
    works(&format!("{url}?sslmode=disable"));
    let error = refusal(&format!("{url}?sslmode=require"));
    assert!(error.contains("tls"), "{error}");
}
