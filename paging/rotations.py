"""Edits of schedules. Each makes a revision that holds from now or from a later instant; the past is never rewritten.

An edit is drafted, its preview shown, and then saved, all while nobody else edits the schedule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.database import Database
from models.schedule import Schedule as ScheduleRow
from paging import roster
from paging.roster import UnknownSchedule
from rules.edits import continued
from rules.on_call import Because, History, OnCall, Revision, Schedule, on_call
from rules.rotation import shift_at

# Rows that refer to the schedule, such as those of handoffs, are not kept waiting.
_LOCKED = select(ScheduleRow.key).with_for_update(key_share=True)


class PlannedBefore(Exception):
    """An edit would have to wait until `handoff`; what is `planned` to hold from then or before would be lost by it."""

    def __init__(self, planned: datetime, handoff: datetime) -> None:
        super().__init__(f"a revision is planned for {planned}, and the handoff is at {handoff}")
        self.planned = planned
        self.handoff = handoff


class ScheduleExists(Exception):
    """Somebody has just saved a schedule with the key of a new one."""


@dataclass(frozen=True, slots=True)
class Editing:
    """A schedule that nobody else edits until the transaction ends. `revision` is the id of its newest one.

    A new schedule has none, and `history` says that nobody has ever been on call.
    """

    key: str
    now: datetime
    revision: int | None
    history: History

    @property
    def schedule(self) -> Schedule:
        """As it holds now."""
        return self.history.in_force(self.now)[0]

    @property
    def is_new(self) -> bool:
        return self.revision is None


@dataclass(frozen=True, slots=True)
class Draft:
    """Revisions that are to be saved together, in the order of the instants at which they take effect."""

    revisions: tuple[Revision, ...]

    @property
    def first(self) -> Revision:
        return self.revisions[0]

    @property
    def last(self) -> Revision:
        return self.revisions[-1]

    def history(self, editing: Editing) -> History:
        """All that would hold with it."""
        return History((*editing.history.revisions, *self.revisions))


def begin(database: Database, session: Session, key: str) -> Editing:
    """Edit a schedule. The clock is read when all earlier edits are done. Raises UnknownSchedule."""
    if session.execute(_LOCKED.where(ScheduleRow.key == key)).first() is None:
        raise UnknownSchedule(f"there is no schedule '{key}'")
    return view(session, key, database.now(session))


def begin_all(session: Session, now: datetime) -> dict[str, Editing]:
    """Edit every schedule, by key. What was saved between `now` and this counts as planned."""
    return {key: view(session, key, now) for key in session.execute(_LOCKED.order_by(ScheduleRow.key)).scalars()}


def view(session: Session, key: str, now: datetime) -> Editing:
    """The schedule as an edit would find it, to draft and preview one: others may edit it. Raises UnknownSchedule."""
    return Editing(key, now, roster.newest_revision(session, key), roster.history(session, key))


def begin_new(key: str, zone: str, now: datetime) -> Editing:
    """Edit a schedule that is not there yet."""
    return Editing(key, now, None, History((Revision(now, Schedule(key, zone, ())),)))


def replacing(editing: Editing, after: Schedule, effective_at: datetime | None = None) -> Draft:
    """Let `after` hold, just as it is, from now or from `effective_at` on, until the next plan that changes something.

    Revisions that change nothing, such as those of withdrawn plans, must not end it.
    """
    at = effective_at or editing.now
    idle = takewhile(lambda later: not _changes(editing, later), _handovers_after(editing, at))
    return Draft((Revision(at, after), *(Revision(later, after) for later in idle)))


def keeping_turns(editing: Editing, after: Schedule, effective_at: datetime | None = None) -> Draft:
    """Let `after` hold so that who is on call then stays so until the next handoff, and the order goes on from there.

    Where no order of turns can keep them on call, `after` takes effect at that handoff. Who would only begin at
    `effective_at` keeps nothing. Raises PlannedBefore.
    """
    at = effective_at or editing.now
    before = editing.history.in_force(at)[0]
    holding = on_call(editing.history, at)
    draft = replacing(editing, continued(before, after, at), at)
    handoff = _handoff(before, holding)
    only_begins = effective_at is not None and holding.since == at
    if only_begins or holding.technician is None or handoff is None or _keeps(draft, editing, holding):
        return draft
    if sooner := [each.effective_at for each in planned(editing) if at < each.effective_at <= handoff]:
        raise PlannedBefore(sooner[0], handoff)
    return replacing(editing, continued(before, after, handoff), handoff)


def _handoff(schedule: Schedule, holding: OnCall) -> datetime | None:
    """When the turn of who is on call ends, even if somebody's override interrupts it; None: never."""
    layer = next((each for each in schedule.layers if each.name == holding.layer), None)
    if layer is None or holding.because is not Because.LAYER:
        return holding.until
    return shift_at(layer.rotation, schedule.time_zone, holding.at).end


