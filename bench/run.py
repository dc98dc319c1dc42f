#!/usr/bin/env python3
"""Measures the product against what the machine can do at all, on both engines in one run, and writes RESULTS.md.

Needs Rust, PostgreSQL with pgbench, and wrk: apt-get install postgresql wrk
"""

import argparse
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from harness import capture, data, load, processes, report
from harness.api import Api

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
BINARY = TARGET / "release" / "finance-api"
FLOOR = TARGET / "bench" / "release" / "finance-bench"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# So many scripts of pgbench, each with parameters of its own: more would not be prepared often enough.
SCRIPTS = 8
KINDS = ["get", "list", "post"]
# What is asked of the user with ten years of expenses.
YEARS, LEDGER_PER_DAY = 10, 27
LAST_MONTH = data.TODAY.replace(day=1) - datetime.timedelta(days=1)
REPORTS = {
    "list": "/expenses/",
    "monthly": f"/reports/monthly/{LAST_MONTH:%Y-%m}",
    "summary": f"/reports/summary?from={LAST_MONTH.year - 1}-01-01&to={LAST_MONTH.year - 1}-12-31",
    "trends": "/reports/trends",
    "dashboard": "/dashboard",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short check, whose figures mean little")
    parser.add_argument("--rounds", type=int, help="how often each is measured; the median counts [3]")
    parser.add_argument("--seconds", type=int, help="how long each time [8]")
    parser.add_argument("--no-build", action="store_true", help="take the binaries that are there")
    parser.add_argument("--output", type=pathlib.Path, help="where to write [RESULTS.md; nowhere with --quick]")
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.seconds = given.seconds or (2 if given.quick else 8)
    given.readers_rows = 480 if given.quick else 4_992
    given.big_rows = 48_000 if given.quick else 1_000_000
    given.ledger_rows = 4_800 if given.quick else 100_800
    given.ledger_per_day = max(1, round(given.ledger_rows / (YEARS * 365.25)))
    given.starts = 3 if given.quick else 10
    if not given.output and not given.quick:
        given.output = HERE / "RESULTS.md"
    return given


def say(*words):
    print(*words, flush=True)


def build():
    cargo = ["cargo", "build", "--release"]
    subprocess.run([*cargo, "-p", "finance-server"], cwd=ROOT, check=True)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET / "bench")}
    # From the root, whose .cargo/config.toml says how SQLite is built: alike on both sides.
    subprocess.run([*cargo, "--manifest-path", HERE / "Cargo.toml"], cwd=ROOT, check=True, env=environment)


class Engine:
    """The product on one engine, and users who have expenses there."""

    def __init__(self, name, url, log):
        self.name = name
        self.url = url
        self.log = log
        self.data = None
        self.server = None
        self.readers = self.writers = self.budgeters = self.big = self.ledger = None
        self.files = {}

    def start(self):
        self.server = processes.product(str(BINARY), self.url, self.log)
        self.server.first_answer("/health/ready")
        return self.server

    def everyone(self):
        return [*self.readers, *self.writers, *self.budgeters, self.big, self.ledger]

    def fill(self):
        port = self.server.port
        self.readers, self.writers, self.budgeters, (self.big, self.ledger) = (
            data.make_users(port, names)
            for names in (
                [f"reader{n}" for n in range(8)],
                [f"writer{n}" for n in range(4)],
                [f"budgeter{n}" for n in range(4)],
                ["big", "ledger"],
            )
        )
        # So much that no threshold is near, which is how it is for all but a few writes of a month.
        data.add_budgets(port, self.budgeters, 9_000_000_000_000)
        data.add_budgets(port, [self.ledger], 2_500)
        data.add_recurring(port, self.ledger)

    def write_requests(self, directory):
        """A file of requests for each kind of load."""
        requests = {"get": [], "list": [], "post": []}
        for reader in self.readers:
            requests["list"].append(f"GET\t/expenses/\t{reader.token}\t")
            for id in data.some(reader.expenses, 256):
                requests["get"].append(f"GET\t/expenses/{id}\t{reader.token}\t")
        # One user after the other rather than all of one user first.
        requests["get"] = [line for n in range(256) for line in requests["get"][n::256]]
        for number in range(256):
            writer = self.writers[number % len(self.writers)]
            body = data.json_body(data.expense(number))
            requests["post"].append(f"POST\t/expenses/\t{writer.token}\t{body}")
        for kind, (writers, day) in self.budget_loads().items():
            requests[kind] = []
            for number in range(256):
                body = data.json_body(data.expense(number) | {"date": str(day)})
                requests[kind].append(f"POST\t/expenses/\t{writers[number % len(writers)].token}\t{body}")
        for kind, path in REPORTS.items():
            requests[f"report-{kind}"] = [f"GET\t{path}\t{self.ledger.token}\t"]
        for kind, lines in requests.items():
            self.files[kind] = os.path.join(directory, f"{self.name}-{kind}.tsv")
            pathlib.Path(self.files[kind]).write_text("".join(f"{line}\n" for line in lines))

    def budget_loads(self):
        """Who writes what: with budgets and without, in the current period and in one before."""
        writers = {"without": self.writers, "with": self.budgeters}
        days = {"today": data.TODAY, "last month": LAST_MONTH}
        return {f"post {day}, {who} budgets": (writers[who], days[day]) for day in days for who in writers}

    def measure(self, kind, seconds, postgres=None):
        before, database_before = processes.cpu_seconds(self.server.pid), postgres and postgres.cpu_seconds()
        measured = load.wrk(self.server.port, self.files[kind], seconds)
        used = processes.cpu_seconds(self.server.pid) - before
        measured.cpu = used / (measured.per_second * seconds) * 1e6
        if postgres:
            used = postgres.cpu_seconds() - database_before
            measured.database_cpu = used / (measured.per_second * seconds) * 1e6
        return measured


