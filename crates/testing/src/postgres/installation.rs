use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs of a `PostgreSQL` on this machine.
#[derive(Debug)]
pub(super) struct Installation {
    programs: PathBuf,
    /// The user who runs the server where we are root, as whom it refuses to run.
    server_user: Option<Owner>,
}

#[derive(Debug, Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Installation {
    /// The first of those in `PATH`, those that `pg_config` knows, and the newest of Debian's.
    pub(super) fn find() -> Self {
        let programs = candidates()
            .into_iter()
            .find(|directory| ["initdb", "postgres"].iter().all(|program| directory.join(program).is_file()));
        let Some(programs) = programs else {
            panic!("PostgreSQL is not installed; `apt-get install postgresql` brings it");
        };
        Self { programs, server_user: we_are_root().then(postgres_user) }
    }

    /// Where a program of the installation is.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Runs a program of the installation as the server's user.
    pub(super) fn command(&self, name: &str) -> Command {
        self.as_server(self.program(name))
    }

    /// Runs any program as the server's user.
    pub(super) fn as_server(&self, program: impl AsRef<Path>) -> Command {
        let program = program.as_ref();
        let mut command = if self.server_user.is_some() {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--"]).arg(program);
            runuser
        } else {
            Command::new(program)
        };
        // Where we are may be closed to that user.
        command.current_dir("/");
        command
    }

    /// Lets the server's user own a file.
    pub(super) fn give_away(&self, path: &Path) {
        if let Some(Owner { user, group }) = self.server_user {
            chown(path, Some(user), Some(group)).expect("root may give files away");
        }
    }

    /// Sends a signal; a process that is gone does not mind.
    pub(super) fn signal(&self, signal: &str, process: &str) {
        let mut kill = self.as_server("sh");
        kill.args(["-c", "kill -\"$1\" \"$2\" 2>/dev/null || true", "sh", signal, process]);
        run(kill);
    }
}

/// Runs a command to its end.
pub(super) fn run(mut command: Command) {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => panic!("cannot run {command:?}: {error}"),
    };
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
}

fn candidates() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "not configuration: where the machine keeps its programs")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        found.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    debian.sort();
    found.extend(debian.into_iter().rev().map(|(_, programs)| programs));
    found
}

fn we_are_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn postgres_user() -> Owner {
    let users = std::fs::read_to_string("/etc/passwd").expect("the users of this machine");
    let owner = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        let mut number = || fields.next()?.parse().ok();
        Some(Owner { user: number()?, group: number()? })
    });
    owner.expect("root runs PostgreSQL as the user postgres, whom `apt-get install postgresql` makes")
}
