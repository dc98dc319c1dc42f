"""Tags."""

import json

from .base import fault, must


@fault
def untagged(w):
    subnet = w.subnets("database")[0]["SubnetId"]
    w.ec2.delete_tags(Resources=[subnet], Tags=[{"Key": "Project"}])
    yield
    w.ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Project", "Value": "finance-tracker"}])


@must("every resource is tagged", untagged)
def _(w):
    wanted = {"Project": "finance-tracker", "Environment": w.environment, "ManagedBy": "terraform"}
    known = {}
    for page in w.resourcegroupstaggingapi.get_paginator("get_resources").paginate():
        for one in page["ResourceTagMappingList"]:
            known[one["ResourceARN"]] = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
    for one in w.ec2.describe_tags()["Tags"]:
        known.setdefault(one["ResourceId"], {})[one["Key"]] = one["Value"]
    asked = 0
    for resource in json.loads(w.state.split("\n}\n")[0] + "\n}")["resources"]:
        for instance in resource["instances"]:
            attributes = instance["attributes"]
            if "tags_all" not in attributes:
                continue
            where = f"{resource['type']}.{resource['name']}"
            assert wanted.items() <= (attributes["tags_all"] or {}).items(), f"{where} lacks tags in the state"
            found = known.get(attributes["id"]) or known.get(attributes.get("arn"))
            if found is not None:
                asked += 1
                assert wanted.items() <= found.items(), f"{where} has the tags {found}"
    assert asked >= 30, f"only {asked} resources could be asked for their tags"
