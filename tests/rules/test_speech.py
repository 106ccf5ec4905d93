"""How long a prompt takes, as people time it."""

import pytest

from rules.speech import speaking_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("Goodbye.", 0.8),
        ("Your ticket 1 0 4 8 2 3 is open.", 4.2),
        ("Enter your PIN, then press hash. For a person, press 0.", 4.9),
        ("Open a web ticket at support.example.com.", 4.15),
        ("Per l'italiano, premere 2.", 1.9),
        ("للعربية، اضغط 2.", 1.5),
    ],
)
def test_words_single_digits_addresses_and_pauses_count(text, seconds):
    assert speaking_seconds(text) == pytest.approx(seconds, abs=0.06)


def test_more_words_take_longer():
    assert speaking_seconds("We had no answer. We had no answer.") == 2 * speaking_seconds("We had no answer.")
