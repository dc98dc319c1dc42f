"""make infra-prove: the infrastructure, applied for real to an emulated AWS.

Side by side on an emulator each: dev (state in a file) and prod (state in S3, HTTPS, NAT per zone, interface
endpoints); and `terraform test` on a third. Each environment is applied, planned again (nothing to do), asserted
through the AWS API with a planted fault per assertion, destroyed, and audited; on dev the service's make targets
are tried in between. Everything goes through make targets, on a copy of infra/.
"""

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assertions import ASSERTIONS, World
from operations import leftovers, operations

ROOT = Path(__file__).resolve().parents[2]
START = time.monotonic()

passed, failed = [], []
lock = threading.Lock()


def note(where, title, error=None):
    with lock:
        (failed if error else passed).append((where, title))
        print(f"{time.monotonic() - START:6.0f}s {where:5} {'FAILED' if error else 'ok'}  {title}", flush=True)
        if error:
            print("        " + str(error).replace("\n", "\n        "), flush=True)


def step(where, title, function):
    """Runs one step; its failure is counted and, for steps on which others build, ends the environment."""
    try:
        result = function()
    except AssertionError as error:
        note(where, title, error or "failed")
        raise
    except Exception:
        note(where, title, traceback.format_exc())
        raise
    note(where, title)
    return result


