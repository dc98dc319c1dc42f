"""Security groups: who reaches whom."""

from .base import equal, fault, must


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
