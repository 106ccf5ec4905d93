"""What the line keeps of the service around it: the people behind the roles, the help desk, whether it is staffed.

Each change is in the audit log. They are made one after the other: the row of the staffed hours is their lock.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import trail
from admin.file.shape import ROLES
from models.database import insert_once
from models.service import RoleContact, Setting
from tickets import duty

HELP_DESK = "help_desk"
SERVICE_HOURS = "service_hours"
Person = Mapping[str, str | None]
"""`name`, `phone` and `email`."""
CHANGED_MEANWHILE = "Somebody else has changed this since you opened it. Open it again to see what is there now."
LAST_TELEPHONE = (
    "Somebody here must keep a telephone: callers who ask for a person, and pages that reach nobody, "
    "are told to the duty manager alone."
)


class Refused(Exception):
    """The change is not made; the text says why and what to do."""


def people(session: Session) -> dict[str, list[Person]]:
    """Who holds each role, in their order; every role is there."""
    rows = session.scalars(select(RoleContact).order_by(RoleContact.position, RoleContact.id))
    found: dict[str, list[Person]] = {role: [] for role in ROLES}
    for row in rows:
        found.setdefault(row.role, []).append({"name": row.name, "phone": row.phone, "email": row.email})
    return found


def help_desk(session: Session) -> Person:
    """`phone` and `email`; empty where there is none."""
    return _setting(session, HELP_DESK)


def staffed_hours(session: Session) -> dict[str, Any]:
    """The setting as in the YAML file; empty where the policy's calendar holds."""
    return {name: True for name, value in _setting(session, SERVICE_HOURS).items() if value}


def change_role(session: Session, role: str, after: Sequence[Person], seen: str, now: datetime) -> bool:
    """Let these people hold a role, in this order. False where they do. Raises Refused."""
    _lock(session)
    before = people(session)[role]
    _refuse_stale(before, seen)
    if before == list(after):
        return False
    if role == duty.ROLE and _has_telephone(before) and not _has_telephone(after):
        raise Refused(LAST_TELEPHONE)
    for row in session.scalars(select(RoleContact).where(RoleContact.role == role)):
        session.delete(row)
    for position, person in enumerate(after):
        session.add(RoleContact(role=role, position=position, **person))
    trail.record(session, now, "role.changed", f"role:{role}", {"people": before}, {"people": list(after)})
    return True


def change_help_desk(session: Session, after: Person, seen: str, now: datetime) -> bool:
    """Let this be the help desk; without a telephone there is none. False where it is so. Raises Refused."""
    _lock(session)
    before = help_desk(session)
    _refuse_stale(before, seen)
    value = dict(after) if after["phone"] else None
    if dict(before) == (value or {}):
        return False
    _keep(session, HELP_DESK, value)
    trail.record(session, now, "help_desk.changed", "setting:help_desk", dict(before) or None, value)
    return True


def change_hours(session: Session, after: Mapping[str, bool], now: datetime) -> bool:
    """Let the help desk be staffed as this setting says. False where it says so already."""
    _lock(session)
    before = staffed_hours(session)
    if before == after:
        return False
    _keep(session, SERVICE_HOURS, dict(after))
    trail.record(session, now, "service_hours.changed", "setting:service_hours", _said(before), _said(after))
    return True


def fingerprint(value: object) -> str:
    """The same for what means the same: a form carries that of what it was filled in with."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _said(hours: Mapping[str, bool]) -> dict[str, Any]:
    return {"staffed": next(iter(hours), "as the policy says").replace("_", " ")}


def _refuse_stale(before: object, seen: str) -> None:
    if fingerprint(before) != seen:
        raise Refused(CHANGED_MEANWHILE)


def _has_telephone(holders: Sequence[Person]) -> bool:
    return any(person["phone"] for person in holders)


def _setting(session: Session, key: str) -> dict[str, Any]:
    row = session.get(Setting, key)
    return (row.value if row else None) or {}


def _keep(session: Session, key: str, value: dict[str, Any] | None) -> None:
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value


def _lock(session: Session) -> None:
    insert_once(session, Setting, ("key",), {"key": SERVICE_HOURS, "value": {}})
    statement = select(Setting).where(Setting.key == SERVICE_HOURS)
    session.execute(statement.with_for_update().execution_options(populate_existing=True))
