"""The story of a ticket, line by line."""

from datetime import datetime

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from models.ticket import TicketEvent

_EVENTS = TicketEvent.__table__
assert isinstance(_EVENTS, Table)
_ADD = insert(_EVENTS).inline()  # built once, and without asking for the row's id


def record(session: Session, ticket_number: int, now: datetime, kind: str, text: str) -> None:
    """Add one line; `kind` is a word for programs, `text` a sentence for people."""
    line = {"ticket_number": ticket_number, "at": now, "kind": kind, "text": text}
    session.connection().execute(_ADD, line)
