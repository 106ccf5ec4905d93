"""Text messages in the GSM 7-bit alphabet (3GPP TS 23.038): one character outside it would halve a segment's room."""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_INSTEAD = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2022\u00b7", "*"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    "\t": " ",
    "\u2044": "/",
    "\u00d7": "x",
    "\u2192": "->",
    "\u0142": "l",
    "\u0141": "L",
    "\u0111": "d",
    "\u0110": "D",
    "\u0131": "i",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u00fe": "th",
    "\u00de": "Th",
    "\u00f0": "d",
    "\u00d0": "D",
    "\u00a9": "(c)",
    "\u00ae": "(r)",
}

SINGLE = 160
"""Septets in a message of one segment."""
JOINED = 153
"""Septets in each segment of a longer message."""


def to_gsm7(text: str) -> str:
    """`text` with every character outside the alphabet replaced by its nearest ('?' where there is none)."""
    return "".join(_nearest(character) for character in unicodedata.normalize("NFC", text))


def _nearest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if character in _INSTEAD:
        return _INSTEAD[character]
    plain = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    nearest = "".join(_INSTEAD.get(part, part if part in _BASIC else "?") for part in plain)
    return nearest if nearest.strip("?") or not plain else "?"


def septets(text: str) -> int:
    """How much room `text` takes, as `to_gsm7` leaves it; an extended character takes two septets."""
    return sum(_sizes(text))


def _sizes(text: str) -> list[int]:
    return [2 if character in _EXTENDED else 1 for character in to_gsm7(text)]


def segments(text: str) -> int:
    """How many message segments `text` takes, as `to_gsm7` leaves it."""
    sizes = _sizes(text)
    if sum(sizes) <= SINGLE:
        return 1
    count, room = 1, JOINED
    for size in sizes:
        if size > room:  # an extended character is never cut in two
            count, room = count + 1, JOINED
        room -= size
    return count


def fit(text: str, septets: int) -> str:
    """`text` in the alphabet, cut so that it takes at most `septets`."""
    kept, room = "", septets
    for character in to_gsm7(text):
        room -= 2 if character in _EXTENDED else 1
        if room < 0:
            break
        kept += character
    return kept
