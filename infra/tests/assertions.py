"""What must be true of an applied environment, asked through the AWS API, each with a fault that it must catch.

An assertion is a function of a World. Its fault changes the emulated AWS (or, where the API offers no way, the
answer it gives) so that the assertion no longer holds, and is undone afterwards: fault, assertion fails, undo,
assertion holds again.
"""

import contextlib
import functools
import json
import urllib.parse

import boto3

ASSERTIONS = []  # (title, environments, check, fault)


class World:
    """One environment on its emulator: clients, the Terraform state, and what varies between dev and prod."""

    def __init__(self, environment, endpoint, state, **expected):
        self.environment = environment
        self.name = f"finance-tracker-{environment}"
        self.session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        self.endpoint = endpoint
        self.state = state  # the state file as text
        self.clients = {}
        self.expected = expected

    def __getattr__(self, service):
        service = service.replace("_", "-")
        if service not in self.clients:
            self.clients[service] = self.session.client(service, endpoint_url=self.endpoint)
        return self.clients[service]

    def __getitem__(self, key):
        return self.expected[key]

    @functools.cached_property
    def account(self):
        return self.sts.get_caller_identity()["Account"]

    @contextlib.contextmanager
    def answer(self, service, operation, change):
        """A fault in an answer: change(parsed) edits what the API said."""
        client = self.__getattr__(service)
        event = f"after-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"

        def handler(parsed, **_):
            change(parsed)

        client.meta.events.register(event, handler)
        try:
            yield
        finally:
            client.meta.events.unregister(event, handler)

    # ---- Things that many assertions ask for

    def vpc(self):
        return self.tagged(self.ec2.describe_vpcs()["Vpcs"])[0]["VpcId"]

    def tagged(self, items):
        return [item for item in items if {"Key": "Environment", "Value": self.environment} in item.get("Tags", [])]

    def subnets(self, tier):
        return self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [self.vpc()]}, {"Name": "tag:Tier", "Values": [tier]}])["Subnets"]

    def route_tables(self, tier):
        """Route tables that the subnets of a tier really use."""
        ids = {subnet["SubnetId"] for subnet in self.subnets(tier)}
        tables = self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc()]}])["RouteTables"]
        used = [table for table in tables if ids & {one.get("SubnetId") for one in table["Associations"]}]
        assert ids == {one.get("SubnetId") for table in used for one in table["Associations"]} & ids, f"a {tier} subnet has no route table of its own"
        return used

    def default_routes(self, table):
        return [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0" or route.get("DestinationIpv6CidrBlock") == "::/0"]

    def group(self, role):
        groups = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc()]}])["SecurityGroups"]
        wanted = "default" if role == "default" else f"{self.name}-{role}"
        return next(group["GroupId"] for group in groups if group["GroupName"] == wanted)

    def rules(self, role, egress):
        """{(port, source)} of a security group; the source is a range, a prefix list or a group's role."""
        roles = {}
        for one in ("alb", "tasks", "database", "endpoints"):
            with contextlib.suppress(StopIteration):
                roles[self.group(one)] = one
        found = set()
        for rule in self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.group(role)]}])["SecurityGroupRules"]:
            if rule["IsEgress"] != egress:
                continue
            peer = rule.get("ReferencedGroupInfo", {}).get("GroupId")
            source = roles.get(peer, peer) or rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId")
            ports = rule.get("FromPort") if rule.get("FromPort") == rule.get("ToPort") else (rule.get("FromPort"), rule.get("ToPort"))
            found.add((ports if rule["IpProtocol"] == "tcp" else rule["IpProtocol"], source))
        return found

    def database(self):
        return self.rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"][0]

    def service(self):
        return self.ecs.describe_services(cluster=self.name, services=[self.name])["services"][0]

    def task(self):
        """The newest revision: what the next deployment will run."""
        arns = self.ecs.list_task_definitions(familyPrefix=self.name, status="ACTIVE")["taskDefinitionArns"]
        newest = max(arns, key=lambda arn: int(arn.rsplit(":", 1)[1]))
        return self.ecs.describe_task_definition(taskDefinition=newest)["taskDefinition"]

    def container(self):
        return self.task()["containerDefinitions"][0]

    def balancer(self):
        return self.elbv2.describe_load_balancers(Names=[self.name])["LoadBalancers"][0]["LoadBalancerArn"]

    def balancer_attributes(self):
        pairs = self.elbv2.describe_load_balancer_attributes(LoadBalancerArn=self.balancer())["Attributes"]
        return {pair["Key"]: pair["Value"] for pair in pairs}

    def target_group(self):
        return self.elbv2.describe_target_groups(Names=[self.name])["TargetGroups"][0]

    def listener(self, port):
        listeners = self.elbv2.describe_listeners(LoadBalancerArn=self.balancer())["Listeners"]
        return next((listener for listener in listeners if listener["Port"] == port), None)

    def secret(self, name):
        return self.secretsmanager.get_secret_value(SecretId=f"{self.name}/{name}")["SecretString"]

    def role_policy(self, role, policy):
        document = self.iam.get_role_policy(RoleName=f"{self.name}-{role}", PolicyName=policy)["PolicyDocument"]
        return document["Statement"]

    def trust(self, role):
        return self.iam.get_role(RoleName=f"{self.name}-{role}")["Role"]["AssumeRolePolicyDocument"]["Statement"]

    def alarms(self):
        alarms = self.cloudwatch.describe_alarms(AlarmNamePrefix=f"{self.name}-")["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix(f"{self.name}-"): alarm for alarm in alarms}

    def topic(self):
        return next(topic["TopicArn"] for topic in self.sns.list_topics()["Topics"] if topic["TopicArn"].endswith(f":{self.name}-alarms"))

    def web_acl(self):
        acls = self.wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
        found = next(acl for acl in acls if acl["Name"] == self.name)
        return self.wafv2.get_web_acl(Name=self.name, Scope="REGIONAL", Id=found["Id"])["WebACL"]


def must(title, fault, only=None):
    """Registers an assertion with its fault, for both environments or one."""

    def register(check):
        ASSERTIONS.append((title, only, check, fault))
        return check

    return register


def fault(function):
    """A fault is a generator function: plants before its yield, undoes after it."""
    return contextlib.contextmanager(function)


def equal(found, wanted, what=""):
    assert found == wanted, f"{what} is {found!r}, not {wanted!r}"


def as_list(value):
    return value if isinstance(value, list) else [value]


# ---- Network -------------------------------------------------------------------------------------------------


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


# ---- Security groups -----------------------------------------------------------------------------------------


def extra_rule(role, egress, port, cidr="0.0.0.0/0"):
    @fault
    def planted(w):
        permission = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}]
        way = "egress" if egress else "ingress"
        getattr(w.ec2, f"authorize_security_group_{way}")(GroupId=w.group(role), IpPermissions=permission)
        yield
        getattr(w.ec2, f"revoke_security_group_{way}")(GroupId=w.group(role), IpPermissions=permission)

    return planted


