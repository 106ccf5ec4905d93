"""How the burden is shared: hours, nights, weekends and holidays, done and planned."""

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.fairness import Burden, Night, fairness
from rules.on_call import Absence, History, Layer, Override, Revision, Schedule
from rules.rotation import Rotation, Unit
from tests.rules.histories import ZONES, moments, schedules
from tests.rules.minute_oracle import zone_of
from tests.rules.vendor import POLICY

LINE = POLICY.line_calendar
NIGHT = Night(time(22), time(6))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 11, 2, 9)  # noqa: DTZ001  # on the wall, a Monday
WEEKLY = Layer("weekly", Rotation(Unit.WEEK, 1, FIRST, ("anna", "bruno")))
ALONE = Layer("alone", Rotation(Unit.WEEK, 1, FIRST, ("anna",)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def history(*layers: Layer, zone: str = "Europe/Rome", overrides=(), absences=()) -> History:
    schedule = Schedule("platinum", zone, layers, tuple(overrides), tuple(absences))
    return History((Revision(at("2020-01-01"), schedule),))


def shared(of: History, start: str, end: str, now: str = "2020-01-01", night: Night = NIGHT):
    answer = fairness(of, at(start), at(end), at(now), night, LINE)
    return {share.technician: share for share in answer.shares}, answer.gaps


def burden_of_anna(start: str, end: str, zone: str = "Europe/Rome", night: Night = NIGHT) -> Burden:
    return shared(history(ALONE, zone=zone), start, end, night=night)[0]["anna"].total


def test_a_week_of_one_technician():
    week = burden_of_anna("2026-11-09T08:00", "2026-11-16T08:00")
    assert week == Burden(
        time=168 * HOUR, night_time=56 * HOUR, weekend_time=48 * HOUR, holiday_time=timedelta(0),
        nights=7, weekend_days=2, holidays=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "hours"),
    [("2026-10-24T20:00", 9), ("2026-03-28T21:00", 7), ("2026-11-10T21:00", 8)],
)
def test_a_night_in_which_clocks_change_is_longer_or_shorter(start, hours):
    """From 22:00 to 06:00 in Rome."""
    end = (at(start) + hours * HOUR).isoformat()[:16]
    around = burden_of_anna(start[:11] + "12:00", end[:11] + "12:00")
    exactly = burden_of_anna(start, end)
    assert exactly.night_time == exactly.time == around.night_time == hours * HOUR
    assert exactly.nights == around.nights == 1


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-10-24T22:00", "2026-10-25T23:00", 25), ("2026-03-28T23:00", "2026-03-29T22:00", 23)],
)
def test_a_sunday_on_which_clocks_change_is_longer_or_shorter(start, end, hours):
    sunday = burden_of_anna(start, end)
    assert (sunday.weekend_time, sunday.weekend_days) == (hours * HOUR, 1)


def test_a_day_that_ends_twice_has_25_hours():
    """Santiago goes back at midnight from Saturday to Sunday."""
    saturday = burden_of_anna("2026-04-04T03:00", "2026-04-05T04:00", "America/Santiago")
    assert (saturday.weekend_time, saturday.weekend_days) == (25 * HOUR, 1)


def test_a_day_that_clocks_skip_is_none():
    """Apia had no Friday 30 December 2011: Saturday came next, and its morning counts to the night of that Friday."""
    days = burden_of_anna("2011-12-29T10:00", "2012-01-01T10:00", "Pacific/Apia")
    assert (days.time, days.weekend_time, days.weekend_days) == (72 * HOUR, 48 * HOUR, 2)
    assert (days.nights, days.night_time) == (5, 24 * HOUR)


def test_holidays_are_those_of_the_line_in_the_schedules_zone():
    christmas = burden_of_anna("2026-12-24T23:00", "2026-12-26T23:00")
    assert (christmas.holidays, christmas.holiday_time) == (2, 48 * HOUR)
    elsewhere = burden_of_anna("2026-12-24T23:00", "2026-12-25T05:00", "America/New_York")
    assert elsewhere.holidays == 0
    easter_monday = burden_of_anna("2027-03-28T22:00", "2027-03-29T22:00")
    assert (easter_monday.holidays, easter_monday.weekend_days) == (1, 0)


def test_a_night_belongs_to_its_evening_and_may_lie_within_a_day():
    assert burden_of_anna("2026-11-10T00:00", "2026-11-10T01:00").nights == 1
    assert burden_of_anna("2026-11-10T05:00", "2026-11-10T21:00").nights == 0
    early = Night(time(0), time(6))
    whole = burden_of_anna("2026-11-09T23:00", "2026-11-11T23:00", night=early)
    assert (whole.nights, whole.night_time) == (2, 12 * HOUR)


