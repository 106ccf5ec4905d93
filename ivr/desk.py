"""The help desk: whether it is staffed now, and its telephone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.service import Setting
from rules.line import Line
from rules.service_hours import is_staffed

_SETTINGS = select(Setting.key, Setting.value).where(Setting.key.in_(("service_hours", "help_desk")))


def settings(connection: Connection) -> dict[str, Any]:
    """`service_hours` and `help_desk` as in the YAML file; empty where they are not set."""
    found = {key: value or {} for key, value in connection.execute(_SETTINGS)}
    return {"service_hours": {}, "help_desk": {}} | found


def staffed_now(line: Line, service_hours: dict[str, Any], now: datetime) -> bool:
    """Whether calls go to the help desk: as the settings say, else by the line's calendar."""
    if service_hours.get("always_staffed"):
        return True
    if service_hours.get("never_staffed"):
        return False
    return is_staffed(line.policy.line_calendar, now)


def phone(connection: Connection) -> str | None:
    """The help desk's number, E.164."""
    number: str | None = settings(connection)["help_desk"].get("phone")
    return number
