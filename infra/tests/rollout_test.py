"""make rollout-test: a rollout rehearsed with real processes.

Two processes of the binary serve one PostgreSQL (by TLS, its certificate verified) behind HAProxy, which checks
their health and drains them with the numbers that infra/alb.tf gives the real load balancer. Under load all the
while: the schema goes one migration forth, both processes are replaced one by one, both are replaced back by the
binary of before, the schema goes back. Not one request may fail; the load balancer hides nothing, because it
neither retries nor sends a request elsewhere.
"""

import glob
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("FINANCE_API_BINARY", ROOT / "target/debug/finance-api"))
CLIENTS, PAUSE = 8, 0.03
NEWER = "99990101000000"  # the version of a migration that this binary does not know


def missing(what, how):
    sys.exit(f"rollout-test: {what} is missing: {how}")


def program(name, package, *places):
    for place in (*places, *os.environ["PATH"].split(":"), "/usr/sbin"):
        path = os.path.join(place, name)
        if os.access(path, os.X_OK):
            return path
    missing(name, f"apt-get install {package}")


def postgres_places():
    if shutil.which("pg_config"):
        yield subprocess.check_output(["pg_config", "--bindir"], text=True).strip()
    yield from sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load_balancer_settings():
    """The numbers of infra/alb.tf, so that the rehearsal is of what is deployed."""
    text = (ROOT / "infra/alb.tf").read_text()
    number = lambda name: int(re.search(rf"\b{name}\s*=\s*(\d+)", text).group(1))
    return {name: number(name) for name in ("interval", "timeout", "healthy_threshold", "unhealthy_threshold", "grace_seconds", "drain_seconds", "idle_timeout")}


