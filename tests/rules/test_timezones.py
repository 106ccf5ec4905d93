"""Wall clock and UTC, around every kind of change that clocks have known."""

from datetime import UTC, datetime, timedelta

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from rules import timezones
from rules.timezones import EARLIEST, LATEST, UnknownZone, canonical, countries_of, exists, is_known, nearest

TICK = timedelta(microseconds=1)
ZONES = sorted(pytz.all_timezones)
CHANGING = [name for name in ZONES if canonical(name) == name and timezones._zone(name).ends]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


# zone, wall time, the instant it means, why
WALL_TIMES = [
    ("Europe/Rome", "2026-01-15T12:00", "2026-01-15T11:00Z", "winter"),
    ("Europe/Rome", "2026-07-15T12:00", "2026-07-15T10:00Z", "summer"),
    ("Europe/Rome", "2026-03-29T01:59", "2026-03-29T00:59Z", "last minute before the gap"),
    ("Europe/Rome", "2026-03-29T02:00", "2026-03-29T01:00Z", "the gap's first instant is its end"),
    ("Europe/Rome", "2026-03-29T02:59", "2026-03-29T01:00Z", "in the gap"),
    ("Europe/Rome", "2026-03-29T03:00", "2026-03-29T01:00Z", "the gap's end"),
    ("Europe/Rome", "2026-10-25T02:30", "2026-10-25T00:30Z", "twice: the first"),
    ("Europe/Rome", "2026-10-25T03:00", "2026-10-25T02:00Z", "after the fold"),
    ("America/Chicago", "2026-03-08T02:30", "2026-03-08T08:00Z", "gap west of Greenwich"),
    ("America/Chicago", "2026-11-01T01:30", "2026-11-01T06:30Z", "fold west of Greenwich"),
    ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00Z", "midnight does not exist"),
    ("America/Santiago", "2026-09-06T00:30", "2026-09-06T04:00Z", "gap at midnight"),
    ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30Z", "the evening's last hour comes twice"),
    ("America/Havana", "2026-03-08T00:00", "2026-03-08T05:00Z", "midnight does not exist"),
    ("America/Havana", "2026-11-01T00:30", "2026-11-01T04:30Z", "the first hour comes twice"),
    ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28T22:00Z", "midnight does not exist"),
    ("Asia/Beirut", "2026-10-24T23:30", "2026-10-24T20:30Z", "the evening's last hour comes twice"),
    ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00Z", "midnight does not exist"),
    ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30Z", "the evening's last hour comes twice"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30Z", "a gap of half an hour"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z", "a fold of half an hour"),
    ("Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59Z", "before the day that was skipped"),
    ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00Z", "the day that was skipped"),
    ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00Z", "after the day that was skipped"),
    ("Asia/Pyongyang", "2018-05-04T23:45", "2018-05-04T15:00Z", "a new base offset, half an hour ahead"),
    ("Asia/Pyongyang", "2015-08-14T23:45", "2015-08-14T14:45Z", "a new base offset, half an hour back: the first"),
    ("Europe/Moscow", "2014-10-26T01:30", "2014-10-25T21:30Z", "a new base offset, both sides standard time"),
    ("America/Caracas", "2007-12-09T02:45", "2007-12-09T06:45Z", "half an hour back, both sides standard time"),
    ("Asia/Kolkata", "2026-03-29T02:30", "2026-03-28T21:00Z", "a zone without changes today"),
    ("UTC", "2026-03-29T02:30", "2026-03-29T02:30Z", "a zone without changes"),
    ("Etc/GMT-8", "2026-01-01T00:00", "2025-12-31T16:00Z", "a fixed offset"),
]


@pytest.mark.parametrize(("zone", "wall", "instant", "why"), WALL_TIMES)
def test_instant_of_a_wall_time(zone, wall, instant, why):
    assert timezones.to_utc(local(wall), zone) == local(instant), why


def test_wall_time_of_an_instant():
    wall = timezones.to_wall(local("2026-07-15T10:00Z"), "Europe/Rome")
    assert wall.isoformat() == "2026-07-15T12:00:00+02:00"


@pytest.mark.parametrize(
    ("zone", "wall", "shown"),
    [
        ("Europe/Rome", "2026-03-29T02:30", False),
        ("Europe/Rome", "2026-03-29T03:00", True),
        ("Europe/Rome", "2026-10-25T02:30", True),
        ("Pacific/Apia", "2011-12-30T09:00", False),
        ("America/Santiago", "2026-09-06T00:00", False),
    ],
)
def test_wall_times_that_no_clock_shows(zone, wall, shown):
    assert exists(local(wall), zone) is shown


def test_reading_stands_still_while_an_hour_comes_again():
    readings = [timezones.reading(local(f"2026-10-25T0{hour}Z"), "Europe/Rome") for hour in ("0:59", "1:00", "1:30")]
    stopped = local("2026-10-25T03:00") - TICK
    assert readings == [local("2026-10-25T02:59"), stopped, stopped]
    assert timezones.reading(local("2026-10-25T02:00Z"), "Europe/Rome") == local("2026-10-25T03:00")


