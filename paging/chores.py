"""Work that becomes due by itself and is neither a page nor a message: recordings, digests, maintenance windows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.database import Database

log = structlog.get_logger(__name__)


class Chore(Protocol):
    """One kind of such work; each piece of it is a row with a `due_at`."""

    first_due: ScalarSelect[datetime | None]
    """When its first piece is due, by an index."""

    def do_next(self) -> bool:
        """Do one piece that is due. False where none is, or another engine has it."""
        ...


def first_due(
    due_at: InstrumentedAttribute[datetime | None], *which: ColumnElement[bool]
) -> ScalarSelect[datetime | None]:
    """The earliest `due_at` of a table, by its index; only of the rows that fulfil all of `which`."""
    return select(due_at).where(due_at.is_not(None), *which).order_by(due_at).limit(1).scalar_subquery()


class Chores:
    """Kinds of such work, done one after the other, a piece of each at a time."""

    def __init__(self, database: Database, chores: Sequence[Chore]) -> None:
        self._database = database
        self._chores = chores
        self._first_due = select(*(chore.first_due.label(f"due_{i}") for i, chore in enumerate(chores)))

    def each(self) -> "list[Chores]":
        """Every kind by itself, for a thread of its own: one that waits for a network delays no other."""
        return [Chores(self._database, [chore]) for chore in self._chores]

    def do_due(self) -> int:
        """Do one piece of each kind, if it is due. Answers how many were done."""
        with self._database.read() as session:
            now, times = self._database.now(session), self._times(session)
        due = [chore for chore, at in zip(self._chores, times, strict=True) if at is not None and at <= now]
        return sum(self._do(chore) for chore in due)

    def next_due(self, session: Session) -> datetime | None:
        """When something is due next."""
        return min((at for at in self._times(session) if at is not None), default=None)

    def _times(self, session: Session) -> tuple[datetime | None, ...]:
        return tuple(session.connection().execute(self._first_due).one()) if self._chores else ()

    def _do(self, chore: Chore) -> bool:
        """A kind that fails keeps no other from being done; it is tried again."""
        try:
            return chore.do_next()
        except Exception:
            log.exception("work that was due could not be done; it is tried again", chore=type(chore).__name__)
            return False
