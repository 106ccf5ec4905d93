"""The API over a database of its own, and programs that call it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from admin.accounts import create_token
from admin.api import create_api
from admin.errors import handle_errors
from config.policy import load_policy
from config.prompts import load_wording
from config.settings import DEFAULT_POLICY_FILE
from models.account import Scope
from models.call import Call, CallStep, Step
from models.customer import Contract
from models.database import Database
from models.technician import Technician
from models.ticket import TicketSource
from paging import pager
from rules.line import Line
from rules.targets import Priority
from tests.admin.builders import contract as build_contract
from tests.times import NIGHT
from tickets import lifecycle

LINE = Line(
    number="+390584000001",
    text_number="+390584000001",
    public_url="http://127.0.0.1:8000",
    mail_from="line@example.com",
    policy=load_policy(DEFAULT_POLICY_FILE),
    wording=load_wording(),
)


class Program:
    """Calls the API with one token, or with none."""

    def __init__(self, app: Flask, secret: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query_string=query or None, headers=self.headers)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(path, headers=self.headers, **({"json": body} if body is not None else {}), **options)

    def moves(self, number: int, action: str, **body: Any) -> Any:
        return self.post(f"/api/v1/tickets/{number}/{action}", body)


class Api:
    """The application, and the rows that it answers from."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.app = Flask("api", static_folder=None)
        handle_errors(self.app)
        self.app.register_blueprint(create_api(database, LINE))

    def program(self, scope: Scope | None = Scope.FULL, contract: str | None = None) -> Program:
        if scope is None:
            return Program(self.app, None)
        with self.database.write() as session:
            return Program(self.app, create_token(session, "dashboard", scope, contract, NIGHT))

    def contract(self, **terms: Any) -> None:
        with self.database.write() as session:
            build_contract(session, **terms)

    def technician(self, key: str, name: str) -> None:
        with self.database.write() as session:
            session.add(Technician(key=key, name=name, time_zone="Europe/Rome", phone="+393331110001"))

    def ticket(self, *, contract: str = "C-1001", paged: bool = True, priority: Priority = Priority.P1) -> int:
        """An open ticket that began with a call."""
        with self.database.write() as session:
            row = session.scalars(select(Contract).where(Contract.number == contract)).one()
            session.refresh(row, ["customer"])
            count = len(session.scalars(select(Call)).all())
            call = Call(sid=f"CA{count:032x}", caller="+393332220001", step=Step.ENDED)
            call.turn, call.silences, call.wrong_pins, call.problem = 1, 0, 0, 1
            call.registered, call.staffed, call.started_at = True, False, NIGHT - timedelta(seconds=30)
            session.add(call)
            session.flush()
            before = NIGHT - timedelta(seconds=20)
            session.add(CallStep(call_sid=call.sid, at=before, kind="pin", text="The PIN is right."))
            session.add(CallStep(call_sid=call.sid, at=NIGHT, kind="priority", text="The caller chose P1."))
            ticket = lifecycle.open_ticket(
                session,
                LINE,
                contract=row,
                priority=priority,
                source=TicketSource.CALL,
                now=NIGHT,
                call_sid=call.sid,
                problem=1,
                caller="+393332220001",
                callback="+393332220002",
            )
            if paged:
                pager.raise_page(session, LINE, ticket, NIGHT, NIGHT + timedelta(seconds=45))
            return ticket.number


def is_problem(response: Any, status: int, words: str = "") -> bool:
    """Whether an answer is an error as programs read it."""
    body = response.get_json()
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    assert body["status"] == status and body["title"]
    assert words in body["detail"], body["detail"]
    return True