@pytest.mark.parametrize("area", sorted({name.partition("/")[0] for name in CHANGING}))
def test_around_every_change_of_every_zone(area):
    for zone in (name for name in CHANGING if name.partition("/")[0] == area):
        for change in timezones._zone(zone).starts[1:]:
            for away in range(-3, 4):
                at = change + away * timedelta(minutes=30)
                wall = timezones.to_wall(at, zone).replace(tzinfo=None)
                back = timezones.to_utc(wall, zone)
                assert back <= at, "the first occurrence is never after any other"
                assert timezones.to_wall(back, zone).replace(tzinfo=None) == wall
                assert wall <= timezones.reading(at, zone)


def test_no_change_hides_what_an_earlier_one_showed():
    """What `to_utc` relies on: the last reading before each change is later than the one before the change before."""
    for zone in CHANGING:
        ends = timezones._zone(zone).ends
        assert list(ends) == sorted(ends), zone


@given(
    zone=st.sampled_from(ZONES),
    at=st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)),
    wall=st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)),
)
def test_comparing_wall_times_is_comparing_instants(zone, at, wall):
    at = at.replace(tzinfo=UTC)
    assert (timezones.to_utc(wall, zone) <= at) is (wall <= timezones.reading(at, zone))


def test_an_unknown_zone_is_named_with_the_nearest():
    with pytest.raises(UnknownZone, match="unknown time zone 'Europe/Rom'; did you mean Europe/Rome"):
        timezones.to_utc(local("2026-01-01T00:00"), "Europe/Rom")
    with pytest.raises(UnknownZone, match=r"unknown time zone 'nowhere at all'$"):
        timezones.to_wall(EARLIEST, "nowhere at all")


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("Europe/Rom", "Europe/Rome"),
        ("europe/rome", "Europe/Rome"),
        ("Rome", "Europe/Rome"),
        ("New York", "America/New_York"),
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("", None),
        ("Utopia", None),
    ],
)
def test_suggestion(typed, suggested):
    assert nearest(typed) == suggested


def test_names_are_known_exactly():
    assert is_known("Europe/Rome")
    assert is_known("NZ")
    assert not is_known("europe/rome")


@pytest.mark.parametrize(
    ("zone", "target", "countries"),
    [
        ("Europe/Rome", "Europe/Rome", ("IT",)),
        ("Asia/Calcutta", "Asia/Kolkata", ("IN",)),
        ("Australia/ACT", "Australia/Sydney", ("AU",)),
        ("NZ", "Pacific/Auckland", ("NZ",)),
        ("Arctic/Longyearbyen", "Europe/Berlin", ("SJ",)),
        ("Pacific/Saipan", "Pacific/Guam", ("MP",)),
        ("UTC", "Etc/UTC", ()),
        ("Etc/GMT-8", "Etc/GMT-8", ()),
        ("Mars/Olympus", "Mars/Olympus", ()),
    ],
)
def test_countries(zone, target, countries):
    assert canonical(zone) == target
    assert countries_of(zone) == countries


@pytest.mark.parametrize(
    ("zone", "start", "end", "found"),
    [
        ("Europe/Rome", "2026-03-29T01:00", "2026-10-25T01:00", ["2026-03-29 01:00 +1 +2 CEST"]),
        (
            "Europe/Rome", "2026-03-29T00:59", "2026-10-25T01:01",
            ["2025-10-26 01:00 +2 +1 CET", "2026-03-29 01:00 +1 +2 CEST", "2026-10-25 01:00 +2 +1 CET"],
        ),
        ("Australia/Lord_Howe", "2026-04-05T00:00", "2026-04-06T00:00", ["2026-04-04 15:00 +11 +10.5 +1030"]),
        (
            "Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00",
            ["2011-09-24 14:00 -11 -10 -10", "2011-12-30 10:00 -10 +14 +14"],
        ),
        ("America/Santiago", "2026-04-06T00:00", "2026-04-07T00:00", ["2026-04-05 03:00 -3 -4 -04"]),
        ("Asia/Kolkata", "2026-01-01T00:00", "2027-01-01T00:00", ["1945-10-14 17:30 +6.5 +5.5 IST"]),
        ("Etc/GMT-8", "2026-01-01T00:00", "2027-01-01T00:00", ["0001-01-01 00:00 +8 +8 +08"]),
    ],
)  # fmt: skip
def test_the_stretches_of_a_range(zone, start, end, found):
    hour = timedelta(hours=1)
    parts = timezones.stretches(zone, *(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)))
    assert [
        f"{one.start.isoformat(' ')[:16]} {one.before / hour:+g} {one.offset / hour:+g} {one.name}" for one in parts
    ] == found


def test_the_zones_that_are_offered_are_known_and_without_odd_aliases():
    offered = timezones.names()
    assert "Europe/Rome" in offered and "Asia/Calcutta" not in offered
    assert all(is_known(name) for name in offered)
