"""Words that sentences are made of."""

from datetime import timedelta

import pytest

from rules.wording import lasting


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (0.9, "0 seconds"),
        (1, "1 second"),
        (42, "42 seconds"),
        (60, "1 minute"),
        (200, "3 minutes 20 seconds"),
        (3600, "1 hour"),
        (7261, "2 hours 1 minute 1 second"),
        (100_000, "27 hours 46 minutes 40 seconds"),
    ],
)
def test_a_length_of_time_to_the_second(seconds, words):
    assert lasting(timedelta(seconds=seconds)) == words
