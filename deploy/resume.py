"""make resume: database started, tasks back to the fewest, autoscaling on."""

from aws import DATABASE_MINUTES, NAME, ROLLOUT_MINUTES, Failed, client, database, primary, say, scalable_target, script, service, suspend_scaling, wait


def main():
    say(f"resume: {NAME} wakes: its database is started, then its tasks")
    kind, status = database() or (None, None)
    if kind is None:
        raise Failed(f"there is no database {NAME}")
    if status == "stopping":
        wait("the database to stop first", DATABASE_MINUTES, lambda: database()[1] == "stopped")
        status = "stopped"
    if status == "stopped":
        rds = client("rds")
        if kind == "instance":
            rds.start_db_instance(DBInstanceIdentifier=NAME)
        else:
            rds.start_db_cluster(DBClusterIdentifier=NAME)
    wait("the database to start", DATABASE_MINUTES, lambda: database()[1] == "available")
    say("database: available")

    suspend_scaling(False)
    state = service()
    tasks = max(state["desiredCount"], scalable_target()["MinCapacity"])
    client("ecs").update_service(cluster=NAME, service=NAME, desiredCount=tasks)

    def running():
        now = service()
        if primary(now)["rolloutState"] == "FAILED":
            raise Failed(f"tasks do not start: {primary(now).get('rolloutStateReason')}")
        return now["runningCount"] >= tasks

    wait("the tasks", ROLLOUT_MINUTES, running)
    say(f"tasks: {tasks}")


script(main)