@must("the VPC's default security group admits nothing", extra_rule("default", False, 22))
def _(w):
    equal(w.rules("default", False) | w.rules("default", True), set(), "rules")


@must("the internet reaches the load balancer on its listeners' ports only", extra_rule("alb", False, 22))
def _(w):
    equal(w.rules("alb", False), {(port, "0.0.0.0/0") for port in w["ports"]}, "ingress")


@must("the load balancer reaches tasks only", extra_rule("alb", True, 443))
def _(w):
    equal(w.rules("alb", True), {(8000, "tasks")}, "egress")


@must("tasks are reached by the load balancer only", extra_rule("tasks", False, 8000))
def _(w):
    equal(w.rules("tasks", False), {(8000, "alb")}, "ingress")


@must("tasks reach the database, image layers and AWS only", extra_rule("tasks", True, 25))
def _(w):
    prefix = next(one["PrefixListId"] for one in w.ec2.describe_prefix_lists()["PrefixLists"] if one["PrefixListName"].endswith(".s3"))
    equal(w.rules("tasks", True), {(5432, "database"), (443, prefix), (443, w["aws_by"])}, "egress")


@must("the database is reached by tasks only", extra_rule("database", False, 5432, "10.0.0.0/8"))
def _(w):
    equal(w.rules("database", False), {(5432, "tasks")}, "ingress")


@must("the database reaches nothing", extra_rule("database", True, 443))
def _(w):
    equal(w.rules("database", True), set(), "egress")


@must("interface endpoints are reached by tasks only", extra_rule("endpoints", False, 443), only="prod")
def _(w):
    equal((w.rules("endpoints", False), w.rules("endpoints", True)), ({(443, "tasks")}, set()), "rules")


# ---- Database ------------------------------------------------------------------------------------------------


def modified_database(undo=None, **change):
    @fault
    def planted(w):
        before = w.database()
        w.rds.modify_db_instance(DBInstanceIdentifier=w.name, ApplyImmediately=True, **change)
        yield
        back = {key: before.get(key) for key in change} | (undo(w) if undo else {})
        w.rds.modify_db_instance(DBInstanceIdentifier=w.name, ApplyImmediately=True, **back)

    return planted


@must("the database has no public address", modified_database(PubliclyAccessible=True))
def _(w):
    equal(w.database()["PubliclyAccessible"], False, "public")


@fault
def database_with_other_group(w):
    w.rds.modify_db_instance(DBInstanceIdentifier=w.name, VpcSecurityGroupIds=[w.group("default")], ApplyImmediately=True)
    yield
    w.rds.modify_db_instance(DBInstanceIdentifier=w.name, VpcSecurityGroupIds=[w.group("database")], ApplyImmediately=True)


@must("the database stands in the database subnets behind its own group", database_with_other_group)
def _(w):
    database = w.database()
    equal({one["VpcSecurityGroupId"] for one in database["VpcSecurityGroups"]}, {w.group("database")}, "groups")
    group = w.rds.describe_db_subnet_groups(DBSubnetGroupName=w.name)["DBSubnetGroups"][0]
    equal({one["SubnetIdentifier"] for one in group["Subnets"]}, {one["SubnetId"] for one in w.subnets("database")}, "subnets")
    equal(database["DBSubnetGroup"]["DBSubnetGroupName"], w.name, "subnet group")


@fault
def plain_storage(w):
    with w.answer("rds", "DescribeDBInstances", lambda answer: answer["DBInstances"][0].update(StorageEncrypted=False)):
        yield


@must("the database's storage is encrypted gp3 that grows", plain_storage)
def _(w):
    database = w.database()
    equal((database["StorageEncrypted"], database["StorageType"]), (True, "gp3"), "storage")
    assert database["MaxAllocatedStorage"] > database["AllocatedStorage"], "storage does not grow"