class Postgres:
    """A throw-away server that takes TLS connections only, run by an ordinary user."""

    def __init__(self, work):
        places = list(postgres_places())
        self.psql_path = program("psql", "postgresql", *places)
        initdb, postgres = (program(name, "postgresql", *places) for name in ("initdb", "postgres"))
        openssl = program("openssl", "openssl")
        self.port, self.ca = free_port(), work / "ca.pem"
        home = work / "postgres"
        home.mkdir()
        self.prefix = []
        if os.geteuid() == 0:  # PostgreSQL refuses root
            work.chmod(0o755)
            shutil.chown(home, "postgres", "postgres")
            self.prefix = ["runuser", "-u", "postgres", "--"]

        quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work)
        subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=rehearsal CA", "-keyout", "ca.key", "-out", "ca.pem"], **quiet)
        subprocess.run([openssl, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], **quiet)
        (work / "san").write_text("subjectAltName=DNS:localhost\n")
        subprocess.run([openssl, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem"], **quiet)
        for name in ("server.key", "server.pem"):
            shutil.copy(work / name, home / name)
            (home / name).chmod(0o600)
            if self.prefix:
                shutil.chown(home / name, "postgres", "postgres")

        data = home / "data"
        subprocess.run([*self.prefix, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], **quiet)
        (home / "hba").write_text("local all postgres trust\nhostssl all finance 127.0.0.1/32 scram-sha-256\n")
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": home, "hba_file": home / "hba", "fsync": "off",
            "ssl": "on", "ssl_cert_file": home / "server.pem", "ssl_key_file": home / "server.key", "max_connections": 60,
        }  # fmt: skip
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.home = home
        self.log = open(work / "postgres.log", "w")
        self.process = subprocess.Popen([*self.prefix, postgres, "-D", data, *options], stdout=self.log, stderr=self.log)
        for _ in range(150):
            try:
                self.psql("SELECT 1", "postgres")
                break
            except subprocess.CalledProcessError:
                time.sleep(0.2)
        else:
            sys.exit(f"rollout-test: PostgreSQL does not start: {(work / 'postgres.log').read_text()[-1000:]}")
        self.psql("CREATE ROLE finance LOGIN PASSWORD 'rehearsal'", "postgres")
        self.psql("CREATE DATABASE finance OWNER finance", "postgres")
        self.url = f"postgres://finance:rehearsal@localhost:{self.port}/finance?sslmode=verify-full&sslrootcert={self.ca}"

    def psql(self, sql, database="finance"):
        command = [*self.prefix, self.psql_path, "-h", self.home, "-p", str(self.port), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAtc", sql]
        return subprocess.run(command, check=True, text=True, capture_output=True).stdout.strip()

    def stop(self):
        # runuser passes the signal on: a fast shutdown.
        self.process.send_signal(signal.SIGINT if not self.prefix else signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Task:
    """One process of the binary, as a task of the service."""

    count = 0

    def __init__(self, work, url, settings):
        Task.count += 1
        self.name, self.port = f"task-{Task.count}", free_port()
        self.log_path = work / f"{self.name}.log"
        self.log = open(self.log_path, "w")
        env = {
            "PATH": os.environ["PATH"], "DATABASE_URL": url, "DATABASE_POOL_SIZE": "8", "JWT_SECRET_KEY": "rehearsal-" * 5, "JWT_ALGORITHM": "HS256",
            "ACCESS_TOKEN_EXPIRE_MINUTES": "30", "BCRYPT_COST": "4", "HOST": "127.0.0.1", "PORT": str(self.port), "LOG_FORMAT": "json", "LOG_LEVEL": "info",
            "SHUTDOWN_GRACE_SECONDS": str(settings["grace_seconds"]), "SHUTDOWN_DRAIN_SECONDS": str(settings["drain_seconds"]), "METRICS_PORT": "0",
        }  # fmt: skip
        self.process = subprocess.Popen([BINARY, "serve"], env=env, cwd=work, stdout=self.log, stderr=self.log)

    def ready(self):
        for _ in range(300):
            try:
                status, _ = request(self.port, "GET", "/health/ready")
                if status == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{self.name} does not get ready: {self.log_path.read_text()[-1500:]}")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def ended(self, limit):
        began = time.monotonic()
        try:
            code = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"{self.name} still runs {limit} seconds after SIGTERM") from None
        assert code == 0, f"{self.name} ended with {code}: {self.log_path.read_text()[-1500:]}"
        return time.monotonic() - began


class Balancer:
    """HAProxy in the load balancer's place: slots for targets, filled and drained at run time."""

    SLOTS = 4

    def __init__(self, work, settings):
        self.port, self.socket_path = free_port(), work / "haproxy.sock"
        self.slots = {}
        check = f"check inter {settings['interval']}s rise {settings['healthy_threshold']} fall {settings['unhealthy_threshold']}"
        servers = "".join(f"    server slot{index} 127.0.0.1:1 {check} disabled\n" for index in range(self.SLOTS))
        configuration = work / "haproxy.cfg"
        configuration.write_text(
            f"""global
    stats socket {self.socket_path} level admin
defaults
    mode http
    # What fails must be seen: no second try, no other server.
    retries 0
    timeout connect 5s
    timeout client {settings['idle_timeout']}s
    timeout server {settings['idle_timeout']}s
    timeout check {settings['timeout']}s
    option http-keep-alive
    http-reuse safe
frontend balancer
    bind 127.0.0.1:{self.port}
    default_backend tasks
backend tasks
    balance roundrobin
    option httpchk GET /health/ready
    http-check expect status 200
{servers}"""
        )
        haproxy = program("haproxy", "haproxy")
        self.log = open(work / "haproxy.log", "w")
        self.process = subprocess.Popen([haproxy, "-db", "-f", configuration], stdout=self.log, stderr=self.log)
        for _ in range(100):
            if self.socket_path.exists():
                return
            time.sleep(0.1)
        sys.exit(f"rollout-test: HAProxy does not start: {(work / 'haproxy.log').read_text()[-1000:]}")

    def say(self, command):
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self.socket_path))
            admin.sendall(command.encode() + b"\n")
            answer = b""
            while part := admin.recv(65536):
                answer += part
        return answer.decode()

    def register(self, task):
        """A target gets requests only after its health checks, as a target of the real one does."""
        slot = next(index for index in range(self.SLOTS) if index not in self.slots)
        self.slots[slot] = task
        self.say(f"set server tasks/slot{slot} addr 127.0.0.1 port {task.port}")
        self.say(f"set server tasks/slot{slot} state ready")

    def deregister(self, task):
        slot = next(index for index, one in self.slots.items() if one is task)
        self.say(f"set server tasks/slot{slot} state drain")
        return slot

    def free(self, slot):
        self.say(f"set server tasks/slot{slot} state maint")
        del self.slots[slot]


