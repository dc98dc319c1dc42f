"""make status: what runs, how it does, and what it said last. Exit code 1 when something is wrong."""

import sys

from aws import NAME, TAG_VERSION, client, database, revision, script, scalable_target, say, service, task_definition


def main():
    wrong = []
    state = service()
    target = scalable_target()
    asleep = state["desiredCount"] == 0
    say(f"service    {NAME}: {state['runningCount']} of {state['desiredCount']} task(s) run (autoscaling {target['MinCapacity']} to {target['MaxCapacity']}){', asleep' if asleep else ''}")
    if state["runningCount"] < state["desiredCount"]:
        wrong.append("tasks are missing")
    for deployment in state["deployments"]:
        version = task_definition(deployment["taskDefinition"])[1].get(TAG_VERSION, "none")
        say(f"deployment {deployment['status']}: {revision(deployment['taskDefinition'])}, version {version}, {deployment.get('rolloutState')}")
        if deployment.get("rolloutState") == "FAILED":
            wrong.append(deployment.get("rolloutStateReason", "a deployment failed"))

    kind, status = database() or ("instance", "missing")
    say(f"database   {kind} {NAME}: {status}")
    if status not in ("available", "backing-up") and not (asleep and status.startswith("stop")):
        wrong.append(f"the database is {status}")

    balancers = client("elbv2")
    for balancer in balancers.describe_load_balancers(Names=[NAME])["LoadBalancers"]:
        say(f"address    {balancer['DNSName']}")
    group = balancers.describe_target_groups(Names=[NAME])["TargetGroups"][0]["TargetGroupArn"]
    for one in balancers.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
        health = one["TargetHealth"]
        say(f"target     {one['Target']['Id']}: {health['State']} {health.get('Description', '')}")
        if health["State"] == "unhealthy":
            wrong.append("a target is unhealthy")

    for page in client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{NAME}-"):
        for alarm in page["MetricAlarms"]:
            if alarm["StateValue"] == "ALARM":
                say(f"ALARM      {alarm['AlarmName']}: {alarm.get('StateReason', '')}")
                wrong.append(alarm["AlarmName"])

    for event in state.get("events", [])[:5]:
        say(f"event      {event['createdAt']:%Y-%m-%d %H:%M:%S} {event['message']}")
    if wrong:
        sys.exit("not well: " + "; ".join(wrong))
    say("well")


script(main)
