"""The load balancer, its target group and its access logs."""

import json

from .base import equal, fault, must


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
