"""How the company reaches the application: over HTTP, or straight into a WSGI application in tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import requests
from flask import Flask

CONNECT_SECONDS = 5
READ_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered to a webhook. `content_type` carries no parameters."""

    status: int
    content_type: str
    body: str


class NoConnection(Exception):
    """The application could not be reached: it has seen nothing."""


class NoAnswer(Exception):
    """The application was reached and did not answer in time, or broke off."""


class Transport(Protocol):
    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """POST the form. Raises NoConnection or NoAnswer."""
        ...


class HttpTransport:
    """Real requests; redirects are not followed (the provider does not follow a 308, so none is worth having)."""

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        try:
            with requests.Session() as session:
                # A proxy named in the environment is for the world outside, not for our own application.
                session.trust_env = False
                response = session.post(
                    url,
                    data=dict(form),
                    headers=dict(headers),
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                )
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            raise NoConnection(str(error)) from error
        except requests.exceptions.RequestException as error:
            raise NoAnswer(str(error)) from error
        return Answer(response.status_code, _media_type(response.headers.get("Content-Type", "")), response.text)


class WsgiTransport:
    """The application in the same process: what it raises is raised here, so that a test sees it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        response = self._app.test_client(use_cookies=False).post(url, data=dict(form), headers=dict(headers))
        return Answer(response.status_code, response.mimetype or "", response.get_data(as_text=True))


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()
