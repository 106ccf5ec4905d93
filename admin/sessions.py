"""The sign-ins of users: one row for each browser, as long as it lasts."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from models.account import ConsoleSession, User

LIFETIME = timedelta(days=7)
"""A session that is not used for so long is over."""
SEEN_EVERY = timedelta(minutes=1)


def begin(session: Session, user_id: int, address: str, browser: str, now: datetime) -> tuple[int, str]:
    """A new session of a user; answers its id, and its secret for the browser alone. What is over is forgotten."""
    over = (ConsoleSession.user_id == user_id, ConsoleSession.seen_at <= now - LIFETIME)
    session.execute(delete(ConsoleSession).where(*over))
    secret = secrets.token_urlsafe(32)
    row = ConsoleSession(digest=_digest(secret), user_id=user_id, address=address[:64], browser=browser[:64])
    row.created_at = row.seen_at = now
    session.add(row)
    session.flush()
    return row.id, secret


def find(session: Session, secret: str, now: datetime) -> tuple[ConsoleSession, User] | None:
    """The session whose secret this is, and its user; None where it is over or the user is deactivated."""
    statement = select(ConsoleSession, User).join(User, User.id == ConsoleSession.user_id)
    lasts = (ConsoleSession.seen_at > now - LIFETIME, User.deactivated_at.is_(None))
    found = session.execute(statement.where(ConsoleSession.digest == _digest(secret), *lasts)).one_or_none()
    return (found[0], found[1]) if found else None


def is_unseen(row: ConsoleSession, now: datetime) -> bool:
    """Whether it is time to write down that the session is in use."""
    return now - row.seen_at >= SEEN_EVERY


def see(session: Session, number: int, now: datetime) -> None:
    """The session is in use now."""
    session.execute(update(ConsoleSession).where(ConsoleSession.id == number).values(seen_at=now))


def of_user(session: Session, user_id: int, now: datetime) -> Sequence[ConsoleSession]:
    """The sessions of a user that last, the one used last first."""
    lasts = (ConsoleSession.user_id == user_id, ConsoleSession.seen_at > now - LIFETIME)
    order = (ConsoleSession.seen_at.desc(), ConsoleSession.id.desc())
    return session.execute(select(ConsoleSession).where(*lasts).order_by(*order)).scalars().all()


def end(session: Session, user_id: int, number: int) -> bool:
    """End one session of a user. False if the user has no such session."""
    return _end(session, ConsoleSession.user_id == user_id, ConsoleSession.id == number) > 0


def end_all(session: Session, user_id: int, but: int | None = None) -> int:
    """End the sessions of a user, `but` one; answers how many."""
    others = [ConsoleSession.id != but] if but is not None else []
    return _end(session, ConsoleSession.user_id == user_id, *others)


def _end(session: Session, *which: ColumnElement[bool]) -> int:
    gone = session.execute(delete(ConsoleSession).where(*which).returning(ConsoleSession.id))
    return len(gone.scalars().all())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
