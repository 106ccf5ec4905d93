"""Schedules in a file: what is planned, and gaps that nobody may have meant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from admin.file import FileErrors, load
from models.audit import Audit
from models.schedule import ScheduleRevision
from paging import roster, rotations
from rules.on_call import Schedule, on_call
from tests.admin.line_files import ALL, PEOPLE, PEPPERS, POLICY, ROTATION
from tests.rules.rome import ROME, weekly
from tests.times import NIGHT

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
AWAY = "absences: [{technician: bruno, from: 2026-12-01T00:00, until: 2026-12-02T00:00}]"


class Office:
    """Loads files, and plans."""

    def __init__(self, database):
        self.database = database

    def loads(self, text, now=NIGHT):
        with self.database.write() as session:
            return load(session, text, PEPPERS, "test", now, POLICY)

    def plans(self, *people, **rotation):
        """These take turns from Monday on."""
        layer = weekly(*people)
        layer = replace(layer, rotation=replace(layer.rotation, **rotation))
        with self.database.write() as session:
            editing = rotations.begin(self.database, session, "platinum")
            draft = rotations.replacing(editing, Schedule("platinum", ROME, (layer,)), MONDAY)
            rotations.save(session, editing, draft, "max@example.com", "rotation.changed")

    def on_call(self, at):
        with self.database.read() as session:
            return on_call(roster.history(session, "platinum"), at).technician

    def revisions(self):
        with self.database.read() as session:
            return len(session.execute(select(ScheduleRevision.id)).all())


@pytest.fixture
def office(database):
    office = Office(database)
    office.loads(ALL)
    return office


def test_a_list_replaces_in_what_is_planned_too(office):
    office.plans("bruno", "anna")
    text = f"schedules: [{{key: platinum, {AWAY}}}]"
    assert office.loads(text).changed["schedules"] == 2
    assert [office.on_call(MONDAY + timedelta(days=day)) for day in (0, 1, 2)] == ["bruno", "anna", "bruno"]
    assert office.revisions() == 4
    assert not office.loads(text).changed
    assert office.revisions() == 4


def test_what_a_file_leaves_out_stays_planned(office):
    office.plans("bruno")
    office.loads(f"schedules: [{{key: platinum, {AWAY}}}]")
    assert [office.on_call(MONDAY + timedelta(days=day)) for day in (0, 7)] == ["bruno", "bruno"]
    office.loads("schedules: [{key: platinum, absences: []}]")
    assert office.on_call(MONDAY + timedelta(days=1)) == "bruno"


def test_layers_of_a_file_replace_those_that_are_planned(office):
    office.plans("bruno")
    office.loads(ROTATION)
    assert [office.on_call(MONDAY + timedelta(days=day)) for day in (0, 7)] == ["anna", "bruno"]


def test_a_file_must_fit_what_is_planned(office):
    """The planned turns would begin in an hour that New York does not have."""
    office.plans("bruno", first_handoff=datetime(2027, 3, 14, 2, 30))  # noqa: DTZ001  # on the wall
    with pytest.raises(FileErrors) as refusal:
        office.loads("schedules: [{key: platinum, time_zone: America/New_York}]")
    ((place, message),) = refusal.value.errors
    assert place == "schedules[0].layers[0].rotation.first_handoff (line 1)"
    assert "does not exist in America/New_York" in message


def test_every_revision_is_audited(office):
    office.plans("bruno")
    office.loads(f"schedules: [{{key: platinum, {AWAY}}}]")
    with office.database.read() as session:
        trail = session.execute(select(Audit).order_by(Audit.id)).scalars().all()[-2:]
    people = [[each["layers"][0]["rotation"]["participants"] for each in (row.before, row.after)] for row in trail]
    assert [row.action for row in trail] == ["load", "load"]
    assert people == [[["anna", "bruno"]] * 2, [["bruno"]] * 2]


def test_a_load_warns_of_gaps(office):
    windows = '        windows: [{days: [mon, tue, wed, thu, fri, sat], from: "00:00", until: "00:00"}]\n'
    text = PEOPLE + ROTATION + windows
    report = office.loads(text)
    assert str(report).splitlines() == [
        "schedules: 0 added, 1 changed",
        "  schedule platinum: Layer weekly: it was always open, and becomes open Mon, Tue, Wed, Thu, Fri, Sat all day.",
        "Warning: schedule platinum has nobody on call in the next 60 days (Europe/Rome): "
        "Sun 29 Nov 2026 00:00 until Mon 30 Nov 2026 00:00, "
        "Sun 6 Dec 2026 00:00 until Mon 7 Dec 2026 00:00, "
        "Sun 13 Dec 2026 00:00 until Mon 14 Dec 2026 00:00 and 5 more",
    ]
    again = str(office.loads(text)).splitlines()
    assert again == ["Nothing to change: all of it is there already.", *str(report).splitlines()[2:]]


def test_where_somebody_is_always_on_call_there_is_no_warning(office):
    assert office.loads(ALL).warnings == []
