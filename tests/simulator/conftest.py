"""A small application of the test's own, and a company that phones it, on a virtual clock."""

from datetime import timedelta

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from models.clock import VirtualClock
from models.database import Database
from simulator.api import create_api
from simulator.company import Company
from simulator.transport import WsgiTransport

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token"
LINE = "+390584111111"
URL = "http://line.example"


class Application:
    """Answers each path with the document that the test wrote for it, and remembers what it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, str | tuple[str, int, str] | list[str]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.flask = Flask("application of a test")
        self.flask.testing = True
        self.flask.add_url_rule("/<path:path>", "answer", self._answer, methods=["POST"])

    def answers(self, path: str, *verbs: str) -> None:
        """Answer `path` with these verbs; given again, one document after the other."""
        self.documents[path] = f"<Response>{''.join(verbs)}</Response>"

    def answers_in_turn(self, path: str, *documents: str) -> None:
        """A document for each time, the last one from then on."""
        self.documents[path] = [f"<Response>{verbs}</Response>" for verbs in documents]

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms that came to `path`, oldest first."""
        return [form for asked, form in self.asked if asked == path]

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _answer(self, path: str) -> Response:
        path = f"/{path}"
        form = request.form.to_dict()
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(request.url, form, signature), "the signature is wrong"
        self.asked.append((path, form))
        document = self.documents.get(path)
        if isinstance(document, list):
            document = document.pop(0) if len(document) > 1 else document[0]
        if document is None:
            return Response(status=204)
        body, status, content_type = document if isinstance(document, tuple) else (document, 200, "text/xml")
        return Response(body, status=status, content_type=content_type)


class World:
    """The clock, the application and the company."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.clock = clock
        self.application = Application()
        self.company = Company(database, WsgiTransport(self.application.flask), SID, TOKEN, LINE, URL)

        self.slept: list[float] = []
        self.api = Flask("the provider's API")
        self.api.testing = True
        self.api.register_blueprint(create_api(self.company, self.slept.append))

    def after(self, seconds: float) -> None:
        """Let the time pass, second by second, doing what becomes due."""
        end = self.clock.at + timedelta(seconds=seconds)
        while (due_at := self.company.next_due()) is not None and due_at <= end:
            self.clock.at = max(due_at, self.clock.at)
            self.company.tick()
        self.clock.at = end


@pytest.fixture
def world(sqlite: Database, clock: VirtualClock) -> World:
    return World(sqlite, clock)


@pytest.fixture
def application(world: World) -> Application:
    return world.application


@pytest.fixture
def company(world: World) -> Company:
    return world.company