def _keeps(draft: Draft, editing: Editing, holding: OnCall) -> bool:
    return on_call(draft.history(editing), holding.at).technician == holding.technician


def everywhere(editing: Editing, change: Callable[[Schedule], Schedule]) -> Draft:
    """Make a change that concerns the schedule as it is now, and what is planned as well."""
    return carrying(editing, replacing(editing, change(editing.schedule)), change)


def carrying(editing: Editing, draft: Draft, change: Callable[[Schedule], Schedule]) -> Draft:
    """A draft, with a change to what is planned besides it: of the dated items, which concern every plan."""
    revisions = {each.effective_at: each for each in draft.revisions}
    for at in _handovers_after(editing, draft.first.effective_at):
        if at not in revisions:
            revisions[at] = Revision(at, change(editing.history.in_force(at)[0]))
    return Draft(tuple(revisions[at] for at in sorted(revisions)))


def planned(editing: Editing) -> list[Revision]:
    """What takes effect later and changes something, in order."""
    ahead = _handovers_after(editing, editing.now)
    return [Revision(at, editing.history.in_force(at)[0]) for at in ahead if _changes(editing, at)]


def _handovers_after(editing: Editing, at: datetime) -> list[datetime]:
    """The instants at which revisions take effect later, each once."""
    return list(dict.fromkeys(later for later in editing.history.handovers if later > at))


def _changes(editing: Editing, at: datetime) -> bool:
    return _before(editing, at) != editing.history.in_force(at)[0]


def withdrawing(editing: Editing, effective_at: datetime) -> Draft:
    """Let what holds just before a planned revision go on instead of it."""
    return replacing(editing, _before(editing, effective_at), effective_at)


def _before(editing: Editing, at: datetime) -> Schedule:
    return editing.history.in_force(at - datetime.resolution)[0]


def save(session: Session, editing: Editing, draft: Draft, author: str, action: str) -> bool:
    """Save a draft, in the audit trail too, as `action` by `author`. False where all of it holds already.

    Raises ScheduleExists where a new schedule is not new any more, and ValueError for a draft that would change what is
    past.
    """
    if editing.is_new and not roster.claim(session, editing.key):
        raise ScheduleExists(editing.key)
    if not editing.is_new and any(each.effective_at < editing.now for each in draft.revisions):
        raise ValueError("an edit holds from now on, or later: the past is never rewritten")
    saved = [each for each in draft.revisions if _save(session, editing, each, author)]
    for each in saved:
        before = None if editing.is_new else roster.content_of(editing.history.in_force(each.effective_at)[0])
        after = roster.content_of(each.schedule)
        subject = f"schedule:{editing.key}"[:200]
        session.add(Audit(at=editing.now, actor=author, action=action, subject=subject, before=before, after=after))
    return bool(saved)


def _save(session: Session, editing: Editing, revision: Revision, author: str) -> bool:
    return roster.save_revision(session, revision.schedule, author, editing.now, revision.effective_at)
