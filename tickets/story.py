"""The story of a ticket, line by line."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.ticket import TicketEvent


def record(session: Session, ticket_number: int, now: datetime, kind: str, text: str) -> None:
    """Add one line; `kind` is a word for programs, `text` a sentence for people."""
    session.execute(insert(TicketEvent).values(ticket_number=ticket_number, at=now, kind=kind, text=text))
