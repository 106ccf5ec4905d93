"""The revisions of a schedule, each with what was there before it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from models.schedule import ScheduleRevision
from models.technician import Technician
from paging import revisions, roster
from paging.roster import UnknownSchedule
from rules.on_call import Schedule, on_call, shifts
from tests.rules.rome import ROME, weekly

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


def saved(database, *people, now=NOW, effective_at=None):
    """Save a revision; answers its id."""
    with database.write() as session:
        roster.save_revision(session, Schedule("platinum", ROME, (weekly(*people),)), "max", now, effective_at)
        newest = roster.newest_revision(session, "platinum")
    assert newest
    return newest


def people(schedule):
    return schedule and list(schedule.layers[0].rotation.participants)


def told(database, since=0):
    with database.read() as session:
        found = revisions.since(session, "platinum", since)
    return [(one.number, people(one.before), people(one.schedule)) for one in found]


def test_each_tells_what_would_hold_without_it(database):
    saved(database, "anna")
    saved(database, "bruno", effective_at=LATER)
    saved(database, "carla", now=NOW + timedelta(days=1))
    saved(database, "anna", effective_at=LATER)
    assert told(database) == [
        (1, None, ["anna"]),
        (2, ["anna"], ["bruno"]),
        (3, ["anna"], ["carla"]),
        (4, ["bruno"], ["anna"]),
    ]


def test_what_was_saved_since_one(database):
    first = saved(database, "anna")
    saved(database, "bruno", now=LATER)
    assert told(database, since=first) == [(2, ["anna"], ["bruno"])]


def test_which_one_is_in_force(database):
    saved(database, "anna")
    saved(database, "bruno", effective_at=LATER)
    saved(database, "carla", effective_at=LATER)
    with database.read() as session:
        found = revisions.saved(session, "platinum")
    instants = (NOW - timedelta(days=400), NOW, LATER - timedelta(seconds=1), LATER)
    assert [revisions.in_force(found, at).number for at in instants] == [1, 1, 1, 3]


def test_of_a_schedule_that_is_not_there(database):
    with database.read() as session, pytest.raises(UnknownSchedule):
        revisions.saved(session, "nowhere")


def test_who_is_paged_does_not_wait_for_revisions_that_are_over(database):
    """After years they are many. These cannot even be read."""
    saved(database, "anna")
    later = saved(database, "bruno", effective_at=LATER)
    with database.write() as session:
        session.add(Technician(key="bruno", name="Bruno Neri", time_zone=ROME))
        session.execute(update(ScheduleRevision).where(ScheduleRevision.id != later).values(content={}))
    with database.read() as session:
        assert [one.key for one in roster.people(session, ["schedule:platinum"], LATER)] == ["bruno"]
        assert roster.history(session, "platinum", since=LATER).in_force(LATER)[0].layers[0] == weekly("bruno")


def test_what_holds_from_an_instant_on_is_the_same_without_what_was_before(database):
    saved(database, "carla")
    for days, names in enumerate((["anna", "bruno"], ["bruno"], ["anna", "carla"], ["bruno", "carla"])):
        saved(database, *names, now=NOW + timedelta(days=2 * days))
    with database.read() as session:
        whole = roster.history(session, "platinum")
        for hours in range(-30, 300, 15):
            start, end = NOW + timedelta(hours=hours), NOW + timedelta(days=40)
            assert shifts(roster.history(session, "platinum", since=start), start, end) == shifts(whole, start, end)
            assert roster.holder(session, "platinum", start) == on_call(whole, start).technician
