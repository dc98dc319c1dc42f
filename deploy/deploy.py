"""make deploy: the image VERSION becomes what runs.

    deploy.py            register a revision, migrate, roll out
    deploy.py migrate    only register and migrate
    deploy.py rollout    only roll out what `migrate` registered
"""

import os
import sys

from aws import CONTAINER, ENV, NAME, TAG_VERSION, Failed, client, log_lines, need_database, revision, revisions, roll_out, say, script, service, task_definition, wait

# What a description of a task definition has and a registration does not take.
READ_ONLY = ("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy", "deregisteredAt")


def image(version):
    ecr = client("ecr")
    try:
        ecr.describe_images(repositoryName=NAME, imageIds=[{"imageTag": version}])
    except ecr.exceptions.ImageNotFoundException:
        raise Failed(f"there is no image {NAME}:{version}: run make image push ENV={ENV} VERSION={version} first") from None
    return ecr.describe_repositories(repositoryNames=[NAME])["repositories"][0]["repositoryUri"] + ":" + version


def register(version):
    """The newest revision of the family, whoever registered it, with this image: Terraform's changes come along."""
    known = revisions()
    if not known:
        raise Failed(f"there is no task definition {NAME}: run make infra-apply ENV={ENV} first")
    definition, tags = task_definition(known[0])
    definition = {key: value for key, value in definition.items() if key not in READ_ONLY}
    for container in definition["containerDefinitions"]:
        if container["name"] == CONTAINER:
            container["image"] = image(version)
    tags = {"Project": tags.get("Project", ""), "Environment": tags.get("Environment", ENV), "ManagedBy": "deploy", TAG_VERSION: version}
    answer = client("ecs").register_task_definition(**definition, tags=[{"key": key, "value": value} for key, value in tags.items()])
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    say(f"registered {revision(arn)} with image {version}")
    return arn


def migrate(arn):
    """Runs `finance-api migrate` once as a task of its own, where the service's tasks run."""
    ecs = client("ecs")
    state = service()
    answer = ecs.run_task(
        cluster=NAME,
        taskDefinition=arn,
        launchType="FARGATE",  # never Spot: an interrupted migration helps nobody
        networkConfiguration=state["networkConfiguration"],
        overrides={"containerOverrides": [{"name": CONTAINER, "command": ["migrate"]}]},
        startedBy="migrate",
    )
    if answer.get("failures"):
        raise Failed(f"the migration task did not start: {answer['failures']}")
    task = answer["tasks"][0]["taskArn"]
    say(f"migration task {task.rsplit('/', 1)[-1]} has begun")

    def stopped():
        now = ecs.describe_tasks(cluster=NAME, tasks=[task])["tasks"][0]
        return now if now["lastStatus"] == "STOPPED" else None

    ended = wait("the migration", 30, stopped)
    code = next((one.get("exitCode") for one in ended["containers"] if one["name"] == CONTAINER), None)
    if code != 0:
        reasons = [ended.get("stoppedReason", "")] + [one.get("reason", "") for one in ended["containers"]]
        try:
            reasons += [event["message"] for event in log_lines(3600, f"api/{CONTAINER}/{task.rsplit('/', 1)[-1]}", 20)]
        except client("logs").exceptions.ResourceNotFoundException:
            pass
        raise Failed(f"MIGRATION FAILED with exit code {code}; nothing was rolled out.\n  " + "\n  ".join(filter(None, reasons)))
    say("migration is complete")


def registered(version):
    for arn in revisions():
        if task_definition(arn)[1].get(TAG_VERSION) == version:
            return arn
    raise Failed(f"no revision of version {version} is registered: run make deploy-migrate ENV={ENV} VERSION={version} first")


def main():
    step = sys.argv[1] if len(sys.argv) > 1 else "all"
    version = os.environ.get("VERSION") or ""
    if not version:
        raise Failed("set VERSION to the tag of the image")
    say(f"deploy ({step}): image {version} to {NAME}")
    need_database()
    arn = registered(version) if step == "rollout" else register(version)
    if step in ("all", "migrate"):
        migrate(arn)
    if step in ("all", "rollout"):
        roll_out(arn)


script(main)
