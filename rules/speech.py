"""How long a sentence takes to be said."""

import re

WORDS_A_MINUTE = 160
PAUSE = 0.4
"""Seconds after a sentence."""


def speaking_seconds(text: str) -> float:
    """About how many seconds a telephone's voice takes for `text`; an estimate, good to a fifth.

    It assumes 160 words a minute, the usual pace of a synthetic voice in English, and a short pause after each
    sentence. A digit that stands alone, as those of a ticket's number do, counts as a word, and so does each part of an
    internet address with its dot.
    """
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", text)
    dots = re.findall(r"(?<=\w)\.(?=\w)", text)
    ends = re.findall(r"[.!?](?=\s|$)", text)
    return (len(words) + len(dots)) * 60 / WORDS_A_MINUTE + len(ends) * PAUSE
