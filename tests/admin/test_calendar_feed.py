"""What a calendar program reads under a secret address: two other libraries must find our instants in it."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from dateutil import tz
from icalendar import Calendar
from sqlalchemy import select

from admin import calendar_feeds
from models.account import CalendarFeed
from models.schedule import Schedule as ScheduleRow
from models.technician import Technician
from paging import roster
from rules.on_call import Layer, Override, Schedule, Window, shifts
from rules.rotation import Rotation, Unit
from tests.admin.api_client import Api, is_problem
from tests.times import NIGHT

FIRST = datetime(2026, 11, 2, 9)  # noqa: DTZ001  # on the wall
WEEKLY = Layer("weekly", Rotation(Unit.WEEK, 1, FIRST, ("anna", "bruno")))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Line:
    """Technicians, their schedules, and the calendars that subscribe."""

    def __init__(self, database):
        self.database = database
        self.api = Api(database)
        self.client = self.api.app.test_client()
        for key, name in [("anna", "Anna Rossi"), ("bruno", "Bruno; Neri, jr.")]:
            self.api.technician(key, name)
        self.now = NIGHT

    def saves(self, *layers, key="platinum", zone="Europe/Rome", overrides=()):
        schedule = Schedule(key, zone, layers, tuple(overrides))
        with self.database.write() as session:
            roster.save_revision(session, schedule, "test", self.database.now(session))

    def subscribes(self, key="platinum", kind=ScheduleRow):
        """The address for a schedule's calendar, or a technician's."""
        with self.database.write() as session:
            secret = calendar_feeds.make(session, session.get_one(kind, key), "test", NIGHT)
        return f"/calendar/{secret}.ics"

    def fetches(self, path, **headers):
        return self.client.get(path, headers=headers)

    def events(self, path):
        return {str(one["uid"]): one for one in Calendar.from_ical(self.fetches(path).data).events}


@pytest.fixture
def line(database):
    return Line(database)


@pytest.fixture
def quick(sqlite):
    return Line(sqlite)


def spans(events):
    return sorted((one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in events)


def test_a_rotation_s_calendar_has_every_turn_and_every_gap(line):
    days = Window((0, 1, 2, 3, 4), datetime.min.time(), datetime.min.time())
    line.saves(Layer("weekdays", WEEKLY.rotation, (days,)))
    address = line.subscribes()
    response = line.fetches(address)
    assert response.content_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.data)
    assert calendar["x-wr-calname"] == "On call: platinum"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in response.data
    events = line.events(address)
    monday = events["platinum-20261123T080000Z@platinum-line"]
    assert monday["summary"] == "On call: platinum (Bruno; Neri, jr.)"
    assert monday["description"] == "By the weekdays layer."
    assert monday.start.isoformat() == "2026-11-23T09:00:00+01:00"
    weekend = events["platinum-20261127T230000Z@platinum-line"]
    assert weekend["summary"] == "NOBODY on call: platinum"
    assert weekend["transp"] == "TRANSPARENT"


def test_a_technician_s_calendar_has_the_own_turns_of_all_schedules(line):
    line.saves(WEEKLY)
    line.saves(Layer("daily", Rotation(Unit.DAY, 1, FIRST, ("anna", "bruno"))), key="second", zone="America/Chicago")
    address = line.subscribes("anna", Technician)
    calendar = Calendar.from_ical(line.fetches(address).data)
    assert calendar["x-wr-calname"] == "On call: Anna Rossi"
    assert {str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")} == {"America/Chicago", "Europe/Rome"}
    summaries = {str(one["summary"]) for one in line.events(address).values()}
    assert summaries == {"On call: platinum (Anna Rossi)", "On call: second (Anna Rossi)"}


def test_the_text_is_the_same_until_something_changes(line):
    line.saves(WEEKLY)
    address = line.subscribes()
    first = line.fetches(address)
    line.database.clock.advance(6 * HOUR)
    etag = first.headers["ETag"]
    again = line.fetches(address, **{"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    override = Override("anna", NIGHT + DAY, NIGHT + 2 * DAY)
    line.saves(WEEKLY, overrides=[override])
    changed = line.fetches(address, **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert line.fetches(address).headers["ETag"] != etag


def test_a_turn_that_changes_hands_or_ends_sooner_is_an_update_of_the_same_event(line):
    line.saves(WEEKLY)
    address = line.subscribes()
    before = line.events(address)
    line.database.clock.advance(HOUR)
    start = datetime(2026, 12, 7, 8, tzinfo=UTC)
    line.saves(WEEKLY, overrides=[Override("anna", start, start + DAY)])
    after = line.events(address)
    uid = "platinum-20261207T080000Z@platinum-line"
    assert "Bruno" in before[uid]["summary"] and "Anna" in after[uid]["summary"]
    assert after[uid]["description"] == "By an override."
    assert after[uid].end == before[uid].start + DAY
    assert after[uid]["sequence"] > before[uid]["sequence"]
    assert after[uid].decoded("last-modified") == NIGHT + HOUR
    assert set(before) < set(after)


def test_turns_at_the_edges_of_the_calendar_are_whole(quick):
    quick.saves(Layer("monthly", Rotation(Unit.MONTH, 3, FIRST, ("anna", "bruno"))))
    events = quick.events(quick.subscribes())
    assert min(spans(events.values()))[0] == datetime(2026, 8, 2, 7, tzinfo=UTC)
    assert max(spans(events.values()))[1] == datetime(2028, 2, 2, 8, tzinfo=UTC)


def test_nobody_for_ever_is_one_event_that_keeps_its_uid(quick):
    quick.saves()
    address = quick.subscribes()
    assert list(quick.events(address)) == ["platinum-always@platinum-line"]
    quick.database.clock.advance(3 * DAY)
    assert list(quick.events(address)) == ["platinum-always@platinum-line"]


ZONES = [
    "Europe/Rome", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago", "Asia/Kolkata", "UTC",
    "Etc/GMT-8", "Africa/Cairo", "America/Havana", "Africa/Casablanca", "Pacific/Chatham",
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_other_readers_find_our_instants_in_every_zone(quick, zone):
    """Two libraries that know the zone by its VTIMEZONE alone: their own tz database may be of another year."""
    first = datetime(2026, 3, 1, 1, 45)  # noqa: DTZ001  # in many zones' hour that comes twice
    quick.saves(Layer("hours", Rotation(Unit.HOUR, 11, first, ("anna", "bruno"))), zone=zone)
    text = quick.fetches(quick.subscribes()).data.decode()
    calendar = Calendar.from_ical(text)
    with quick.database.read() as session:
        history = roster.history(session, "platinum")
    rules = text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")]
    readers = [tz.tzical(io.StringIO(rules)).get(zone), calendar.timezones[0].to_tz(lookup_tzid=False)]
    for reader in readers:
        found = sorted(
            (_by(reader, one.decoded("dtstart")), _by(reader, one.decoded("dtend"))) for one in calendar.events
        )
        ours, _ = shifts(history, found[0][0], found[-1][1])
        assert found == [(one.start, one.end) for one in ours]
        assert len(found) > 800


def _by(reader, moment):
    """What is written in UTC needs no zone."""
    return moment if moment.tzinfo is UTC else moment.replace(tzinfo=reader).astimezone(UTC)


def test_what_a_wall_clock_cannot_name_is_written_in_utc(quick):
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    quick.database.clock.at = second_half_past_two
    quick.saves(WEEKLY, overrides=[Override("anna", second_half_past_two, second_half_past_two + 3 * HOUR)])
    text = quick.fetches(quick.subscribes()).data
    assert b"DTSTART:20261025T013000Z\r\nDTEND:20261025T043000Z\r\n" in text


def test_lines_are_folded_and_words_escaped(quick):
    with quick.database.write() as session:
        session.get_one(Technician, "bruno").name = "Bruno, " + "è" * 90
    quick.saves(WEEKLY)
    text = quick.fetches(quick.subscribes()).data
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert b"(Bruno\\, " in text


def test_an_address_that_is_unknown_or_revoked_answers_as_if_it_had_never_been(line):
    line.saves(WEEKLY)
    address = line.subscribes()
    with line.database.write() as session:
        feed = session.scalars(select(CalendarFeed)).one()
        assert feed.digest not in address
        other = session.get_one(Technician, "anna")
        assert not calendar_feeds.revoke(session, other, feed.id, NIGHT)
        assert calendar_feeds.revoke(session, session.get_one(ScheduleRow, "platinum"), feed.id, NIGHT)
    revoked = line.fetches(address)
    assert is_problem(revoked, 404, "Make a new one in the console")
    for unknown in ("x", "A" * 43, "%00", "é" * 43):
        assert line.fetches(f"/calendar/{unknown}.ics").status_code == 404
    assert line.fetches(f"/calendar/{'A' * 43}.ics").data == revoked.data


def test_the_secret_is_in_no_log(quick, monkeypatch, caplog):
    quick.saves(WEEKLY)
    address = quick.subscribes()

    def breaks(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("admin.api.calendar.calendar_text", breaks)
    monkeypatch.setattr("admin.errors.render_template", lambda *_, **__: "broken")
    assert quick.fetches(address).status_code == 500
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    assert "/calendar/…" in caplog.text and secret not in caplog.text
