"""A manager's desk: technicians, and schedules that are edited while the line runs."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.technician import Technician
from paging import previews, roster, rotations
from rules.edits import with_overrides
from rules.on_call import Schedule, on_call
from tests.rules.rome import ROME, at, weekly

MONDAY = at("2026-11-30T09:00")
"""The next handoff after the clock's Tuesday; the turn that ends then is Bruno's."""
NEXT_MONDAY = at("2026-12-07T09:00")
AUTHOR = "max@example.com"


class Office:
    """A manager's desk: technicians, and a schedule whose people take turns of a week."""

    def __init__(self, database) -> None:
        self.database = database
        with database.write() as session:
            for key in ("anna", "bruno", "carla"):
                phone = f"+39333111000{len(key)}"
                session.add(Technician(key=key, name=key.title(), time_zone=ROME, phone=phone))
        # In step with turns that began on 2 November: Bruno has the fourth.
        self.creates("platinum", "anna", "bruno")

    def creates(self, key, *people):
        with self.database.write() as session:
            editing = rotations.begin_new(key, ROME, self.now - timedelta(days=30))
            schedule = Schedule(key, ROME, (weekly(*people),))
            assert rotations.save(session, editing, rotations.replacing(editing, schedule), AUTHOR, "rotation.added")

    @property
    def now(self) -> datetime:
        return self.database.clock.at

    @now.setter
    def now(self, at: datetime) -> None:
        self.database.clock.at = at

    def saves(self, draft, action="rotation.changed"):
        """Draft an edit and save it; answers whether anything changed."""
        with self.database.write() as session:
            editing = rotations.begin(self.database, session, "platinum")
            return rotations.save(session, editing, draft(editing), AUTHOR, action)

    def overrides(self, *overrides):
        return self.saves(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, overrides)))

    def takes_turns(self, *people, effective_at=None):
        return self.saves(lambda editing: rotations.replacing(editing, turns(editing, people), effective_at))

    def previews(self, draft):
        with self.database.read() as session:
            editing = rotations.view(session, "platinum", self.now)
            return previews.preview(session, editing, draft(editing))

    def planned(self):
        with self.database.read() as session:
            editing = rotations.view(session, "platinum", self.now)
            return [(one.effective_at, people(one.schedule)) for one in rotations.planned(editing)]

    def on_call(self, at):
        with self.database.read() as session:
            return on_call(roster.history(session, "platinum"), at).technician


def turns(editing, people):
    return replace(editing.schedule, layers=(weekly(*people),))


def people(schedule):
    return schedule.layers[0].rotation.participants
