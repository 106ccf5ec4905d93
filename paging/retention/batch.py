"""One batch of old records, and what all kinds ask of a row before it goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CursorResult, or_
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import Executable

from models.retention import RetentionProgress
from models.ticket import Ticket


class Done(NamedTuple):
    """How many rows a batch deleted or emptied, and whether more may be left."""

    rows: int
    more: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What was over before `before` may go. The transaction is the batch's own, and short."""

    session: Session
    progress: RetentionProgress
    before: datetime
    now: datetime

    def rows(self, statement: Executable) -> int:
        """Run an UPDATE or DELETE; return how many rows it changed."""
        result: CursorResult[Any] = self.session.connection().execute(statement)
        return result.rowcount


def is_over(before: datetime) -> ColumnElement[bool]:
    """Whether a row's ticket, joined by an outer join, ended before this instant; true where it has none."""
    return or_(Ticket.number.is_(None), Ticket.ended_at < before)
