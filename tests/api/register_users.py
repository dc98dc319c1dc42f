"""Registers two users and prints how to log in as each, in the Web Fuzzing Commons format."""

import json
import sys
import urllib.request

# As in the document's examples, which are then true.
PASSWORD = "correct horse battery staple"


def main(base_url: str) -> None:
    auth = []
    for name in ("ada", "grace"):
        credentials = {"email": f"{name}@example.org", "password": PASSWORD}
        post(f"{base_url}/auth/register", credentials)
        login = post(f"{base_url}/auth/login", credentials)
        header = {"name": "Authorization", "value": f"Bearer {login['access_token']}"}
        auth.append({"name": name, "fixedHeaders": [header]})
    json.dump({"auth": auth}, sys.stdout)


def post(url: str, body: dict) -> dict:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


if __name__ == "__main__":
    main(sys.argv[1])
