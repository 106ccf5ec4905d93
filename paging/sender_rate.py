"""How fast one number texts: so many segments a second, a few at once. What has to wait stays due, and untouched."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import insert_once
from models.service import Sender
from rules.line import Line

FARTHEST = timedelta(minutes=1)
"""A number is never held up for so long: a later time was written before the clock was set back."""


def opens_at(session: Session, line: Line, now: datetime) -> datetime | None:
    """When the number may text next; None where it may now, or there is no limit."""
    if not line.policy.limits.texts_a_second:
        return None
    statement = select(Sender.free_at).where(Sender.number == line.text_number)
    free_at = session.execute(statement).scalar()
    return free_at - _burst(line) if free_at and _holds(free_at, line, now) else None


def _holds(free_at: datetime, line: Line, now: datetime) -> bool:
    """Whether what the number has sent is still on its way at the carrier's rate."""
    return now < free_at - _burst(line) <= now + FARTHEST


class Budget:
    """What the number may text in one transaction. Its row is locked from the first text on: one number, one queue."""

    def __init__(self, session: Session, line: Line, now: datetime) -> None:
        self._session = session
        self._line = line
        self._now = now
        self._sender: Sender | None = None

    def allows(self, segments: int) -> bool:
        """Spend `segments`, if the number may text now."""
        rate = self._line.policy.limits.texts_a_second
        if not rate:
            return True
        sender = self._locked()
        if _holds(sender.free_at, self._line, self._now):
            return False
        last = sender.free_at if sender.free_at <= self._now + FARTHEST else self._now
        sender.free_at = max(last, self._now) + timedelta(seconds=segments / rate)
        return True

    def _locked(self) -> Sender:
        if self._sender is None:
            values = {"number": self._line.text_number, "free_at": self._now}
            insert_once(self._session, Sender, ["number"], values)
            locked = select(Sender).where(Sender.number == self._line.text_number).with_for_update()
            self._sender = self._session.execute(locked).scalar_one()
        return self._sender


def _burst(line: Line) -> timedelta:
    limits = line.policy.limits
    return timedelta(seconds=(limits.texts_at_once - 1) / limits.texts_a_second)
