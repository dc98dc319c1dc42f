#!/usr/bin/env python3
"""Runs the README's tour against a server and compares each answer with the one that is printed there.

Usage: tests/readme.py http://127.0.0.1:PORT

Ids, instants and request ids differ from run to run, so their place is compared, not their value.
"""

import json
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).parent.parent / "README.md"
PRINTED = "http://127.0.0.1:8000"
STEP = re.compile(r"<!-- tour -->\n```sh\n(.*?)```\n(?:```json\n(.*?)```\n)?", re.DOTALL)
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
REQUEST_ID = re.compile(r"^[0-9a-f]{32}$")


def masked(value):
    """The value with what differs from run to run replaced by its kind."""
    if isinstance(value, dict):
        return {name: masked(member) for name, member in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, str):
        for kind, pattern in (("id", UUID), ("instant", INSTANT), ("request id", REQUEST_ID)):
            if pattern.match(value):
                return f"<{kind}>"
    return value


def main():
    server = sys.argv[1]
    steps = STEP.findall(README.read_text())
    if not steps:
        sys.exit("the README has no tour")
    # One shell for the whole tour, as the reader has: variables last from step to step.
    marker = "--- end of step ---"
    script = "\n".join(f"{command.replace(PRINTED, server)}\necho; echo '{marker}'" for command, _ in steps)
    run = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        sys.exit(f"the tour failed: {run.stderr}")
    answers = run.stdout.split(marker)
    failed = 0
    for (command, printed), answer in zip(steps, answers):
        same = (
            masked(json.loads(answer)) == masked(json.loads(printed)) if printed else answer.strip() == ""
        )
        if not same:
            failed += 1
            print(f"{command}\nprinted: {printed}\nanswered: {answer}", file=sys.stderr)
    print(f"{len(steps) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
