"""What is still to happen: claimed by one process at a time, done once."""

from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session, aliased

from simulator.tables import Happening


def next_due(session: Session) -> datetime | None:
    """When the next one may be done: at its time, or when the claim on it runs out."""
    free = session.scalar(sa.select(sa.func.min(Happening.due_at)).where(Happening.claimed_until.is_(None)))
    taken = session.scalar(sa.select(sa.func.min(Happening.claimed_until)))
    return min((at for at in (free, taken) if at is not None), default=None)


def claim(session: Session, now: datetime, lease: timedelta) -> Happening | None:
    """The first one due, now ours until the lease ends. Those of one subject are done one after the other."""
    other = aliased(Happening)
    busy = sa.exists().where(other.subject == Happening.subject, other.claimed_until > now)
    free = sa.or_(Happening.claimed_until.is_(None), Happening.claimed_until <= now)
    due = sa.select(Happening).where(Happening.due_at <= now, free, ~busy).order_by(Happening.due_at, Happening.id)
    for happening in session.scalars(due.limit(8)):
        if _compare_and_set(session, happening, now + lease):
            return happening
    return None


def _compare_and_set(session: Session, happening: Happening, until: datetime) -> bool:
    was = happening.claimed_until
    mine = Happening.claimed_until.is_(None) if was is None else Happening.claimed_until == was
    taken = sa.update(Happening).where(Happening.id == happening.id, mine).values(claimed_until=until)
    return _rows(session, taken.execution_options(synchronize_session="fetch")) == 1


def settle(session: Session, happening: Happening) -> bool:
    """It is done: forget it. False when the claim ran out and somebody else has it."""
    gone = sa.delete(Happening).where(Happening.id == happening.id, Happening.claimed_until == happening.claimed_until)
    return _rows(session, gone) == 1


def _rows(session: Session, statement: sa.Update | sa.Delete) -> int:
    return cast("CursorResult[object]", session.execute(statement)).rowcount
