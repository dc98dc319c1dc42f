"""The make targets that run a service, tried on an applied dev environment: what must work, and what must fail loudly."""

import hashlib
import http.server
import json
import os
import stat
import threading
import time


def registry_image(w, tag):
    """An image in the repository, as a push leaves it."""
    # The emulator makes an image's digest of its layers', and a random one of a hundred if there is none.
    media = "application/vnd.oci.image.manifest.v1+json"
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": 1, "digest": f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media, "layers": [layer]})
    w.ecr.put_image(repositoryName=w.name, imageManifest=manifest, imageTag=tag, imageManifestMediaType=media)


def fake_docker(directory):
    """A docker that writes down what it is asked for: there is no engine here, and the registry is emulated."""
    path = directory / "docker"
    path.write_text(f'#!/bin/sh\necho "$*" >>"{directory}/docker.log"\n[ "$1" = login ] && cat >>"{directory}/docker.stdin"\nexit 0\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def running(w):
    """(image tag that the service points at, tasks)"""
    service = w.service()
    definition = w.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    return definition["containerDefinitions"][0]["image"].rsplit(":", 1)[1], service["desiredCount"]


def equal(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def operations(w, make, work):
    """Yields (title, function); they build on one another, in this order."""

    def fails(target, saying, **variables):
        code, text = make(target, **variables)
        assert code != 0, f"make {target} succeeded:\n{text}"
        assert saying in text, f"make {target} does not say {saying!r}:\n{text}"
        assert "Traceback" not in text, text
        return text

    def works(target, saying="", **variables):
        code, text = make(target, **variables)
        assert code == 0, f"make {target} failed with {code}:\n{text}"
        assert saying in text, f"make {target} does not say {saying!r}:\n{text}"
        return text

    def push():
        fake_docker(work)
        works("push", "finance-tracker-dev", VERSION="1.0.0", PATH=f"{work}:{os.environ['PATH']}")
        asked = (work / "docker.log").read_text().splitlines()
        repository = f"{w.account}.dkr.ecr.us-east-1.amazonaws.com"
        equal(asked[0], f"login --username AWS --password-stdin {repository}")
        equal(asked[1:], [f"tag finance-api:1.0.0 {repository}/{w.name}:1.0.0", f"push {repository}/{w.name}:1.0.0"])
        assert (work / "docker.stdin").read_text().strip() and "login" not in (work / "docker.stdin").read_text(), "no password by stdin"
        for tag in ("1.0.0", "1.1.0", "1.2.0-broken", "1.3.0-badschema", "1.4.0"):
            registry_image(w, tag)

    yield "push signs in without a password on the command line, tags and pushes", push

    def deploy_without_image():
        before = len(w.ecs.list_task_definitions(familyPrefix=w.name)["taskDefinitionArns"])
        fails("deploy", "there is no image", VERSION="0.9.9")
        equal(len(w.ecs.list_task_definitions(familyPrefix=w.name)["taskDefinitionArns"]), before)

    yield "deploy of an image that was not pushed fails before it changes anything", deploy_without_image

    def first_deploy():
        equal(w.service()["desiredCount"], 0)
        text = works("deploy", "is complete", VERSION="1.0.0")
        assert text.index("migration is complete") < text.index("rollout of"), "the migration comes first"
        equal(running(w), ("1.0.0", 1))

    yield "the first deploy migrates, then starts the fewest tasks", first_deploy

    def failed_migration():
        fails("deploy", "MIGRATION FAILED with exit code 1", VERSION="1.3.0-badschema")
        equal(running(w), ("1.0.0", 1))

    yield "a failed migration stops the deploy, and the old version goes on", failed_migration

    def failed_rollout():
        text = fails("deploy", "ROLLED BACK", VERSION="1.2.0-broken")
        assert "circuit breaker" in text or "rolls back" in text, text
        equal(running(w), ("1.0.0", 1))

    yield "deploy fails when the circuit breaker rolled back, though the service is stable", failed_rollout

    def halves():
        fails("deploy-rollout", "no revision of version 1.1.0", VERSION="1.1.0")
        works("deploy-migrate", "migration is complete", VERSION="1.1.0")
        equal(running(w)[0], "1.0.0")
        works("deploy-rollout", "is complete", VERSION="1.1.0")
        equal(running(w), ("1.1.0", 1))

    yield "deploy in two halves: migrate, then roll out", halves

    def rollback():
        works("rollback", "version 1.0.0", YES="1")
        equal(running(w), ("1.0.0", 1))
        fails("rollback", "no earlier version", YES="1")
        works("rollback", "version 1.1.0", YES="1", TO="1.1.0")
        equal(running(w), ("1.1.0", 1))

    yield "rollback goes to the version before, skips what never came through, and takes a name", rollback

    def terraform_change():
        # What an apply with another log level does: one more revision of the family, with its own image tag.
        works("infra-apply", "Apply complete!", YES="1", TF_ARGS="-var=log_level=debug")
        equal(running(w)[0], "1.1.0")
        works("deploy", "is complete", VERSION="1.4.0")
        equal(running(w)[0], "1.4.0")
        assert {"name": "LOG_LEVEL", "value": "debug"} in w.container()["environment"], "Terraform's change was lost"
        # And Terraform sees nothing to do, though four deployments and a rollback moved the service: each owns its part.
        works("infra-plan", "No changes.", TF_ARGS="-var=log_level=debug")

    yield "a change of the task by Terraform waits for the next deploy, comes with it, and nothing drifts", terraform_change

    def status():
        works("status", "well")
        w.cloudwatch.set_alarm_state(AlarmName=f"{w.name}-errors-5xx", StateValue="ALARM", StateReason="planted")
        fails("status", "errors-5xx")
        w.cloudwatch.set_alarm_state(AlarmName=f"{w.name}-errors-5xx", StateValue="OK", StateReason="over")
        works("status", "1.4.0")

    yield "status says what runs, and fails while an alarm is on", status

    def logs():
        group, stream = f"/ecs/{w.name}", "api/api/0123456789"
        works("logs", "no log line")
        w.logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": '{"level":"ERROR","message":"planted"}'}
        w.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
        works("logs", '"message":"planted"')

    yield "logs shows lines", logs

    def smoke():
        answers = {"/health/ready": (200, "{}"), "/version": (200, '{"version": "1.4.0", "commit": "0123456789ab"}')}

        class Service(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, text = answers[self.path]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_address[1]}"
            works("smoke", "ready; version 1.4.0", URL=url, VERSION="1.4.0")
            works("smoke", "commit 0123456789ab", URL=url, VERSION="0123456789abcdef0123456789abcdef01234567")
            works("smoke", "commit 0123456789ab", URL=url, VERSION="1.4.0-0123456789ab")
            fails("smoke", "not 1.4.0-fedcba987654", URL=url, VERSION="1.4.0-fedcba987654")
            fails("smoke", "not 1.3.0", URL=url, VERSION="1.3.0")
            answers["/health/ready"] = (503, "draining")
            fails("smoke", "answers 503: draining", URL=url, VERSION="1.4.0", SMOKE_SECONDS="1")
            server.shutdown()

    yield "smoke wants a ready service and the right version", smoke

    def asks():
        for target in ("pause", "rollback", "infra-destroy"):
            fails(target, "set YES=1", **({"TO": "1.0.0"} if target == "rollback" else {}))
        equal(running(w), ("1.4.0", 1))
        equal(w.database()["DBInstanceStatus"], "available")

    yield "what destroys or stops asks first, and without a terminal does nothing", asks

    def pause_and_resume():
        works("pause", "stopped", YES="1")
        equal((w.service()["desiredCount"], w.database()["DBInstanceStatus"]), (0, "stopped"))
        (target,) = w.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        assert all(target["SuspendedState"].values()), "autoscaling would wake the service"
        works("status", "asleep")
        fails("deploy", "make resume", VERSION="1.1.0")
        works("pause", "stopped", CI="true")  # again: nothing to do; and CI is not asked
        works("resume", "tasks: 1")
        equal((w.service()["desiredCount"], w.database()["DBInstanceStatus"]), (1, "available"))
        (target,) = w.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        assert not any(target["SuspendedState"].values()), "autoscaling still sleeps"

    yield "pause puts tasks and database to sleep, deploy refuses meanwhile, resume wakes both", pause_and_resume

    def ecr_clean():
        registry_image(w, "1.5.0")
        registry_image(w, "1.6.0")
        fails("ecr-clean", "set YES=1", KEEP="1")
        works("ecr-clean", "deleted", KEEP="1", YES="1")
        left = {image["imageTags"][0] for image in w.ecr.describe_images(repositoryName=w.name)["imageDetails"]}
        assert running(w)[0] in left, f"the running image was deleted; left are {left}"
        equal(len(left), 2)
        works("ecr-clean", "none to delete", KEEP="2")

    yield "ecr-clean keeps the newest images and the running one", ecr_clean

    def audit_before_destroy():
        text = fails("audit-leftovers", "left that can cost money")
        for kind in ("load balancer:", "database:", "bucket:", "log group:", "image:", "secret:", "alarm:", "dashboard:"):
            assert kind in text, f"{kind} is not listed:\n{text}"

    yield "audit-leftovers lists what stands before a destroy", audit_before_destroy


def leftovers(w):
    """Plants one of each kind that a destroy can leave; yields (kind as the audit prints it)."""
    tags = [{"Key": "Project", "Value": "finance-tracker"}, {"Key": "Environment", "Value": w.environment}]
    tagged = lambda kind: [{"ResourceType": kind, "Tags": tags}]
    ec2 = w.ec2
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)
    ec2.create_network_interface(SubnetId=subnets[0])
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, TagSpecifications=tagged("volume"))["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, TagSpecifications=tagged("snapshot"))
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.logs", VpcEndpointType="Interface", SubnetIds=subnets[:1])
    w.elbv2.create_load_balancer(Name="forgotten", Subnets=subnets)
    w.rds.create_db_instance(DBInstanceIdentifier=w.name, Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="x", MasterUserPassword="planted-fault")
    w.rds.create_db_snapshot(DBInstanceIdentifier=w.name, DBSnapshotIdentifier=f"{w.name}-final")
    w.rds.create_db_cluster(DBClusterIdentifier=w.name, Engine="aurora-postgresql", MasterUsername="x", MasterUserPassword="planted-fault")
    w.rds.create_db_cluster_snapshot(DBClusterIdentifier=w.name, DBClusterSnapshotIdentifier=f"{w.name}-final")
    w.ecr.create_repository(repositoryName=w.name)
    registry_image(w, "forgotten")
    w.s3.create_bucket(Bucket=f"{w.name}-access-logs-{w.account}")
    w.logs.create_log_group(logGroupName=f"/ecs/{w.name}")
    w.secretsmanager.create_secret(Name=f"{w.name}/forgotten", SecretString="x")
    w.cloudwatch.put_metric_alarm(AlarmName=f"{w.name}-forgotten", Namespace="x", MetricName="x", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
    w.cloudwatch.put_dashboard(DashboardName=w.name, DashboardBody='{"widgets": []}')
    w.wafv2.create_web_acl(Name=w.name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"})
    return (
        "NAT gateway", "address", "network interface", "volume", "volume snapshot", "VPC endpoint", "load balancer", "database", "database snapshot",
        "database cluster", "database cluster snapshot", "image", "bucket", "log group", "secret", "alarm", "dashboard", "web ACL",
    )  # fmt: skip
