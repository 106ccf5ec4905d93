"""How each kind of value is written. A form reads a node: it answers the value, or notes the error and says INVALID."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any

from admin.file.tree import Mapping, Node, Scalar, Sequence, Tree
from rules import contact_details, pins, timezones

LONGEST_DURATION = timedelta(days=30)
NOT_WORDS = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's control characters, halves of characters, and ends of lines and paragraphs."""
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


class Invalid(Enum):
    """What stands for a value that cannot be used; its error is noted."""

    INVALID = "invalid"


INVALID = Invalid.INVALID
Form = Callable[[Node, Tree], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of the file: `written` are all its keys, `given` are the values of those that are of use."""

    place: str
    given: dict[str, Any]
    written: frozenset[str] = field(default_factory=frozenset)

    def get(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.given[name]

    @property
    def useless(self) -> frozenset[str]:
        """The keys whose values could not be read."""
        return self.written - self.given.keys()

    def at(self, name: str) -> str:
        """The place of one of its keys."""
        return f"{self.place}.{name}" if self.place else name


def value(read: Callable[[Scalar], Any], *, quoted: bool = False) -> Form:
    """A single value; `read` raises ValueError. `quoted`: it must be in quotes, as YAML's own readers spoil it."""

    def form(node: Node, tree: Tree) -> Any:
        try:
            if not isinstance(node, Scalar):
                raise ValueError("must be a single value")
            if node.is_null:
                raise ValueError("is empty")
            if quoted and not node.quoted:
                raise ValueError("must be in quotes: other programs read it as a number without them")
            return read(node)
        except ValueError as error:
            tree.errors.append((node.place, str(error)))
            return INVALID

    return form


def optional(inner: Form) -> Form:
    """What may also be `null`."""
    return lambda node, tree: None if isinstance(node, Scalar) and node.is_null else inner(node, tree)


def sequence(inner: Form, *, filled: str | None = None, distinct: bool = False) -> Form:
    """A list. `filled` says what is wrong with an empty one; `distinct` values may not be repeated."""

    def form(node: Node, tree: Tree) -> Any:
        if not isinstance(node, Sequence):
            tree.errors.append((node.place, "must be a list; [] is one without anything"))
            return INVALID
        if filled and not node:
            tree.errors.append((node.place, filled))
        items = [read for item in node if (read := inner(item, tree)) is not INVALID]
        seen: set[str] = set()
        for item in node:
            if distinct and isinstance(item, Scalar):
                if item in seen:
                    tree.errors.append((item.place, f"{item} is there twice"))
                seen.add(item)
        return items

    return form


def mapping(forms: dict[str, Form], needed: Collection[str] = ()) -> Form:
    """A mapping with these keys and no others; without one of the `needed`, it is invalid as a whole."""

    def form(node: Node, tree: Tree) -> Any:
        if not isinstance(node, Mapping):
            tree.errors.append((node.place, f"must be a mapping with {', '.join(forms)}"))
            return INVALID
        entry = Entry(node.place, {}, frozenset(node))
        for name, inner in node.items():
            if name not in forms:
                tree.errors.append((entry.at(name), _unknown_key(name, forms)))
            elif (read := forms[name](inner, tree)) is not INVALID:
                entry.given[name] = read
        tree.errors += [(entry.at(name), "is missing") for name in needed if name not in node]
        return entry if entry.given.keys() >= set(needed) else INVALID

    return form


def _unknown_key(name: str, forms: Collection[str]) -> str:
    return "is not a key that is known here" + did_you_mean(name, forms, f"; there are {', '.join(forms)}")


def did_you_mean(name: str, known: Collection[str], otherwise: str = "") -> str:
    """'; did you mean anna?', or `otherwise` where nothing is alike."""
    alike = _nearest(name, tuple(known))
    return f"; did you mean {alike}?" if alike else otherwise


@lru_cache(maxsize=256)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Kept, for whoever mistypes a word in a table does so in many rows."""
    names = {one.lower(): one for one in known}
    alike = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    return names[alike[0]] if alike else None


def text(longest: int) -> Form:
    """One line of words."""

    def read(scalar: Scalar) -> str:
        words = scalar.strip()
        if not words:
            raise ValueError("is empty")
        if any(unicodedata.category(character) in NOT_WORDS for character in words):
            raise ValueError("must be one line, without control characters")
        if len(words) > longest:
            raise ValueError(f"is longer than {longest} characters")
        return words

    return value(read)


def _key(scalar: Scalar) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", scalar):
        raise ValueError("must be a word of letters, digits, - and _, at most 64 characters")
    return str(scalar)


def _target(scalar: Scalar) -> Scalar:
    if not re.fullmatch(r"(schedule|technician):[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", scalar):
        raise ValueError('must be "schedule:KEY" or "technician:KEY"')
    return scalar


def _zone(scalar: Scalar) -> str:
    if not timezones.is_known(scalar):
        raise ValueError(timezones.unknown(scalar))
    return str(scalar)


def _phone(scalar: Scalar) -> str:
    if not contact_details.is_phone(scalar):
        raise ValueError(f'"{scalar}" is not a valid number: write + and the country code, such as "+393331110001"')
    return str(scalar)


def _email(scalar: Scalar) -> str:
    if not contact_details.is_email(scalar):
        raise ValueError(f'"{scalar}" is not an e-mail address')
    return str(scalar)


def _pin(scalar: Scalar) -> Scalar:
    if not pins.is_well_formed(scalar):
        raise ValueError("is not a PIN: 8 to 12 digits")
    return scalar


def _boolean(scalar: Scalar) -> bool:
    if scalar not in ("true", "false"):
        raise ValueError("must be true or false")
    return scalar == "true"


def _count(scalar: Scalar) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", scalar) or int(scalar) == 0:
        raise ValueError("must be a whole number from 1")
    return int(scalar)


def _duration(scalar: Scalar) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,7})([smh])", scalar)
    length = int(match[1]) * UNITS[match[2]] if match else timedelta()
    if not length:
        raise ValueError("must be a duration from 1 s, such as 90s, 5m or 2h")
    if length > LONGEST_DURATION:
        raise ValueError(f"is longer than {LONGEST_DURATION.days} days")
    return length


def _date(scalar: Scalar) -> date:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", scalar)
    try:
        return date(*map(int, match.groups())) if match else _not_a_date()
    except ValueError:
        raise ValueError("must be a date such as 2026-12-31") from None


def _not_a_date() -> date:
    raise ValueError


def _wall_time(scalar: Scalar) -> datetime:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?", scalar):
        raise ValueError("must be a local date and time such as 2026-12-24T18:00, without a zone")
    return _in_our_years(_iso(scalar))


def _moment(scalar: Scalar) -> datetime:
    """Local time is naive; an instant, which tells the two hours of an autumn night apart, is aware, in UTC."""
    clock = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    offset = r"(Z|[+-][0-9]{2}:[0-9]{2})"
    if not re.fullmatch(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{clock}{offset}", scalar):
        return _wall_time(scalar)
    try:
        return _in_our_years(_iso(scalar).astimezone(UTC))
    except OverflowError:
        raise ValueError("is not a date and time") from None


def _iso(scalar: Scalar) -> datetime:
    try:
        return datetime.fromisoformat(scalar)
    except ValueError as error:
        raise ValueError(f"is not a date and time: {error}") from None


def _in_our_years(moment: datetime) -> datetime:
    if not timezones.EARLIEST.year <= moment.year < timezones.LATEST.year:
        raise ValueError(f"is not in the years from {timezones.EARLIEST.year} to {timezones.LATEST.year - 1}")
    return moment


def _time_of_day(scalar: Scalar) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", scalar):
        raise ValueError('must be a time of day from "00:00" to "23:59"')
    return time.fromisoformat(scalar)


KEY = value(_key)
TARGET = value(_target)
ZONE = value(_zone)
PHONE = value(_phone, quoted=True)
EMAIL = value(_email)
PIN = value(_pin, quoted=True)
BOOLEAN = value(_boolean)
COUNT = value(_count)
DURATION = value(_duration)
DATE = value(_date)
WALL_TIME = value(_wall_time)
MOMENT = value(_moment)
TIME_OF_DAY = value(_time_of_day, quoted=True)


def one_of(kind: type[StrEnum], allowed: Iterable[StrEnum] = ()) -> Form:
    """A word of an enumeration, or of those `allowed` alone."""
    words = [member.value for member in allowed or kind]

    def read(scalar: Scalar) -> StrEnum:
        if scalar not in words:
            raise ValueError(f"must be one of {', '.join(words)}{did_you_mean(scalar, words)}")
        return kind(scalar)

    return value(read)