@must("backups are kept as long as the variable says", modified_database(BackupRetentionPeriod=3))
def _(w):
    equal(w.database()["BackupRetentionPeriod"], w["backup_days"], "backup days")


@must("a standby is there where the variable says so", modified_database(MultiAZ=True), only="dev")
@must("a standby is there where the variable says so", modified_database(MultiAZ=False), only="prod")
def _(w):
    equal(w.database()["MultiAZ"], w["multi_az"], "Multi-AZ")


@must("deletion protection is as the variable says", modified_database(DeletionProtection=True), only="dev")
@must("deletion protection is as the variable says", modified_database(DeletionProtection=False), only="prod")
def _(w):
    equal(w.database()["DeletionProtection"], w["protected"], "protection")


@fault
def insights_off(w):
    with w.answer("rds", "DescribeDBInstances", lambda answer: answer["DBInstances"][0].update(PerformanceInsightsEnabled=False)):
        yield


@must("Performance Insights is on, with the free seven days", insights_off)
def _(w):
    database = w.database()
    equal((database["PerformanceInsightsEnabled"], database["PerformanceInsightsRetentionPeriod"]), (True, 7), "insights")


@fault
def tls_optional(w):
    group = w.database()["DBParameterGroups"][0]["DBParameterGroupName"]
    change = lambda value: w.rds.modify_db_parameter_group(
        DBParameterGroupName=group, Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": value, "ApplyMethod": "immediate"}]
    )
    change("0")
    yield
    change("1")


@must("the database refuses connections without TLS", tls_optional)
def _(w):
    group = w.database()["DBParameterGroups"][0]["DBParameterGroupName"]
    parameters = {one["ParameterName"]: one.get("ParameterValue") for one in w.rds.describe_db_parameters(DBParameterGroupName=group)["Parameters"]}
    equal(parameters.get("rds.force_ssl"), "1", "rds.force_ssl")


def other_secret(name, edit):
    @fault
    def planted(w):
        before = w.secret(name)
        w.secretsmanager.put_secret_value(SecretId=f"{w.name}/{name}", SecretString=edit(before))
        yield
        w.secretsmanager.put_secret_value(SecretId=f"{w.name}/{name}", SecretString=before)

    return planted


@must("the task verifies the database's certificate", other_secret("database-url", lambda url: url.replace("verify-full", "require")))
def _(w):
    url = urllib.parse.urlsplit(w.secret("database-url"))
    query = dict(urllib.parse.parse_qsl(url.query))
    equal(query, {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/certs/rds-global-bundle.pem"}, "TLS settings")
    equal((url.hostname, url.port, url.path), (w.database()["Endpoint"]["Address"], 5432, "/finance"), "database")


@must("the database password is long and random", other_secret("database-url", lambda url: url.replace(urllib.parse.urlsplit(url).password, "finance")))
def _(w):
    password = urllib.parse.urlsplit(w.secret("database-url")).password
    assert len(password) >= 32 and len(set(password)) > 10, "the password is short"


@must("the JWT key has 32 bytes or more", other_secret("jwt-key", lambda key: key[:31]))
def _(w):
    assert len(w.secret("jwt-key").encode()) >= 32, "the key is short"


@fault
def secret_in_state(w):
    before = w.state
    w.state += w.secret("jwt-key")
    yield
    w.state = before


@must("no secret is in the Terraform state", secret_in_state)
def _(w):
    assert '"aws_db_instance"' in w.state and "resources" in w.state, "this is no state"
    for value in (w.secret("jwt-key"), w.secret("database-url"), urllib.parse.urlsplit(w.secret("database-url")).password):
        assert value not in w.state, "a secret is in the state"


# ---- Service -------------------------------------------------------------------------------------------------


def other_revision(edit):
    """A newer revision of the task definition, edited."""

    @fault
    def planted(w):
        task = w.task()
        keep = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "requiresCompatibilities", "cpu", "memory", "runtimePlatform")
        task = {key: task[key] for key in keep if key in task}
        edit(task["containerDefinitions"][0])
        arn = w.ecs.register_task_definition(**task)["taskDefinition"]["taskDefinitionArn"]
        yield
        w.ecs.deregister_task_definition(taskDefinition=arn)

    return planted


@must("the container's root file system is read-only", other_revision(lambda container: container.update(readonlyRootFilesystem=False)))
def _(w):
    equal(w.container()["readonlyRootFilesystem"], True, "read-only")


@must("the container does not run as root", other_revision(lambda container: container.update(user="0")))
def _(w):
    assert w.container().get("user", "root").split(":")[0] not in ("0", "root", ""), "root"


@must("the container has no capabilities", other_revision(lambda container: container.update(linuxParameters={})))
def _(w):
    equal(w.container().get("linuxParameters", {}).get("capabilities", {}).get("drop"), ["ALL"], "dropped")


@must("the container has more time to stop than the drain takes", other_revision(lambda container: container.update(stopTimeout=10)))
def _(w):
    environment = {one["name"]: one["value"] for one in w.container()["environment"]}
    needs = int(environment["SHUTDOWN_GRACE_SECONDS"]) + int(environment["SHUTDOWN_DRAIN_SECONDS"])
    assert w.container()["stopTimeout"] >= needs + 5, "stopTimeout is short"


@must("the binary checks its own health", other_revision(lambda container: container.pop("healthCheck")))
def _(w):
    equal(w.container().get("healthCheck", {}).get("command"), ["CMD", "/usr/local/bin/finance-api", "healthcheck"], "health check")


@must("no secret is in the plain environment", other_revision(lambda container: container["environment"].append({"name": "DATABASE_URL", "value": "postgres://finance:hunter2@db/finance"})))
def _(w):
    secrets = [w.secret("jwt-key"), urllib.parse.urlsplit(w.secret("database-url")).password]
    for one in w.container()["environment"]:
        assert one["name"] not in ("DATABASE_URL", "JWT_SECRET_KEY"), f"{one['name']} is plain"
        assert not any(secret in one["value"] for secret in secrets), f"{one['name']} holds a secret"
        assert "://" not in one["value"] or "@" not in one["value"], f"{one['name']} holds a URL with a password"


@must("database URL and JWT key come from Secrets Manager", other_revision(lambda container: container["secrets"].pop()))
def _(w):
    found = {one["name"]: one["valueFrom"] for one in w.container()["secrets"]}
    wanted = {"DATABASE_URL": "database-url", "JWT_SECRET_KEY": "jwt-key"}
    equal(found, {name: w.secretsmanager.describe_secret(SecretId=f"{w.name}/{secret}")["ARN"] for name, secret in wanted.items()}, "secrets")


@must("the container logs to the service's group", other_revision(lambda container: container.pop("logConfiguration")))
def _(w):
    equal(w.container().get("logConfiguration", {}).get("options", {}).get("awslogs-group"), f"/ecs/{w.name}", "log group")


def updated_service(attribute, **change):
    @fault
    def planted(w):
        before = w.service().get(attribute, False)
        w.ecs.update_service(cluster=w.name, service=w.name, **change)
        yield
        w.ecs.update_service(cluster=w.name, service=w.name, **{attribute: before})

    return planted


NO_BREAKER = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}, "minimumHealthyPercent": 100, "maximumPercent": 200}