def test_now_parts_what_is_done_from_what_is_planned():
    shares, _ = shared(history(WEEKLY), "2026-11-09T08:00", "2026-11-23T08:00", now="2026-11-11T01:00")
    bruno, anna = shares["bruno"], shares["anna"]
    assert (bruno.done.time, bruno.planned.time, bruno.total.time) == (41 * HOUR, 127 * HOUR, 168 * HOUR)
    assert (bruno.done.nights, bruno.planned.nights, bruno.total.nights) == (2, 6, 7)
    assert (anna.done.time, anna.planned) == (timedelta(0), anna.total)


def test_overrides_absences_and_gaps_count_for_who_is_there():
    away = Absence("bruno", at("2026-11-09T08:00"), at("2026-11-10T08:00"))
    carla = Override("carla", at("2026-11-10T08:00"), at("2026-11-11T08:00"))
    shares, gaps = shared(history(WEEKLY, overrides=[carla], absences=[away]), "2026-11-09T08:00", "2026-11-16T08:00")
    assert {key: share.total.time for key, share in shares.items()} == {
        "anna": DAY, "bruno": 5 * DAY, "carla": DAY,
    }  # fmt: skip
    assert (gaps.technician, gaps.total.time) == (None, timedelta(0))
    _, gaps = shared(history(overrides=[carla]), "2026-11-10T00:00", "2026-11-12T00:00", now="2026-11-10T08:00")
    assert (gaps.done.time, gaps.planned.time, gaps.total.nights) == (8 * HOUR, 16 * HOUR, 2)


def test_who_takes_part_and_has_nothing_is_there_too():
    shares, _ = shared(history(WEEKLY), "2026-11-09T08:00", "2026-11-10T08:00")
    assert list(shares) == ["anna", "bruno"]
    assert shares["anna"].total.time == timedelta(0)


def test_a_revision_does_not_count_a_night_twice():
    first = history(WEEKLY).revisions[0]
    later = Revision(at("2026-11-10T23:30"), Schedule("platinum", "Europe/Rome", (ALONE,)))
    answer = fairness(
        History((first, later)), at("2026-11-10T12:00"), at("2026-11-11T12:00"), at("2026-11-01"), NIGHT, LINE
    )
    assert [(share.technician, share.total.nights, share.total.night_time) for share in answer.shares] == [
        ("anna", 1, 5.5 * HOUR),
        ("bruno", 1, 2.5 * HOUR),
    ]


def test_a_range_of_nothing_is_empty():
    shares, gaps = shared(history(WEEKLY), "2026-11-10T00:00", "2026-11-10T00:00")
    assert shares == {}
    assert gaps.total == Burden(timedelta(0), timedelta(0), timedelta(0), timedelta(0), 0, 0, 0)


histories = st.builds(
    lambda schedules, instants: History(tuple(map(Revision, sorted(instants), schedules))),
    st.lists(schedules, min_size=3, max_size=3),
    st.lists(moments, min_size=3, max_size=3),
)
TIMES = [field.name for field in fields(Burden) if field.type == "timedelta"]


def times_of(answer):
    shares = [*answer.shares, answer.gaps]
    return {(share.technician, name): getattr(share.total, name) for share in shares for name in TIMES}


@settings(max_examples=150, deadline=None)
@given(of=histories, start=moments, length=st.timedeltas(timedelta(0), timedelta(days=40)), now=moments)
def test_times_add_up(of, start, length, now):
    end = start + length
    answer = fairness(of, start, end, now, NIGHT, LINE)
    whole = times_of(answer)
    assert sum((time for (_, name), time in whole.items() if name == "time"), timedelta(0)) == length
    for share in [*answer.shares, answer.gaps]:
        for name in TIMES:
            assert getattr(share.done, name) + getattr(share.planned, name) == getattr(share.total, name)
            assert timedelta(0) <= getattr(share.total, name) <= share.total.time
    middle = min(max(now, start), end)
    parts = [times_of(fairness(of, *part, now, NIGHT, LINE)) for part in ((start, middle), (middle, end))]
    assert whole == {key: sum((part.get(key, timedelta(0)) for part in parts), timedelta(0)) for key in whole}


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), start=moments, hours=st.integers(1, 400))
def test_half_hours_counted_one_by_one_on_another_clock_come_to_the_same(zone, start, hours):
    start = start.replace(minute=0)
    total = shared(history(ALONE, zone=zone), _text(start), _text(start + hours * HOUR))[0]["anna"].total
    halves = [(start + number * HOUR / 2).astimezone(zone_of(zone)) for number in range(2 * hours)]
    assert total.weekend_time == sum(half.weekday() >= 5 for half in halves) * HOUR / 2
    assert total.weekend_days == len({half.date() for half in halves if half.weekday() >= 5})
    assert total.holidays == len({half.date() for half in halves if _is_italian(half.date())})


def _text(moment: datetime) -> str:
    return moment.isoformat()[:16]


def _is_italian(day: date) -> bool:
    fixed = {(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}
    return (day.month, day.day) in fixed or day == date(2026, 4, 6)