class Scripts:
    """For pgbench: what the product sends, with some of its parameters."""

    def __init__(self, directory, settings):
        self.directory = directory
        self.settings = settings
        self.variables = {}
        self.files = {kind: [] for kind in KINDS}

    def add_request(self, kind, statements):
        """All statements of one request, one after the other."""
        for number, statement in enumerate(statements):
            self.files.setdefault(kind, [])
            self.add(kind, number, statement)
        parts = [pathlib.Path(file).read_text() for file in self.files[kind]]
        pathlib.Path(self.files[kind][0]).write_text("".join(parts))
        self.files[kind] = self.files[kind][:1]

    def add(self, kind, number, statement, new_id=None):
        sql = statement.sql
        prelude = ""
        for place in range(len(statement.parameters), 0, -1):
            value = statement.parameters[place - 1]
            if value is None:
                word = "NULL"
            elif value == new_id:
                # An id of digits only, which grows with time like those of the product.
                prelude = (
                    "\\set n :n + 1\n\\set high 1000000000000000 + :base + :n\n"
                    "\\set low 1000000000000000 + :client_id\n"
                )
                word = "(:high::text || :low::text)::uuid"
            else:
                name = f"{kind}{number}_{place}"
                self.variables[name] = value
                word = f":{name}"
            sql = re.sub(rf"\${place}(?!\d)", lambda _: word, sql)
        file = os.path.join(self.directory, f"{kind}{number}.sql")
        pathlib.Path(file).write_text(f"{prelude}{sql};\n")
        self.files[kind].append(file)

    def measure(self, kind, postgres, seconds, round):
        variables = {name: value for name, value in self.variables.items() if name.startswith(kind)}
        variables |= {"n": 0, "base": round * 10**10}
        return load.pgbench(postgres, self.files[kind], variables, self.settings, seconds)


def capture_statements(postgres, engine, directory):
    """What the product sends, and how many statements to a request."""
    log = capture.Capture(postgres)
    api = Api(engine.server.port)
    calls = {
        "get": lambda n: api.call("GET", f"/expenses/{engine.readers[n].expenses[-1 - n]}", token=engine.readers[n].token),
        "list": lambda n: api.call("GET", "/expenses/", token=engine.readers[n].token),
        "post": lambda n: api.json("POST", "/expenses/", data.expense(n), engine.writers[n % 4].token, expect=201),
        "post of title and amount only": lambda n: api.json(
            "POST", "/expenses/", {"title": "Bread", "amount": 2.5}, engine.writers[n % 4].token, expect=201
        ),
    }
    per_request = {}
    scripts = None
    found = {}
    for kind, call in calls.items():
        for n in range(SCRIPTS):
            call(n)
        time.sleep(0.3)
        log.statements()
        count = 0
        for n in range(SCRIPTS):
            answer = call(n)
            time.sleep(0.05)
            statements = log.statements()
            count += len(statements)
            if kind in KINDS:
                scripts = scripts or Scripts(directory, log.settings)
                found.setdefault(kind, statements[0])
                scripts.add(kind, n, statements[0], answer["id"] if kind == "post" else None)
        per_request[kind] = count / SCRIPTS
    for kind, path in REPORTS.items():
        for _ in range(2):
            log.statements()
            api.call("GET", path, token=engine.ledger.token)
            time.sleep(0.3)
        statements = log.statements()
        scripts.add_request(f"report_{kind}", statements)
        per_request[f"report: {kind}"] = len(statements)
    return scripts, per_request, found


