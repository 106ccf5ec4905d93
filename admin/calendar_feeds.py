"""The secret addresses of calendars: made, found, listed and revoked."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.accounts import digest
from models.account import CalendarFeed
from models.schedule import Schedule
from models.technician import Technician


def make(session: Session, about: Technician | Schedule, author: str, now: datetime) -> str:
    """A new address for the turns of a technician or of a schedule; answers its secret, which is not kept."""
    secret = secrets.token_urlsafe(32)
    session.add(CalendarFeed(digest=digest(secret), created_by=author, created_at=now, **_columns(about)))
    session.flush()
    return secret


def feed_of(session: Session, secret: str) -> CalendarFeed | None:
    """The feed whose secret this is; None for an unknown or revoked one."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", secret):
        return None
    statement = select(CalendarFeed).where(CalendarFeed.digest == digest(secret), CalendarFeed.revoked_at.is_(None))
    return session.execute(statement).scalar_one_or_none()


def feeds_of(session: Session, about: Technician | Schedule) -> Sequence[CalendarFeed]:
    """The addresses in force, the newest first."""
    statement = select(CalendarFeed).filter_by(**_columns(about)).where(CalendarFeed.revoked_at.is_(None))
    return session.execute(statement.order_by(CalendarFeed.id.desc())).scalars().all()


def revoke(session: Session, about: Technician | Schedule, feed_id: int, now: datetime) -> bool:
    """Let an address answer no more. False where it is not in force, or belongs to something else."""
    feed = next((each for each in feeds_of(session, about) if each.id == feed_id), None)
    if feed:
        feed.revoked_at = now
    return feed is not None


def _columns(about: Technician | Schedule) -> dict[str, str]:
    return {"technician_key" if isinstance(about, Technician) else "schedule_key": about.key}
