"""The provider's own SDK, talking to the simulated API in the same process."""

import logging

from flask import Flask
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from paging.carriers.twilio import redirected

OURS = "http://line.example/simulator/api"


class InProcess(HttpClient):
    """Sends the SDK's requests into a Flask application, and keeps the bodies of the answers."""

    def __init__(self, app: Flask) -> None:
        super().__init__(logging.getLogger("sdk"), False, None)
        self._client = app.test_client(use_cookies=False)
        self.bodies: list[str] = []

    def request(
        self, method, url, params=None, data=None, headers=None, auth=None, timeout=None, allow_redirects=False
    ) -> Response:
        answer = self._client.open(
            redirected(url, OURS),
            method=method,
            query_string=params,
            data=data,
            headers={key: value for key, value in (headers or {}).items() if key != "Content-Type"},
            auth=auth,
        )
        body = answer.get_data(as_text=True)
        self.bodies.append(body)
        return Response(answer.status_code, body, answer.headers)


def client(http: InProcess, sid: str, token: str) -> Client:
    return Client(sid, token, http_client=http)
