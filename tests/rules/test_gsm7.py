"""Texts in the alphabet that a telephone carries at one octet or less a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.gsm7 import _BASIC, _EXTENDED, fit, segments, septets, to_gsm7


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("P1 104823 Acme SpA", "P1 104823 Acme SpA"),
        ("Perché è così", "Perché è così"),
        ("a \u2013 b \u2014 c", "a - b - c"),
        ("\u201cquoted\u201d \u2018it\u2019s\u2019", "\"quoted\" 'it's'"),
        ("wait\u2026", "wait..."),
        ("caf\u0065\u0301", "café"),
        ("Łódź, Şişli, Český", "Lodz, Sisli, Cesky"),
        ("naïve façade", "naive facade"),
        ("Œuvre, Þór, Đuro", "OEuvre, Thor, Duro"),
        ("€5 [a] {b} ~ \\ | ^", "€5 [a] {b} ~ \\ | ^"),
        ("no\u00a0break\tand\u200b zero", "no break and zero"),
        ("½ ﬁt ™", "1/2 fit TM"),
        ("日本 한국 😀", "?? ?? ?"),
        ("line\nbreak", "line\nbreak"),
        ("`code`", "'code'"),
    ],
)
def test_nearest_characters(text, sent):
    assert to_gsm7(text) == sent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("\u2013" * 160, 1),
    ],
)
def test_segments(text, count):
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "septets", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ab€", 3, "ab"),
        ("ab€", 4, "ab€"),
        ("a\u2026b", 3, "a.."),
        ("abc", 0, ""),
    ],
)
def test_fit(text, septets, kept):
    assert fit(text, septets) == kept


@given(st.text())
def test_any_text_can_be_sent(text):
    sent = to_gsm7(text)
    assert set(sent) <= _BASIC | _EXTENDED
    assert to_gsm7(sent) == sent
    assert segments(fit(text, 160)) == 1


def test_what_no_telephone_can_show_is_a_question_mark():
    assert to_gsm7("\u0301x \u0416") == "x ?"


def test_an_extended_character_takes_two_septets():
    assert septets("P1 104823") == 9
    assert septets("5 €") == 4
