"""Lists of the REST API: filters by number and by date, page after page, newest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from simulator.exchange import Account
from simulator.resources import Resource, root
from simulator.tables import Leg, Recording, TextMessage
from simulator.trouble import Refused

MOST = 1000
USUAL = 50

Row = TypeVar("Row", Leg, Recording, TextMessage)
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list of the API: its name in addresses, its rows, and how one of them is shown."""

    name: str
    row: type[Row]
    show: Callable[[Account, Row], Resource]


def dated(arguments: Mapping[str, str], name: str, column: sa.SQLColumnExpression[Any]) -> list[Condition]:
    """The filters `name` (that day), `name>` (from then on) and `name<` (until then), of days or instants."""
    conditions: list[Condition] = []
    if value := arguments.get(name):
        # The SDK writes a day as its midnight.
        start, end = _span(value[:10])
        conditions += [column >= start, column < end]
    if value := arguments.get(f"{name}>"):
        conditions.append(column >= _span(value)[0])
    if value := arguments.get(f"{name}<"):
        conditions.append(column < _span(value)[1])
    return conditions


def equal(arguments: Mapping[str, str], columns: Mapping[str, InstrumentedAttribute[Any]]) -> list[Condition]:
    """The filters that ask for one value."""
    return [column == arguments[name] for name, column in columns.items() if arguments.get(name)]


def page(
    session: Session,
    account: Account,
    listing: Listing[Row],
    conditions: list[Condition],
    arguments: Mapping[str, str],
) -> Resource:
    """One page of a list, with the address of the next."""
    row = listing.row
    size = min(_number(arguments, "PageSize", USUAL), MOST)
    number = _number(arguments, "Page", 0)
    found = sa.select(row).where(*conditions).order_by(row.created_at.desc(), row.sid.desc())
    if token := arguments.get("PageToken"):
        found = found.where(_after(session, row, token))
    else:
        found = found.offset(number * size)
    rows = list(session.scalars(found.limit(size + 1)))
    shown = rows[:size]
    more = {"Page": str(number + 1), "PageToken": f"PA{shown[-1].sid}"} if len(rows) > size else None
    kept = {key: value for key, value in arguments.items() if key not in ("Page", "PageToken", "PageSize")}
    kept["PageSize"] = str(size)
    address = f"{root(account)}/{listing.name}.json"
    return {
        listing.name.lower(): [listing.show(account, one) for one in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": f"{address}?{urlencode({**arguments})}",
        "first_page_uri": f"{address}?{urlencode({**kept, 'Page': '0'})}",
        "previous_page_uri": f"{address}?{urlencode({**kept, 'Page': str(number - 1)})}" if number else None,
        "next_page_uri": f"{address}?{urlencode({**kept, **more})}" if more else None,
    }


def _after(session: Session, row: type[Row], token: str) -> Condition:
    last = session.get(row, token.removeprefix("PA"))
    if last is None:
        raise Refused(20001, "PageToken")
    older = row.created_at < last.created_at
    return sa.or_(older, sa.and_(row.created_at == last.created_at, row.sid < last.sid))


def _span(value: str) -> tuple[datetime, datetime]:
    """The instants [start, end) that a day or an instant (a whole second) stands for."""
    try:
        if len(value) == len("2026-11-24"):
            start = datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
            return start, start + timedelta(days=1)
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refused(20001, value) from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at, at + timedelta(seconds=1)


def _number(arguments: Mapping[str, str], name: str, usual: int) -> int:
    value = arguments.get(name) or str(usual)
    if not (value.isascii() and value.isdigit()):
        raise Refused(20001, name)
    return max(int(value), 1 if name == "PageSize" else 0)
