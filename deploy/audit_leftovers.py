"""make audit-leftovers: after a destroy, everything that is left and can cost money; exit code 1 if there is any.

Looked for by the Environment and Project tags, by name, and by belonging to a VPC so tagged. ALL=1 lists what
there is in the whole region, whoever made it.
"""

import os
import sys

from botocore.exceptions import ClientError

from aws import ENV, NAME, PROJECT, client, say, script

ALL = os.environ.get("ALL") == "1"


def tagged(tags):
    found = {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags or []}
    return found.get("Project") == PROJECT and found.get("Environment") == ENV


def ours(name="", tags=(), vpc=None, vpcs=()):
    # A longer name must not match a shorter one: finance-tracker-dev is not finance-tracker-dev2.
    tail = name.split(NAME, 1)[1][:1] if NAME in name else "x"
    return ALL or tagged(tags) or not tail.isalnum() or (vpc is not None and vpc in vpcs)


def pages(service, operation, key, **arguments):
    for page in client(service).get_paginator(operation).paginate(**arguments):
        yield from page[key]


def leftovers():
    """(kind, name) of each resource that costs."""
    ec2 = client("ec2")
    vpcs = {vpc["VpcId"] for vpc in pages("ec2", "describe_vpcs", "Vpcs") if tagged(vpc.get("Tags"))}

    for one in pages("ec2", "describe_nat_gateways", "NatGateways"):
        if one["State"] not in ("deleted", "deleting") and ours("", one.get("Tags"), one.get("VpcId"), vpcs):
            yield "NAT gateway", one["NatGatewayId"]
    for one in ec2.describe_addresses()["Addresses"]:
        if ours("", one.get("Tags")):
            yield "address", one.get("PublicIp", one.get("AllocationId"))
    for one in pages("ec2", "describe_network_interfaces", "NetworkInterfaces"):
        if ours(one.get("Description", ""), one.get("TagSet"), one.get("VpcId"), vpcs):
            yield "network interface", one["NetworkInterfaceId"]
    for one in pages("ec2", "describe_volumes", "Volumes"):
        if ours("", one.get("Tags")):
            yield "volume", one["VolumeId"]
    for one in pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        if ours(one.get("Description", ""), one.get("Tags")):
            yield "volume snapshot", one["SnapshotId"]
    for one in pages("ec2", "describe_vpc_endpoints", "VpcEndpoints"):
        if one.get("VpcEndpointType") != "Gateway" and one["State"] not in ("deleted", "deleting") and ours("", one.get("Tags"), one.get("VpcId"), vpcs):
            yield "VPC endpoint", one["VpcEndpointId"]

    for one in pages("elbv2", "describe_load_balancers", "LoadBalancers"):
        if ours(one["LoadBalancerName"], (), one.get("VpcId"), vpcs):
            yield "load balancer", one["LoadBalancerName"]

    for one in pages("rds", "describe_db_instances", "DBInstances"):
        if ours(one["DBInstanceIdentifier"], one.get("TagList")):
            yield "database", one["DBInstanceIdentifier"]
    for one in pages("rds", "describe_db_clusters", "DBClusters"):
        if ours(one["DBClusterIdentifier"], one.get("TagList")):
            yield "database cluster", one["DBClusterIdentifier"]
    for one in pages("rds", "describe_db_snapshots", "DBSnapshots"):
        if ours(one["DBSnapshotIdentifier"], one.get("TagList")):
            yield "database snapshot", one["DBSnapshotIdentifier"]
    for one in pages("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        if ours(one["DBClusterSnapshotIdentifier"], one.get("TagList")):
            yield "database cluster snapshot", one["DBClusterSnapshotIdentifier"]
    for one in client("rds").describe_db_instance_automated_backups().get("DBInstanceAutomatedBackups", []):
        if ours(one["DBInstanceIdentifier"]):
            yield "automated backup", one["DBInstanceIdentifier"]

    for cluster in pages("ecs", "list_clusters", "clusterArns"):
        if ours(cluster.rsplit("/", 1)[-1]):
            for task in pages("ecs", "list_tasks", "taskArns", cluster=cluster, desiredStatus="RUNNING"):
                yield "task", task.rsplit("/", 1)[-1]

    for one in pages("ecr", "describe_repositories", "repositories"):
        if ours(one["repositoryName"]):
            for image in pages("ecr", "describe_images", "imageDetails", repositoryName=one["repositoryName"]):
                yield "image", f"{one['repositoryName']}:{(image.get('imageTags') or [image['imageDigest']])[0]}"

    for one in client("s3").list_buckets()["Buckets"]:
        if ours(one["Name"]):
            yield "bucket", one["Name"]
    for one in pages("logs", "describe_log_groups", "logGroups"):
        if ours(one["logGroupName"]):
            yield "log group", one["logGroupName"]
    for one in pages("secretsmanager", "list_secrets", "SecretList"):
        # One that waits for its deletion costs nothing and is not listed.
        if ours(one["Name"], one.get("Tags")):
            yield "secret", one["Name"]
    for one in pages("cloudwatch", "describe_alarms", "MetricAlarms"):
        if ours(one["AlarmName"]):
            yield "alarm", one["AlarmName"]
    for one in pages("cloudwatch", "list_dashboards", "DashboardEntries"):
        if ours(one["DashboardName"]):
            yield "dashboard", one["DashboardName"]
    for one in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]:
        if ours(one["Name"]):
            yield "web ACL", one["Name"]


def main():
    what = "everything in the region" if ALL else NAME
    say(f"audit-leftovers: {what}; nothing is changed")
    try:
        found = list(leftovers())
    except ClientError as error:
        # Half an audit is none: a part that may not be read could hide what costs.
        sys.exit(f"the audit is incomplete: {error}")
    for kind, name in found:
        say(f"  {kind}: {name}")
    if found:
        sys.exit(f"{len(found)} resource(s) are left that can cost money")
    say("nothing is left that costs money")


script(main)