def plugin_mirror():
    """Where the provider comes from: TF_PLUGIN_MIRROR, a tf-plugins directory near the root, or the registry (None)."""
    named = os.environ.get("TF_PLUGIN_MIRROR")
    if named:
        return named
    for depth in ("", "*/", "*/*/"):
        for found in Path("/").glob(f"{depth}tf-plugins"):
            try:
                if next(found.glob("*/hashicorp/aws/5.100.0"), None):
                    return str(found)
            except OSError:
                continue
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    def __init__(self, log):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(log, "w")
        self.process = subprocess.Popen([sys.executable, str(ROOT / "infra/tests/emulator.py"), str(port)], stdout=self.log, stderr=subprocess.STDOUT)

    def ready(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + "/moto-api/", timeout=2).read()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.2)
        raise AssertionError(f"the emulator does not answer: {Path(self.log.name).read_text()[-2000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def certificate(w):
    """A self-signed certificate in the emulated ACM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2)).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return w.acm.import_certificate(Certificate=signed.public_bytes(serialization.Encoding.PEM), PrivateKey=private)["CertificateArn"]


class Environment:
    """One environment: its emulator, its copy of infra/, its make."""

    def __init__(self, name, work, mirror, **expected):
        self.name = name
        self.work = work / name
        self.infra = self.work / "infra"
        self.work.mkdir()
        # Sources only: neither somebody's own values nor their state belong into a proof.
        keep_out = shutil.ignore_patterns(".terraform", "state", "terraform.tfvars", "*.local.tfvars", "backend_override.tf", "*.py", "__pycache__")
        shutil.copytree(ROOT / "infra", self.infra, ignore=keep_out)
        self.emulator = Emulator(self.work / "emulator.log")
        self.env = {
            **{key: value for key, value in os.environ.items() if key not in ("CI", "YES", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "TF_CLI_CONFIG_FILE", "AWS_PROFILE")},
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            "INFRA_DIR": str(self.infra),
            "POLL_SECONDS": "0.1",
            "ROLLOUT_MINUTES": "1",
            "CHECKPOINT_DISABLE": "1",
            **({"TF_PLUGIN_MIRROR": mirror} if mirror else {}),
        }
        self.args = ["-var=github_repository=example/finance", '-var=alarm_emails=["ops@example.com"]']
        self.world = World(name, self.emulator.url, "", **expected)

    def make(self, target, **variables):
        env = {**self.env, **{key: value for key, value in variables.items() if key in ("CI", "YES", "PATH")}}
        args = [*self.args, *variables.pop("TF_ARGS", "").split()]
        pairs = [f"{key}={value}" for key, value in variables.items() if key not in ("CI", "YES", "PATH")]
        command = [os.environ.get("MAKE", "make"), "--no-print-directory", "-f", "infra/infra.mk", target, f"ENV={self.name}", *pairs]
        done = subprocess.run(command, cwd=ROOT, env={**env, "TF_ARGS": " ".join(args)}, text=True, capture_output=True, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr

    def must(self, target, saying="", **variables):
        code, text = self.make(target, **variables)
        with open(self.work / "make.log", "a") as log:
            log.write(f"==== {target} {variables}: {code}\n{text}\n")
        assert code == 0, f"make {target} failed:\n{text[-6000:]}"
        assert saying in text, f"make {target} does not say {saying!r}:\n{text[-6000:]}"
        return text

    def read_state(self):
        env = {**self.env, "TF_DATA_DIR": str(self.infra / ".terraform" / self.name)}
        if "TF_PLUGIN_MIRROR" in env:
            env["TF_CLI_CONFIG_FILE"] = str(Path(env["TF_DATA_DIR"]) / "cli.tfrc")
        self.world.state = subprocess.run(["terraform", "state", "pull"], cwd=self.infra, env=env, text=True, capture_output=True, check=True).stdout


def assertions(environment):
    w = environment.world
    for title, only, check, fault in ASSERTIONS:
        if only not in (None, environment.name):
            continue
        try:
            check(w)
            with fault(w):
                try:
                    check(w)
                except AssertionError:
                    pass
                else:
                    raise AssertionError("the planted fault was not caught")
            check(w)
        except AssertionError as error:
            note(environment.name, title, error)
        except Exception:
            note(environment.name, title, traceback.format_exc())
        else:
            note(environment.name, f"{title} [fault caught]")


def prove_dev(e):
    name = e.name
    step(name, "the emulator answers", e.emulator.ready)
    step(name, "infra-init with the state in a file", lambda: e.must("infra-init", "state/dev.tfstate"))
    step(name, "infra-apply", lambda: e.must("infra-apply", "Apply complete!", YES="1"))
    step(name, "the second plan is empty", lambda: e.must("infra-plan", "No changes."))
    e.read_state()
    assertions(e)
    for title, operation in operations(e.world, e.make, e.work):
        step(name, title, operation)
    step(name, "infra-destroy", lambda: e.must("infra-destroy", "Destroy complete!", YES="1"))
    step(name, "audit-leftovers finds nothing", lambda: e.must("audit-leftovers", "nothing is left"))
    kinds = leftovers(e.world)
    code, text = e.make("audit-leftovers")
    for kind in kinds:
        found = code != 0 and f"  {kind}: " in text
        note(name, f"audit-leftovers finds a forgotten {kind}", None if found else text)


def prove_prod(e):
    name = e.name
    step(name, "the emulator answers", e.emulator.ready)
    e.args += [f"-var=certificate_arn={certificate(e.world)}", "-var=interface_endpoints=true"]
    bucket = f"finance-tracker-state-{e.world.account}"
    step(name, "infra-bootstrap makes the state bucket", lambda: e.must("infra-bootstrap", "done", YES="1"))
    step(name, "infra-bootstrap can be run again", lambda: e.must("infra-bootstrap", "done", YES="1"))
    step(name, "infra-init with the state in S3", lambda: e.must("infra-init", f"state in bucket {bucket}"))
    step(name, "infra-apply", lambda: e.must("infra-apply", "Apply complete!", YES="1"))
    step(name, "the second plan is empty", lambda: e.must("infra-plan", "No changes."))

    def state_in_bucket():
        keys = [one["Key"] for one in e.world.s3.list_objects_v2(Bucket=bucket)["Contents"]]
        assert keys == ["finance-tracker-prod.tfstate"], f"the bucket holds {keys}: the lock file should be gone"

    step(name, "the state is in the bucket, and its lock is gone", state_in_bucket)
    e.read_state()
    assertions(e)

    def refuses():
        code, text = e.make("infra-destroy", YES="1")
        assert code != 0 and "UNPROTECT=1" in text, text

    step(name, "infra-destroy refuses a protected environment", refuses)
    step(name, "infra-destroy with UNPROTECT", lambda: e.must("infra-destroy", "Destroy complete!", YES="1", UNPROTECT="1", FINAL_SNAPSHOT="0"))
    step(name, "audit-leftovers finds nothing", lambda: e.must("audit-leftovers", "nothing is left"))


def terraform_test(e):
    step(e.name, "the emulator answers", e.emulator.ready)
    env = {**e.env, "TF_DATA_DIR": str(e.infra / ".terraform" / e.name), "TF_INPUT": "0", "TF_IN_AUTOMATION": "1"}
    Path(env["TF_DATA_DIR"]).mkdir(parents=True)
    if "TF_PLUGIN_MIRROR" in env:
        config = Path(env["TF_DATA_DIR"]) / "cli.tfrc"
        config.write_text(f'disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = "{env["TF_PLUGIN_MIRROR"]}"\n  }}\n}}\n')
        env["TF_CLI_CONFIG_FILE"] = str(config)
    run = lambda *command: subprocess.run(command, cwd=e.infra, env=env, text=True, capture_output=True)

    def good(*command):
        done = run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    step(e.name, "terraform init", lambda: good("terraform", "init", "-backend=false", "-lockfile=readonly", "-no-color"))
    step(e.name, "terraform validate", lambda: good("terraform", "validate", "-no-color"))
    done = run("terraform", "test", "-json")
    results, messages = {}, {}
    for line in done.stdout.splitlines():
        event = json.loads(line)
        where = event.get("@testrun")
        if event["type"] == "diagnostic":
            told = event["diagnostic"]
            place = told.get("range", {})
            text = f"{place.get('filename')}:{place.get('start', {}).get('line')}: {told['summary']}: {told.get('detail', '')}"
            messages.setdefault(where, []).append(text)
        if event["type"] == "test_run" and event["test_run"].get("progress") == "complete":
            results[where] = event["test_run"]["status"]
    for where, status in results.items():
        told = "\n".join(messages.get(where, [])) or status
        note(e.name, f"terraform test: {where.replace('_', ' ')}", None if status == "pass" else told)
    if done.returncode and "fail" not in results.values() or not results:
        note(e.name, "terraform test", "\n".join(messages.get(None, [])) or done.stdout[-3000:] + done.stderr)


def main():
    for tool, how in (("terraform", "install release 1.11 or later and put it on PATH"), ("make", "apt-get install make")):
        if not shutil.which(tool):
            sys.exit(f"infra-test: {tool} is missing: {how}")
    mirror = plugin_mirror()
    print(f"infra-test: provider from {'a directory' if mirror else 'the registry'}", flush=True)
    name = "finance-tracker"
    dev = dict(
        task_tier="public", nat=0, flow_log_traffic="REJECT", ports=(80,), aws_by="0.0.0.0/0", backup_days=0, multi_az=False, protected=False,
        capacity={"FARGATE_SPOT": (1, 0)}, tasks=(1, 2), budget=40.0,
        log_groups={f"/ecs/{name}-dev", f"/vpc/{name}-dev", f"/aws/rds/instance/{name}-dev/postgresql"},
    )  # fmt: skip
    prod = dict(
        task_tier="private", nat=2, flow_log_traffic="ALL", ports=(80, 443), aws_by="endpoints", backup_days=14, multi_az=True, protected=True,
        capacity={"FARGATE": (1, 2), "FARGATE_SPOT": (1, 0)}, tasks=(2, 8), budget=250.0,
        log_groups={f"/ecs/{name}-prod", f"/vpc/{name}-prod", f"/aws/rds/instance/{name}-prod/postgresql", f"/aws/ecs/containerinsights/{name}-prod/performance", f"aws-waf-logs-{name}-prod"},
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="infra-prove-") as work:
        jobs = {}
        try:
            for kind, prove, expected in (("dev", prove_dev, dev), ("prod", prove_prod, prod), ("test", terraform_test, {})):
                jobs[kind] = (Environment(kind, Path(work), mirror, **expected), prove)
            threads = []
            for environment, prove in jobs.values():

                def run(environment=environment, prove=prove):
                    try:
                        prove(environment)
                    except Exception:  # noted by its step
                        if not any(where == environment.name for where, _ in failed):
                            note(environment.name, "unforeseen", traceback.format_exc())

                thread = threading.Thread(target=run)
                thread.start()
                threads.append(thread)
            for thread in threads:
                thread.join()
        finally:
            for environment, _ in jobs.values():
                environment.emulator.stop()
    caught = sum(title.endswith("[fault caught]") for _, title in passed)
    for where, title in failed:
        print(f"FAILED {where}: {title}")
    print(f"infra-test: {caught} assertions held and caught their planted fault; {time.monotonic() - START:.0f} seconds")
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
