"""Saves a technician's absences in every rotation that counts on them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.database import Database
from paging import previews, roster, rotations
from paging.rotations import Draft, Editing
from rules.edits import with_absences
from rules.on_call import Absence, Gap, Schedule

ACTION = "absences.imported"


class Span(NamedTuple):
    """`[starts, ends)`, aware."""

    starts: datetime
    ends: datetime


class NewGaps(Exception):
    """Absences that leave nobody on call; `gaps` are those of the next 60 days, by schedule."""

    def __init__(self, gaps: dict[str, Sequence[Gap]]) -> None:
        super().__init__("nobody would be on call")
        self.gaps = gaps


def save(
    database: Database, session: Session, technician: str, spans: Sequence[Span], author: str, *, confirmed: bool
) -> list[str] | None:
    """Let a technician be absent, in one revision of each schedule in which they take part, and of what is planned.

    Answers the schedules that this changed, None where the technician takes part in none. Raises NewGaps, with
    nothing written, where it would leave nobody on call and that was not `confirmed`.
    """
    change = partial(_absent, absences=[Absence(technician, *span) for span in spans])
    editings = [rotations.begin(database, session, key) for key in roster.schedule_keys(session)]
    counting = [editing for editing in editings if _counts_on(editing, technician)]
    drafts = [(editing, rotations.everywhere(editing, change)) for editing in counting]
    if not confirmed:
        _refuse_gaps(session, drafts)
    saved = [editing.key for editing, draft in drafts if rotations.save(session, editing, draft, author, ACTION)]
    return saved if drafts else None


def _absent(schedule: Schedule, absences: Sequence[Absence]) -> Schedule:
    """What is there already changes nothing, not even the order."""
    return schedule if {*absences} <= {*schedule.absences} else with_absences(schedule, absences)


def _counts_on(editing: Editing, technician: str) -> bool:
    """Whether a turn of a technician lies ahead."""
    ahead = [editing.schedule, *(revision.schedule for revision in rotations.planned(editing))]
    return any(technician in layer.rotation.participants for schedule in ahead for layer in schedule.layers)


def _refuse_gaps(session: Session, drafts: Sequence[tuple[Editing, Draft]]) -> None:
    gaps = {editing.key: previews.preview(session, editing, draft).gaps for editing, draft in drafts}
    if any(gaps.values()):
        raise NewGaps({key: found for key, found in gaps.items() if found})
