"""Every sentence that a person hears or reads, by key."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the line does not serve: how it is offered and what its callers hear."""

    code: str
    name: str
    locale: str
    voice: str | None
    offer: str
    redirect: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences in English, and one tongue for every other language, in the order of their keys."""

    sentences: Mapping[str, str]
    locale: str
    voice: str | None
    tongues: tuple[Tongue, ...]

    def say(self, key: str, **values: object) -> str:
        """The sentence with its placeholders filled in. KeyError for a key or placeholder that is not there."""
        return self.sentences[key].format(**values)


def placeholders(sentence: str) -> frozenset[str]:
    """The names in braces. ValueError where braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def spoken(digits: str) -> str:
    """Digits one by one: '1 0 4 8 2 3'."""
    return " ".join(digits)


def lasting(length: timedelta) -> str:
    """A length of time to the second: '42 seconds', '3 minutes 20 seconds', '2 hours'.

    None is less than nothing: two clocks may differ by a second.
    """
    minutes, seconds = divmod(max(int(length.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    words = [f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in parts if number]
    return " ".join(words) or "0 seconds"


def listed(items: Iterable[str]) -> str:
    """'a, b and c'."""
    *head, last = list(items) or [""]
    return f"{', '.join(head)} and {last}" if head else last
