"""Handoffs: who takes over from whom, and when something may have to be told of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.handoffs import Handoff, handoffs, is_routine, next_instant, predecessor, turn_end
from rules.on_call import Because, History, Layer, Override, Revision, Schedule, Window, on_call
from rules.rotation import Rotation, Unit
from tests.rules.histories import histories, ranges
from tests.rules.vendor import ROME, rome

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONDAY = rome("2026-11-23T09:00")
WEEKLY = Layer("weekly", Rotation(Unit.WEEK, 1, datetime(2026, 11, 23, 9), ("anna", "bruno")))  # noqa: DTZ001
BASE = Schedule("platinum", ROME, (WEEKLY,))


def of(schedule: Schedule) -> History:
    return History((Revision(MONDAY, schedule),))


def test_a_handoff_is_where_the_technician_changes():
    assert handoffs(of(BASE), MONDAY, MONDAY + 8 * DAY) == [Handoff(MONDAY + 7 * DAY, "anna", "bruno", Because.LAYER)]


def test_there_is_none_where_one_technician_s_shifts_follow_each_other():
    own = replace(BASE, overrides=(Override("anna", MONDAY + DAY, MONDAY + 2 * DAY),))
    assert handoffs(of(own), MONDAY, MONDAY + 6 * DAY) == []


def test_an_override_makes_two():
    given_away = replace(BASE, overrides=(Override("carla", MONDAY + DAY, MONDAY + 2 * DAY),))
    assert handoffs(of(given_away), MONDAY, MONDAY + 6 * DAY) == [
        Handoff(MONDAY + DAY, "anna", "carla", Because.OVERRIDE),
        Handoff(MONDAY + 2 * DAY, "carla", "anna", Because.LAYER),
    ]


def test_to_nobody_and_back():
    days = replace(WEEKLY, windows=(Window((0, 1, 2, 3, 4, 5, 6), time(9), time(18)),))
    evening = rome("2026-11-23T18:00")
    found = handoffs(of(replace(BASE, layers=(days,))), MONDAY, MONDAY + DAY + HOUR)
    assert found == [
        Handoff(evening, "anna", None, Because.GAP),
        Handoff(MONDAY + DAY, None, "anna", Because.LAYER),
    ]
    assert predecessor(found, found[1]) == "anna"
    assert predecessor(found[1:], found[1]) is None


def test_the_end_of_a_turn_is_where_somebody_else_comes_on_call():
    assert turn_end(of(BASE), MONDAY) == MONDAY + 7 * DAY
    own = replace(BASE, overrides=(Override("anna", MONDAY + 6 * DAY, MONDAY + 9 * DAY),))
    assert turn_end(of(own), MONDAY) == MONDAY + 9 * DAY


def test_a_turn_without_an_end():
    alone = replace(WEEKLY, rotation=replace(WEEKLY.rotation, participants=("anna",)))
    assert turn_end(of(replace(BASE, layers=(alone,))), MONDAY) is None
    assert turn_end(of(replace(BASE, layers=())), MONDAY) is None


@pytest.mark.parametrize(
    ("released", "because", "is_told_of"),
    [
        (MONDAY - DAY + 2 * HOUR, Because.LAYER, True),
        (MONDAY - DAY + HOUR, Because.LAYER, False),
        (MONDAY - DAY, Because.LAYER, False),
        (MONDAY - HOUR, Because.OVERRIDE, False),
        (MONDAY - HOUR, Because.ABSENCE, False),
    ],
)
def test_a_routine_turn_is_an_ordinary_one_soon_after_another(released, because, is_told_of):
    before = Handoff(released, "bruno", "anna", Because.LAYER)
    one = Handoff(MONDAY, "anna", "bruno", because)
    assert is_routine([before, one], one, DAY) is is_told_of
    assert not is_routine([replace(before, outgoing="carla"), one], one, DAY)


def test_of_two_who_take_turns_of_a_day_each_is_told_of_every_one():
    """A day on which clocks go forward has 23 hours."""
    daily = Layer("daily", Rotation(Unit.DAY, 1, datetime(2027, 3, 20, 9), ("anna", "bruno")))  # noqa: DTZ001
    found = handoffs(of(replace(BASE, layers=(daily,))), rome("2027-03-20T09:00"), rome("2027-04-03T12:00"))
    assert len(found) == 14
    assert not any(is_routine(found, one, DAY) for one in found)


def test_the_next_instant():
    one = Handoff(MONDAY, "anna", "bruno", Because.LAYER)
    latest = MONDAY + 5 * DAY
    assert next_instant([one], MONDAY - 2 * DAY, DAY, latest) == MONDAY - DAY
    assert next_instant([one], MONDAY - DAY, DAY, latest) == MONDAY
    assert next_instant([one], MONDAY, DAY, latest) == latest
    assert next_instant([], MONDAY, DAY, latest) == latest


@given(history=histories, range_=ranges)
@settings(deadline=None)
def test_the_technician_changes_at_handoffs_and_nowhere_else(history, range_):
    start, end = range_
    found = handoffs(history, start, end)
    for one in found:
        assert start < one.at < end
        assert on_call(history, one.at - datetime.resolution).technician == one.outgoing != one.incoming
        assert on_call(history, one.at).technician == one.incoming
    stretches = pairwise([start, *(one.at for one in found), end])
    for since, until in stretches:
        middle = since + (until - since) / 2
        assert on_call(history, middle.astimezone(UTC)).technician == on_call(history, since).technician


@given(history=histories, range_=ranges, hours=st.integers(1, 48))
@settings(deadline=None)
def test_a_look_at_each_next_instant_misses_no_handoff_and_no_time_before_one(history, range_, hours):
    start, end = range_
    ahead = timedelta(hours=hours)
    found = handoffs(history, start - ahead, end + ahead)
    looks, now = {start}, start
    while now < end:
        now = next_instant(found, now, ahead, end)
        looks.add(now)
    wanted = {at for one in found for at in (one.at, one.at - ahead) if start < at <= end}
    assert wanted <= looks