@must("the circuit breaker rolls a failed rollout back", updated_service("deploymentConfiguration", deploymentConfiguration=NO_BREAKER))
def _(w):
    configuration = w.service()["deploymentConfiguration"]
    equal(configuration["deploymentCircuitBreaker"], {"enable": True, "rollback": True}, "circuit breaker")
    equal((configuration["minimumHealthyPercent"], configuration["maximumPercent"]), (100, 200), "percent")


@must("alarms roll a rollout back", updated_service("deploymentConfiguration", deploymentConfiguration=NO_BREAKER))
def _(w):
    alarms = w.service()["deploymentConfiguration"].get("alarms", {})
    equal((alarms.get("enable"), alarms.get("rollback")), (True, True), "deployment alarms")
    watched = set(alarms["alarmNames"])
    assert watched and watched <= {alarm["AlarmName"] for alarm in w.alarms().values()}, f"{watched} do not all exist"


@must("tasks run on the capacity that the weights say", updated_service("capacityProviderStrategy", capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 9, "base": 0}]))
def _(w):
    found = {one["capacityProvider"]: (one["weight"], one.get("base", 0)) for one in w.service()["capacityProviderStrategy"]}
    equal(found, w["capacity"], "capacity")


@must("ECS Exec is off", updated_service("enableExecuteCommand", enableExecuteCommand=True))
def _(w):
    equal(w.service().get("enableExecuteCommand", False), False, "ECS Exec")


@fault
def tasks_elsewhere(w):
    def change(answer):
        answer["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = [one["SubnetId"] for one in w.subnets("database")]

    with w.answer("ecs", "DescribeServices", change):
        yield


@must("tasks stand in their tier, with a public address only in the cheapest mode", tasks_elsewhere)
def _(w):
    network = w.service()["networkConfiguration"]["awsvpcConfiguration"]
    equal(set(network["subnets"]), {one["SubnetId"] for one in w.subnets(w["task_tier"])}, "subnets")
    equal(network["securityGroups"], [w.group("tasks")], "groups")
    equal(network["assignPublicIp"], "ENABLED" if w["task_tier"] == "public" else "DISABLED", "public address")


@fault
def wider_scaling(w):
    change = lambda most: w.application_autoscaling.register_scalable_target(
        ServiceNamespace="ecs", ResourceId=f"service/{w.name}/{w.name}", ScalableDimension="ecs:service:DesiredCount", MaxCapacity=most
    )
    change(w["tasks"][1] + 50)
    yield
    change(w["tasks"][1])


@must("autoscaling stays between the fewest and the most tasks", wider_scaling)
def _(w):
    (target,) = w.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    equal((target["MinCapacity"], target["MaxCapacity"]), w["tasks"], "capacity")


@fault
def fewer_policies(w):
    with w.answer("application-autoscaling", "DescribeScalingPolicies", lambda answer: answer["ScalingPolicies"].pop()):
        yield


@must("autoscaling follows CPU, memory and requests per target", fewer_policies)
def _(w):
    policies = w.application_autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    metrics = {one["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"] for one in policies}
    equal(metrics, {"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget"}, "metrics")


@fault
def no_wake_up(w):
    with w.answer("scheduler", "ListSchedules", lambda answer: answer["Schedules"].pop()):
        yield


@must("outside of office hours tasks and database sleep, and wake again", no_wake_up, only="dev")
def _(w):
    found = {}
    for one in w.scheduler.list_schedules(GroupName=w.name)["Schedules"]:
        schedule = w.scheduler.get_schedule(GroupName=w.name, Name=one["Name"])
        found[one["Name"].removeprefix(f"{w.name}-")] = (schedule["ScheduleExpression"], schedule["Target"]["Arn"].rsplit(":", 1)[-1])
    equal(
        found,
        {
            "database-start": ("cron(30 6 ? * MON-FRI *)", "startDBInstance"),
            "tasks-start": ("cron(0 7 ? * MON-FRI *)", "updateService"),
            "tasks-stop": ("cron(0 20 ? * MON-FRI *)", "updateService"),
            "database-stop": ("cron(5 20 ? * MON-FRI *)", "stopDBInstance"),
        },
        "schedules",
    )


# ---- Load balancer -------------------------------------------------------------------------------------------


@fault
def other_action(w):
    listener = w.listener(80)
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "x"}}]
    w.elbv2.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=answer)
    yield
    w.elbv2.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=listener["DefaultActions"])


