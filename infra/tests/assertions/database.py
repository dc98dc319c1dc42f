"""The database and the secrets around it."""

import urllib.parse

from .base import equal, fault, must


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
