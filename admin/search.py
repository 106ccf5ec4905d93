"""What the lists share that are searched: local days, typed words, addresses that hold the whole question, and parts.

A list is shown part by part, each found from the row at the end of the one before: the hundredth is as fast as the
first, and what comes in meanwhile moves nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import Field, Form, SelectField
from wtforms.validators import Optional

from admin import fields
from admin.times import Times
from rules import timezones

Row = TypeVar("Row")
A_PART = 50
MOST_WORDS = 8
FEWEST_DIGITS = 3
LARGEST_NUMBER = 2**31 - 1
PAGING = ("before", "after")
NUMBER_LIKE = re.compile(r"[0-9]{1,10}")
UNFINDABLE = ("Cc", "Cs")
"""The kinds of characters, as Unicode has them, that no row holds."""
PHONE_LIKE = re.compile(r"[+0-9][0-9 ()./-]*")


class SearchForm(Form):
    """What is left empty does not narrow. Days are whole, and local."""

    q = fields.text("Search", longest=100)
    since = fields.DayField("From", [Optional()])
    until = fields.DayField("Until", [Optional()])

    def words(self) -> list[str]:
        """Each must be found; a telephone number typed in groups is one word."""
        typed = findable(self.q.data or "")
        return [typed] if PHONE_LIKE.fullmatch(typed) else typed.split()[:MOST_WORDS]

    def within(self, column: InstrumentedAttribute[datetime], zone: str) -> list[ColumnElement[bool]]:
        """The days of `zone` between which a row's instant must lie."""
        found = [column >= midnight(self.since.data, zone)] if self.since.data else []
        return [*found, column < midnight(self.until.data, zone, later=1)] if self.until.data else found


def any_choice(label: str, choices: Iterable[tuple[str, str]]) -> SelectField:
    """One of these values, each with its words, or none of them."""
    return SelectField(
        label, default="", choices=[fields.choice("", "Any"), *(fields.choice(*each) for each in choices)]
    )


def midnight(day: date, zone: str, later: int = 0) -> datetime:
    """The instant at which a local day begins, or one so many days later."""
    within = min(max(day, timezones.EARLIEST.date()), timezones.LATEST.date())
    return timezones.to_utc(datetime.combine(within, time()) + timedelta(days=later), zone)


def findable(typed: str) -> str:
    """What was typed, as a database can look for it: without control characters and halves of characters."""
    kept = (letter for letter in typed if letter.isspace() or unicodedata.category(letter) not in UNFINDABLE)
    return "".join(kept).strip()


def number_of(word: str) -> int | None:
    """The ticket number that a word may be."""
    number = int(word) if NUMBER_LIKE.fullmatch(word) else None
    return number if number is not None and number <= LARGEST_NUMBER else None


def digits_of(word: str) -> str:
    """What a telephone number must contain to be the one typed, with its country's code or without; '' for others."""
    digits = re.sub(r"[^0-9]", "", word).lstrip("0") if PHONE_LIKE.fullmatch(word) else ""
    return digits if len(digits) >= FEWEST_DIGITS else ""


def asked_for(name: str) -> str:
    """One value of the address, as the database can take it."""
    return findable(request.args.get(name, ""))


@dataclass(frozen=True, slots=True)
class Edge:
    """The row from which a list goes on: below it, or above it (`upwards`)."""

    row: str
    upwards: bool


def edge() -> Edge | None:
    """Where the list that is asked for goes on; None: it begins."""
    below, above = (asked_for(name) for name in PAGING)
    return Edge(below or above, not below) if below or above else None


def address(**changed: object) -> str:
    """This list with another value here and there; '' leaves one out. It begins at its first part."""
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if name not in PAGING}
    kept = {name: value for name, value in (asked | changed).items() if value}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One thing that a search asks for, and the address of the same search without it."""

    words: str
    without: str


def narrowings(form: Form, times: Times) -> list[Narrowing]:
    """What a form that passed its checks asks for."""
    given = [field for field in form if field.data]
    return [Narrowing(f"{f.label.text}: {_told(f, times)}", address(**{f.name: ""})) for f in given]


def _told(field: Field, times: Times) -> str:
    if isinstance(field, SelectField):
        return next((str(label) for value, label, *_ in field.iter_choices() if value == field.data), field.data)
    if isinstance(field.data, date):
        return times.day(midnight(field.data, times.zone))
    return str(field.data)


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Rows in the order of the list, and whether there are others on either side."""

    rows: Sequence[Row]
    has_newer: bool
    has_older: bool


def part(found: Sequence[Row], edge: Edge | None) -> Part[Row]:
    """`found` are up to A_PART + 1 rows, in the direction of the edge."""
    more = len(found) > A_PART
    rows = found[:A_PART]
    if edge and edge.upwards:
        return Part(rows[::-1], has_newer=more, has_older=True)
    return Part(rows, has_newer=edge is not None, has_older=more)
