"""How fast one number texts: so many segments a second, a few at once. What has to wait stays due, and untouched."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import insert_once
from models.service import Sender
from rules.line import Line


def opens_at(session: Session, line: Line) -> datetime | None:
    """When the number may text next; None where it was never held up, or there is no limit."""
    if not line.policy.limits.texts_a_second:
        return None
    statement = select(Sender.free_at).where(Sender.number == line.text_number)
    free_at = session.execute(statement).scalar()
    return free_at - _burst(line) if free_at else None


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
        if sender.free_at - _burst(self._line) > self._now:
            return False
        sender.free_at = max(sender.free_at, self._now) + timedelta(seconds=segments / rate)
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
