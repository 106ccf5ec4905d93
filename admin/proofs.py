"""What somebody shows who says who they are: a password, then a code. Tries are counted, wherever they are made."""

from datetime import datetime

from sqlalchemy.orm import Session

from admin import accounts, lockout, second_step, trail
from models.account import User
from models.database import Database
from rules.throttles import Guesses


def password_of(database: Database, email: str, password: str) -> User | None:
    """The active user whose these are; None for a wrong try. The count stays until `lockout.forgive` or `take_back`.

    Raises LockedOut. No transaction is open while the password is checked: that takes its time on purpose.
    """
    with database.write() as session:
        guesses = lockout.count(session, email, database.now(session))
    with database.read() as session:
        user = accounts.check_password(session, email, password)
    if user is None:
        with database.write() as session:
            _tell_if_shut(session, email, guesses, database.now(session))
    return user


def code_of(session: Session, user: User, typed: str, now: datetime) -> str | None:
    """What the code is that opens the second step; None for a wrong try. Raises LockedOut."""
    guesses = lockout.count(session, user.email, now)
    kind = second_step.accept(session, user, typed, now)
    if kind is None:
        _tell_if_shut(session, user.email, guesses, now)
    return kind


def _tell_if_shut(session: Session, email: str, guesses: Guesses, now: datetime) -> None:
    """In the audit log, for users on file: what strangers type is not kept."""
    if guesses.shut_until is None or (user := accounts.by_email(session, email)) is None:
        return
    after = {"wrong tries": guesses.failures, "until": guesses.shut_until.isoformat()}
    trail.record_as(session, "sign-in", now, "user.locked", f"user:{user.email}", None, after)
