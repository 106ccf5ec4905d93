"""Gaps that a load leaves: it may be meant so, and must be known."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from paging import roster
from paging.previews import GAPS_AHEAD
from rules import timezones
from rules.on_call import Gap, shifts
from rules.wall_words import dated

SHOWN = 3


def gaps_ahead(session: Session, now: datetime) -> Iterator[str]:
    """A sentence for each schedule that leaves nobody on call in the next GAPS_AHEAD, in its local time."""
    for key in roster.schedule_keys(session):
        history = roster.history(session, key, since=now)
        if gaps := shifts(history, now, now + GAPS_AHEAD)[1]:
            zone = history.in_force(now)[0].time_zone
            told = ", ".join(_told(gap, zone) for gap in gaps[:SHOWN])
            more = f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else ""
            days = GAPS_AHEAD.days
            yield f"schedule {key} has nobody on call in the next {days} days ({zone}): {told}{more}"


def _told(gap: Gap, zone: str) -> str:
    return f"{dated(timezones.to_wall(gap.start, zone))} until {dated(timezones.to_wall(gap.end, zone))}"