def translated(statement, replacements):
    """The same statement on SQLite."""
    parameters = []
    for value in statement.parameters:
        value = replacements.get(value, value)
        parameters.append({"blob": value.replace("-", "")} if UUID.fullmatch(value) else {"text": value})
    return re.sub(r"\$(\d+)", r"?\1", statement.sql), parameters


def sqlite_reading(kind, statement, postgres_engine, engine, seconds):
    owner, id = postgres_engine.readers[0].id, postgres_engine.readers[0].expenses[-1]
    calls = []
    for reader in engine.readers:
        for expense in data.some(reader.expenses, 256) if kind == "get" else [""]:
            sql, parameters = translated(statement, {owner: reader.id, id: expense})
            calls.append(parameters)
    return {"sql": sql, "calls": calls, "threads": load.THREADS, "seconds": seconds}


def sqlite_inserting(engine, per_commit, seconds, look_up):
    writer = engine.writers[0]
    parameters = [{"blob": writer.id.replace("-", "")}, {"text": "food"}]
    query = ["SELECT id, name FROM categories WHERE user_id = ?1 AND name_key = ?2", parameters]
    return {
        "table": "expenses",
        "id": "id",
        "templates": [id.replace("-", "") for writer in engine.writers for id in writer.expenses[:8]],
        "look_up": query if look_up else None,
        "per_commit": per_commit,
        "seconds": seconds,
    }


def measure_starts(engine, times):
    """Seconds from exec to the first expense, and MiB when idle."""
    seconds = []
    reader = engine.readers[0]
    for number in range(times):
        with processes.product(str(BINARY), engine.url, engine.log) as server:
            seconds.append(server.first_answer(f"/expenses/{reader.expenses[0]}", reader.token))
            if number == times - 1:
                time.sleep(3)
                idle = processes.memory(server.pid, "VmRSS")
    return seconds, idle


