"""The container, its service and its scaling."""

import urllib.parse

from .base import equal, fault, must


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
