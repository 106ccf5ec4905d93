"""The help desk: whether it is staffed now, and how it is told of what waits for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.service import Setting
from rules.line import Line
from rules.service_hours import is_staffed


def is_staffed_now(session: Session, line: Line, now: datetime) -> bool:
    """Whether the help desk is staffed, by the setting on file."""
    return is_staffed_by(_setting(session, "service_hours"), line, now)


def is_staffed_by(hours: Mapping[str, Any], line: Line, now: datetime) -> bool:
    """As the setting `service_hours` says, else by the line's calendar."""
    if hours.get("always_staffed") or hours.get("never_staffed"):
        return bool(hours.get("always_staffed"))
    return is_staffed(line.policy.line_calendar, now)


def email(session: Session) -> str | None:
    """Where the help desk reads; None where that is not set."""
    address: str | None = _setting(session, "help_desk").get("email")
    return address


def _setting(session: Session, key: str) -> dict[str, Any]:
    row = session.get(Setting, key)
    return (row.value if row else None) or {}
