"""What `dump` writes, `load` reads: nothing changes, and an empty database becomes the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from admin.file import FileErrors, dump
from admin.file.writing import written
from models.customer import Customer, Maintenance
from models.schedule import ScheduleRevision
from paging import drills, roster
from rules.on_call import Absence
from rules.targets import Priority
from tests.admin.api_client import LINE
from tests.admin.files import files
from tests.admin.line_files import ACME, ALL, BEFORE_ALL, DEMO, LADDER, PEOPLE, POLICY, ROTATION, put, undone
from tests.times import NIGHT

NOTHING = "Nothing to change: all of it is there already."


def dumped(session, now=NIGHT):
    return dump(session, now, POLICY)


@pytest.fixture
def text_of(database):
    """What is dumped after loading a file; loading that again changes nothing."""

    def text_of(text, now=NIGHT):
        with undone(database) as session:
            put(session, text, now)
            result = dumped(session, now)
            assert put(session, result, now) == NOTHING
        return result

    return text_of


def test_the_demonstration_comes_back_without_its_pins(text_of):
    text = text_of(DEMO.read_text("utf-8"))
    assert text_of(text) == text
    assert "pins" not in text.split("technicians:")[1] and "48201937" not in text
    assert '- {key: anna, name: Anna Rossi, time_zone: Europe/Rome, phone: "+393331110001"' in text
    assert '- {days: [fri], from: "18:00", until: "00:00"}' in text
    assert '{unit: week, length: 1, first_handoff: "2026-11-06T18:00", participants: [elena, fabio]}' in text
    assert text.startswith("# What this line has on file, as `python app.py load` takes it.\n# PINs are not in it")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_whatever_was_loaded_is_dumped_and_loads_again(sqlite, file):
    with undone(sqlite) as session:
        put(session, written(file), BEFORE_ALL)
        first = dumped(session, BEFORE_ALL)
        assert put(session, first, BEFORE_ALL) == NOTHING
    with undone(sqlite) as session:
        put(session, first, BEFORE_ALL)
        assert dumped(session, BEFORE_ALL) == first
        assert put(session, written(file), BEFORE_ALL) == NOTHING


ZONED = [
    ("Europe/Rome", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
    ("Europe/Rome", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ("Europe/Rome", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-05T01:45:00+10:30", "2026-04-04T15:15:00Z"),
    ("America/Santiago", "2026-04-04T23:30:00-04:00", "2026-04-05T03:30:00Z"),
    ("Europe/Rome", "2026-11-30T09:00:00.500000+01:00", "2026-11-30T08:00:00.5Z"),
    ("Africa/Monrovia", "1971-12-31T21:16:00.250000-00:44", "1971-12-31T22:00:00.250Z"),
]


@pytest.mark.parametrize(("zone", "said", "instant"), ZONED)
def test_an_instant_is_local_time_where_that_names_it(text_of, zone, said, instant):
    absence = f"    absences: [{{technician: anna, from: {instant}, until: 2027-01-01T00:00:00Z}}]\n"
    text = text_of(PEOPLE + ROTATION.replace("Europe/Rome", zone) + absence)
    assert f'{{technician: anna, from: "{said}", until: ' in text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-10-25T02:30:00+25:00", "is not a date and time"),
        ("2026-02-30T02:30:00+01:00", "is not a date and time"),
        ("0001-01-01T00:00:00+14:00", "is not a date and time"),
        ("1850-01-01T00:00:00Z", "is not in the years from 1900"),
        ("2026-10-25T02:30 Rome", "must be a local date and time"),
    ],
)
def test_what_is_no_instant_is_said(sqlite, moment, words):
    absence = f'    absences: [{{technician: anna, from: "{moment}", until: 2027-01-01T00:00}}]\n'
    with pytest.raises(FileErrors) as caught, sqlite.write() as session:
        put(session, PEOPLE + ROTATION + absence)
    ((place, message),) = caught.value.errors
    assert place.startswith("schedules[0].absences[0].from") and words in message


def test_a_booked_window_is_in_the_zone_of_its_site_and_one_that_is_over_is_not_told(sqlite):
    with sqlite.write() as session:
        put(session, ALL)
        assert '{from: "2026-12-05T22:00", until: "2026-12-06T04:00", reference: CHG-7}' in dumped(session)
        later = datetime(2026, 12, 6, 9, tzinfo=UTC)
        over = dumped(session, later)
        assert "CHG-7" not in over
        assert put(session, over, later) == NOTHING
        assert session.scalars(select(Maintenance)).one().reference == "CHG-7"


def test_a_schedule_is_dumped_as_it_is_now(sqlite):
    with sqlite.write() as session:
        put(session, ALL)
        schedule = roster.current_schedule(session, "platinum", NIGHT)
        later = NIGHT + timedelta(days=7)
        away = (Absence("anna", later, later + timedelta(days=1)),)
        planned = type(schedule)("platinum", "Europe/Rome", schedule.layers, (), away)
        roster.save_revision(session, planned, "test", NIGHT, effective_at=later)
        assert "absences" not in dumped(session)
        assert "absences" in dumped(session, later)
        assert put(session, dumped(session)) == NOTHING
        assert len(session.scalars(select(ScheduleRevision)).all()) == 2


def test_the_contract_of_drills_is_nobodys(world):
    before = _dump_of(world)
    with world.database.write() as session:
        drills.start(session, world.gateway.line, "default", Priority.P1, "max@example.com", NIGHT)
        assert session.scalars(select(Customer).where(Customer.name == LINE.wording.say("drill.customer"))).one()
    assert _dump_of(world) == before


def _dump_of(world):
    with world.database.read() as session:
        return dump(session, world.clock.at, world.gateway.line.policy)


def test_an_empty_database_is_dumped_too(text_of):
    assert text_of("{}").endswith("left out.\n\n{}\n")


def test_texts_that_look_like_something_else_stay_texts(text_of):
    text = text_of(PEOPLE + ROTATION + LADDER + ACME.replace("Acme SpA", '"null"').replace("CHG-7", "'007'"))
    assert text_of(text) == text


def test_the_command_prints_what_load_takes(quick_world, command, capsys, tmp_path):
    assert command("dump") == 0
    text = capsys.readouterr().out
    path = tmp_path / "line.yaml"
    path.write_text(text, encoding="utf-8")
    assert command("load", str(path)) == 0
    assert capsys.readouterr().out == f"{NOTHING}\n"
