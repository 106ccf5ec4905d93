"""What an edit would do, told before it is saved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import previews, rotations
from paging.previews import Unreachable
from paging.rotations import Draft
from rules import timezones
from rules.comparison import Change, DoubleBooking
from rules.edits import with_absences, with_overrides
from rules.on_call import Gap, Override, Schedule
from tests.paging.office import MONDAY, Office, turns
from tests.rules.rome import ROME, absence, at, override


@pytest.fixture
def office(database):
    return Office(database)


def test_who_gains_and_who_loses(office):
    some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
    seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
    assert seen.changes == [Change(some.starts, some.ends, "anna", "carla")]
    assert (seen.gaps, seen.double_booked, seen.unreachable, seen.silenced) == ([], [], [], [])


def test_new_gaps_of_sixty_days(office):
    away = (
        absence("anna", "2026-11-30T00:00", "2027-06-01T00:00"),
        absence("bruno", "2026-12-10T09:00", "2026-12-11T09:00"),
    )
    seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_absences(one, away)))
    assert seen.gaps == [Gap(at("2026-12-10T09:00"), at("2026-12-11T09:00"))]


def test_a_gap_in_the_place_of_two_shifts_is_one(office):
    seen = office.previews(lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=())))
    assert seen.gaps == [Gap(office.now, office.now + previews.GAPS_AHEAD)]


def test_what_is_planned_is_looked_at_from_when_it_holds(office):
    later = at("2027-06-07T09:00")
    seen = office.previews(lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=()), later))
    assert (seen.start, seen.end) == (later, later + previews.LOOKED_AHEAD)
    assert seen.gaps == [Gap(later, later + previews.GAPS_AHEAD)]


def test_what_waits_for_the_last_handoff_there_is_can_be_looked_at(office):
    office.overrides(Override("carla", office.now, timezones.LATEST))
    office.now += timedelta(hours=1)
    seen = office.previews(lambda editing: rotations.keeping_turns(editing, Schedule("platinum", ROME, ())))
    assert (seen.start, seen.end, seen.changes) == (timezones.LATEST, timezones.LATEST, [])


def test_no_revision_of_a_draft_may_silence_a_level(office):
    """The plan that Carla replaces has somebody; she cannot be reached meanwhile."""
    level = {"notify": ["schedule:platinum"], "channels": ["sms"], "wait": 300}
    with office.database.write() as session:
        content = {"levels": [level], "repeat": 1, "fallback": ["technician:anna"]}
        session.add(EscalationPolicy(key="default", content=content))
        session.get_one(Technician, "carla").phone = None

    def draft(editing):
        now = rotations.replacing(editing, turns(editing, ("carla",)))
        later = rotations.replacing(editing, turns(editing, ("anna",)), MONDAY)
        return Draft((*now.revisions, *later.revisions))

    assert [(rung.policy, rung.level) for rung in office.previews(draft).silenced] == [("default", 1)]


def test_a_gap_that_is_there_already_is_not_new(office):
    office.saves(lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=())))
    some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
    seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
    assert (len(seen.changes), seen.gaps) == (1, [])


def test_every_gap_of_a_new_schedule_is_new(office):
    editing = rotations.begin_new("gold", ROME, office.now)
    empty = Schedule("gold", ROME, ())
    with office.database.read() as session:
        seen = previews.preview(session, editing, rotations.replacing(editing, empty))
    assert seen.gaps == [Gap(office.now, office.now + previews.GAPS_AHEAD)]
    assert seen.changes == []


def test_who_is_on_call_by_another_schedule_too(office):
    office.creates("second", "carla")
    some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
    seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
    assert seen.double_booked == [DoubleBooking("carla", "second", some.starts, some.ends)]


def test_who_cannot_be_paged(office):
    with office.database.write() as session:
        session.get_one(Technician, "carla").phone = None
        session.get_one(Technician, "anna").opted_out_at = datetime(2026, 11, 1, tzinfo=UTC)
    one = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
    two = override("anna", "2026-12-08T18:00", "2026-12-09T09:00")
    seen = office.previews(lambda editing: rotations.everywhere(editing, lambda each: with_overrides(each, [one, two])))
    found = [(technician.key, why) for technician, why in seen.unreachable]
    assert found == [("carla", Unreachable.NO_PHONE), ("anna", Unreachable.OPTED_OUT)]
