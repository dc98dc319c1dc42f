"""Roles: what tasks and GitHub may do."""

import json

from .base import equal, fault, must


def as_list(value):
    return value if isinstance(value, list) else [value]


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
