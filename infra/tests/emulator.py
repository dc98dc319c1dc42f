"""An AWS for the tests: moto's server, taught what Terraform reads back and what a rollout does.

    python emulator.py PORT

moto answers the AWS API from memory. Two things are missing for this project's proof:

* It forgets fields that it was sent. Terraform then sees a difference in every second plan, or waits for ever.
  The first half of this file remembers them.
* Its ECS never starts, fails or rolls back anything. The second half plays those, so that the deploy scripts can
  be tested. The image tag is the script of the play: a tag with "broken" in it fails its rollout and is rolled
  back by the circuit breaker, a tag with "badschema" in it fails its migration.

A later moto that closes a gap makes its part here superfluous, not wrong.
"""

import functools
import json
import os
import sys
import uuid

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # else arn:aws:iam::aws:policy/* do not exist

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.models import EC2ContainerServiceBackend, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.rds.models import DBInstance, DBParameterGroup
from moto.server import main


def around(owner, name):
    """The decorated function takes the place of owner.name and is given the original as its first argument."""

    def replace(function):
        original = getattr(owner, name)

        @functools.wraps(original)
        def method(*args, **kwargs):
            return function(original, *args, **kwargs)

        setattr(owner, name, method)
        return function

    return replace


# ---- What moto forgets ---------------------------------------------------------------------------------------

# Tags of scalable targets and budgets: by ARN and by budget name.
scaling_tags, budget_tags = {}, {}


@around(ApplicationAutoScalingResponse, "register_scalable_target")
def _register_scalable_target(original, self):
    response = original(self)
    scaling_tags.setdefault(json.loads(response)["ScalableTargetARN"], {}).update(self._get_param("Tags") or {})
    return response


def _list_scaling_tags(self):
    return json.dumps({"Tags": scaling_tags.get(self._get_param("ResourceARN"), {})})


def _untag_scaling(self):
    for key in self._get_param("TagKeys"):
        scaling_tags.get(self._get_param("ResourceARN"), {}).pop(key, None)
    return "{}"


ApplicationAutoScalingResponse.list_tags_for_resource = _list_scaling_tags
ApplicationAutoScalingResponse.untag_resource = _untag_scaling


@around(BudgetsResponse, "create_budget")
def _create_budget(original, self):
    budget_tags[self._get_param("Budget")["BudgetName"]] = self._get_param("ResourceTags") or []
    return original(self)


def _list_budget_tags(self):
    return json.dumps({"ResourceTags": budget_tags.get(self._get_param("ResourceARN").split("/")[-1], [])})


def _list_budget_subscribers(self):
    asked = self._get_param("Notification")
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    same = lambda details: (details["NotificationType"], float(details["Threshold"])) == (
        asked["NotificationType"],
        float(asked["Threshold"]),
    )
    found = [notification.subscribers for notification in budget.notifications if same(notification.details)]
    return json.dumps({"Subscribers": found[0] if found else []})


BudgetsResponse.list_tags_for_resource = _list_budget_tags
BudgetsResponse.describe_subscribers_for_notification = _list_budget_subscribers


