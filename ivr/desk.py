"""The help desk as a call needs it: its hours and its telephone, in one look."""

from typing import Any

from sqlalchemy import Connection, select

from models.service import Setting

_SETTINGS = select(Setting.key, Setting.value).where(Setting.key.in_(("service_hours", "help_desk")))


def settings(connection: Connection) -> dict[str, Any]:
    """`service_hours` and `help_desk` as in the YAML file; empty where they are not set."""
    found = {key: value or {} for key, value in connection.execute(_SETTINGS)}
    return {"service_hours": {}, "help_desk": {}} | found


def phone(connection: Connection) -> str | None:
    """The help desk's number, E.164."""
    number: str | None = settings(connection)["help_desk"].get("phone")
    return number
