"""How the burden of a schedule is shared, as numbers for programs and as a table for a spreadsheet."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from admin.sheet import sheet
from paging import roster
from rules.fairness import Burden, Fairness, Share, fairness
from rules.policy import Policy

HOUR = timedelta(hours=1)
PARTS = ("done", "planned", "total")
KINDS = ("hours", "night_hours", "weekend_hours", "holiday_hours", "nights", "weekend_days", "holidays")
NOBODY = "Nobody on call"


def report(session: Session, key: str, start: datetime, end: datetime, now: datetime, policy: Policy) -> Fairness:
    """Each technician's share of a schedule in `[start, end)`. Raises UnknownSchedule."""
    return fairness(roster.history(session, key), start, end, now, policy.night, policy.line_calendar)


def numbers(burden: Burden) -> dict[str, float]:
    """Hours to the ten-thousandth, which is a third of a second, and counts."""
    hours = (burden.time, burden.night_time, burden.weekend_time, burden.holiday_time)
    counts = (burden.nights, burden.weekend_days, burden.holidays)
    return dict(zip(KINDS, (*(round(time / HOUR, 4) for time in hours), *counts), strict=True))


def table(answer: Fairness, names: Mapping[str, str]) -> str:
    """CSV (RFC 4180) with a header: a row for each technician, and one for the time in which nobody is on call."""
    header = ["technician", "name", *(f"{kind}_{part}" for kind in KINDS for part in PARTS)]
    rows: list[list[str | float]] = []
    for share in answer.shares:
        assert share.technician is not None
        rows.append([share.technician, names.get(share.technician, share.technician), *_numbers(share)])
    return sheet(header, [*rows, ["", NOBODY, *_numbers(answer.gaps)]])


def _numbers(share: Share) -> Iterator[float]:
    parts = [numbers(getattr(share, part)) for part in PARTS]
    return (part[kind] for kind in KINDS for part in parts)
