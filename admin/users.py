"""Users: what an admin changes of them. Each change is in the audit log, and the last admin stays one."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from admin import accounts, lockout, parts, second_step, sessions, trail
from admin.accounts import AccountError
from admin.search import Edge, Part
from models.account import Role, User

LAST_ADMIN = "This is the last admin: make somebody else an admin first."


class LastAdmin(Exception):
    """The change would leave nobody who may administer."""

    def __init__(self) -> None:
        super().__init__(LAST_ADMIN)


def listed(session: Session, words: list[str], edge: Edge | None) -> Part[User]:
    """Users in whose addresses all words are, the active ones first, by address; an edge is a user's id."""
    order = (User.deactivated_at.is_not(None), User.email, User.id)
    named: list[ColumnElement[bool]] = [User.email.icontains(word, autoescape=True) for word in words]
    return parts.listed(session, select(User).where(*named), order, edge)


def lock(session: Session, user_id: int) -> User | None:
    """A user, locked until the transaction ends, and all admins: of two who give up the role, one cannot."""
    admins = select(User.id).where(User.role == Role.ADMIN).order_by(User.id).with_for_update()
    session.execute(admins)
    return session.get(User, user_id, with_for_update=True, populate_existing=True)


def add(session: Session, email: str, role: Role, now: datetime) -> tuple[User, str]:
    """A new user, with the generated password. Raises AccountError, also for an address that is on file."""
    if known := accounts.by_email(session, email):
        raise AccountError(f"{known.email} is on file already: open it in the list.")
    password = accounts.add_user(session, email, role, now)
    user = accounts.by_email(session, email)
    assert user is not None
    _record(session, now, "added", user, None, {"role": role})
    return user, password


def change_role(session: Session, user: User, role: Role, now: datetime) -> bool:
    """False where it is the same. It holds at once, in the sessions too. Raises LastAdmin."""
    before = user.role
    if before is role:
        return False
    _keep_an_admin(session, user)
    user.role = role
    _record(session, now, "role_changed", user, {"role": before}, {"role": role})
    return True


def new_password(session: Session, user: User, now: datetime) -> str:
    """A generated password in the place of the old one, whose sessions end."""
    password = accounts.generate_password(session, user)
    lockout.forgive(session, user.email, now)
    _record(session, now, "password_generated", user, None, None)
    return password


def deactivate(session: Session, user: User, now: datetime) -> bool:
    """The user's sessions end, and none begins. False if that was so. Raises LastAdmin."""
    if user.deactivated_at is not None:
        return False
    _keep_an_admin(session, user)
    user.deactivated_at = now
    sessions.end_all(session, user.id)
    _record(session, now, "deactivated", user, {"active": True}, {"active": False})
    return True


def reactivate(session: Session, user: User, now: datetime) -> str:
    """The user may sign in again, with the generated password that this answers."""
    password = accounts.generate_password(session, user)
    if user.deactivated_at is not None:
        user.deactivated_at = None
        _record(session, now, "reactivated", user, {"active": False}, {"active": True})
    return password


def turn_off_second_step(session: Session, user: User, now: datetime) -> bool:
    """For who has lost the telephone and the recovery codes. False if it was off."""
    if user.totp_secret is None:
        return False
    second_step.turn_off(session, user)
    _record(session, now, "second_step_turned_off", user, {"second step": "on"}, {"second step": "off"})
    return True


def unlock(session: Session, user: User, now: datetime) -> bool:
    """Tries to sign in are looked at again. False if nothing wrong was remembered."""
    if not lockout.forgive(session, user.email, now):
        return False
    _record(session, now, "unlocked", user, None, None)
    return True


def end_sessions(session: Session, user: User, number: int | None, now: datetime) -> int:
    """End one session of a user, or all (`number` None); answers how many."""
    ended = sessions.end_all(session, user.id) if number is None else sessions.end(session, user.id, number)
    if ended:
        _record(session, now, "signed_out", user, {"sessions ended": int(ended)}, None)
    return int(ended)


def _keep_an_admin(session: Session, user: User) -> None:
    """Raises LastAdmin if the user is the only active admin."""
    others = select(User.id).where(User.role == Role.ADMIN, User.deactivated_at.is_(None), User.id != user.id)
    is_admin = user.role is Role.ADMIN and user.deactivated_at is None
    if is_admin and session.execute(others.limit(1)).first() is None:
        raise LastAdmin


def _record(session: Session, now: datetime, action: str, user: User, before: object, after: object) -> None:
    trail.record(session, now, f"user.{action}", f"user:{user.email}", before, after)
