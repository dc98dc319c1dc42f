"""What was measured, as Markdown."""

import datetime
import os
import pathlib
import platform
import statistics
import subprocess

from . import load

WORKLOADS = {"get": "GET one", "list": "GET a list of 50", "post": "POST one"}
REPORTS = {
    "list": "a list of 50",
    "monthly": "GET /reports/monthly",
    "summary": "GET /reports/summary of a year",
    "trends": "GET /reports/trends of 12 months",
    "dashboard": "GET /dashboard",
}
ENGINES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}


class Results:
    def __init__(self, given):
        self.given = given
        # By name, what was measured in each round.
        self.measured = {}
        self.statements = {}
        self.starts = {}
        self.idle = {}
        self.peak = {}
        self.depth = {}
        self.bodies = (0, 0)

    def add(self, name, measured):
        self.measured.setdefault(name, []).append(measured)

    def last(self, name):
        return shown(self.measured[name][-1])

    def median(self, name, field="per_second"):
        return statistics.median(getattr(measured, field) for measured in self.measured[name])

    def limit(self, engine, kind):
        """What remains when a request costs no more than HTTP and the database by themselves."""
        database = {"postgres": f"pgbench {kind}", "sqlite": f"raw {kind}"}[engine]
        if (engine, kind) == ("sqlite", "post"):
            database = "raw post 32"
        return 1 / (1 / self.median(f"http {kind}") + 1 / self.median(database)), self.median(database)

    def describe(self, binary, floor, processes):
        run = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
        cpu = "unknown"
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
        memory = pathlib.Path("/proc/meminfo").read_text().split()[1]
        self.size = os.path.getsize(binary) / 2**20
        wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()
        self.machine = {
            "Date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "Machine": f"{len(os.sched_getaffinity(0))} cores of {cpu}, {int(memory) / 2**20:.0f} GiB, load "
            f"{os.getloadavg()[0]:.1f} before the run",
            "System": f"{platform.system()} {platform.release()}",
            "Product": run(binary, "--version"),
            "Versions": f"{run('rustc', '--version').partition(' (')[0]}, {run(processes.postgres_tool('postgres'), '--version')}, "
            f"SQLite {run(floor, 'versions')}, wrk {wrk[1] if len(wrk) > 1 else ''}",
        }


def shown(measured):
    text = f"{measured.per_second:9,.0f}/s"
    if measured.p50:
        text += f"   p50 {measured.p50:.2f} ms   p99 {measured.p99:.2f} ms"
    if measured.cpu:
        text += f"   {measured.cpu:.0f} us of CPU"
    if measured.failed:
        text += f"   {measured.failed} FAILED"
    return text


def table(head, rows):
    align = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, align, *rows]) + "\n"


def number(value):
    return f"{value:,.0f}"


