"""The rule beside the minute-by-minute oracle: the same holder in every minute around the clock changes of 28 zones."""

from datetime import UTC, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.on_call import Absence, History, Layer, Override, Revision, Schedule, Window
from rules.rotation import Rotation, Unit
from tests.rules.agreement import assert_same
from tests.rules.minute_oracle import DAY, MINUTE, wall_clock, zone_of

HOUR = timedelta(hours=1)
# The local days on which the clocks of a zone change; where two are named, one makes a gap and the other a fold.
CHANGES = {
    "Africa/Cairo": ("2024-04-26", "2024-10-31"),  # at local midnight
    "Africa/Casablanca": ("2025-02-23", "2025-04-06"),  # summer time is the standard, winter time the exception
    "America/Asuncion": ("2024-03-24", "2024-10-06"),
    "America/Caracas": ("2007-12-09", "2016-05-01"),  # the base offset, by half an hour
    "America/Havana": ("2025-03-09", "2025-11-02"),
    "America/Juneau": ("1983-10-30",),  # two hours back
    "America/New_York": ("2025-03-09", "2025-11-02"),
    "America/Santiago": ("2024-04-06", "2024-09-08"),
    "America/Sao_Paulo": ("2018-02-17", "2018-11-04"),
    "America/Scoresbysund": ("2024-10-27", "2025-03-30"),
    "America/St_Johns": ("2006-04-02", "2006-10-29"),  # at 00:01
    "Antarctica/Casey": ("2018-03-11",),  # three hours back
    "Antarctica/Troll": ("2025-03-30", "2025-10-26"),  # by two hours
    "Asia/Beirut": ("2024-03-31", "2024-10-26"),
    "Asia/Gaza": ("2022-03-27", "2022-10-29"),
    "Asia/Kathmandu": ("1986-01-01",),  # a quarter of an hour
    "Asia/Pyongyang": ("2015-08-14", "2018-05-04"),
    "Asia/Singapore": ("1982-01-01",),
    "Asia/Tehran": ("2022-03-22", "2022-09-21"),
    "Australia/Lord_Howe": ("2025-04-06", "2025-10-05"),  # by half an hour
    "Europe/Dublin": ("2025-03-30", "2025-10-26"),
    "Europe/Istanbul": ("2015-11-08", "2016-03-27"),
    "Europe/Rome": ("2025-03-30", "2025-10-26"),
    "Europe/Volgograd": ("2018-10-28", "2020-12-27"),  # the base offset
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),  # a day that never was
    "Pacific/Chatham": ("2025-04-06", "2025-09-28"),
    "Pacific/Kiritimati": ("1994-12-31",),
    "Pacific/Kwajalein": ("1993-08-21",),
}
PEOPLE = ("anna", "bruno", "carla", "dario")
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@cache
def change_of(zone: str, day: str) -> datetime:
    """The instant at which the zone's clocks change on that local day or in the night after it."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC) - DAY
    for _ in range(3 * 24 * 60):
        if offset(zone, at) != offset(zone, at + MINUTE):
            return at + MINUTE
        at += MINUTE
    raise LookupError(f"{zone} has no change around {day}")


def offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(zone_of(zone)).utcoffset()


CASES = [(zone, day) for zone, days in CHANGES.items() for day in days]


def local(zone: str, at: datetime) -> datetime:
    return wall_clock(zone_of(zone), at)


def at_the_change(zone: str, change: datetime) -> Schedule:
    """Handoffs and window edges in the hour that is missing or comes twice, across midnight and the week's end."""
    before, after = local(zone, change - MINUTE), local(zone, change)
    day = min(before, after).replace(hour=0, minute=0)
    inside = min(before, after) + abs(after - before) / 2
    inside -= timedelta(seconds=inside.second, microseconds=inside.microsecond)
    nights = (Window(EVERY_DAY, time(22), time(6)), Window((6,), time(6), time(0)))
    brief = (Window(EVERY_DAY, inside.time(), (inside + 20 * MINUTE).time()), Window((5,), time(0), time(0)))
    return Schedule(
        "platinum",
        zone,
        (
            Layer("hours", Rotation(Unit.HOUR, 1, day - 400 * HOUR, PEOPLE[:3])),
            Layer("nights", Rotation(Unit.DAY, 1, inside - 30 * DAY, PEOPLE[1:]), nights),
            Layer("brief", Rotation(Unit.MONTH, 1, day, PEOPLE), brief),
        ),
        overrides=(Override("dario", change - 90 * MINUTE, change - 30 * MINUTE),),
        absences=(
            Absence("anna", change - 10 * HOUR, change + 15 * MINUTE),
            Absence("bruno", change - 5 * HOUR, change + 5 * HOUR),
            Absence("carla", change - 20 * MINUTE, change + 20 * MINUTE),
        ),
    )


