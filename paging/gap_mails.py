"""Gaps of the next 60 days are told to the managers by e-mail, each once.

What a revision makes is told at once. What only time brings near is told together, once a week: such a gap has been
seen in the schedule for long, and is at least seven weeks ahead when it is told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from models.account import Role
from models.database import Database
from models.delivery import DeliveryKind
from models.schedule import GapWatch
from paging import alerts, roster, schedule_watches
from paging.previews import GAPS_AHEAD
from rules import timezones
from rules.escalation import Channel
from rules.gaps import Untold, untold_gaps
from rules.line import Line
from rules.on_call import Gap
from rules.wall_words import dated
from tickets import duty
from tickets.outbox import post

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(hours=1)
TOGETHER = timedelta(weeks=1)
MOST_IN_A_MAIL = 20


class GapMails:
    """A chore: each schedule is looked at every hour, and at once when it has changed."""

    first_due = schedule_watches.first_due(GapWatch)

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        return schedule_watches.look_at_next(self._database, GapWatch, self._look)

    def _look(self, session: Session, watch: GapWatch, now: datetime) -> None:
        watch.due_at = now + LOOK_EVERY
        until = now + GAPS_AHEAD
        newest = roster.newest_revision(session, watch.schedule_key) or 0
        untold = _untold(session, watch, newest, now)
        is_time = untold.is_made or until - watch.told_until >= TOGETHER
        occasion = f"gaps:{watch.schedule_key}:{newest}:{now:%Y%m%d%H%M%S}"
        if untold.gaps and is_time and not self._tell(session, watch.schedule_key, untold.gaps, occasion, now):
            return
        watch.revision_id = newest
        if is_time or not untold.gaps:
            watch.told_until = until

    def _tell(self, session: Session, key: str, gaps: Sequence[Gap], occasion: str, now: datetime) -> bool:
        """To every manager, else to the admins, else to the duty manager. False while there is nobody to tell."""
        zone = roster.current_schedule(session, key, now).time_zone
        words = {
            "schedule": key,
            "zone": zone,
            "days": GAPS_AHEAD.days,
            "url": self._line.url(f"/rotations/{key}"),
            "first": _local(gaps[0].start, zone),
        }
        subject = self._line.wording.say("gaps.subject", **words)
        text = self._line.wording.say("gaps.mail", **words, gaps=self._list(gaps, zone, now + GAPS_AHEAD))
        people = _mail(session, occasion, subject, text, now)
        people = people or duty.tell(session, key=occasion, subject=subject, text=text, short=subject, now=now)
        if not people:
            log.warning("nobody is on file who could be told of gaps; it is tried again", schedule=key)
        return people > 0

    def _list(self, gaps: Sequence[Gap], zone: str, looked_until: datetime) -> str:
        say = self._line.wording.say
        lines = [
            say(
                "gaps.gap" if gap.end < looked_until else "gaps.gap_on",
                start=_local(gap.start, zone),
                end=_local(gap.end, zone),
            )
            for gap in gaps[:MOST_IN_A_MAIL]
        ]
        if more := len(gaps) - len(lines):
            lines.append(say("gaps.more", count=more))
        return "\n".join(lines)


def _untold(session: Session, watch: GapWatch, newest: int, now: datetime) -> Untold:
    is_changed = 0 < watch.revision_id != newest
    told = roster.history(session, watch.schedule_key, watch.revision_id, now) if is_changed else None
    history = roster.history(session, watch.schedule_key, since=now)
    return untold_gaps(told, watch.told_until, history, now, now + GAPS_AHEAD)


def _mail(session: Session, occasion: str, subject: str, text: str, now: datetime) -> int:
    """How many people have an e-mail: the managers, or where none is on file the admins."""
    for role in (Role.MANAGER, Role.ADMIN):
        addresses = alerts.active(session, role)
        for email in addresses:
            post(
                session,
                key=f"{occasion}:{email}",
                kind=DeliveryKind.ALERT,
                channel=Channel.EMAIL,
                name=email,
                address=email,
                subject=subject,
                body=text,
                now=now,
            )
        if addresses:
            return len(addresses)
    return 0


def _local(at: datetime, zone: str) -> str:
    return dated(timezones.to_wall(at, zone))