# Security group rules keep their description inside of the source, which moto reads for address ranges only.
@around(SecurityGroupRule, "__init__")
def _rule_init(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    sources = [value for value in [*args, *kwargs.values()] if isinstance(value, dict)]
    self.told = next((source["Description"] for source in sources if source.get("Description")), None)


SecurityGroupRule.description = property(lambda self: self.told)


@around(DBInstance, "__init__")
def _database_init(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    self.performance_insights_enabled = str(kwargs.get("enable_performance_insights")).lower() == "true"
    if self.performance_insights_enabled:
        self.performance_insights_retention_period = int(kwargs.get("performance_insights_retention_period") or 7)


# Terraform keeps only parameters that a user has set.
@around(DBParameterGroup, "update_parameters")
def _update_parameters(original, self, new_parameters):
    original(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


# A policy that denies requests without TLS denies every request here: moto does not weigh conditions. What the
# emulator is asked stands for a request by TLS.
@around(IAMPolicyStatement, "is_action_permitted")
def _is_action_permitted(original, self, *args, **kwargs):
    if self._statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}:
        return PermissionResult.NEUTRAL
    return original(self, *args, **kwargs)


# On Fargate the memory stands at the task; moto adds up the containers' and fails.
EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(lambda task_definition: {})


# ---- What ECS does and moto does not -------------------------------------------------------------------------

POLLS = 2  # describe calls that a rollout or a task takes


def image_of(backend, task_definition):
    return backend.describe_task_definition(task_definition).container_definitions[0]["image"]


def deployment_of(service, task_definition, state, reason="in progress"):
    now = utcnow()
    return {
        "id": f"ecs-svc/{uuid.uuid4().int % 10**19}",
        "status": "PRIMARY",
        "taskDefinition": task_definition,
        "desiredCount": service.desired_count,
        "runningCount": service.desired_count if state == "COMPLETED" else 0,
        "pendingCount": 0,
        "failedTasks": 0,
        "rolloutState": state,
        "rolloutStateReason": f"ECS deployment {reason}.",
        "networkConfiguration": service.network_configuration,
        "createdAt": now,
        "updatedAt": now,
    }


@around(EC2ContainerServiceResponse, "create_service")
def _create_service(original, self):
    response = original(self)
    cluster = self._get_param("cluster").split("/")[-1]
    service = self.ecs_backend.services[f"{cluster}:{self._get_param('serviceName')}"]
    for field in (
        "availabilityZoneRebalancing",
        "capacityProviderStrategy",
        "deploymentConfiguration",
        "enableExecuteCommand",
        "healthCheckGracePeriodSeconds",
    ):
        if self._get_param(field) is not None:
            setattr(service, camelcase_to_underscores(field), self._get_param(field))
    service.enable_ecs_managed_tags = bool(self._get_param("enableECSManagedTags"))
    if self._get_param("capacityProviderStrategy"):
        service.launch_type = None
    return response


@around(EC2ContainerServiceBackend, "update_service")
def _update_service(original, self, properties):
    wanted, forced = properties.get("task_definition"), properties.get("force_new_deployment")
    service = self._get_service(properties.get("cluster", "default"), properties["service"].split("/")[-1])
    before = service.task_definition
    original(self, properties)
    if wanted:
        service.task_definition = self.describe_task_definition(wanted).arn
    if service.task_definition != before or forced:
        service.before, service.polls = before, 0
        service.deployments = [
            deployment_of(service, service.task_definition, "IN_PROGRESS"),
            {**deployment_of(service, before, "COMPLETED", "completed"), "status": "ACTIVE"},
        ]
    elif service.deployments:
        service.deployments[0].update(desiredCount=service.desired_count, runningCount=service.desired_count)
    return service


@around(EC2ContainerServiceBackend, "describe_services")
def _describe_services(original, self, *args, **kwargs):
    services, failures = original(self, *args, **kwargs)
    for service in services:
        newest = service.deployments[0] if service.deployments else {}
        if newest.get("rolloutState") != "IN_PROGRESS":
            continue
        service.polls = getattr(service, "polls", 0) + 1
        fails = "broken" in image_of(self, newest["taskDefinition"])
        if service.polls < POLLS:
            continue
        if not fails:
            newest.update(rolloutState="COMPLETED", runningCount=service.desired_count)
            service.deployments = [newest]
        else:
            # The circuit breaker: first both deployments are to be seen, then the failed one is gone.
            why = "failed: tasks failed to start"
            newest.update(status="ACTIVE", rolloutState="FAILED", rolloutStateReason=f"ECS deployment circuit breaker: {why}.")
            service.task_definition = service.before
            back = deployment_of(service, service.before, "IN_PROGRESS", "rolls back")
            service.deployments, service.polls = [back, newest], 0
            service.events.insert(
                0,
                {
                    "id": str(uuid.uuid4()),
                    "createdAt": utcnow(),
                    "message": f"(service {service.name}) (deployment {newest['id']}) deployment {why}.",
                },
            )
    return services, failures


@around(EC2ContainerServiceBackend, "describe_tasks")
def _describe_tasks(original, self, *args, **kwargs):
    tasks = original(self, *args, **kwargs)
    for task in tasks:
        task.polls = getattr(task, "polls", 0) + 1
        if task.polls >= POLLS:
            end_task(self, task)
    return tasks


def end_task(backend, task: Task):
    failed = "badschema" in image_of(backend, task.task_definition_arn)
    task.desired_status = task.status = "STOPPED"
    task.stopped_reason = "Essential container in task exited"
    task.stop_code = "EssentialContainerExited"
    for container in task.containers:
        container.exitCode = 1 if failed else 0
        container.last_status = "STOPPED"
    for attachment in task.attachments:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                ec2_backends[backend.account_id][backend.region_name].delete_network_interface(detail["value"])
    task.attachments = []


if __name__ == "__main__":
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
