"""Subnets, routes, endpoints and the flow log."""

import json

from .base import equal, fault, must


@fault
def wrong_tier(w):
    subnet = w.subnets("database")[0]["SubnetId"]
    w.ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Tier", "Value": "other"}])
    yield
    w.ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Tier", "Value": "database"}])


@must("each tier has subnets in two or more zones", wrong_tier)
def _(w):
    for tier in ("public", "private", "database"):
        zones = {subnet["AvailabilityZone"] for subnet in w.subnets(tier)}
        assert len(zones) >= 2, f"{tier} is in {zones}"


def s3_endpoint(w):
    endpoints = w.ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [w.vpc()]}])["VpcEndpoints"]
    return next(one for one in endpoints if one["ServiceName"].endswith(".s3"))


@fault
def endpoint_off_one_table(w):
    endpoint, table = s3_endpoint(w)["VpcEndpointId"], w.route_tables("private")[-1]["RouteTableId"]
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[table])
    yield
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[table])


@must("the S3 gateway endpoint is on each private route table, and on those that tasks use", endpoint_off_one_table)
def _(w):
    endpoint = s3_endpoint(w)
    equal(endpoint["VpcEndpointType"], "Gateway", "type")
    tables = {table["RouteTableId"] for tier in ("private", w["task_tier"]) for table in w.route_tables(tier)}
    missing = tables - set(endpoint["RouteTableIds"])
    assert not missing, f"not on {missing}"


@fault
def open_endpoint_policy(w):
    endpoint = s3_endpoint(w)
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument='{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}')
    yield
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument=endpoint["PolicyDocument"])


@must("the S3 endpoint lets nothing by but image layers", open_endpoint_policy)
def _(w):
    (statement,) = json.loads(s3_endpoint(w)["PolicyDocument"])["Statement"]
    equal((statement["Action"], statement["Resource"]), ("s3:GetObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"), "policy")


@fault
def default_route_to_internet(w):
    table = w.route_tables("database")[0]["RouteTableId"]
    gateway = w.tagged(w.ec2.describe_internet_gateways()["InternetGateways"])[0]["InternetGatewayId"]
    w.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    yield
    w.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


@must("database subnets have no default route", default_route_to_internet)
def _(w):
    for table in w.route_tables("database"):
        equal(w.default_routes(table), [], "default route")


@fault
def private_route_to_internet(w):
    table = w.route_tables("private")[0]
    gateway = w.tagged(w.ec2.describe_internet_gateways()["InternetGateways"])[0]["InternetGatewayId"]
    before = w.default_routes(table)
    if before:
        w.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    w.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    yield
    w.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    if before:
        w.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=before[0]["NatGatewayId"])


@must("private subnets leave by the NAT gateway of their own zone, or not at all", private_route_to_internet)
def _(w):
    gateways = {one["NatGatewayId"]: one["SubnetId"] for one in w.ec2.describe_nat_gateways()["NatGateways"] if one["State"] == "available"}
    equal(len(gateways), w["nat"], "NAT gateways")
    zone = {one["SubnetId"]: one["AvailabilityZone"] for tier in ("public", "private") for one in w.subnets(tier)}
    for table in w.route_tables("private"):
        ways = [route.get("NatGatewayId") for route in w.default_routes(table)]
        assert len(ways) == min(w["nat"], 1) and None not in ways, f"default routes by {ways}"
        for way in ways:
            (subnet,) = {one["SubnetId"] for one in table["Associations"]}
            equal(zone[gateways[way]], zone[subnet], "zone of the NAT gateway")


@fault
def endpoint_without_group(w):
    endpoint = next(one for one in w.ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["ServiceName"].endswith("secretsmanager"))["VpcEndpointId"]
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveSecurityGroupIds=[w.group("endpoints")], AddSecurityGroupIds=[w.group("default")])
    yield
    w.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddSecurityGroupIds=[w.group("endpoints")], RemoveSecurityGroupIds=[w.group("default")])


@must("interface endpoints for ECR, logs and secrets stand in the private subnets, behind their group", endpoint_without_group, only="prod")
def _(w):
    found = {one["ServiceName"].split(".", 3)[3]: one for one in w.ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["VpcEndpointType"] == "Interface"}
    equal(set(found), {"ecr.api", "ecr.dkr", "logs", "secretsmanager"}, "endpoints")
    for one in found.values():
        assert one["PrivateDnsEnabled"], f"{one['ServiceName']} has no private DNS"
        equal(set(one["SubnetIds"]), {subnet["SubnetId"] for subnet in w.subnets("private")}, "subnets")
        equal({group["GroupId"] for group in one["Groups"]}, {w.group("endpoints")}, one["ServiceName"])


@fault
def flow_log_of_another(w):
    with w.answer("ec2", "DescribeFlowLogs", lambda answer: answer["FlowLogs"][0].update(TrafficType="ACCEPT")):
        yield


@must("the VPC has a flow log", flow_log_of_another)
def _(w):
    (log,) = [log for log in w.ec2.describe_flow_logs()["FlowLogs"] if log["ResourceId"] == w.vpc()]
    equal((log["TrafficType"], log["LogDestination"].removesuffix(":*").rsplit(":", 1)[1]), (w["flow_log_traffic"], f"/vpc/{w.name}"), "flow log")
