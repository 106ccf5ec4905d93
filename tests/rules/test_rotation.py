"""Turn-taking in closed form."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import timezones
from rules.rotation import Rotation, Unit, shift_at

PEOPLE = ("anna", "bruno", "carla")
ROME = "Europe/Rome"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rotation(unit: Unit, first: str, length: int = 1, people: tuple[str, ...] = PEOPLE) -> Rotation:
    return Rotation(unit, length, local(first), people)


@pytest.mark.parametrize(
    ("at", "index", "participant", "start", "end"),
    [
        ("2026-11-02T08:00Z", 0, "anna", "2026-11-02T08:00Z", "2026-11-09T08:00Z"),
        ("2026-11-09T07:59:59Z", 0, "anna", "2026-11-02T08:00Z", "2026-11-09T08:00Z"),
        ("2026-11-09T08:00Z", 1, "bruno", "2026-11-09T08:00Z", "2026-11-16T08:00Z"),
        ("2026-11-02T07:59:59Z", -1, "carla", "2026-10-26T08:00Z", "2026-11-02T08:00Z"),
        ("2026-10-24T08:00Z", -2, "bruno", "2026-10-19T07:00Z", "2026-10-26T08:00Z"),
    ],
)
def test_a_week_each_both_ways_from_the_first_handoff(at, index, participant, start, end):
    shift = shift_at(rotation(Unit.WEEK, "2026-11-02T09:00"), ROME, local(at))
    assert (shift.index, shift.participant) == (index, participant)
    assert (shift.start, shift.end) == (local(start), local(end))


def test_a_day_is_an_hour_shorter_or_longer_when_clocks_change():
    daily = rotation(Unit.DAY, "2026-01-01T09:00")
    spring = shift_at(daily, ROME, local("2026-03-28T12:00Z"))
    autumn = shift_at(daily, ROME, local("2026-10-24T12:00Z"))
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)


def test_an_hour_that_does_not_exist_is_skipped():
    hourly = rotation(Unit.HOUR, "2026-03-29T00:00")
    before = shift_at(hourly, ROME, local("2026-03-29T00:30Z"))
    after = shift_at(hourly, ROME, before.end)
    assert (before.index, after.index) == (1, 3)
    assert after.end == local("2026-03-29T02:00Z")


def test_an_hour_that_comes_twice_is_one_turn_of_two_hours():
    hourly = rotation(Unit.HOUR, "2026-10-25T00:00")
    for at in ("2026-10-25T00:30Z", "2026-10-25T01:30Z"):
        shift = shift_at(hourly, ROME, local(at))
        assert (shift.start, shift.end) == (local("2026-10-25T00:00Z"), local("2026-10-25T02:00Z"))


def test_a_handoff_at_a_midnight_that_does_not_exist():
    nightly = rotation(Unit.DAY, "2026-09-01T00:00")
    shift = shift_at(nightly, "America/Santiago", local("2026-09-06T04:00Z"))
    assert (shift.start, shift.end) == (local("2026-09-06T04:00Z"), local("2026-09-07T03:00Z"))


def test_the_day_that_Apia_skipped_has_no_turn():
    daily = rotation(Unit.DAY, "2011-12-28T00:00")
    before = shift_at(daily, "Pacific/Apia", local("2011-12-30T09:59Z"))
    after = shift_at(daily, "Pacific/Apia", before.end)
    assert (before.index, after.index) == (1, 3)


def test_a_day_that_a_month_lacks_is_its_last_day():
    monthly = rotation(Unit.MONTH, "2026-01-31T09:00")
    at, ends = local("2026-01-31T12:00Z"), []
    for _ in range(5):
        at = shift_at(monthly, ROME, at).end
        ends.append(f"{timezones.to_wall(at, ROME):%m-%d %H:%M}")
    assert ends == ["02-28 09:00", "03-31 09:00", "04-30 09:00", "05-31 09:00", "06-30 09:00"]


def test_months_before_the_first_handoff():
    quarterly = rotation(Unit.MONTH, "2026-01-01T00:00", length=3)
    shift = shift_at(quarterly, "UTC", local("2025-12-31T23:00Z"))
    assert (shift.index, shift.participant) == (-1, "carla")
    assert (shift.start, shift.end) == (local("2025-10-01T00:00Z"), local("2026-01-01T00:00Z"))


rotations = st.builds(
    Rotation,
    unit=st.sampled_from(Unit),
    length=st.integers(1, 30),
    first_handoff=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    participants=st.lists(st.sampled_from("abcde"), min_size=1, max_size=6).map(tuple),
)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2080, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
zones = st.sampled_from(
    ["Europe/Rome", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe",
     "Pacific/Apia", "America/Chicago", "Asia/Pyongyang", "America/Caracas", "UTC", "Africa/Casablanca"]
)  # fmt: skip


@given(rotation=rotations, zone=zones, at=instants)
def test_every_instant_is_in_exactly_one_shift(rotation, zone, at):
    shift = shift_at(rotation, zone, at)
    assert shift.start <= at < shift.end
    assert shift.participant == rotation.participants[shift.index % len(rotation.participants)]
    assert shift_at(rotation, zone, shift.start) == shift
    after, before = shift_at(rotation, zone, shift.end), shift_at(rotation, zone, shift.start - datetime.resolution)
    assert after.start == shift.end
    assert before.end == shift.start
    assert before.index < shift.index < after.index


@given(rotation=rotations, cycles=st.integers(1, 5))
def test_over_whole_cycles_every_place_has_the_same_number_of_turns(rotation, cycles):
    size = len(rotation.participants)
    at, places = rotation.first_handoff.replace(tzinfo=UTC), []
    for _ in range(size * cycles):
        shift = shift_at(rotation, "UTC", at)
        places.append(shift.index % size)
        at = shift.end
    assert places == [*range(size)] * cycles
