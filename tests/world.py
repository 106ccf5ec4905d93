"""A whole line in one process: the real application, the virtual phone company, and a clock that stands still.

Stories are told with telephones: `world.phone("+39…").dials()`, `world.handset("anna").sends("ACK")`,
`world.passes(minutes=5)`.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from twilio.http import HttpClient
from twilio.http.response import Response

from admin import accounts, file
from app import flask_app, put_together
from config.settings import load_settings
from models.account import Scope
from models.clock import VirtualClock
from models.database import Database
from models.technician import Technician
from paging.carriers.twilio import Download, redirected
from simulator.phone import Handset, Phone
from simulator.transport import Answer, WsgiTransport
from tests.shared import share_templates

LINE = Path(__file__).parent / "data" / "line.yaml"
ADA = "+393332220001"
"""A contact of Acme SpA, whose Platinum contract C-1001 has the PIN 48201937."""
PIN = "48201937"
STRANGER = "+393332229999"
ENVIRONMENT = {
    "CARRIER": "simulated",
    "SECRET_KEY": "a secret for tests",
    "PIN_PEPPER": "a pepper for tests",
    "PUBLIC_URL": "http://127.0.0.1:8000",
}


class World:
    def __init__(
        self, database_url: str, clock: VirtualClock, database: Database | None = None, **environment: str
    ) -> None:
        """`database`: the object at that address, if there is one already."""
        self.clock = clock
        self._url = database_url
        settings = load_settings(
            ENVIRONMENT | environment | {"DATABASE_URL": database_url}, host="127.0.0.1", port=8000
        )
        door = _Door()
        self.gateway = put_together(settings, clock=clock, database=database, http_client=door, transport=door)
        self.app = share_templates(flask_app(self.gateway))
        self.app.testing = True
        door.open(self.app)
        assert self.gateway.company is not None
        self.company = self.gateway.company
        self.engine = self.gateway.engine()
        self.database = self.gateway.database
        self._token: str | None = None

    def restarts(self, **environment: str) -> "World":
        """The line stops, and starts again with these settings; what is on file stays."""
        self.database.dispose()
        return World(self._url, self.clock, None, **environment)

    def loads(self, text: str) -> "World":
        """Load YAML, as an administrator does."""
        with self.database.write() as session:
            policy, now = self.gateway.line.policy, self.clock.at
            file.load(session, text, self.gateway.peppers, "a test", now, policy)
        return self

    def phone(self, number: str) -> Phone:
        """A caller's telephone."""
        return self.company.phone(number)

    def handset(self, technician: str) -> Handset:
        """A technician's telephone, by key."""
        with self.database.read() as session:
            number = session.execute(select(Technician.phone).where(Technician.key == technician)).scalar_one()
        assert number
        return self.company.handset(number)

    def settles(self) -> "World":
        """Everything that is due now happens, here and at the phone company."""
        while True:
            self.engine.run_due()
            if not self.company.tick():
                return self

    def passes(self, **time: float) -> "World":
        """Time goes by (`minutes=5`), and everything happens when it is due."""
        until = self.clock.at + timedelta(**time)
        self.settles()
        while (due := self._next_due()) is not None and due <= until:
            self.clock.at = max(due, self.clock.at)
            self.settles()
        self.clock.at = until
        return self.settles()

    def _next_due(self) -> Any:
        due = [at for at in (self.engine.next_due(), self.company.next_due()) if at is not None]
        return min(due, default=None)

    def get(self, path: str) -> Any:
        """What the API answers a program that may do everything."""
        return self._json("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._json("POST", path, dict(body))

    def ticket(self, number: str) -> Any:
        return self.get(f"/api/v1/tickets/{number}")

    def story(self, number: str) -> list[str]:
        """What happened to a ticket, in sentences."""
        return [event["text"] for event in self.ticket(number)["events"]]

    def _json(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Authorization": f"Bearer {self._api_token()}"}
        response = self.app.test_client().open(path, method=method, headers=headers, json=body)
        assert response.status_code < 400, response.get_data(as_text=True)
        return response.get_json()

    def _api_token(self) -> str:
        if self._token is None:
            with self.database.write() as session:
                self._token = accounts.create_token(session, "a test", Scope.FULL, None, self.clock.at)
        return self._token


class _Door(HttpClient):
    """The way into the application without a network, for the phone company's webhooks and for the carrier's SDK."""

    def __init__(self) -> None:
        self._app: Flask | None = None

    def open(self, app: Flask) -> None:
        self._app = app

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        assert self._app is not None
        return WsgiTransport(self._app).post(url, form, headers)

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        assert self._app is not None
        answer = self._app.test_client(use_cookies=False).open(
            redirected(url, "http://127.0.0.1:8000/simulator/api"),
            method=method,
            query_string=params or {},
            data=data,
            headers=headers,
            auth=auth,
        )
        return Response(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))

    def download(self, url: str, auth: tuple[str, str]) -> Download:
        assert self._app is not None
        address = redirected(url, "http://127.0.0.1:8000/simulator/api")
        answer = self._app.test_client(use_cookies=False).get(address, auth=auth)
        return Download(answer.status_code, answer.mimetype or "", answer.get_data())
