"""Lists that may be long, shown part by part: rows of a table from an edge on, and dated things of one schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic
from urllib.parse import urlencode

from flask import request
from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin.search import A_PART, Edge, Part, Row, SearchForm, asked_for, number_of, part

Order = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
"""What a list is sorted by. The last is the key that names a row in an address."""


class FindForm(SearchForm):
    """Words alone, for a list of things that have no day."""

    since = None  # type: ignore[assignment]  # wtforms takes the field away
    until = None  # type: ignore[assignment]


def listed(
    session: Session, statement: Select[*tuple[Any, ...]], order: Order, edge: Edge | None, *, falling: bool = False
) -> Part[Any]:
    """The rows of a statement on one side of an edge; `falling`: the largest first. An edge that is gone is no edge."""
    start = _start(session, order, edge) if edge else None
    if start is None:
        edge = None
    else:
        here = tuple_(*(literal(value, column.type) for value, column in zip(start, order, strict=True)))
        statement = statement.where(_beyond(tuple_(*order), here, edge, falling))
    backwards = falling != (edge is not None and edge.upwards)
    statement = statement.order_by(*(column.desc() if backwards else column for column in order)).limit(A_PART + 1)
    return part([row[0] if len(row) == 1 else row for row in session.execute(statement)], edge)


def _start(session: Session, order: Order, edge: Edge) -> Sequence[Any] | None:
    """What the row at the edge is sorted by."""
    key = order[-1]
    named = number_of(edge.row) if key.type.python_type is int else edge.row
    return session.execute(select(*order).where(key == named)).one_or_none()


def _beyond(there: Any, here: Any, edge: Edge | None, falling: bool) -> ColumnElement[bool]:
    upwards = edge is not None and edge.upwards
    beyond: ColumnElement[bool] = there < here if falling != upwards else there > here
    return beyond


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some of the rows, with the addresses of those before and after them; '' where there are none."""

    rows: Sequence[Row]
    before: str
    after: str


def cut(rows: Sequence[Row], path: str, name: str) -> Slice[Row]:
    """The rows that the page at `path` shows: `name` in its address says how many come before them."""
    asked = number_of(asked_for(name)) or 0
    start = min(asked, max(len(rows) - 1, 0)) // A_PART * A_PART
    end = start + A_PART

    def at(place: int) -> str:
        return f"{path}?{urlencode(request.args.to_dict() | {name: place})}#{name}"

    return Slice(rows[start:end], at(start - A_PART) if start else "", at(end) if end < len(rows) else "")