def measure_depth(engine, rows, rounds, seconds, directory):
    """Requests for the first page of a long list, and for one at its end."""
    engine.data.multiply([engine.big], rows, per_day=max(1, rows // 3650))
    data.log_in(engine.server.port, [engine.big])
    api = Api(engine.server.port)
    token = engine.big.token
    cursor, depth = None, 0
    while depth < rows * 0.98:
        page = api.json("GET", f"/expenses/?limit=200{f'&cursor={cursor}' if cursor else ''}", token=token)
        depth, cursor = depth + len(page["items"]), page["next_cursor"]
    paths = {"first": "/expenses/", "deep": f"/expenses/?cursor={cursor}"}
    measured = {place: [] for place in paths}
    for _ in range(rounds):
        for place, path in paths.items():
            file = os.path.join(directory, f"{engine.name}-{place}.tsv")
            pathlib.Path(file).write_text(f"GET\t{path}\t{token}\t\n")
            measured[place].append(load.wrk(engine.server.port, file, seconds))
    return depth, measured


def main():
    given = arguments()
    for tool, package in (("wrk", "wrk"), ("cargo", "rustup"), ("psql", "postgresql")):
        if not shutil.which(tool):
            raise SystemExit(f"bench: {tool} is missing: apt-get install {package}")
    if not given.no_build:
        build()
    # Not in memory, as /tmp may be: commits have to reach a disk.
    parent = "/var/tmp"
    with tempfile.TemporaryDirectory(prefix="finance-bench-", dir=parent) as directory:
        os.chmod(directory, 0o755)
        with processes.Postgres(os.path.join(directory, "postgres")) as postgres:
            results = run(given, directory, postgres)
    text = report.markdown(results)
    say("\n" + text)
    if given.output:
        given.output.write_text(text)
        say(f"written to {given.output}")


def run(given, directory, postgres):
    results = report.Results(given)
    log = os.path.join(directory, "product.log")
    file = os.path.join(directory, "finance.db")
    on_postgres = Engine("postgres", postgres.url, log)
    on_sqlite = Engine("sqlite", f"sqlite:///{file}", log)
    engines = [on_postgres, on_sqlite]
    on_postgres.data = data.PostgresData(postgres)
    on_sqlite.data = data.SqliteData(str(FLOOR), file)
    results.describe(BINARY, FLOOR, processes)

    say("users and their expenses")
    postgres.query(f"ALTER ROLE {processes.USER} SET log_statement = 'all'")
    for engine in engines:
        with engine.start():
            engine.fill()
            engine.data.multiply(engine.readers, given.readers_rows)
            engine.data.multiply([engine.ledger], given.ledger_rows, per_day=given.ledger_per_day)
            for reader in engine.readers:
                reader.expenses = engine.data.ids(reader)
            if engine is on_postgres:
                scripts, results.statements, found = capture_statements(postgres, engine, directory)
            if engine is on_sqlite:
                api = Api(engine.server.port)
                token = engine.readers[0].token
                one = api.call("GET", f"/expenses/{engine.readers[0].expenses[0]}", token=token)
                page = api.call("GET", "/expenses/", token=token)
                pathlib.Path(directory, "one.json").write_bytes(one)
                pathlib.Path(directory, "page.json").write_bytes(page)
                results.bodies = (len(one), len(page))
    postgres.query(f"ALTER ROLE {processes.USER} RESET log_statement")
    say("statements to a request:", results.statements)

    # The raw statements work on copies, which the product does not have open.
    copies = {name: os.path.join(directory, f"{name}.db") for name in ("reads", "inserts")}
    for path in copies.values():
        on_sqlite.data.script(f"VACUUM INTO '{path}'")
        data.SqliteData(str(FLOOR), path).script("PRAGMA journal_mode = WAL")

    for engine in engines:
        say(f"starts on {engine.name}")
        results.starts[engine.name], results.idle[engine.name] = measure_starts(engine, given.starts)

    floor_log = os.path.join(directory, "floor.log")
    with (
        processes.http_floor(str(FLOOR), load.THREADS, directory, floor_log) as http_floor,
        on_postgres.start(),
        on_sqlite.start(),
    ):
        http_floor.first_answer("/expenses/")
        for engine in engines:
            data.log_in(engine.server.port, engine.everyone())
            engine.write_requests(directory)
            # Connections are open and statements prepared before anything counts.
            for kind in KINDS:
                engine.measure(kind, 1)

        def raw(command, copy, specification):
            return load.sqlite(str(FLOOR), command, copies[copy], specification)

        for number in range(given.rounds):
            say(f"round {number + 1} of {given.rounds}")
            for kind in KINDS:
                plans = {
                    f"http {kind}": lambda: load.wrk(http_floor.port, on_sqlite.files[kind], given.seconds),
                    f"pgbench {kind}": lambda: scripts.measure(kind, postgres, given.seconds, number),
                    f"postgres {kind}": lambda: on_postgres.measure(kind, given.seconds, postgres),
                }
                if kind == "post":
                    for per_commit, look_up in ((32, False), (32, True), (1, False)):
                        name = f"raw post {per_commit}{' with look-up' if look_up else ''}"
                        inserting = sqlite_inserting(on_sqlite, per_commit, given.seconds, look_up)
                        plans[name] = lambda inserting=inserting: raw("sqlite-insert", "inserts", inserting)
                else:
                    reading = sqlite_reading(kind, found[kind], on_postgres, on_sqlite, given.seconds)
                    plans[f"raw {kind}"] = lambda: raw("sqlite-read", "reads", reading)
                plans[f"sqlite {kind}"] = lambda: on_sqlite.measure(kind, given.seconds)
                for name, plan in plans.items():
                    os.sync()
                    results.add(name, plan())
                    say(f"  {name:28} {results.last(name)}")
            for kind in REPORTS:
                plans = {
                    f"pgbench report {kind}": lambda: scripts.measure(f"report_{kind}", postgres, given.seconds, number),
                    f"postgres report {kind}": lambda: on_postgres.measure(f"report-{kind}", given.seconds, postgres),
                    f"sqlite report {kind}": lambda: on_sqlite.measure(f"report-{kind}", given.seconds),
                }
                for name, plan in plans.items():
                    results.add(name, plan())
                    say(f"  {name:28} {results.last(name)}")
            for engine in engines:
                for kind in engine.budget_loads():
                    os.sync()
                    results.add(f"{engine.name} {kind}", engine.measure(kind, given.seconds))
                    say(f"  {engine.name} {kind:36} {results.last(f'{engine.name} {kind}')}")
                engine.data.settle()

        for engine in engines:
            say(f"a list of {given.big_rows} on {engine.name}")
            results.depth[engine.name] = measure_depth(
                engine, given.big_rows, given.rounds, max(2, given.seconds // 2), directory
            )
            results.peak[engine.name] = processes.memory(engine.server.pid, "VmHWM")
    return results


if __name__ == "__main__":
    sys.exit(main())
