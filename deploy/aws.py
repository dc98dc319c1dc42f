"""What the deploy scripts share: the names, a question before something is destroyed, and how a rollout is watched.

Everything is found by name (PROJECT-ENV), so no script reads the Terraform state and CI needs no access to it.
"""

import functools
import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PROJECT = os.environ.get("PROJECT", "finance-tracker")
ENV = os.environ.get("ENV", "dev")
NAME = f"{PROJECT}-{ENV}"
CONTAINER = "api"

# Tests shorten this; nothing else should.
POLL_SECONDS = float(os.environ.get("POLL_SECONDS", "5"))
ROLLOUT_MINUTES = float(os.environ.get("ROLLOUT_MINUTES", "20"))
DATABASE_MINUTES = 30

TAG_VERSION, TAG_ROLLED_OUT = "Version", "RolledOut"


class Failed(Exception):
    """Ends a script with one line of explanation."""


def say(text):
    print(text, flush=True)


def confirm(what):
    """Asks a person; in CI, or with YES=1, the question was answered by whoever started the job."""
    say(what)
    if os.environ.get("CI") or os.environ.get("YES") == "1":
        return
    if not sys.stdin.isatty():
        raise Failed("no terminal to ask on: set YES=1 to go on without a question")
    if input("Go on? Type yes: ").strip() != "yes":
        raise Failed("nothing was done")


@functools.cache
def client(service):
    return boto3.client(service)


def script(main):
    """Runs a script's main function; an expected failure is one line and exit code 1, without a traceback."""
    try:
        main()
    except Failed as failure:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {failure}")
    except ClientError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: AWS answers {error}")
    except BotoCoreError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")


def wait(what, minutes, done):
    """Calls done() until it returns something true; returns that."""
    end = time.monotonic() + minutes * 60
    while True:
        result = done()
        if result:
            return result
        if time.monotonic() > end:
            raise Failed(f"gave up waiting for {what} after {minutes:g} minutes")
        time.sleep(POLL_SECONDS)


# ---- Service -------------------------------------------------------------------------------------------------


def service():
    found = client("ecs").describe_services(cluster=NAME, services=[NAME])["services"]
    found = [one for one in found if one["status"] == "ACTIVE"]
    if not found:
        raise Failed(f"there is no service {NAME}: run make infra-apply ENV={ENV} first")
    return found[0]


def primary(state):
    return next(deployment for deployment in state["deployments"] if deployment["status"] == "PRIMARY")


def scalable_target():
    targets = client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/{NAME}/{NAME}"]
    )["ScalableTargets"]
    if not targets:
        raise Failed(f"service {NAME} has no scalable target: run make infra-apply ENV={ENV} first")
    return targets[0]


def suspend_scaling(suspended):
    target = scalable_target()
    client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=target["ResourceId"],
        ScalableDimension=target["ScalableDimension"],
        SuspendedState={
            "DynamicScalingInSuspended": suspended,
            "DynamicScalingOutSuspended": suspended,
            "ScheduledScalingSuspended": suspended,
        },
    )


def revision(arn):
    """'finance-tracker-dev:12' of a task definition's ARN."""
    return arn.rsplit("/", 1)[-1]


def task_definition(arn):
    answer = client("ecs").describe_task_definition(taskDefinition=arn, include=["TAGS"])
    return answer["taskDefinition"], {tag["key"]: tag["value"] for tag in answer.get("tags", [])}


def revisions():
    """ARNs of this family's active revisions, newest first."""
    pages = client("ecs").get_paginator("list_task_definitions").paginate(familyPrefix=NAME, status="ACTIVE", sort="DESC")
    arns = [arn for page in pages for arn in page["taskDefinitionArns"]]
    # The prefix also finds families whose name only begins so; and the order is not left to chance.
    arns = [arn for arn in arns if revision(arn).split(":")[0] == NAME]
    return sorted(arns, key=lambda arn: int(arn.rsplit(":", 1)[1]), reverse=True)