@must("without a certificate port 80 serves", other_action, only="dev")
def _(w):
    (action,) = w.listener(80)["DefaultActions"]
    equal((action["Type"], action.get("TargetGroupArn")), ("forward", w.target_group()["TargetGroupArn"]), "action")
    equal(w.listener(443), None, "HTTPS listener")


@must("with a certificate port 80 redirects to HTTPS", other_action, only="prod")
def _(w):
    (action,) = w.listener(80)["DefaultActions"]
    equal(action["Type"], "redirect", "action")
    redirect = action["RedirectConfig"]
    equal((redirect["Protocol"], redirect["Port"], redirect["StatusCode"]), ("HTTPS", "443", "HTTP_301"), "redirect")


@fault
def old_tls(w):
    listener = w.listener(443)
    w.elbv2.modify_listener(ListenerArn=listener["ListenerArn"], SslPolicy="ELBSecurityPolicy-2016-08")
    yield
    w.elbv2.modify_listener(ListenerArn=listener["ListenerArn"], SslPolicy=listener["SslPolicy"])


@must("HTTPS speaks TLS 1.2 and 1.3 only, and forwards to the service", old_tls, only="prod")
def _(w):
    listener = w.listener(443)
    equal((listener["Protocol"], listener["SslPolicy"]), ("HTTPS", "ELBSecurityPolicy-TLS13-1-2-2021-06"), "TLS")
    equal(listener["DefaultActions"][0].get("TargetGroupArn"), w.target_group()["TargetGroupArn"], "target")


@fault
def other_health_path(w):
    arn = w.target_group()["TargetGroupArn"]
    w.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/")
    yield
    w.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/health/ready")


@must("the load balancer asks /health/ready, and notices within the grace that a task leaves", other_health_path)
def _(w):
    group = w.target_group()
    equal((group["HealthCheckPath"], group["Matcher"]["HttpCode"], group["TargetType"]), ("/health/ready", "200", "ip"), "health check")
    assert group["HealthCheckIntervalSeconds"] * group["UnhealthyThresholdCount"] <= 15, "a sick task is noticed late"


def other_attribute(kind, key, value):
    @fault
    def planted(w):
        if kind == "load_balancer":
            arn, change, before = {"LoadBalancerArn": w.balancer()}, w.elbv2.modify_load_balancer_attributes, w.balancer_attributes()
        else:
            arn, change = {"TargetGroupArn": w.target_group()["TargetGroupArn"]}, w.elbv2.modify_target_group_attributes
            before = {one["Key"]: one["Value"] for one in w.elbv2.describe_target_group_attributes(**arn)["Attributes"]}
        change(**arn, Attributes=[{"Key": key, "Value": value}])
        yield
        change(**arn, Attributes=[{"Key": key, "Value": before[key]}])

    return planted


@must("a task that leaves keeps its requests as long as its drain takes", other_attribute("target_group", "deregistration_delay.timeout_seconds", "300"))
def _(w):
    pairs = w.elbv2.describe_target_group_attributes(TargetGroupArn=w.target_group()["TargetGroupArn"])["Attributes"]
    delay = {one["Key"]: one["Value"] for one in pairs}["deregistration_delay.timeout_seconds"]
    environment = {one["name"]: int(one["value"]) for one in w.container()["environment"] if one["name"].startswith("SHUTDOWN_")}
    equal(int(delay), sum(environment.values()), "deregistration delay")


@must("the load balancer drops invalid headers", other_attribute("load_balancer", "routing.http.drop_invalid_header_fields.enabled", "false"))
def _(w):
    equal(w.balancer_attributes()["routing.http.drop_invalid_header_fields.enabled"], "true", "drop")


@must("the load balancer writes access logs", other_attribute("load_balancer", "access_logs.s3.enabled", "false"))
def _(w):
    attributes = w.balancer_attributes()
    equal((attributes["access_logs.s3.enabled"], attributes["access_logs.s3.bucket"]), ("true", f"{w.name}-access-logs-{w.account}"), "access logs")


@must("idle connections end at the load balancer before they end at the task", other_attribute("load_balancer", "idle_timeout.timeout_seconds", "120"))
def _(w):
    assert int(w.balancer_attributes()["idle_timeout.timeout_seconds"]) <= 60, "idle time-out above the service's keep-alive"


@must("the load balancer is protected as the variable says", other_attribute("load_balancer", "deletion_protection.enabled", "true"), only="dev")
@must("the load balancer is protected as the variable says", other_attribute("load_balancer", "deletion_protection.enabled", "false"), only="prod")
def _(w):
    equal(w.balancer_attributes()["deletion_protection.enabled"], str(w["protected"]).lower(), "protection")


