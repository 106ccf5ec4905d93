"""Medians, shares and counts of what happened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.reports import (
    ALARMED,
    LATER_ROUND,
    Rung,
    Spread,
    Tally,
    Verdict,
    grouped,
    ladder,
    percentile,
    rung,
    spread,
    tally,
    verdict,
    week,
)

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
lengths = st.lists(st.timedeltas(timedelta(0), timedelta(days=30)), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("minutes", "median", "p90"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (list(range(1, 11)), 5, 9),
        (list(range(1, 12)), 6, 10),
        ([5] * 9 + [60], 5, 5),
        ([5] * 8 + [60, 60], 5, 60),
    ],
)
def test_the_nearest_rank_is_a_value_that_was_there(minutes, median, p90):
    found = spread(MINUTE * each for each in minutes)
    assert found == Spread(len(minutes), MINUTE * median, MINUTE * p90, MINUTE * max(minutes))


def test_of_nothing_there_is_no_median():
    assert spread([]) is None


@given(lengths, st.integers(1, 100))
def test_enough_values_are_not_above_a_percentile_and_too_few_are_below_it(values, hundredths):
    found = percentile(sorted(values), hundredths)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= hundredths * len(values)
    assert sum(value < found for value in values) * 100 < hundredths * len(values)


@pytest.mark.parametrize(
    ("target", "had", "outcome"),
    [
        (None, 5, None),
        (60, 59, Verdict.MET),
        (60, 60, Verdict.MISSED),
        (60, None, Verdict.MISSED),
        (100, None, Verdict.MISSED),
        (101, None, Verdict.RUNNING),
    ],
)
def test_less_than_an_hour_is_missed_at_the_hour(target, had, outcome):
    """It is 100 minutes past noon."""
    target_at, had_at = (None if minutes is None else NOON + MINUTE * minutes for minutes in (target, had))
    assert verdict(target_at, had_at, NOON + 100 * MINUTE) is outcome


def test_a_share_is_of_what_is_decided():
    counted = tally([Verdict.MET, None, Verdict.MET, Verdict.MISSED, Verdict.MET, Verdict.RUNNING])
    assert counted == Tally(met=3, missed=1, running=1)
    assert counted.share == 0.75
    assert tally([None, Verdict.RUNNING]).share is None
    assert tally([Verdict.MISSED]).share == 0


def test_values_are_grouped_in_their_order():
    assert grouped([("b", 1), ("a", 2), ("b", 3)]) == {"b": [1, 3], "a": [2]}


@given(st.lists(st.datetimes(), max_size=30))
def test_every_page_is_in_one_hour_of_the_week(walls):
    counted = week(walls)
    assert sum(sum(hours) for hours in counted) == len(walls)
    assert [len(hours) for hours in counted] == [24] * 7
    assert all(counted[wall.weekday()][wall.hour] for wall in walls)


def test_a_ladder_goes_from_the_first_level_to_the_alarm():
    taken = [rung(3, 2, alarmed=True), rung(2, 1, alarmed=False), rung(1, 2, alarmed=False)]
    taken += [rung(1, 1, alarmed=False)] * 2
    first, second = Rung(1, alarmed=False), Rung(2, alarmed=False)
    assert ladder(taken) == ((first, 2), (second, 1), (LATER_ROUND, 1), (ALARMED, 1))
    assert ladder([]) == ()
