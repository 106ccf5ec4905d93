"""Who is on call on every schedule, now and next, and what is ahead, for pages that ask again every few seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from admin.coming import coming
from paging import roster
from paging.previews import GAPS_AHEAD
from rules.on_call import Gap, History, OnCall, ShiftSpan, on_call

KEPT_FOR = timedelta(hours=1)
GAPS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call on one schedule, who is `following` (None: it never ends), and its gaps of the next GAPS_AHEAD."""

    key: str
    zone: str
    answer: OnCall
    following: OnCall | None
    gaps: Sequence[Gap]

    @property
    def gaps_told(self) -> Sequence[Gap]:
        """The first few: the rotation's own page has the others."""
        return self.gaps[:GAPS_TOLD]


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift of a technician on one schedule, whose clocks are those of `zone`."""

    key: str
    zone: str
    shift: ShiftSpan


@dataclass(frozen=True, slots=True)
class _Known:
    """A schedule as its revisions up to `newest` have it, read at `at`; `spans` reach as far as is told until KEPT_FOR
    has passed.
    """

    newest: int
    at: datetime
    history: History
    answer: OnCall
    following: OnCall | None
    spans: Sequence[ShiftSpan | Gap]

    def holds(self, newest: int, now: datetime) -> bool:
        until = min(self.at + KEPT_FOR, self.answer.until or self.at + KEPT_FOR)
        return self.newest == newest and self.at <= now < until

    def zone(self, now: datetime) -> str:
        return self.history.in_force(now)[0].time_zone

    def gaps(self, now: datetime) -> list[Gap]:
        end = now + GAPS_AHEAD
        found = [span for span in self.spans if isinstance(span, Gap) and now < span.end and span.start < end]
        return [Gap(max(gap.start, now), min(gap.end, end)) for gap in found]

    def turns(self, technician: str, now: datetime) -> list[ShiftSpan]:
        """Those of a technician that are not over and begin within GAPS_AHEAD."""
        return [
            span
            for span in self.spans
            if isinstance(span, ShiftSpan)
            and span.technician == technician
            and now < span.end
            and span.start < now + GAPS_AHEAD
        ]


class Duties:
    """Each schedule is read once an hour, at its handoffs and when it has changed: sixty days of shifts take time."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def now(self, session: Session, now: datetime) -> list[Duty]:
        """Every schedule, in the order of their keys."""
        return [
            Duty(key, each.zone(now), replace(each.answer, at=now), each.following, each.gaps(now))
            for key, each in self._all(session, now).items()
        ]

    def turns(self, session: Session, technician: str, now: datetime) -> list[Turn]:
        """A technician's shifts on all schedules, by when they begin."""
        found = [
            Turn(key, each.zone(now), shift)
            for key, each in self._all(session, now).items()
            for shift in each.turns(technician, now)
        ]
        return sorted(found, key=lambda turn: turn.shift.start)

    def _all(self, session: Session, now: datetime) -> Mapping[str, _Known]:
        newest = roster.newest_revisions(session)
        return {key: self._of(session, key, revision, now) for key, revision in newest.items()}

    def _of(self, session: Session, key: str, newest: int, now: datetime) -> _Known:
        known = self._known.get(key)
        if known is None or not known.holds(newest, now):
            known = self._known[key] = _read(session, key, newest, now)
        return known


def _read(session: Session, key: str, newest: int, now: datetime) -> _Known:
    """What is over is not read."""
    history = roster.history(session, key, newest, since=now)
    answer = on_call(history, now)
    following = on_call(history, answer.until) if answer.until else None
    return _Known(newest, now, history, answer, following, coming(history, now, GAPS_AHEAD + KEPT_FOR))
