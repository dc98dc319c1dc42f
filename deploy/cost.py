"""make cost: what an environment costs a month, by line, from its variables and prices.json.

RPS=n is the average number of requests a second that the lines by traffic are estimated for (default 1).
Terraform itself evaluates the variables, so defaults and overrides count as they would in an apply; neither
an account nor credentials are needed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
INFRA = Path(os.environ.get("INFRA_DIR", ROOT.parent / "infra"))
PRICES = json.loads((ROOT / "prices.json").read_text())
HOURS = PRICES["hours_per_month"]
SECONDS = HOURS * 3600

VARIABLES = """architecture container_insights database_class database_engine database_multi_az database_storage_gb
aurora_min_acu environment fargate_base fargate_spot_weight fargate_weight interface_endpoints log_retention_days min_tasks
monthly_budget_usd nat_gateways office_hours task_cpu task_memory task_subnets waf zone_count access_log_days""".split()

IMAGE_GB, IMAGES_KEPT = 0.04, 5
RESPONSE_KB, LOG_KB_PER_REQUEST = 4, 0.4


def variables(environment):
    # variables.tf alone in a directory of its own: nothing to initialise, no provider, no state.
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(INFRA / "variables.tf", work)
        files = [f"environments/{environment}.tfvars", "terraform.tfvars", f"environments/{environment}.local.tfvars"]
        if not (INFRA / files[0]).exists():
            sys.exit(f"cost: there is no infra/{files[0]}")
        arguments = [f"-var-file={INFRA / name}" for name in files if (INFRA / name).exists()]
        # prod refuses to be without a certificate, which an estimate does not need.
        arguments += ["-var=certificate_arn=none", *os.environ.get("TF_ARGS", "").split()]
        expression = "jsonencode({" + ", ".join(f"{name} = var.{name}" for name in VARIABLES) + "})\n"
        try:
            done = subprocess.run(
                ["terraform", "console", *arguments], cwd=work, input=expression, text=True, capture_output=True,
                env=dict(os.environ, TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1"), check=True,
            )
        except FileNotFoundError:
            sys.exit("cost: terraform is missing: install release 1.11 or later and put it on PATH")
        except subprocess.CalledProcessError as error:
            sys.exit(f"cost: {error.stderr or error.stdout}")
    return json.loads(json.loads(done.stdout.strip().splitlines()[-1]))


def estimate(v, rps):
    """[(what, how it is reckoned, USD a month)]"""
    p = PRICES
    lines = []

    def line(what, how, usd):
        if usd > 0:
            lines.append((what, how, usd))

    office = v["office_hours"]
    weekly = (office["stop"] - office["start"]) * 5 if office else 168
    awake = weekly / 168
    awake_text = f", {weekly} of 168 h a week" if office else ""
    # The database starts half an hour before the tasks and stops five minutes after.
    database_awake = (weekly + 5 * 35 / 60) / 168 if office else 1

    zones, tasks = v["zone_count"], v["min_tasks"]
    requests = rps * SECONDS * awake
    traffic_gb = requests * RESPONSE_KB / 1e6

    line("load balancer", f"{HOURS} h", HOURS * p["alb_hour"])
    lcu = max(rps / 25, traffic_gb / HOURS)
    line("load balancer capacity", f"{lcu:.2f} LCU at {rps:g} requests/s", lcu * HOURS * p["alb_lcu_hour"])
    nat = {"none": 0, "one": 1, "per_zone": zones}[v["nat_gateways"]]
    line("public addresses, fixed", f"{zones} load balancer + {nat} NAT", (zones + nat) * HOURS * p["public_ipv4_hour"])
    if v["task_subnets"] == "public":
        line("public addresses, tasks", f"{tasks}{awake_text}", tasks * HOURS * awake * p["public_ipv4_hour"])
    line("NAT gateways", f"{nat}", nat * HOURS * p["nat_hour"])
    if nat and v["task_subnets"] == "private":
        # Image layers go by the S3 endpoint: what is left is logs, secrets and the ECR API.
        gb = requests * LOG_KB_PER_REQUEST / 1e6 + 1
        line("NAT traffic", f"{gb:.1f} GB", gb * p["nat_gb"])
    if v["interface_endpoints"]:
        line("interface endpoints", f"4 in {zones} zones", 4 * zones * HOURS * p["interface_endpoint_zone_hour"])

    fargate = p["fargate"][v["architecture"]]
    task_hour = v["task_cpu"] / 1024 * fargate["vcpu_hour"] + v["task_memory"] / 1024 * fargate["gb_hour"]
    base = min(tasks, v["fargate_base"])
    spot = (tasks - base) * v["fargate_spot_weight"] / (v["fargate_weight"] + v["fargate_spot_weight"])
    size = f"{v['task_cpu'] / 1024:g} vCPU, {v['task_memory'] / 1024:g} GB, {v['architecture']}{awake_text}"
    line("tasks on Fargate", f"{tasks - spot:g} x {size}", (tasks - spot) * task_hour * HOURS * awake)
    line("tasks on Fargate Spot", f"{spot:g} x {size}", spot * task_hour * HOURS * awake * p["fargate_spot_share_of_price"])

    copies = 2 if v["database_multi_az"] else 1
    if v["database_engine"] == "aurora":
        line("Aurora capacity at rest", f"{copies} x {v['aurora_min_acu']:g} ACU{awake_text}", copies * v["aurora_min_acu"] * HOURS * database_awake * p["aurora_acu_hour"])
        line("Aurora storage", f"{v['database_storage_gb']} GB", v["database_storage_gb"] * p["aurora_gb_month"])
    else:
        price = p["rds_hour"].get(v["database_class"])
        if price is None:
            sys.exit(f"cost: prices.json has no price of {v['database_class']}: add it")
        line("database", f"{copies} x {v['database_class']}{awake_text}", copies * price * HOURS * database_awake)
        line("database storage", f"{copies} x {v['database_storage_gb']} GB gp3", copies * v["database_storage_gb"] * p["rds_gp3_gb_month"])

    line("secrets", "2", 2 * p["secret_month"])
    own = 9 + (v["database_engine"] != "aurora") + (v["database_engine"] != "aurora" and v["database_class"].startswith("db.t"))
    line("alarms", f"{own} + 6 of autoscaling", (own + 6) * p["alarm_month"])
    metrics = 1 + (p["container_insights_metrics"] if v["container_insights"] else 0)
    line("custom metrics", f"{metrics}", metrics * p["custom_metric_month"])
    log_gb = requests * LOG_KB_PER_REQUEST / 1e6 * (2 if v["waf"] else 1) + 0.2
    line("logs", f"{log_gb:.1f} GB", log_gb * p["log_gb"])
    if v["waf"]:
        line("WAF", "1 ACL, 6 rules", p["waf_acl_month"] + 6 * p["waf_rule_month"] + requests / 1e6 * p["waf_million_requests"])
    line("images", f"{IMAGES_KEPT} x {IMAGE_GB} GB", IMAGES_KEPT * IMAGE_GB * p["ecr_gb_month"])
    access_gb = requests * 0.0005 / 1e3 * v["access_log_days"] / 30
    line("access logs", f"{access_gb:.2f} GB", access_gb * p["s3_gb_month"])
    line("traffic out", f"{traffic_gb:.0f} GB, {p['traffic_out_free_gb']} free", max(0, traffic_gb - p["traffic_out_free_gb"]) * p["traffic_out_gb"])
    return lines


def main():
    environment = os.environ.get("ENV", "dev")
    rps = float(os.environ.get("RPS", "1"))
    lines = estimate(variables(environment), rps)
    print(f"{environment}: estimate for a month of {HOURS} hours, {PRICES['region']}, prices of {PRICES['date']}, {rps:g} requests/s while awake")
    for what, how, usd in lines:
        print(f"  {what:26} {how:58} {usd:8.2f}")
    print(f"  {'total':26} {'USD a month, without tax':58} {sum(usd for _, _, usd in lines):8.2f}")


if __name__ == "__main__":
    main()
