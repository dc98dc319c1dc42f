"""make rehearse-task: does a task of 0.25 vCPU and 0.5 GB hold 500 requests a second with a p99 under 100 ms?

The release binary runs in a control group with just that much CPU time and memory, on a PostgreSQL of its own (by TLS)
that is not limited, as RDS is another machine. Requests are sent at fixed times, whether or not the earlier ones were
answered, and their latency counts from the time they were due: a stall is not hidden by clients that wait.

    RATE=500 SECONDS=60 CPU=0.25 MEMORY_MB=512 P99_MS=100
"""

import http.client
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "infra/tests"))

from rollout_test import BINARY, Postgres, Task, load_balancer_settings, missing, request  # noqa: E402

RATE, SECONDS = int(os.environ.get("RATE", "500")), int(os.environ.get("SECONDS", "60"))
CPU, MEMORY_MB = float(os.environ.get("CPU", "0.25")), int(os.environ.get("MEMORY_MB", "512"))
P99_MS = float(os.environ.get("P99_MS", "100"))
CLIENTS = 24
CGROUPS = Path("/sys/fs/cgroup")


class ControlGroup:
    """CPU quota and memory limit, by cgroup v2 or, where the kernel still has it, v1."""

    def __init__(self, name):
        period = 100_000
        v2 = CGROUPS / "cgroup.controllers"
        if v2.exists() and {"cpu", "memory"} <= set(v2.read_text().split()):
            (CGROUPS / "cgroup.subtree_control").write_text("+cpu +memory")
            self.paths = [CGROUPS / name]
            limits = [("cpu.max", f"{int(CPU * period)} {period}"), ("memory.max", f"{MEMORY_MB}M")]
        else:
            self.paths = [CGROUPS / "cpu" / name, CGROUPS / "memory" / name]
            limits = [("cpu.cfs_period_us", str(period)), ("cpu.cfs_quota_us", str(int(CPU * period))), ("memory.limit_in_bytes", f"{MEMORY_MB}M")]
        try:
            for path in self.paths:
                path.mkdir()
            for file, value in limits:
                next(path / file for path in self.paths if (path / file).exists()).write_text(value)
        except (OSError, StopIteration) as error:
            self.remove()
            missing("a writable control group", f"run as root on Linux ({error!r})")

    def add(self, pid):
        for path in self.paths:
            (path / "cgroup.procs").write_text(str(pid))

    def throttled(self):
        """(periods, periods in which the process had to wait for its next share)"""
        values = dict(line.split() for line in (self.paths[0] / "cpu.stat").read_text().splitlines())
        return int(values["nr_periods"]), int(values["nr_throttled"])

    def remove(self):
        for path in self.paths:
            if path.exists():
                path.rmdir()


def cpu_seconds(pid):
    """CPU time of a process so far, all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def measure(port, token, expense):
    """Requests at RATE for SECONDS, each sent when it is due; returns latencies in ms and failures."""
    latencies, failures, lock = [], [], threading.Lock()
    start, total = time.monotonic() + 0.5, RATE * SECONDS
    turns = iter(range(total))

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                break
            due = start + turn / RATE
            time.sleep(max(0, due - time.monotonic()))
            # What a client does: mostly look, sometimes write.
            kind = turn % 20
            try:
                if kind < 3:
                    status, _ = request(port, "POST", "/expenses/", {"title": f"turn {turn}", "amount": 1.25, "category": "Food"}, token, connection)
                elif kind < 10:
                    status, _ = request(port, "GET", "/expenses/?limit=20", None, token, connection)
                else:
                    status, _ = request(port, "GET", f"/expenses/{expense}", None, token, connection)
                error = None if status in (200, 201) else str(status)
            except (OSError, http.client.HTTPException) as broken:
                error = repr(broken)
                connection.close()
            took = (time.monotonic() - due) * 1000
            with lock:
                latencies.append(took)
                if error:
                    failures.append(error)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(latencies), failures, time.monotonic() - start


def main():
    if not os.access(BINARY, os.X_OK):
        missing(str(BINARY), "make release")
    work = Path(tempfile.mkdtemp(prefix="rehearse-"))
    group = ControlGroup(f"finance-rehearsal-{os.getpid()}")
    postgres = task = None
    try:
        postgres = Postgres(work)
        task = Task(work, postgres.url, load_balancer_settings())
        group.add(task.process.pid)
        task.ready()
        account = {"email": "rehearsal@example.com", "password": "a rehearsal of one task"}
        request(task.port, "POST", "/auth/register", account)
        token = json.loads(request(task.port, "POST", "/auth/login", account)[1])["access_token"]
        expense = json.loads(request(task.port, "POST", "/expenses/", {"title": "first", "amount": 1}, token)[1])["id"]
        print(f"rehearse-task: {BINARY.name} with {CPU:g} CPU and {MEMORY_MB} MB; {RATE} requests/s for {SECONDS} s: 50 % one expense, 35 % a list of 20, 15 % writes", flush=True)
        periods, waits = group.throttled()
        used = cpu_seconds(task.process.pid)
        latencies, failures, took = measure(task.port, token, expense)
        periods, waits = (after - before for after, before in zip(group.throttled(), (periods, waits)))
        used = cpu_seconds(task.process.pid) - used
        memory = next(int(line.split()[1]) for line in Path(f"/proc/{task.process.pid}/status").read_text().splitlines() if line.startswith("VmHWM")) / 1024
        p50, p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
        print(f"  reached    {len(latencies) / took:.0f} requests/s, {len(failures)} failed {sorted(set(failures))[:3] or ''}")
        print(f"  latency    p50 {p50:.1f} ms, p90 {percentile(latencies, 0.9):.1f} ms, p99 {p99:.1f} ms, max {latencies[-1]:.1f} ms, from when a request was due")
        print(f"  CPU        {used / took / CPU:.0%} of its share; waited for the next share in {waits} of {periods} periods of 100 ms")
        print(f"  memory     {memory:.0f} MB at most")
        well = not failures and p99 < P99_MS and len(latencies) / took > RATE * 0.98
        print(f"  {'holds' if well else 'DOES NOT HOLD'}: p99 under {P99_MS:g} ms at {RATE} requests/s")
    finally:
        if task and task.process.poll() is None:
            task.process.kill()
            task.process.wait()
        if postgres:
            postgres.stop()
        group.remove()
        shutil.rmtree(work)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
