"""What every section of assertions builds on: the environment that is asked, the list of assertions, and how one is registered."""

import contextlib
import functools

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
