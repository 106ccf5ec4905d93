"""Handoffs are told, each once: to who comes on call, ahead and when the turn begins, and to who is released.

A handoff is an instant at which another technician comes on call, be it by a rotation, a window, an override, an
absence or an edit. A turn that is taken away after it was told is told too. Of short turns nobody is told ahead again
and again: who was on call so little before knows of the next one. Nothing is told of turns that are over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Database
from models.schedule import HandoffNotice, HandoffOccasion, HandoffWatch
from paging import handoff_messages, handoff_tickets, roster, schedule_watches
from paging.handoff_messages import Speaker, Words
from rules.escalation import Channel
from rules.handoffs import Handoff, handoffs, is_routine, next_instant, predecessor, turn_end
from rules.line import Line
from rules.on_call import on_call

log = structlog.get_logger(__name__)

LOOKED_BACK = timedelta(days=8)
"""A turn that began so long ago, and was not told then, is not told any more."""
LOOKED_AHEAD = timedelta(days=8)


class Handoffs:
    """A chore: each schedule is looked at when a handoff must be told, and at once when it has changed."""

    first_due = schedule_watches.first_due(HandoffWatch)

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        return schedule_watches.look_at_next(self._database, HandoffWatch, self._look)

    def _look(self, session: Session, watch: HandoffWatch, now: datetime) -> None:
        watch.due_at = Look(session, self._line, watch, now).tell()


class Look:
    """One look at one schedule, which nobody else looks at or edits meanwhile."""

    def __init__(self, session: Session, line: Line, watch: HandoffWatch, now: datetime) -> None:
        self._session = session
        self._line = line
        self._rules = line.policy.handoffs
        self._key = watch.schedule_key
        self._watched_from = watch.watched_from
        self._now = now
        self._technicians = roster.technicians(session)
        since = now - max(LOOKED_BACK, self._rules.ahead)
        self._history = roster.history(session, self._key, since=since)
        self._found = handoffs(self._history, since, now + LOOKED_AHEAD + self._rules.ahead)
        notices = select(HandoffNotice).where(HandoffNotice.schedule_key == self._key, HandoffNotice.starts_at >= since)
        self._told = {(n.technician_key, n.starts_at, n.occasion): n for n in session.execute(notices).scalars()}

    def tell(self) -> datetime:
        """Tell what is to be told now. Answers when to look again."""
        self._tell_taken_away()
        past = [one for one in self._found if self._watched_from <= one.at <= self._now]
        if past:
            self._tell_begun(past[-1])
            for one in self._releases(past):
                self._tell_released(one)
        for one in self._found:
            if self._now < one.at <= self._now + self._rules.ahead:
                self._tell_ahead(one)
        return next_instant(self._found, self._now, self._rules.ahead, self._now + LOOKED_AHEAD)

    def _tell_taken_away(self) -> None:
        """Who was told ahead of a turn learns that it is not theirs any more."""
        for (key, starts_at, occasion), notice in self._told.items():
            if occasion is not HandoffOccasion.AHEAD or notice.withdrawn_at or self._has_begun(key, starts_at):
                continue
            holder = on_call(self._history, starts_at).technician
            if holder != key:
                notice.withdrawn_at = self._now
                handoff_messages.drop_unsent(self._session, key, [notice.id], self._now)
                words = partial(Speaker.withdrawn, starts=starts_at, holder=self._name(holder))
                self._send(notice, self._rules.ahead_by, words)

    def _tell_ahead(self, one: Handoff) -> None:
        if one.incoming is None or self._has_begun(one.incoming, one.at):
            return
        is_known = (one.incoming, one.at, HandoffOccasion.AHEAD) in self._told
        if not is_known and is_routine(self._found, one, self._rules.ahead):
            return
        if notice := self._new_notice(one.incoming, one.at, HandoffOccasion.AHEAD):
            words = partial(Speaker.ahead, starts=one.at, ends=turn_end(self._history, one.at))
            self._send(notice, self._rules.ahead_by, words)

    def _tell_begun(self, one: Handoff) -> None:
        if not (notice := self._new_notice(one.incoming, one.at, HandoffOccasion.BEGUN)):
            return
        self._drop_what_was_so(notice)
        owner = predecessor(self._found, one)
        words = partial(
            Speaker.begun,
            ends=turn_end(self._history, one.at),
            nobodys=handoff_tickets.had_by_nobody(self._session, self._key),
            owned=handoff_tickets.had_by(self._session, owner) if owner and owner != one.incoming else [],
            owner=self._name(owner),
        )
        self._send(notice, self._rules.begun_by, words)

    def _tell_released(self, one: Handoff) -> None:
        if notice := self._new_notice(one.outgoing, one.at, HandoffOccasion.RELEASED):
            self._drop_what_was_so(notice)
            kept = handoff_tickets.had_by(self._session, notice.technician_key)
            words = partial(Speaker.released, holder=self._name(one.incoming), kept=kept)
            self._send(notice, self._rules.released_by, words)

    def _releases(self, past: Sequence[Handoff]) -> list[Handoff]:
        """The last handoff; where nobody looked at several, also the first of them: who had the turn knows of none."""
        last = past[-1]
        missed = list(takewhile(lambda one: not self._is_told(one), reversed(past)))
        first = missed[-1] if missed else last
        is_the_same = first.outgoing in (last.outgoing, last.incoming)
        return [last] if is_the_same else [last, replace(first, incoming=last.incoming)]

    def _is_told(self, one: Handoff) -> bool:
        occasions = ((one.incoming, HandoffOccasion.BEGUN), (one.outgoing, HandoffOccasion.RELEASED))
        return any(key is not None and (key, one.at, occasion) in self._told for key, occasion in occasions)

    def _has_begun(self, key: str, starts_at: datetime) -> bool:
        return (key, starts_at, HandoffOccasion.BEGUN) in self._told

    def _new_notice(self, key: str | None, starts_at: datetime, occasion: HandoffOccasion) -> HandoffNotice | None:
        """A notice that is to be sent now; None where it was, or where there is nobody."""
        if key is None:
            return None
        notice = self._told.get((key, starts_at, occasion))
        if notice is None:
            notice = HandoffNotice(
                schedule_key=self._key, technician_key=key, starts_at=starts_at, occasion=occasion, told_at=self._now
            )
            self._session.add(notice)
            self._session.flush()
            return notice
        if notice.withdrawn_at is None:
            return None
        notice.told_at, notice.withdrawn_at = self._now, None
        return notice

    def _drop_what_was_so(self, notice: HandoffNotice) -> None:
        """What a technician is about to be told takes the place of all that they were to be told before."""
        theirs = (each for each in self._told.values() if each.technician_key == notice.technician_key)
        past = [each.id for each in theirs if each.starts_at <= self._now]
        handoff_messages.drop_unsent(self._session, notice.technician_key, past, self._now)

    def _send(self, notice: HandoffNotice, channels: Sequence[Channel], words: Callable[[Speaker], Words]) -> None:
        technician = self._technicians.get(notice.technician_key)
        if technician is None:
            log.warning("who is on call is not on file", schedule=self._key, technician=notice.technician_key)
        elif channels:
            said = words(Speaker(self._line, self._key, technician))
            handoff_messages.send(self._session, technician, channels, said, notice.id, self._now)

    def _name(self, key: str | None) -> str | None:
        if key is None:
            return None
        technician = self._technicians.get(key)
        return technician.name if technician else key