@fault
def public_bucket(w):
    bucket = f"{w.name}-access-logs-{w.account}"
    before = w.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    w.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={**before, "BlockPublicPolicy": False})
    yield
    w.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=before)


@must("access logs are private", public_bucket)
def _(w):
    block = w.s3.get_public_access_block(Bucket=f"{w.name}-access-logs-{w.account}")["PublicAccessBlockConfiguration"]
    assert all(block[key] for key in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")), block


@fault
def open_bucket_policy(w):
    bucket = f"{w.name}-access-logs-{w.account}"
    before = w.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    policy = json.loads(before)
    policy["Statement"].append({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"})
    w.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    yield
    w.s3.put_bucket_policy(Bucket=bucket, Policy=before)


@must("only the load balancer writes access logs, and only by TLS", open_bucket_policy)
def _(w):
    policy = json.loads(w.s3.get_bucket_policy(Bucket=f"{w.name}-access-logs-{w.account}")["Policy"])
    allowed = [(one["Principal"], one["Action"]) for one in policy["Statement"] if one["Effect"] == "Allow"]
    equal(allowed, [({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "s3:PutObject")], "allowed")
    denied = [one["Condition"] for one in policy["Statement"] if one["Effect"] == "Deny"]
    equal(denied, [{"Bool": {"aws:SecureTransport": "false"}}], "denied")


# ---- Images and logs -----------------------------------------------------------------------------------------


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


# ---- Alarms --------------------------------------------------------------------------------------------------

ALARM_FIELDS = "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions MetricName Namespace Statistic ExtendedStatistic Dimensions Period EvaluationPeriods Threshold ComparisonOperator TreatMissingData".split()


def changed_alarm(name, **change):
    @fault
    def planted(w):
        alarm = {key: value for key, value in w.alarms()[name].items() if key in ALARM_FIELDS}
        w.cloudwatch.put_metric_alarm(**{**alarm, **change})
        yield
        w.cloudwatch.put_metric_alarm(**alarm)

    return planted


@must("every alarm mails its topic, in alarm and when it is over", changed_alarm("latency-p99", AlarmActions=[]))
def _(w):
    for name, alarm in w.alarms().items():
        equal((alarm["AlarmActions"], alarm["OKActions"]), ([w.topic()], [w.topic()]), name)


@must("there is an alarm for each thing that goes wrong", changed_alarm("errors-5xx", MetricName="RequestCount"))
def _(w):
    found = {name: (alarm["Namespace"], alarm["MetricName"], alarm.get("Statistic") or alarm.get("ExtendedStatistic")) for name, alarm in w.alarms().items()}
    equal(
        found,
        {
            "errors-5xx": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum"),
            "errors-5xx-alb": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),
            "latency-p99": ("AWS/ApplicationELB", "TargetResponseTime", "p99"),
            "unhealthy-hosts": ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum"),
            "service-cpu": ("AWS/ECS", "CPUUtilization", "Average"),
            "service-memory": ("AWS/ECS", "MemoryUtilization", "Maximum"),
            "service-error-logs": (w.name, "ErrorLines", "Sum"),
            "database-cpu": ("AWS/RDS", "CPUUtilization", "Average"),
            "database-conns": ("AWS/RDS", "DatabaseConnections", "Maximum"),
            "database-storage": ("AWS/RDS", "FreeStorageSpace", "Minimum"),
            "database-credits": ("AWS/RDS", "CPUCreditBalance", "Minimum"),
        },
        "alarms",
    )


@must("alarms watch this environment's resources", changed_alarm("database-cpu", Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "another"}]))
def _(w):
    balancer = w.balancer().split(":loadbalancer/")[1]
    group = w.target_group()["TargetGroupArn"].rsplit(":", 1)[1]
    wanted = {
        "AWS/ApplicationELB": {("LoadBalancer", balancer), ("TargetGroup", group)},
        "AWS/ECS": {("ClusterName", w.name), ("ServiceName", w.name)},
        "AWS/RDS": {("DBInstanceIdentifier", w.name)},
        w.name: set(),
    }
    for name, alarm in w.alarms().items():
        found = {(one["Name"], one["Value"]) for one in alarm["Dimensions"]}
        assert found <= wanted[alarm["Namespace"]] and bool(found) == bool(wanted[alarm["Namespace"]]), f"{name} watches {found}"


@fault
def nobody_listens(w):
    with w.answer("sns", "ListSubscriptionsByTopic", lambda answer: answer["Subscriptions"].clear()):
        yield


@must("somebody gets the alarms", nobody_listens)
def _(w):
    found = [(one["Protocol"], one["Endpoint"]) for one in w.sns.list_subscriptions_by_topic(TopicArn=w.topic())["Subscriptions"]]
    equal(found, [("email", "ops@example.com")], "subscriptions")


@fault
def other_filter(w):
    before = w.logs.describe_metric_filters(logGroupName=f"/ecs/{w.name}")["metricFilters"][0]
    keep = {key: before[key] for key in ("logGroupName", "filterName", "metricTransformations")}

    def put(pattern):
        # The emulator adds where AWS replaces.
        w.logs.delete_metric_filter(logGroupName=keep["logGroupName"], filterName=keep["filterName"])
        w.logs.put_metric_filter(**keep, filterPattern=pattern)

    put('{ $.level = "DEBUG" }')
    yield
    put(before["filterPattern"])


@must("error lines of the log are counted", other_filter)
def _(w):
    (found,) = w.logs.describe_metric_filters(logGroupName=f"/ecs/{w.name}")["metricFilters"]
    metric = found["metricTransformations"][0]
    equal((found["filterPattern"], metric["metricName"], metric["metricNamespace"]), ('{ $.level = "ERROR" }', "ErrorLines", w.name), "filter")


@fault
def empty_dashboard(w):
    before = w.cloudwatch.get_dashboard(DashboardName=w.name)["DashboardBody"]
    w.cloudwatch.put_dashboard(DashboardName=w.name, DashboardBody='{"widgets": []}')
    yield
    w.cloudwatch.put_dashboard(DashboardName=w.name, DashboardBody=before)


@must("the dashboard shows every alarm", empty_dashboard)
def _(w):
    widgets = json.loads(w.cloudwatch.get_dashboard(DashboardName=w.name)["DashboardBody"])["widgets"]
    shown = {arn for widget in widgets for arn in widget["properties"].get("alarms", [])}
    equal(shown, {alarm["AlarmArn"] for alarm in w.alarms().values()}, "alarms")


@fault
def silent_budget(w):
    with w.answer("budgets", "DescribeNotificationsForBudget", lambda answer: answer["Notifications"].pop()):
        yield


@must("a budget alerts before and when it is spent", silent_budget)
def _(w):
    budget = w.budgets.describe_budget(AccountId=w.account, BudgetName=w.name)["Budget"]
    equal(float(budget["BudgetLimit"]["Amount"]), w["budget"], "limit")
    notes = w.budgets.describe_notifications_for_budget(AccountId=w.account, BudgetName=w.name)["Notifications"]
    equal({(note["NotificationType"], float(note["Threshold"])) for note in notes}, {("FORECASTED", 80.0), ("ACTUAL", 100.0)}, "alerts")
    for note in notes:
        told = w.budgets.describe_subscribers_for_notification(AccountId=w.account, BudgetName=w.name, Notification=note)["Subscribers"]
        equal({one["Address"] for one in told}, {"ops@example.com", w.topic()}, "told")


# ---- WAF -----------------------------------------------------------------------------------------------------


@fault
def waf_aside(w):
    arn = w.web_acl()["ARN"]
    w.wafv2.disassociate_web_acl(ResourceArn=w.balancer())
    yield
    w.wafv2.associate_web_acl(WebACLArn=arn, ResourceArn=w.balancer())


@must("the WAF stands before the load balancer", waf_aside, only="prod")
def _(w):
    found = w.wafv2.get_web_acl_for_resource(ResourceArn=w.balancer()).get("WebACL", {})
    equal(found.get("Name"), w.name, "web ACL")


@fault
def waf_without_sqli(w):
    def change(answer):
        answer["WebACL"]["Rules"] = [rule for rule in answer["WebACL"]["Rules"] if "SQLi" not in rule["Name"]]

    with w.answer("wafv2", "GetWebACL", change):
        yield


@must("the WAF knows common attacks, bad inputs, SQL injection and bad addresses", waf_without_sqli, only="prod")
def _(w):
    groups = {rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in w.web_acl()["Rules"] if "ManagedRuleGroupStatement" in rule["Statement"]}
    equal(groups, {f"AWSManagedRules{name}" for name in ("AmazonIpReputationList", "KnownBadInputsRuleSet", "SQLiRuleSet", "CommonRuleSet")}, "groups")


@fault
def waf_lax(w):
    def change(answer):
        for rule in answer["WebACL"]["Rules"]:
            rule["Statement"].get("RateBasedStatement", {})["Limit"] = 100000

    with w.answer("wafv2", "GetWebACL", change):
        yield


@must("the WAF limits requests by address, tighter under /auth/", waf_lax, only="prod")
def _(w):
    rates = {rule["Name"]: rule for rule in w.web_acl()["Rules"] if "RateBasedStatement" in rule["Statement"]}
    equal(set(rates), {"rate", "rate-auth"}, "rate rules")
    limit = lambda name: rates[name]["Statement"]["RateBasedStatement"]["Limit"]
    assert limit("rate-auth") < limit("rate") <= 10000, f"{limit('rate-auth')} and {limit('rate')}"
    scope = rates["rate-auth"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["ByteMatchStatement"]
    equal(scope["PositionalConstraint"], "STARTS_WITH", "scope")
    assert all("Block" in rule["Action"] for rule in rates.values()), "a rate rule does not block"


@fault
def waf_logs_tokens(w):
    with w.answer("wafv2", "GetLoggingConfiguration", lambda answer: answer["LoggingConfiguration"].update(RedactedFields=[])):
        yield


@must("the WAF's log leaves tokens out", waf_logs_tokens, only="prod")
def _(w):
    configuration = w.wafv2.get_logging_configuration(ResourceArn=w.web_acl()["ARN"])["LoggingConfiguration"]
    assert configuration["LogDestinationConfigs"][0].endswith(f":aws-waf-logs-{w.name}"), "log group"
    equal({field["SingleHeader"]["Name"].lower() for field in configuration["RedactedFields"]}, {"authorization", "cookie"}, "left out")


@fault
def waf_in_dev(w):
    w.wafv2.create_web_acl(Name=w.name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"})
    yield
    acl = next(one for one in w.wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == w.name)
    w.wafv2.delete_web_acl(Name=w.name, Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


@must("no WAF is paid for in dev", waf_in_dev, only="dev")
def _(w):
    equal(w.wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"], [], "web ACLs")


# ---- Roles ---------------------------------------------------------------------------------------------------


def wider_policy(role, policy, **statement):
    @fault
    def planted(w):
        before = w.role_policy(role, policy)
        put = lambda statements: w.iam.put_role_policy(RoleName=f"{w.name}-{role}", PolicyName=policy, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        put([*before, {"Effect": "Allow", **statement}])
        yield
        put(before)

    return planted


@must("a starting task pulls its image, writes its log, reads its two secrets, no more", wider_policy("execution", "start-task", Action="secretsmanager:GetSecretValue", Resource="*"))
def _(w):
    allowed = {}
    for one in w.role_policy("execution", "start-task"):
        for resource in as_list(one["Resource"]):
            allowed.setdefault(resource.split(":")[-1] if "secret:" not in resource else resource.rsplit(":", 1)[1].rsplit("-", 1)[0], set()).update(as_list(one["Action"]))
    equal(
        allowed,
        {
            f"repository/{w.name}": {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
            f"{w.name}/database-url": {"secretsmanager:GetSecretValue"},
            f"{w.name}/jwt-key": {"secretsmanager:GetSecretValue"},
            "*": {"ecr:GetAuthorizationToken", "logs:CreateLogStream", "logs:PutLogEvents"},
        },
        "allowed",
    )
    everywhere = {action for one in w.role_policy("execution", "start-task") if one["Resource"] == "*" for action in as_list(one["Action"])}
    equal(everywhere, {"ecr:GetAuthorizationToken"}, "on all resources")


@fault
def task_may(w):
    w.iam.put_role_policy(RoleName=f"{w.name}-task", PolicyName="x", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}))
    yield
    w.iam.delete_role_policy(RoleName=f"{w.name}-task", PolicyName="x")


@must("the running task may do nothing in AWS", task_may)
def _(w):
    role = f"{w.name}-task"
    equal(w.task()["taskRoleArn"].rsplit("/", 1)[1], role, "task role")
    equal((w.iam.list_role_policies(RoleName=role)["PolicyNames"], w.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]), ([], []), "policies")


@fault
def any_branch(w):
    before = {"Version": "2012-10-17", "Statement": w.trust("github-deploy")}
    edited = json.loads(json.dumps(before))
    edited["Statement"][0]["Condition"] = {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/*"}}
    w.iam.update_assume_role_policy(RoleName=f"{w.name}-github-deploy", PolicyDocument=json.dumps(edited))
    yield
    w.iam.update_assume_role_policy(RoleName=f"{w.name}-github-deploy", PolicyDocument=json.dumps(before))


@must("GitHub's roles are bound to one repository and one environment", any_branch)
def _(w):
    for role, environment in (("github-deploy", w.environment), ("github-plan", f"{w.environment}-plan")):
        (statement,) = w.trust(role)
        equal(statement["Action"], "sts:AssumeRoleWithWebIdentity", "action")
        equal(
            statement["Condition"],
            {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": f"repo:example/finance:environment:{environment}",
                }
            },
            role,
        )


ON_ALL = {
    "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:RegisterTaskDefinition",
    "application-autoscaling:DescribeScalableTargets", "cloudwatch:DescribeAlarms", "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
}  # fmt: skip


@must("GitHub's deploy role has no action it does not need on what is not its own", wider_policy("github-deploy", "deploy", Action="iam:PassRole", Resource="*"))
def _(w):
    for one in w.role_policy("github-deploy", "deploy"):
        actions = set(as_list(one["Action"]))
        assert not any("*" in action for action in actions), f"wildcard action in {one.get('Sid')}"
        resources = as_list(one["Resource"])
        if "*" in resources and "Condition" not in one:
            assert actions <= ON_ALL, f"{actions - ON_ALL} on everything"
        if "iam:PassRole" in actions:
            equal(sorted(arn.rsplit("/", 1)[1] for arn in resources), [f"{w.name}-execution", f"{w.name}-task"], "roles to pass")
            equal(one["Condition"], {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, "passed to")


@fault
def plan_reads_secrets(w):
    name, before = f"{w.name}-github-plan", w.role_policy("github-plan", "plan")
    put = lambda statements: w.iam.put_role_policy(RoleName=name, PolicyName="plan", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    put([one for one in before if one["Effect"] != "Deny"])
    yield
    put(before)


@must("GitHub's plan role reads no secret and no data", plan_reads_secrets)
def _(w):
    attached = w.iam.list_attached_role_policies(RoleName=f"{w.name}-github-plan")["AttachedPolicies"]
    equal([one["PolicyName"] for one in attached], ["ReadOnlyAccess"], "attached")
    denied = {action for one in w.role_policy("github-plan", "plan") if one["Effect"] == "Deny" for action in one["Action"]}
    assert {"secretsmanager:GetSecretValue", "logs:GetLogEvents", "logs:FilterLogEvents"} <= denied, f"denied is only {denied}"


@fault
def trusts_all_services(w):
    role, before = f"{w.name}-execution", {"Version": "2012-10-17", "Statement": w.trust("execution")}
    w.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps({**before, "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}))
    yield
    w.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))


@must("only ECS, for this account, takes the tasks' roles", trusts_all_services)
def _(w):
    for role in ("execution", "task"):
        (statement,) = w.trust(role)
        equal(statement["Principal"], {"Service": "ecs-tasks.amazonaws.com"}, role)
        equal(statement["Condition"]["StringEquals"], {"aws:SourceAccount": w.account}, role)


# ---- Tags ----------------------------------------------------------------------------------------------------


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
