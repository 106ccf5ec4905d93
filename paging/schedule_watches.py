"""Schedules that are looked at when something in them becomes due, and at once when they change.

A look has the schedule to itself: it locks the schedule's row first, as an edit does, and then its own watch.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import ScalarSelect, func, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.database import Database, UtcDateTime, insert_once
from models.schedule import GapWatch, HandoffWatch, Schedule

log = structlog.get_logger(__name__)

AFTER_AN_ERROR = timedelta(seconds=30)
AT_ONCE = literal(datetime.min.replace(tzinfo=UTC), UtcDateTime())

Watch = TypeVar("Watch", HandoffWatch, GapWatch)
Kind = type[HandoffWatch] | type[GapWatch]
WATCHES: tuple[Kind, ...] = (HandoffWatch, GapWatch)


def first_due(kind: Kind) -> ScalarSelect[datetime | None]:
    """When a schedule must be looked at first: one that nobody watches yet, at once."""
    due = select(func.min(func.coalesce(kind.due_at, AT_ONCE))).select_from(Schedule)
    first = due.outerjoin(kind, kind.schedule_key == Schedule.key).scalar_subquery()
    return cast("ScalarSelect[datetime | None]", first)  # without any schedule there is no least


def has_changed(session: Session, schedule_key: str, now: datetime) -> None:
    """A schedule has a new revision: it is looked at when this transaction is over."""
    for kind in WATCHES:
        if not _is_begun(session, kind, schedule_key, now):
            session.execute(update(kind).where(kind.schedule_key == schedule_key).values(due_at=now))


def look_at_next(database: Database, kind: type[Watch], look: Callable[[Session, Watch, datetime], None]) -> bool:
    """Look at the schedule that is due for longest. False where none is, or another engine has it.

    `look` says when it is due again. One that fails keeps no other waiting.
    """
    key = None
    try:
        with database.write() as session:
            now = database.now(session)
            key = _lock_next(session, kind, now)
            if key is None:
                return False
            _is_begun(session, kind, key, now)
            watch = session.get_one(kind, key, with_for_update=True, populate_existing=True)
            if watch.due_at is not None and watch.due_at <= now:
                look(session, watch, now)
    except Exception as error:
        if key is None or isinstance(error, OperationalError):
            raise  # the database's trouble, and not the schedule's
        log.exception("a schedule could not be looked at; it is tried again soon", schedule=key, watch=kind.__name__)
        _put_off(database, kind, key)
    return True


def _lock_next(session: Session, kind: Kind, now: datetime) -> str | None:
    due_at = func.coalesce(kind.due_at, AT_ONCE)
    statement = select(Schedule.key).outerjoin(kind, kind.schedule_key == Schedule.key).where(due_at <= now)
    locked = statement.order_by(due_at, Schedule.key).limit(1)
    return session.execute(locked.with_for_update(of=Schedule, skip_locked=True, key_share=True)).scalar()


def _is_begun(session: Session, kind: Kind, schedule_key: str, now: datetime) -> bool:
    """Watch a schedule from now on. False where it is watched already."""
    values: dict[str, Any] = {"schedule_key": schedule_key, "due_at": now}
    if kind is HandoffWatch:
        values["watched_from"] = now
    else:
        values |= {"told_until": now, "revision_id": 0}
    return insert_once(session, kind, ["schedule_key"], values)


def _put_off(database: Database, kind: Kind, key: str) -> None:
    with database.write() as session:
        now = database.now(session)
        _is_begun(session, kind, key, now)
        session.execute(update(kind).where(kind.schedule_key == key).values(due_at=now + AFTER_AN_ERROR))
