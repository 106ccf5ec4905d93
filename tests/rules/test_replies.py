"""What technicians type, half awake, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.replies import Reply, Verb, parse

MEANT = [
    ("ACK 104823", Reply(Verb.ACK, 104823, "")),
    ("ack 104823", Reply(Verb.ACK, 104823, "")),
    ("104823 Ack", Reply(Verb.ACK, 104823, "")),
    ("Ack.", Reply(Verb.ACK, None, "")),
    ("ack #104823!", Reply(Verb.ACK, 104823, "")),
    ("ACK104823", Reply(Verb.ACK, 104823, "")),
    ("  ack\n104823  ", Reply(Verb.ACK, 104823, "")),
    ("ACK 1048230", Reply(Verb.ACK, 1048230, "")),
    ("ACK 42", Reply(Verb.ACK, None, "")),
    ("ack all", Reply(Verb.ACK_ALL, None, "")),
    ("All ACK", Reply(Verb.ACK_ALL, None, "")),
    ("PASS 104823", Reply(Verb.PASS, 104823, "")),
    ("pass", Reply(Verb.PASS, None, "")),
    ("status", Reply(Verb.STATUS, None, "")),
    ("Who?", Reply(Verb.WHO, None, "")),
    ("done 104823 Restarted the SBC, all calls work", Reply(Verb.DONE, 104823, "Restarted the SBC, all calls work")),
    ("104823 done: restarted", Reply(Verb.DONE, 104823, "restarted")),
    ("DONE", Reply(Verb.DONE, None, "")),
    ("done pass the word", Reply(Verb.DONE, None, "pass the word")),
]


@pytest.mark.parametrize(("text", "reply"), MEANT)
def test_what_is_meant(text: str, reply: Reply) -> None:
    assert parse(text) == reply


@pytest.mark.parametrize("text", ["", "ok", "104823", "acknowledge", "👍", "\u0660\u0661 \u0661", "backpack 104823"])
def test_what_means_nothing(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=2000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    reply = parse(text)
    assert reply is None or isinstance(reply.verb, Verb)


@given(st.sampled_from(["ack", "pass", "done"]), st.integers(100001, 9999999), st.sampled_from([" ", "  ", ": ", "#"]))
def test_word_and_number_in_any_order_and_case(word: str, number: int, gap: str) -> None:
    for text in (f"{word}{gap}{number}", f"{number}{gap}{word}", f"{word.upper()}{gap}{number}"):
        reply = parse(text)
        assert reply is not None
        assert (reply.verb, reply.number) == (word, number)
