//! The disk of a SQLite database is full, or may not be written to: writes are refused, everything else goes on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use finance_testing::TemporaryDirectory;
use serde_json::json;
use support::{Client, Engine, Finished, Place, Request, Server, wait_until};

/// Writes until there is no more room; with the titles of what was acknowledged.
fn fill(client: &mut Client) -> Vec<String> {
    let mut kept = Vec::new();
    for number in 0..5000 {
        let title = format!("expense {number}");
        let body = json!({"title": title, "amount": 1, "description": "x".repeat(900)});
        let answer = client.post("/expenses/", &body);
        match answer.status {
            201 => kept.push(title),
            503 => {
                assert_eq!(answer.problem(), (503, "database_unavailable".into()));
                assert!(!answer.header("retry-after").is_empty());
                return kept;
            }
            status => panic!("{status}: {}", answer.text()),
        }
    }
    panic!("there was always room");
}

fn titles(client: &mut Client) -> Vec<String> {
    let items = client.every("sort=created_at&limit=200");
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// Writes are refused, reads are not, again and again.
fn only_reads(server: &Server, client: &mut Client, kept: &[String]) {
    for _ in 0..10 {
        let body = json!({"title": "no room", "amount": 1, "description": "x".repeat(900)});
        let refused = client.send(&Request::new("POST", "/expenses/").json(&body));
        assert_eq!(refused.problem(), (503, "database_unavailable".into()));
    }
    assert_eq!(titles(client), kept);
    client.get("/me").expect_status(200);
    server.client().get("/health/live").expect_status(200);
}

/// Once there is room, writes go on, and nothing was lost or half done, also for another process.
fn goes_on(place: &Place, mut server: Server, client: &mut Client, mut kept: Vec<String>) {
    let more = json!({"title": "room again", "amount": 1, "category": "new", "tags": ["new"]});
    wait_until("a write", || (client.post("/expenses/", &more).status == 201).then_some(()));
    kept.push("room again".to_owned());
    assert_eq!(titles(client), kept);
    server.kill();
    let server = place.serve();
    let mut client = client.at(server.address());
    assert_eq!(titles(&mut client), kept);
    client.expense(&more);
}

/// A limit of the size of each file stands in for a full disk where nothing can be mounted.
#[test]
fn files_that_may_not_grow() {
    let place = Place::new(Engine::Sqlite);
    place.run(&["migrate"]).success();
    let mut command = Command::new("sh");
    // The signal that the kernel sends as well would end the process.
    let limited = r#"trap "" XFSZ; ulimit -S -f 1500; exec "$@""#;
    command.args(["-c", limited, "sh", env!("CARGO_BIN_EXE_finance-api"), "serve"]).current_dir(place.path());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LOG_LEVEL", "error,finance_api=info");
    place.configure(&mut command);
    let server = Server::start(command);
    let mut client = server.user("ada@example.org");
    let kept = fill(&mut client);
    assert!(kept.len() > 10);
    only_reads(&server, &mut client, &kept);
    let raised =
        Command::new("prlimit").arg("--fsize=unlimited:").arg(format!("--pid={}", server.id())).status();
    assert!(raised.unwrap().success());
    goes_on(&place, server, &mut client, kept);
}

/// A small file system, unmounted with this value.
struct SmallDisk {
    directory: TemporaryDirectory,
}

impl SmallDisk {
    #[track_caller]
    fn mount() -> Self {
        let directory = TemporaryDirectory::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(directory.path());
        let mounted = Finished::of(mount);
        assert!(
            mounted.code == Some(0),
            "this test mounts a small disk, which is not allowed here ({}): run it as root",
            mounted.stderr.lines().next().unwrap_or_default()
        );
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn database(&self) -> PathBuf {
        self.path().join("finance.db")
    }

    fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{options}")]).arg(self.path());
        Finished::of(mount).success();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk() {
    let disk = SmallDisk::mount();
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![0; 300_000]).unwrap();
    let place = Place::at(disk.database().display().to_string());
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    let kept = fill(&mut client);
    assert!(kept.len() > 10);
    only_reads(&server, &mut client, &kept);
    fs::remove_file(ballast).unwrap();
    goes_on(&place, server, &mut client, kept);
}

#[test]
fn a_disk_that_is_full_from_the_beginning() {
    let disk = SmallDisk::mount();
    fs::write(disk.path().join("ballast"), vec![0; (1 << 20) - 8192]).unwrap();
    let place = Place::at(disk.database().display().to_string());
    let refused = place.run(&["migrate"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("full") || refused.stderr.contains("I/O"), "{refused:?}");
    fs::remove_file(disk.path().join("ballast")).unwrap();
    place.run(&["migrate"]).success();
}

#[test]
fn a_disk_that_may_not_be_written_to() {
    let disk = SmallDisk::mount();
    let place = Place::at(disk.database().display().to_string());
    disk.remount("ro");
    for command in ["serve", "migrate"] {
        let refused = place.run(&[command]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("read-only"), "{refused:?}");
    }
    disk.remount("rw");
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    client.expense(&json!({"title": "kept", "amount": 1}));
    drop(server);
    disk.remount("ro");
    let refused = place.run(&["serve"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("read-only"), "{refused:?}");
    disk.remount("rw");
    let server = place.serve();
    assert_eq!(titles(&mut client.at(server.address())), ["kept"]);
}
