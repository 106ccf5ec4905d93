"""Edits of a schedule. Each makes a revision that holds from now on; the past is never rewritten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import trail
from models.schedule import Schedule as ScheduleRow
from models.schedule import ScheduleRevision
from paging import roster
from rules.on_call import Override, Schedule


def locked(session: Session, key: str, now: datetime) -> Schedule | None:
    """The schedule as it holds now, with no other edit until this transaction ends. None if there is none."""
    statement = select(ScheduleRow.key).where(ScheduleRow.key == key).with_for_update()
    if session.execute(statement).first() is None:
        return None
    return roster.current_schedule(session, key, now)


def save(session: Session, before: Schedule | None, after: Schedule, action: str, now: datetime) -> bool:
    """Let `after` hold from now on. False if it holds already."""
    if not roster.save_revision(session, after, current_user.email, now):
        return False
    was = roster.content_of(before) if before else None
    trail.record(session, now, action, f"schedule:{after.key}", was, roster.content_of(after))
    return True


def author_of_newest(session: Session, key: str) -> str:
    newest = select(ScheduleRevision.author).where(ScheduleRevision.schedule_key == key)
    return session.execute(newest.order_by(ScheduleRevision.id.desc()).limit(1)).scalar_one()


def clash(schedule: Schedule, override: Override) -> Override | None:
    """An override by somebody else at the same time: one of the two would silently lose."""
    return next(
        (
            other
            for other in schedule.overrides
            if other.technician != override.technician and other.starts < override.ends and override.starts < other.ends
        ),
        None,
    )


def with_override(schedule: Schedule, override: Override) -> Schedule:
    return replace(schedule, overrides=tuple(sorted([*schedule.overrides, override], key=lambda each: each.starts)))


def without_override(schedule: Schedule, override: Override) -> Schedule:
    return replace(schedule, overrides=tuple(each for each in schedule.overrides if each != override))


def ahead(schedule: Schedule, now: datetime) -> Sequence[Override]:
    """Overrides that are not over, in order."""
    return sorted((each for each in schedule.overrides if each.ends > now), key=lambda each: each.starts)
