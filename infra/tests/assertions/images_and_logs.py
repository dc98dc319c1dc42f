"""The image repository and the log groups."""

import json

from .base import equal, fault, must


@fault
def no_scan(w):
    w.ecr.put_image_scanning_configuration(repositoryName=w.name, imageScanningConfiguration={"scanOnPush": False})
    yield
    w.ecr.put_image_scanning_configuration(repositoryName=w.name, imageScanningConfiguration={"scanOnPush": True})


@must("images are scanned when pushed", no_scan)
def _(w):
    equal(w.ecr.describe_repositories(repositoryNames=[w.name])["repositories"][0]["imageScanningConfiguration"]["scanOnPush"], True, "scan")


@fault
def mutable_tags(w):
    w.ecr.put_image_tag_mutability(repositoryName=w.name, imageTagMutability="MUTABLE")
    yield
    w.ecr.put_image_tag_mutability(repositoryName=w.name, imageTagMutability="IMMUTABLE")


@must("an image tag never changes its image", mutable_tags)
def _(w):
    equal(w.ecr.describe_repositories(repositoryNames=[w.name])["repositories"][0]["imageTagMutability"], "IMMUTABLE", "tags")


@fault
def keep_all_images(w):
    before = w.ecr.get_lifecycle_policy(repositoryName=w.name)["lifecyclePolicyText"]
    w.ecr.put_lifecycle_policy(repositoryName=w.name, lifecyclePolicyText=before.replace(":5", ":500"))
    yield
    w.ecr.put_lifecycle_policy(repositoryName=w.name, lifecyclePolicyText=before)


@must("the last five images are kept", keep_all_images)
def _(w):
    rules = json.loads(w.ecr.get_lifecycle_policy(repositoryName=w.name)["lifecyclePolicyText"])["rules"]
    kept = [rule["selection"]["countNumber"] for rule in rules if rule["selection"]["tagStatus"] == "tagged"]
    equal(kept, [5], "kept")


@fault
def endless_logs(w):
    w.logs.delete_retention_policy(logGroupName=f"/ecs/{w.name}")
    yield
    w.logs.put_retention_policy(logGroupName=f"/ecs/{w.name}", retentionInDays=14)


@must("log groups are kept for 14 days", endless_logs)
def _(w):
    found = {one["logGroupName"]: one.get("retentionInDays") for one in w.logs.describe_log_groups()["logGroups"] if w.name in one["logGroupName"]}
    equal(set(found), w["log_groups"], "groups")
    equal(set(found.values()), {14}, "days")