@pytest.mark.parametrize(("zone", "day"), CASES)
def test_every_minute_around_a_change_has_the_holder_that_the_oracle_names(zone: str, day: str) -> None:
    change = change_of(zone, day)
    history = History((Revision(change - 300 * DAY, at_the_change(zone, change)),))

    assert_same(history, change - DAY, change + DAY)


@st.composite
def rotations(draw: st.DrawFn, near: datetime) -> Rotation:
    unit = draw(st.sampled_from(Unit))
    length = draw(st.integers(1, 30) if unit is Unit.HOUR else st.integers(1, 3))
    handoff = near + draw(st.integers(-9, 9)) * 10 * MINUTE + draw(st.integers(-40, 40)) * DAY
    people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True))
    return Rotation(unit, length, handoff, tuple(people))


@st.composite
def windows(draw: st.DrawFn, near: datetime) -> Window:
    days = draw(st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True))
    if draw(st.booleans()):
        return Window(tuple(sorted(days)), time(draw(st.integers(0, 23))), time(draw(st.integers(0, 23))))
    edge = near + draw(st.integers(-9, 9)) * 10 * MINUTE
    other = edge + draw(st.integers(1, 143)) * 10 * MINUTE
    return Window(tuple(sorted(days)), edge.time(), other.time())


@st.composite
def pieces_of_time(draw: st.DrawFn, change: datetime) -> tuple[str, datetime, datetime]:
    starts = change + draw(st.integers(-50, 50)) * 30 * MINUTE
    return draw(st.sampled_from(PEOPLE)), starts, starts + draw(st.integers(1, 100)) * 30 * MINUTE


@st.composite
def schedules(draw: st.DrawFn, zone: str, change: datetime) -> Schedule:
    near = local(zone, change)
    names = draw(st.lists(st.sampled_from(("one", "two", "three")), min_size=1, max_size=3, unique=True))
    layers = [Layer(name, draw(rotations(near)), tuple(draw(st.lists(windows(near), max_size=2)))) for name in names]
    overrides = draw(st.lists(pieces_of_time(change), max_size=3))
    absences = draw(st.lists(pieces_of_time(change), max_size=6))
    return Schedule(
        "platinum",
        zone,
        tuple(layers),
        tuple(Override(*override) for override in overrides),
        tuple(Absence(*absence) for absence in absences),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, datetime]:
    zone, day = draw(st.sampled_from(CASES))
    change = change_of(zone, day)
    effective = sorted(draw(st.sets(st.integers(-20, 20), min_size=1, max_size=3)))
    revisions = [Revision(change + hours * HOUR, draw(schedules(zone, change))) for hours in effective]
    return History(tuple(revisions)), change


@given(made=histories())
@settings(deadline=None)
def test_every_minute_of_any_history_has_the_holder_that_the_oracle_names(made: tuple[History, datetime]) -> None:
    history, change = made

    assert_same(history, change - DAY, change + DAY)
