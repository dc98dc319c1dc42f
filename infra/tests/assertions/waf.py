"""The web application firewall."""

from .base import equal, fault, must


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
