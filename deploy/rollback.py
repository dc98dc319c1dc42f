"""make rollback: back to the version that ran before, or to TO=VERSION. The schema stays: see expand/contract."""

import os

from aws import NAME, TAG_ROLLED_OUT, TAG_VERSION, Failed, confirm, need_database, primary, revision, revisions, roll_out, script, service, task_definition


def target(current, wanted):
    """The newest revision that once came through a rollout, older than the current one unless named."""
    number = lambda arn: int(arn.rsplit(":", 1)[1])
    running = task_definition(current)[1].get(TAG_VERSION)
    for arn in revisions():
        tags = task_definition(arn)[1]
        if TAG_ROLLED_OUT not in tags or arn == current:
            continue
        if wanted and tags.get(TAG_VERSION) == wanted:
            return arn, wanted
        if not wanted and number(arn) < number(current) and tags.get(TAG_VERSION) != running:
            return arn, tags.get(TAG_VERSION)
    raise Failed(f"no earlier version of {NAME} that once ran{f' is called {wanted}' if wanted else ' is left'}")


def main():
    need_database()
    current = primary(service())["taskDefinition"]
    arn, version = target(current, os.environ.get("TO"))
    confirm(f"rollback: {NAME} goes from {revision(current)} to {revision(arn)}, version {version}; the database schema stays as it is")
    roll_out(arn)


script(main)
