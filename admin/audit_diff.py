"""What a change was, place by place, out of what was there before and after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SECRET = re.compile(r"password|secret|digest|\bpins?\b|totp|code", re.IGNORECASE)
"""Places whose values are never shown, should one ever be on file."""
HIDDEN = "not shown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, such as 'layers 1 participants'; '' where the whole is one value. '' for what is not there."""

    place: str
    before: str
    after: str


def differences(before: Any, after: Any) -> list[Difference]:
    """The places whose values differ, in the order of what is there now; nothing for what stays."""
    was, becomes = dict(_places(before, "")), dict(_places(after, ""))
    return [
        _difference(place, was.get(place), becomes.get(place))
        for place in [*becomes, *(place for place in was if place not in becomes)]
        if was.get(place) != becomes.get(place)
    ]


def _difference(place: str, was: Any, becomes: Any) -> Difference:
    if SECRET.search(place):
        return Difference(place, HIDDEN if was else "", HIDDEN if becomes else "")
    return Difference(place, _in_words(was), _in_words(becomes))


def _places(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every single value with its place, but for empty ones; a list of single values is one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, f"{place} {str(name).replace('_', ' ')}".strip())
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(value, 1):
            yield from _places(inner, f"{place} {number}".strip())
    elif value not in (None, "", []):
        yield place, value


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value if one is not None) if isinstance(value, list) else str(value)
