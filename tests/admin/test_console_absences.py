"""Absences from a calendar file: uploaded, ticked, saved in every rotation in which the technician takes part."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.schedule import ScheduleRevision
from paging import roster
from rules.on_call import Absence, Because, Layer, Schedule
from rules.rotation import Rotation, Unit
from tests.admin.calendar_files import file
from tests.admin.console_site import open_site

pytestmark = pytest.mark.one_database

HOLIDAY = "DTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261123\nSUMMARY:Skiing <fast>"
DENTIST = "DTSTART:20261112T080000Z\nDURATION:PT2H\nSUMMARY:Dentist"
SKIING = Absence("bruno", datetime(2026, 11, 19, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC))


@pytest.fixture
def site(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri", "Carla Verdi")
    site.rotation("anna", "bruno")
    site.rotation("bruno", "carla", key="second")
    site.rotation("carla", key="third")
    return site


@pytest.fixture
def visitor(site):
    return site.visitor(Role.MANAGER)


def uploads(visitor, *events, who="bruno", data=None):
    visitor.get(f"/technicians/{who}/absences")
    token = visitor.found('name="csrf_token" value="([^"]+)"')
    sent = {"csrf_token": token, "file": (io.BytesIO(file(*events) if data is None else data), "mine.ics")}
    return visitor._seen(visitor.client.post(f"/technicians/{who}/absences", data=sent))


def saves(visitor, *numbers, who="bruno", **typed):
    """Tick these events of the list and no others."""
    return visitor.send(f"/technicians/{who}/absences/save", absence=list(numbers), **typed)


def absences(site):
    with site.database.read() as session:
        now = site.clock.now()
        keys = roster.schedule_keys(session)
        return {key: roster.current_schedule(session, key, now).absences for key in keys}


def revisions(site):
    with site.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(ScheduleRevision))


def test_what_is_ticked_is_saved_in_every_rotation_that_counts_on_the_technician(site, visitor):
    site.clock.advance(timedelta(minutes=1))
    uploads(visitor, HOLIDAY, DENTIST)
    assert visitor.status == 200
    assert "Skiing &lt;fast&gt;" in visitor.html and "whole days" in visitor.text
    assert re.findall(r'name="absence" value="(\d)"( checked)?', visitor.html) == [("0", ""), ("1", " checked")]
    visitor.send("/technicians/bruno/absences/save")
    assert visitor.path == "/technicians/bruno"
    assert "Bruno Neri is absent then in platinum, second: the turns pass to the others." in visitor.text
    assert absences(site) == {"platinum": (SKIING,), "second": (SKIING,), "third": ()}
    with site.database.read() as session:
        answer = roster.on_call_now(session, "platinum", SKIING.starts)
        trail = session.scalars(sa.select(Audit.subject).where(Audit.action == "absences.imported")).all()
    assert (answer.technician, answer.because) == ("anna", Because.ABSENCE)
    assert sorted(trail) == ["schedule:platinum", "schedule:second"]
    assert revisions(site) == 5


def test_the_same_file_again_adds_nothing(site, visitor):
    site.clock.advance(timedelta(minutes=1))
    saves(uploads(visitor, HOLIDAY, DENTIST), 0, 1)
    site.clock.advance(timedelta(days=1))
    saves(uploads(visitor, HOLIDAY, DENTIST), 0, 1)
    assert "Nothing was changed: these absences are there already." in visitor.text
    assert revisions(site) == 5


def test_a_planned_revision_keeps_the_absence(site, visitor):
    later = site.clock.now() + timedelta(days=7)
    turns = Rotation(Unit.DAY, 1, datetime(2026, 11, 9, 9), ("anna", "bruno"))  # noqa: DTZ001  # on the wall
    with site.database.write() as session:
        schedule = Schedule("platinum", "Europe/Rome", (Layer("daily", turns),))
        roster.save_revision(session, schedule, "test", site.clock.now(), effective_at=later)
    site.clock.advance(timedelta(minutes=1))
    saves(uploads(visitor, HOLIDAY), 0)
    with site.database.read() as session:
        assert roster.current_schedule(session, "platinum", later).absences == (SKIING,)
        assert roster.current_schedule(session, "platinum", later).layers[0].name == "daily"


def test_an_absence_that_leaves_nobody_on_call_must_be_confirmed(site, visitor):
    site.clock.advance(timedelta(minutes=1))
    saves(uploads(visitor, HOLIDAY, who="carla"), 0, who="carla")
    assert visitor.status == 422
    assert "nobody would be on call then" in visitor.text
    assert "third: Fri 20 Nov 00:00" in visitor.text
    assert revisions(site) == 3
    saves(visitor, 0, who="carla", confirmed="1")
    assert "Carla Verdi is absent then in second, third" in visitor.text
    assert revisions(site) == 5


def test_a_technician_imports_the_own_absences_and_no_others(site):
    site.user(Role.TECHNICIAN, "bruno@example.com")
    bruno = site.visitor(None).sign_in("bruno@example.com", site.passwords["bruno@example.com"])
    assert 'href="/technicians/bruno/absences"' in bruno.get("/technicians/bruno/calendar").html
    saves(uploads(bruno, HOLIDAY), 0)
    assert absences(site)["platinum"] == (SKIING,)
    assert bruno.get("/technicians/anna/absences").status == 403


def test_nothing_ticked_and_nothing_of_ours_saves_nothing(site, visitor):
    saves(uploads(visitor, HOLIDAY))
    assert visitor.status == 422 and "Tick what is an absence; nothing was saved." in visitor.text
    assert "Skiing" in visitor.text
    for nonsense in ("", "now then days x", "2026-11-20T00:00:00+00:00 2026-11-19T00:00:00+00:00 days x",
                     "2026-99-20T00:00:00+00:00 2026-11-19T00:00:00+00:00 days x"):  # fmt: skip
        token = visitor.found('name="csrf_token" value="([^"]+)"')
        sent = {"csrf_token": token, "offered": nonsense, "absence": ["0", "x", "-1"]}
        assert visitor.client.post("/technicians/bruno/absences/save", data=sent).status_code == 422
    assert revisions(site) == 3


def test_who_takes_part_in_nothing_is_told_so(site, visitor):
    with site.database.write() as session:
        for key in ("platinum", "second"):
            roster.save_revision(session, Schedule(key, "Europe/Rome", ()), "test", site.clock.now())
    saves(uploads(visitor, HOLIDAY), 0)
    assert "Bruno Neri takes part in no rotation" in visitor.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello", "This is not a calendar file that can be read."),
        (b"", "There is no calendar in this file."),
        (b"x" * 1001, "The file is larger than 1 MB."),
    ],
)
def test_a_file_that_is_no_use_is_said_beside_the_field(site, visitor, monkeypatch, data, words):
    monkeypatch.setattr("admin.calendar_import.LARGEST", 1000)
    assert words in uploads(visitor, data=data).text
    assert visitor.status == 422 and 'id="file-error"' in visitor.html


def test_a_file_without_end_is_cut_off(site, visitor):
    assert site.app.config["MAX_CONTENT_LENGTH"] == 2_000_000
    site.app.config["MAX_CONTENT_LENGTH"] = 1000
    assert uploads(visitor, data=b"x" * 1001).status == 413


def test_no_file_at_all_is_said_too(visitor):
    visitor.get("/technicians/bruno/absences").send("/technicians/bruno/absences")
    assert visitor.status == 422 and "There is no calendar in this file." in visitor.text


def test_five_hundred_events_with_long_titles_fit_into_the_form(site, visitor):
    events = [
        f"DTSTART:202612{1 + number // 24:02d}T{number % 24:02d}0000Z\nDURATION:PT1H\nSUMMARY:{'🏔' * 60}"
        for number in range(500)
    ]
    uploads(visitor, *events)
    saves(visitor, *range(500))
    assert visitor.path == "/technicians/bruno"
    assert len(absences(site)["second"]) == 500