def request(port, method, path, body=None, token=None, connection=None):
    own = connection is None
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, text
    finally:
        if own:
            connection.close()


class Load:
    """Clients that each keep one connection, write expenses and read them back."""

    def __init__(self, port):
        self.port, self.stopping = port, threading.Event()
        self.done, self.slowest, self.failures, self.written = 0, 0.0, [], 0
        self.lock = threading.Lock()
        self.tokens = [self.sign_in(number) for number in range(CLIENTS)]
        self.threads = [threading.Thread(target=self.client, args=(token,)) for token in self.tokens]
        for thread in self.threads:
            thread.start()

    def sign_in(self, number):
        account = {"email": f"client{number}@example.com", "password": "a rehearsal of 2 processes"}
        status, text = request(self.port, "POST", "/auth/register", account)
        assert status == 201, f"registering answers {status}: {text}"
        status, text = request(self.port, "POST", "/auth/login", account)
        assert status == 200, f"signing in answers {status}: {text}"
        return json.loads(text)["access_token"]

    def client(self, token):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            write = turn % 4 == 0
            began = time.monotonic()
            try:
                if write:
                    status, text = request(self.port, "POST", "/expenses/", {"title": f"turn {turn}", "amount": 1.25}, token, connection)
                else:
                    status, text = request(self.port, "GET", "/expenses/?limit=5", None, token, connection)
                error = None if status == (201 if write else 200) else f"{status} {text[:200]!r}"
            except (OSError, http.client.HTTPException) as broken:
                error = repr(broken)
                connection.close()
            took = time.monotonic() - began
            with self.lock:
                self.done += 1
                self.slowest = max(self.slowest, took)
                self.written += write and not error
                if error:
                    self.failures.append(f"{'POST' if write else 'GET'}: {error}")
            time.sleep(PAUSE)
        connection.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def main():
    if not os.access(BINARY, os.X_OK):
        missing(str(BINARY), "cargo build")
    program("haproxy", "haproxy")
    settings = load_balancer_settings()
    delay = settings["grace_seconds"] + settings["drain_seconds"]
    print(f"rollout-test: health check every {settings['interval']} s, deregistration delay {delay} s, idle time-out {settings['idle_timeout']} s", flush=True)
    work = Path(tempfile.mkdtemp(prefix="rollout-"))
    postgres = balancer = load = None
    tasks, steps, failed = [], 0, []

    def begin():
        task = Task(work, postgres.url, settings)
        tasks.append(task)
        task.ready()
        balancer.register(task)
        return task

    def healthy_for(seconds):
        # Long enough for the checks that make a target healthy.
        time.sleep(seconds)

    def replace(old, at_once):
        """ECS replaces a task: the new one is healthy first, then the old one is deregistered and stopped.

        at_once is the harder case, a Spot task that is reclaimed: SIGTERM comes together with the deregistration
        and not only after its delay.
        """
        new = begin()
        healthy_for(settings["interval"] * settings["healthy_threshold"])
        slot = balancer.deregister(old)
        if not at_once:
            time.sleep(delay)
        old.terminate()
        took = old.ended(25)
        balancer.free(slot)
        return new, took

    def step(title, function):
        nonlocal steps
        before = load.done if load else 0
        try:
            told = function()
        except AssertionError as error:
            failed.append(title)
            print(f"FAILED  {title}: {error}", flush=True)
            raise
        steps += 1
        print(f"ok      {title}{f': {told}' if told else ''} ({(load.done if load else 0) - before} requests meanwhile)", flush=True)

    try:
        postgres = Postgres(work)
        balancer = Balancer(work, settings)

        def migrate():
            env = {"PATH": os.environ["PATH"], "DATABASE_URL": postgres.url, "JWT_SECRET_KEY": "rehearsal-" * 5, "LOG_FORMAT": "json"}
            done = subprocess.run([BINARY, "migrate"], env=env, cwd=work, text=True, capture_output=True)
            assert done.returncode == 0, done.stdout + done.stderr

        step("the migration task, by TLS with the server's certificate verified", migrate)

        def unverified():
            other = work / "other.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=another CA", "-keyout", work / "other.key", "-out", other], check=True, capture_output=True)
            env = {"PATH": os.environ["PATH"], "DATABASE_URL": postgres.url.replace(str(postgres.ca), str(other)), "JWT_SECRET_KEY": "rehearsal-" * 5, "LOG_FORMAT": "json"}
            done = subprocess.run([BINARY, "migrate"], env=env, cwd=work, text=True, capture_output=True, timeout=120)
            assert done.returncode != 0, "a server whose certificate nobody vouches for was trusted"

        step("a database with another authority's certificate is refused", unverified)

        running = [begin(), begin()]
        healthy_for(1)
        load = Load(balancer.port)
        step("two processes serve", lambda: time.sleep(3))

        def forth():
            versions = int(postgres.psql("SELECT count(*) FROM __diesel_schema_migrations"))
            # Expand: nothing that the old code reads or writes changes its meaning.
            postgres.psql(f"BEGIN; ALTER TABLE expenses ADD COLUMN rehearsed TEXT; INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('{NEWER}', now()); COMMIT")
            return f"migration {versions + 1} adds a column while the old code serves"

        step("forth: the schema is expanded under load", forth)

        for direction, at_once in (("forth", False), ("back", True)):
            for index in range(2):

                def one(index=index, at_once=at_once):
                    running[index], took = replace(running[index], at_once)
                    return f"the old one ended {took:.1f} s after SIGTERM"

                how = "SIGTERM with the deregistration, as on Spot" if at_once else "SIGTERM after the deregistration delay"
                step(f"{direction}: process {index + 1} of 2 is replaced, {how}", one)

        def back():
            postgres.psql(f"BEGIN; ALTER TABLE expenses DROP COLUMN rehearsed; DELETE FROM __diesel_schema_migrations WHERE version = '{NEWER}'; COMMIT")
            time.sleep(2)

        step("back: the schema is contracted under load", back)
        load.stop()

        def nothing_lost():
            assert not load.failures, f"{len(load.failures)} of {load.done} requests failed, the first: {load.failures[:5]}"
            rows = int(postgres.psql("SELECT count(*) FROM expenses"))
            assert rows == load.written, f"{load.written} expenses were answered 201, {rows} are stored"
            assert load.done >= 500, f"only {load.done} requests were made"
            return f"{load.done} requests, {load.written} writes all stored, slowest {load.slowest * 1000:.0f} ms"

        step("no request failed, no write was lost", nothing_lost)
    except AssertionError as error:
        if not failed:
            failed.append("rehearsal")
            print(f"FAILED  {error}", flush=True)
    finally:
        if load:
            load.stop()
        for task in tasks:
            if task.process.poll() is None:
                task.process.kill()
                task.process.wait()
        if balancer:
            balancer.process.terminate()
            balancer.process.wait()
        if postgres:
            postgres.stop()
        if failed:
            print(f"logs are kept in {work}")
        else:
            shutil.rmtree(work)
    print(f"{steps} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
