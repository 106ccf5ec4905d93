"""Booked maintenance windows, listed, booked and cancelled by programs."""

from http import HTTPStatus
from typing import Any

from flask import Response, json
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import windows
from admin.api import times
from admin.api.bodies import body_as
from admin.api.documents import Booking
from admin.api.problems import refuse, refuse_field
from admin.api.tokens import actor, check_contract
from admin.windows import Unbookable
from models.customer import HOUSE_CONTRACT, Contract, Maintenance
from models.database import Database
from rules.line import Line


class MaintenanceWindows:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def many(self, number: str) -> Response:
        """A contract's windows, past ones too, the earliest first."""
        with self._database.read() as session:
            contract = _find(session, number)
            found = [_document(row) for row in windows.listed(session, contract.id)]
        return _answer({"maintenance": found})

    def book(self, number: str) -> Response:
        """Book a window: at its start the technician on call is paged."""
        asked = body_as(Booking)
        starts_at, ends_at = times.instant("from", asked.from_), times.instant("until", asked.until)
        try:
            with self._database.write() as session:
                contract, now = _find(session, number), self._database.now(session)
                window = windows.book(session, contract, starts_at, ends_at, asked.reference, now, actor())
                answer = _document(window) | {"warning": self._warning(window)}
        except Unbookable as wrong:
            refuse_field(wrong.field, str(wrong))
        return _answer(answer, HTTPStatus.CREATED)

    def cancel(self, number: str, window: int) -> Response:
        """Cancel a window. A ticket that was opened for it stays."""
        with self._database.write() as session:
            contract, now = _find(session, number), self._database.now(session)
            if not windows.cancel(session, contract, window, now, actor()):
                refuse(HTTPStatus.NOT_FOUND, f"contract {number} has no window {window}")
        return Response(status=HTTPStatus.NO_CONTENT)

    def _warning(self, window: Maintenance) -> str | None:
        staffed = windows.is_staffed_throughout(self._line.policy.line_calendar, window.starts_at, window.ends_at)
        return windows.STAFFED if staffed else None


def _find(session: Session, number: str) -> Contract:
    """Ends the request with 404, or with 403 for a token of another contract."""
    statement = select(Contract).where(Contract.number == number, Contract.number != HOUSE_CONTRACT)
    contract = session.execute(statement).scalar_one_or_none() if number.isprintable() else None
    check_contract(contract.id if contract else None)
    if contract is None:
        refuse(HTTPStatus.NOT_FOUND, f"there is no contract {number!r}")
    return contract


def _document(window: Maintenance) -> dict[str, Any]:
    return {
        "id": window.id,
        "from": times.written(window.starts_at),
        "until": times.written(window.ends_at),
        "reference": window.reference,
        "ticket": str(window.ticket_number) if window.ticket_number else None,
    }


def _answer(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
