"""Processes to measure: started on 127.0.0.1, ended by their id, watched through /proc."""

import glob
import http.client
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
DATABASE = "finance"
USER = "finance"
SECRET = "a secret that is used for nothing but measuring"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of a process, all of its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid, field):
    """VmRSS (now) or VmHWM (the most so far), in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


class Server:
    """A process that answers HTTP."""

    def __init__(self, command, port, log, environment=None):
        self.port = port
        with open(log, "ab") as output:
            self.started = time.perf_counter()
            self.process = subprocess.Popen(
                command, env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        self.pid = self.process.pid

    def first_answer(self, path, token=""):
        """Seconds from exec to the first 200."""
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
                if connection.getresponse().status == 200:
                    return time.perf_counter() - self.started
            except OSError:
                pass
            if self.process.poll() is not None or time.perf_counter() - self.started > 30:
                raise RuntimeError("the server does not answer")
            time.sleep(0.001)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def product(binary, url, log):
    """The product as it is by default, logging JSON to a file."""
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "JWT_SECRET_KEY": SECRET,
        "PORT": str(port),
        # Nobody waits for a load balancer here.
        "SHUTDOWN_GRACE_SECONDS": "0",
        "PATH": os.environ.get("PATH", ""),
    }
    return Server([binary], port, log, environment)


def http_floor(binary, workers, directory, log):
    port = free_port()
    return Server([binary, "http", str(port), str(workers), directory], port, log)


class Postgres:
    """A PostgreSQL server of one's own, with its default, durable settings."""

    def __init__(self, directory):
        self.data = os.path.join(directory, "data")
        self.log = os.path.join(directory, "log")
        self.port = free_port()
        self.as_owner = []
        os.mkdir(directory)
        if os.geteuid() == 0:
            # It refuses to be root.
            owner = next(name for name in ("postgres", "nobody") if _is_user(name))
            shutil.chown(directory, owner)
            self.as_owner = ["runuser", "-u", owner, "--"]
        self._run(
            ["initdb", "-D", self.data, "-U", USER, "-A", "trust", "--encoding=UTF8", "--locale=C"],
            stdout=subprocess.DEVNULL,
        )
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
        self._run(
            ["pg_ctl", "-D", self.data, "-l", self.log, "-o", options, "-w", "start"], stdout=subprocess.DEVNULL
        )
        self.pid = int(pathlib.Path(self.data, "postmaster.pid").read_text().split()[0])
        self.environment = {
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": USER,
            "PGDATABASE": DATABASE,
            "PGSSLMODE": "disable",
        }
        self.query(f"CREATE DATABASE {DATABASE}", database="postgres")
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}?sslmode=disable"

    def _run(self, command, **options):
        tool = postgres_tool(command[0])
        subprocess.run([*self.as_owner, tool, *command[1:]], check=True, cwd="/", **options)

    def query(self, sql, database=DATABASE):
        """Rows, each a list of texts."""
        command = [postgres_tool("psql"), "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql]
        environment = {**self.environment, "PGDATABASE": database}
        output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        return [line.split("\t") for line in output.splitlines()]

    def cpu_seconds(self):
        """Of all processes that run now."""
        total = 0
        for child in pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            try:
                total += cpu_seconds(child)
            except OSError:
                pass
        return total

    def stop(self):
        self._run(["pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop"], stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _is_user(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def postgres_tool(name):
    """Debian keeps the server's programs out of the path."""
    version = lambda path: [int(part) if part.isdigit() else 0 for part in path.split("/")[4].split(".")]
    installed = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=version)
    found = (installed[-1:] or [shutil.which(name)])[0]
    if not found:
        raise SystemExit(f"bench: {name} is missing: apt-get install postgresql")
    return found
