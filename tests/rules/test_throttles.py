"""Whoever guesses passwords waits longer and longer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.throttles import Guesses, Waits, after_failure, is_shut

FREE = 6
RULES = Waits(
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    forgotten_after=timedelta(hours=6),
)
NIGHT = datetime(2026, 11, 3, 2, tzinfo=UTC)

# wrong tries so far, minutes to wait after one more
WAITS = [(0, None), (4, None), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (12, 60), (10_000, 60)]


@pytest.mark.parametrize(("before", "minutes"), WAITS)
def test_each_wrong_try_beyond_the_free_ones_doubles_the_wait(before: int, minutes: int | None) -> None:
    known = Guesses(before, NIGHT) if before else None
    after = after_failure(known, FREE, RULES, NIGHT)
    assert after.failures == before + 1
    assert after.shut_until == (None if minutes is None else NIGHT + timedelta(minutes=minutes))


def test_it_is_shut_until_the_wait_is_over_and_no_longer() -> None:
    shut = Guesses(6, NIGHT, NIGHT + timedelta(minutes=1))
    assert is_shut(shut, NIGHT)
    assert is_shut(shut, NIGHT + timedelta(seconds=59))
    assert not is_shut(shut, NIGHT + timedelta(minutes=1))
    assert not is_shut(Guesses(5, NIGHT), NIGHT)


def test_what_was_wrong_is_forgotten_after_a_quiet_while() -> None:
    old = Guesses(40, NIGHT, NIGHT + timedelta(hours=1))
    assert after_failure(old, FREE, RULES, NIGHT + timedelta(hours=6)) == Guesses(1, NIGHT + timedelta(hours=6))
    assert after_failure(old, FREE, RULES, NIGHT + timedelta(hours=5)).failures == 41


@given(free=st.integers(1, 40), gaps=st.lists(st.integers(0, 400), min_size=1, max_size=80))
def test_whoever_guesses_without_a_pause_gets_few_looks_an_hour(free: int, gaps: list[int]) -> None:
    """After the free ones and one for each doubling, at most one look in each longest wait."""
    at, known, looks = NIGHT, None, 0
    for gap in gaps:
        at += timedelta(minutes=gap)
        if known is None or not is_shut(known, at):
            known = after_failure(known, free, RULES, at)
            looks += 1
            assert known.shut_until is None or at < known.shut_until <= at + RULES.longest_wait
    forgotten = sum(gap >= 360 for gap in gaps) + 1
    hours = (at - NIGHT) / timedelta(hours=1)
    assert looks <= forgotten * (free + 6) + hours + 1
