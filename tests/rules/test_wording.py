"""Words that sentences are made of."""

from datetime import timedelta

import pytest

from rules.wording import Wording, lasting, listed, placeholders, spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 seconds"),
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


def test_a_sentence_is_filled_in():
    wording = Wording({"hello": "Ticket {number}: {name}."}, "en-GB", None, ())
    assert wording.say("hello", number=spoken("104823"), name="Anna") == "Ticket 1 0 4 8 2 3: Anna."
    with pytest.raises(KeyError):
        wording.say("hello", number="104823")


def test_the_placeholders_of_a_sentence():
    assert placeholders("Ticket {number}: {name}, {name}.") == {"number", "name"}
    assert placeholders("Nothing.") == frozenset()


@pytest.mark.parametrize(("items", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")])
def test_a_list_in_words(items, words):
    assert listed(items) == words
