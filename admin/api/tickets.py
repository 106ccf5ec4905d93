"""Tickets, read by programs."""

import re
from http import HTTPStatus
from typing import Any

from flask import Response, json, request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from admin.api.problems import refuse, refuse_field
from admin.api.ticket_documents import documents
from admin.api.tokens import check_contract, program
from models.customer import Contract
from models.database import Database
from models.ticket import Ticket, TicketState

MOST = 1000
USUAL = 100


class Tickets:
    def __init__(self, database: Database) -> None:
        self._database = database

    def one(self, number: str) -> Response:
        """A ticket with its whole story."""
        with self._database.read() as session:
            return _answer(documents(session, [find(session, number)])[0])

    def many(self) -> Response:
        """Tickets, newest first."""
        limit, before = limit_asked(), _cursor()
        statement = _select().order_by(Ticket.number.desc()).limit(limit + 1)
        if (state := _state()) is not None:
            statement = statement.where(Ticket.state == state)
        if before is not None:
            statement = statement.where(Ticket.number < before)
        if (contract_id := program().contract_id) is not None:
            statement = statement.where(Ticket.contract_id == contract_id)
        with self._database.read() as session:
            found = session.scalars(statement).all()
            more = len(found) > limit
            tickets = documents(session, found[:limit])
        return _answer({"tickets": tickets, "next": tickets[-1]["number"] if more else None})


def find(session: Session, number: str) -> Ticket:
    """The ticket with its contract and customer.

    Ends the request with 404 where there is none; that of a token of one contract with 403 for all but its own tickets.
    """
    known = re.fullmatch(r"[0-9]{1,9}", number)
    ticket = session.scalars(_select().where(Ticket.number == int(number))).one_or_none() if known else None
    check_contract(ticket.contract_id if ticket else None)
    if ticket is None:
        refuse(HTTPStatus.NOT_FOUND, f"there is no ticket {number}")
    return ticket


def _select() -> Select[Ticket]:
    return select(Ticket).options(joinedload(Ticket.contract).joinedload(Contract.customer))


def limit_asked() -> int:
    """The query's `limit`. Ends the request with 422 where it is out of bounds."""
    text = request.args.get("limit", str(USUAL))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        refuse_field("limit", f"must be a whole number from 1 to {MOST}")
    return int(text)


def _cursor() -> int | None:
    text = request.args.get("cursor", "")
    if text and not re.fullmatch(r"[0-9]{1,9}", text):
        refuse_field("cursor", "must be the `next` of an answer")
    return int(text) if text else None


def _state() -> TicketState | None:
    text = request.args.get("state", "")
    if text and text not in set(TicketState):
        refuse_field("state", f"must be one of {', '.join(TicketState)}")
    return TicketState(text) if text else None


def _answer(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), mimetype="application/json")
