"""Who guesses passwords must wait: counted for each e-mail address, whether it is on file or not.

A try is counted before it is looked at, so that no number of tries at once gets past the count; a right one is taken
back. Nothing here tells a stranger whether an address is on file.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from admin.times import span
from models.account import SignInThrottle
from models.database import insert_once
from rules.throttles import Guesses, Waits, after_failure, is_shut

FREE = 5
"""Wrong tries without a wait."""
WAITS = Waits(
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),  # a stranger can shut out an address of ours: not for a whole night
    forgotten_after=timedelta(hours=6),
)

HELP = "an admin can unlock it now."


class LockedOut(Exception):
    """No try is looked at for so long; the text says so, the same whether the address is on file or not."""

    def __init__(self, wait: timedelta) -> None:
        rest = span(max(wait, timedelta(minutes=1)))
        super().__init__(f"Too many wrong tries with this e-mail address. Wait {rest}, then try again; {HELP}")


def count(session: Session, email: str, now: datetime) -> Guesses:
    """One more try, counted as if it were wrong; answers what is remembered then. Raises LockedOut, and counts nothing.

    Tries for one address are counted one after the other.
    """
    key = _key(email)
    known = _locked(session, key, now)
    if known.shut_until is not None and is_shut(known, now):
        raise LockedOut(known.shut_until - now)
    after = after_failure(known, FREE, WAITS, now)
    values = {"failures": after.failures, "last_at": after.last_at, "shut_until": after.shut_until}
    session.execute(update(SignInThrottle).where(SignInThrottle.key == key).values(values))
    return after


def take_back(session: Session, email: str) -> None:
    """The try was right, and the sign-in goes on with a code: wrong codes before it still count."""
    less = {"failures": SignInThrottle.failures - 1, "shut_until": None}
    session.execute(update(SignInThrottle).where(SignInThrottle.key == _key(email)).values(less))


def forgive(session: Session, email: str, now: datetime) -> bool:
    """Nothing is remembered of an address. False if nothing was. Rows that count for nothing any more go too."""
    gone = delete(SignInThrottle).where(SignInThrottle.key == _key(email)).returning(SignInThrottle.key)
    found = session.execute(gone).first() is not None
    old = select(SignInThrottle.key).where(SignInThrottle.last_at <= now - WAITS.forgotten_after)
    session.execute(delete(SignInThrottle).where(SignInThrottle.key.in_(old.with_for_update(skip_locked=True))))
    return found


def shut_until(session: Session, email: str, now: datetime) -> datetime | None:
    """Until when no try is looked at for an address; None if tries are."""
    until = session.execute(select(SignInThrottle.shut_until).where(SignInThrottle.key == _key(email))).scalar()
    return until if until is not None and now < until else None


def _locked(session: Session, key: str, now: datetime) -> Guesses:
    """What is remembered under a key, locked. Who is forgiven meanwhile begins anew."""
    columns = (SignInThrottle.failures, SignInThrottle.last_at, SignInThrottle.shut_until)
    statement = select(*columns).where(SignInThrottle.key == key).with_for_update()
    while True:
        insert_once(session, SignInThrottle, ["key"], {"key": key, "failures": 0, "last_at": now, "shut_until": None})
        if row := session.execute(statement).one_or_none():
            return Guesses(*row)


def _key(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