def markdown(results):
    given = results.given
    parts = ["# What the benchmark measured\n"]
    parts.append(
        "Written by `make bench`; [PROFILE.md](PROFILE.md) tells where the time goes. "
        + ("**A short check: the figures mean little.**\n" if given.quick else "\n")
    )
    parts.append(table(["", ""], [[f"**{name}**", value] for name, value in results.machine.items()]).replace("---:", "---"))
    parts.append(
        f"Each figure is the median of {given.rounds} rounds of {given.seconds} s, in which everything has its turn "
        f"beside what it is compared with. The load: `wrk` with {load.CONNECTIONS} connections and {load.THREADS} threads "
        "on the same cores as all the rest. The product runs as it does by default: access tokens verified, a line of "
        "JSON in the log for each request, every header, commits that are durable. "
        f"One expense is {results.bodies[0]} bytes of JSON, a page of 50 is {number(results.bodies[1])}; each reader has "
        f"some {number(given.readers_rows)} expenses, each expense a category that is named in the answer.\n"
    )
    parts.append("## Requests a second\n")
    parts.append(throughput(results))
    parts.append(
        "*HTTP* is an actix-web handler that answers the same bytes to the same requests and does nothing for it "
        "(for POST it reads the JSON). *Database* is the same SQL on the same data without HTTP: `pgbench -M prepared` "
        f"over TCP with {load.CONNECTIONS} connections and the statements that the product was seen to send; raw prepared "
        "statements on SQLite, on as many threads as `wrk` has, and for POST one thread with 32 rows to a commit. "
        "*Limit* is 1 / (1/HTTP + 1/database).\n"
    )
    parts.append("## Durable inserts on SQLite\n")
    alone = results.median("raw post 32")
    rows = []
    for name, title in {
        "raw post 1": "raw, each row its own commit",
        "raw post 32": "raw, 32 rows to a commit",
        "raw post 32 with look-up": "raw, 32 rows to a commit, the category of each looked up first",
        "sqlite post": "the product, over HTTP, 32 clients",
    }.items():
        rows.append([title, number(results.median(name)), f"{results.median(name) / alone:.0%}"])
    parts.append(table(["", "Rows/s", "Of raw, 32 to a commit"], rows))
    parts.append("## The process\n")
    rows = [["Size of the binary", *[f"{results.size:.1f} MiB"] * 2]]
    rows.append(["Resident when idle", *(f"{results.idle[engine]:.1f} MiB" for engine in ENGINES)])
    rows.append(["Resident at most, under load", *(f"{results.peak[engine]:.1f} MiB" for engine in ENGINES)])
    first = lambda choose: [f"{choose(results.starts[engine]) * 1000:.0f} ms" for engine in ENGINES]
    rows.append([f"From exec to the first expense shown, median of {given.starts}", *first(statistics.median)])
    rows.append(["... and the slowest", *first(max)])
    parts.append(table(["", *ENGINES.values()], rows))
    parts.append(f"## A page deep in {number(given.big_rows)} expenses of one user\n")
    rows = []
    for engine, title in ENGINES.items():
        depth, measured = results.depth[engine]
        for place, name in {"first": "the first 50", "deep": f"50 after the first {number(depth)}"}.items():
            one = lambda field: statistics.median(getattr(each, field) for each in measured[place])
            rows.append([f"{title}: {name}", number(one("per_second")), f"{one('p50'):.2f}", f"{one('p99'):.2f}"])
    parts.append(table(["", "Requests/s", "p50 ms", "p99 ms"], rows))
    parts.append(reports(results))
    parts.append(budgets(results))
    parts.append("## Statements to a request\n")
    rows = [[kind.replace("get", "GET one").replace("list", "GET a list").replace("post", "POST"), f"{count:g}"]
            for kind, count in results.statements.items()]  # fmt: skip
    parts.append(table(["On PostgreSQL, by its own log", "Statements"], rows))
    parts.append(
        "Each is one round trip, and no other is made, since the statements are prepared. What a POST leaves out "
        "(`currency`, `date`) is looked up in the user's profile first.\n"
    )
    parts.append("## Aims\n")
    parts.append(table(["Aim", "Measured", "Reached"], [[name, value, "yes" if met else "**no**"] for name, value, met in aims(results)]).replace("---:", "---"))
    parts.append("## Each round\n")
    cell = lambda measured: number(measured.per_second) + (f" ({measured.failed} failed)" if measured.failed else "")
    rows = [[name, *(cell(measured) for measured in each)] for name, each in results.measured.items()]
    parts.append(table(["Per second", *(str(n + 1) for n in range(given.rounds))], rows))
    return "\n".join(parts)


def throughput(results):
    rows = []
    for engine, title in ENGINES.items():
        for kind, name in WORKLOADS.items():
            limit, database = results.limit(engine, kind)
            product = results.median(f"{engine} {kind}")
            one = lambda field: results.median(f"{engine} {kind}", field)
            cpu = f"{one('cpu'):.0f}" + (f" + {one('database_cpu'):.0f}" if engine == "postgres" else "")
            rows.append([
                f"{title}: {name}", number(results.median(f"http {kind}")), number(database), number(limit),
                f"**{number(product)}**", f"**{product / limit:.0%}**", f"{one('p50'):.2f}", f"{one('p99'):.2f}", cpu,
            ])  # fmt: skip
    head = ["", "HTTP", "Database", "Limit", "Product", "Of the limit", "p50 ms", "p99 ms", "CPU µs per request (+ server)"]
    return table(head, rows)


def cost(results, engine, kind):
    """How many lists of 50 a report costs."""
    return results.median(f"{engine} report list") / results.median(f"{engine} report {kind}")