def roll_out(arn):
    """Points the service at a revision and waits until it runs, or until the circuit breaker went back."""
    before = service()
    tasks = before["desiredCount"] or scalable_target()["MinCapacity"]
    answer = client("ecs").update_service(
        cluster=NAME, service=NAME, taskDefinition=arn, desiredCount=tasks, forceNewDeployment=True
    )["service"]
    deployment_id = primary(answer)["id"]
    say(f"rollout of {revision(arn)} with {tasks} task(s) has begun")

    told = set()

    def ended():
        state = service()
        for event in reversed(state.get("events", [])[:10]):
            if event["createdAt"] >= answer["deployments"][0]["createdAt"] and event["id"] not in told:
                told.add(event["id"])
                say(f"  {event['message']}")
        current = primary(state)
        # "Stable" is not "deployed": after the circuit breaker the service is stable on the old revision.
        # Only this deployment, still primary and completed, is a success.
        if current["id"] != deployment_id:
            failed = next((one for one in state["deployments"] if one["id"] == deployment_id), {})
            reason = failed.get("rolloutStateReason") or current.get("rolloutStateReason", "")
            raise Failed(f"ROLLED BACK: the service runs {revision(current['taskDefinition'])} again. {reason}{stopped_reasons(arn)}")
        if current["rolloutState"] == "FAILED":
            raise Failed(f"FAILED: {current.get('rolloutStateReason', '')}{stopped_reasons(arn)}")
        return current["rolloutState"] == "COMPLETED" and current["runningCount"] >= tasks

    wait("the rollout", ROLLOUT_MINUTES, ended)
    client("ecs").tag_resource(
        resourceArn=arn, tags=[{"key": TAG_ROLLED_OUT, "value": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}]
    )
    say(f"rollout of {revision(arn)} is complete: {tasks} task(s) run it")


def stopped_reasons(arn):
    """Why tasks of a revision stopped: what one looks for first when a rollout fails."""
    ecs = client("ecs")
    arns = ecs.list_tasks(cluster=NAME, family=NAME, desiredStatus="STOPPED")["taskArns"]
    if not arns:
        return ""
    tasks = ecs.describe_tasks(cluster=NAME, tasks=arns[:20])["tasks"]
    reasons = set()
    for task in tasks:
        if task["taskDefinitionArn"] == arn:
            reasons.add(task.get("stoppedReason", ""))
            reasons.update(container.get("reason", "") for container in task["containers"])
    return "".join(f"\n  task stopped: {reason}" for reason in sorted(reasons - {""}))


# ---- Database: one instance, or an Aurora cluster ------------------------------------------------------------


def database():
    """('instance' or 'cluster', its state), or None when there is no database."""
    rds = client("rds")
    try:
        return "instance", rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]["DBInstanceStatus"]
    except rds.exceptions.DBInstanceNotFoundFault:
        pass
    try:
        return "cluster", rds.describe_db_clusters(DBClusterIdentifier=NAME)["DBClusters"][0]["Status"]
    except rds.exceptions.DBClusterNotFoundFault:
        return None


def need_database():
    found = database()
    if not found:
        raise Failed(f"there is no database {NAME}: run make infra-apply ENV={ENV} first")
    if found[1] in ("stopped", "stopping", "starting"):
        raise Failed(f"the database is {found[1]}: run make resume ENV={ENV} first")


# ---- Logs ----------------------------------------------------------------------------------------------------


def log_lines(since_seconds, stream_prefix=None, limit=1000):
    arguments = {"logGroupName": f"/ecs/{NAME}", "startTime": int((time.time() - since_seconds) * 1000)}
    if stream_prefix:
        arguments["logStreamNamePrefix"] = stream_prefix
    pages = client("logs").get_paginator("filter_log_events").paginate(**arguments)
    events = [event for page in pages for event in page["events"]]
    return sorted(events, key=lambda event: event["timestamp"])[-limit:]
