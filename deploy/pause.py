"""make pause: tasks to 0, database stopped. What stays and costs: load balancer, addresses, storage."""

from aws import DATABASE_MINUTES, ENV, NAME, Failed, client, confirm, database, say, script, service, suspend_scaling, wait


def main():
    confirm(f"pause: {NAME} stops answering: its tasks go to 0 and its database is stopped (AWS starts it again by itself after 7 days)")
    suspend_scaling(True)
    client("ecs").update_service(cluster=NAME, service=NAME, desiredCount=0)
    wait("the tasks to end", 10, lambda: service()["runningCount"] == 0)
    say("tasks: 0")

    kind, status = database() or (None, None)
    rds = client("rds")
    if kind is None:
        raise Failed(f"there is no database {NAME}")
    if status == "available":
        if kind == "instance":
            rds.stop_db_instance(DBInstanceIdentifier=NAME)
        else:
            rds.stop_db_cluster(DBClusterIdentifier=NAME)
    elif status not in ("stopping", "stopped"):
        raise Failed(f"the database is {status} and cannot be stopped now: try again later")
    wait("the database to stop", DATABASE_MINUTES, lambda: database()[1] == "stopped")
    say(f"database: stopped. make resume ENV={ENV} wakes both")


script(main)