def reports(results):
    given = results.given
    rows = []
    for kind, name in REPORTS.items():
        rate = {engine: results.median(f"{engine} report {kind}") for engine in ENGINES}
        alone = results.median(f"pgbench report {kind}")
        rows.append([
            name, number(rate["postgres"]), f"{cost(results, 'postgres', kind):.1f}", number(alone),
            f"{rate['postgres'] / alone:.0%}", number(rate["sqlite"]), f"{cost(results, 'sqlite', kind):.1f}",
        ])  # fmt: skip
    head = ["", "PostgreSQL", "Lists", "pgbench", "Of pgbench", "SQLite", "Lists"]
    return (
        f"## Reports of a user with {number(given.ledger_rows)} expenses, {given.ledger_per_day} a day\n\n"
        + table(head, rows)
        + "\nRequests a second; *Lists* is the cost in lists of 50. *pgbench* sends the same statements, prepared, and "
        "those alone.\n"
    )


def pays(results, engine, day):
    """How many times as long a write takes with budgets as without."""
    rate = lambda who: results.median(f"{engine} post {day}, {who} budgets")
    return rate("without") / rate("with")


def budgets(results):
    rows = []
    for engine, title in ENGINES.items():
        for day in ("today", "last month"):
            rate = [results.median(f"{engine} post {day}, {who} budgets") for who in ("without", "with")]
            rows.append([f"{title}: POST of {day}", *map(number, rate), f"{pays(results, engine, day):.2f}"])
    return (
        "## What a write pays for budgets\n\n"
        + table(["", "Without budgets", "With five", "Times as long"], rows)
        + "\nRequests a second, of four users each. A write uses up headroom that is known. That of the current period is "
        "divided, so that writers of one user do not wait for one another; that of a period before into fewer parts, and on "
        "SQLite, which has one writer, into none.\n"
    )


def aims(results):
    """Each aim, what was measured, whether that is enough."""
    found = []
    for engine, kind, least in [
        ("postgres", "get", 0.75), ("postgres", "list", 0.75), ("sqlite", "get", 0.75), ("sqlite", "list", 0.75),
        ("postgres", "post", 0.65),
    ]:  # fmt: skip
        ratio = results.median(f"{engine} {kind}") / results.limit(engine, kind)[0]
        found.append((f"{ENGINES[engine]}: {WORKLOADS[kind]} at {least:.0%} of the limit or more", f"{ratio:.1%}", ratio >= least))
    ratio = results.median("sqlite post") / results.median("raw post 32")
    found.append(("SQLite: 32 concurrent writers at 50% of the raw rate with 32 rows to a commit, or more", f"{ratio:.1%}", ratio >= 0.5))
    # A month's rows cost what it takes to list them.
    most = 5 + results.given.ledger_per_day * 30 / 50
    for engine, title in ENGINES.items():
        for kind in ("monthly", "dashboard"):
            lists = cost(results, engine, kind)
            aim = f"{title}: {REPORTS[kind]} at no more than 5 lists of 50 and a list of the month"
            found.append((aim, f"{lists:.1f} of {most:.1f} lists", lists <= most))
    for kind in ("monthly", "summary", "trends", "dashboard"):
        ratio = results.median(f"postgres report {kind}") / results.median(f"pgbench report {kind}")
        found.append((f"PostgreSQL: {REPORTS[kind]} at 70% of pgbench or more", f"{ratio:.0%}", ratio >= 0.7))
    for engine, title in ENGINES.items():
        times = pays(results, engine, "today")
        found.append((f"{title}: a write with five budgets at no more than 1.3 times one without", f"{times:.2f}", times <= 1.3))
    failed = sum(measured.failed for each in results.measured.values() for measured in each)
    found.append(("Every request answered, none later than 2 s", f"{failed} were not", failed == 0))
    counts = [results.statements[kind] for kind in WORKLOADS]
    found.append(("One round trip to the database per request", ", ".join(f"{count:g}" for count in counts), max(counts) == 1))
    idle = [results.idle[engine] for engine in ENGINES]
    found.append(("Under 20 MiB idle", " and ".join(f"{mib:.1f} MiB" for mib in idle), max(idle) < 20))
    starts = [statistics.median(results.starts[engine]) * 1000 for engine in ENGINES]
    found.append(("Under 100 ms to the first answer on an existing database", " and ".join(f"{ms:.0f} ms" for ms in starts), max(starts) < 100))
    for engine, title in ENGINES.items():
        measured = results.depth[engine][1]
        rate = {place: statistics.median(each.per_second for each in measured[place]) for place in measured}
        ratio = rate["deep"] / rate["first"]
        # Two runs of the very same differ by some percent.
        found.append((f"{title}: a page deep in {number(results.given.big_rows)} expenses as fast as the first", f"{ratio:.0%} of its rate", ratio >= 0.9))
    return found
