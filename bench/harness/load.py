"""Load, by wrk over HTTP and by pgbench over TCP."""

import json
import os
import re
import subprocess
from dataclasses import dataclass

from .processes import postgres_tool

CONNECTIONS = 32
THREADS = 2
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass
class Measured:
    per_second: float
    # Milliseconds.
    p50: float = 0.0
    p99: float = 0.0
    # Microseconds of processor time for each request.
    cpu: float = 0.0
    database_cpu: float = 0.0
    # Requests that were not answered by 200 or 201, or not within wrk's two seconds.
    failed: int = 0


def wrk(port, requests, seconds, connections=CONNECTIONS):
    """Sends the requests of a file."""
    command = [
        "wrk", "--latency", f"-t{min(THREADS, connections)}", f"-c{connections}", f"-d{seconds}s",
        "-s", os.path.join(HERE, "requests.lua"), f"http://127.0.0.1:{port}", "--", requests,
    ]  # fmt: skip
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failures = re.findall(r"Non-2xx or 3xx responses: (\d+)|(?:connect|read|write|timeout) (\d+)", output)
    latency = dict(re.findall(r"^\s+(\d+)%\s+(\S+) *$", output, re.MULTILINE))
    milliseconds = lambda text: float(re.match(r"[\d.]+", text)[0]) * UNITS[re.search(r"[a-z]+$", text)[0]]
    return Measured(
        float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        milliseconds(latency["50"]),
        milliseconds(latency["99"]),
        failed=sum(int(number) for pair in failures for number in pair if number),
    )


def pgbench(postgres, scripts, variables, settings, seconds):
    """Runs scripts, as many of the one as of the other, each transaction one of them."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    command = [
        postgres_tool("pgbench"), "-n", "-M", "prepared", f"-c{CONNECTIONS}", f"-j{THREADS}", f"-T{seconds}",
        *[f"-D{name}={value}" for name, value in variables.items()],
        *[argument for script in scripts for argument in ("-f", script)],
    ]  # fmt: skip
    environment = {**postgres.environment, "PGOPTIONS": options}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode or "tps = " not in done.stdout:
        raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}")
    return Measured(float(re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)[1]))


def sqlite(floor, command, database, specification):
    """Runs raw statements."""
    done = subprocess.run(
        [floor, command, database], input=json.dumps(specification), check=True, capture_output=True, text=True
    )
    return Measured(float(done.stdout))
