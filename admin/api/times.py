"""Instants as the API reads and writes them: ISO 8601, written in UTC with Z."""

import re
from datetime import UTC, datetime

from dateutil.relativedelta import relativedelta
from flask import request

from admin.api.problems import refuse_field
from rules import timezones

LONGEST_RANGE = relativedelta(years=2)


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def maybe(at: datetime | None) -> str | None:
    return None if at is None else written(at)


def parameter(name: str) -> datetime:
    """The instant in a query parameter. Ends the request with 422 where it is missing or is none."""
    text = request.args.get(name)
    if text is None:
        refuse_field(name, "is missing: give an instant such as 2026-11-24T02:00:00Z")
    return instant(name, text)


def range_asked() -> tuple[datetime, datetime]:
    """The parameters `from` and `until`. Ends the request with 422 where they are no range of at most two years."""
    start, end = parameter("from"), parameter("until")
    if end < start:
        refuse_field("until", "is before from")
    if end > start + LONGEST_RANGE:
        refuse_field("until", "is more than two years after from")
    return start, end


def instant(name: str, text: str) -> datetime:
    """The instant that a field or parameter holds. Ends the request with 422 where it is none."""
    try:
        return read(text)
    except ValueError as error:
        refuse_field(name, str(error))


def read(text: str) -> datetime:
    """The instant, in UTC. Raises ValueError, which says what an instant looks like."""
    at = _read(text)
    if at is None:
        raise ValueError("must be an ISO 8601 instant with its offset, such as 2026-11-24T02:00:00Z")
    if not timezones.EARLIEST <= at <= timezones.LATEST:
        raise ValueError(f"must be from {timezones.EARLIEST.year} to {timezones.LATEST.year}")
    return at


def _read(text: str) -> datetime | None:
    """A `+` that was not escaped arrives as a space."""
    if not re.fullmatch(r"[0-9A-Z:.+ -]+", text):
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
