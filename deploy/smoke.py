"""make smoke: the service answers from outside, is ready, and is the VERSION that was meant. URL=... for a domain."""

import json
import os
import urllib.error
import urllib.request

from aws import NAME, Failed, client, say, script, wait


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def main():
    url = (os.environ.get("URL") or "").rstrip("/")
    if not url:
        url = "http://" + client("elbv2").describe_load_balancers(Names=[NAME])["LoadBalancers"][0]["DNSName"]
    say(f"smoke: {url}")

    last = {}

    def ready():
        last["status"], last["text"] = get(f"{url}/health/ready")
        return last["status"] == 200

    try:
        wait("/health/ready", float(os.environ.get("SMOKE_SECONDS", "60")) / 60, ready)
    except Failed:
        raise Failed(f"{url}/health/ready answers {last['status']}: {last['text'][:200]}") from None

    status, text = get(f"{url}/version")
    if status != 200:
        raise Failed(f"{url}/version answers {status}: {text[:200]}")
    told = json.loads(text)
    wanted = os.environ.get("VERSION")
    version, commit = told.get("version", ""), told.get("commit", "")
    # The image tag is a version, a commit in short or in full, or VERSION-COMMIT: then the commit decides.
    tag = (wanted or "").rsplit("-", 1)[-1]
    if wanted and wanted != version and not (commit and tag and (tag.startswith(commit) or commit.startswith(tag))):
        raise Failed(f"{url} runs version {version} of commit {commit}, not {wanted}")
    say(f"ready; version {version}, commit {commit}")


script(main)
