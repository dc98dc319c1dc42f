"""A client of the API."""

import http.client
import json


class Api:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method, path, body=None, token=None, expect=200):
        """The answer, as bytes."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != expect:
            raise RuntimeError(f"{method} {path} answered {response.status}: {answer.decode()[:500]}")
        return answer

    def json(self, *arguments, **options):
        return json.loads(self.call(*arguments, **options))

    def token(self, email, password):
        body = {"email": email, "password": password}
        return self.json("POST", "/auth/login", body)["access_token"]

    def register(self, email, password):
        body = {"email": email, "password": password}
        return self.json("POST", "/auth/register", body, expect=201)["id"]
