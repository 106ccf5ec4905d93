"""The tables as they are, read past everything that the product and the simulation do to the database."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models.database import Database


class PageRow(NamedTuple):
    id: int
    number: int
    state: str
    round: int
    level: int
    due_at: datetime | None
    acknowledged_by: str | None
    ticket_state: str
    taken_by: str | None
    priority: str
    source: str


class StoryLine(NamedTuple):
    id: int
    number: int
    at: datetime
    kind: str
    text: str


class DeliveryRow(NamedTuple):
    id: int
    key: str
    kind: str
    channel: str
    state: str
    page_id: int | None
    round: int | None
    level: int | None
    technician: str | None
    due_at: datetime | None
    provider_sid: str | None
    bundled_into: int | None
    persistent: bool


PAGES = """SELECT p.id, p.ticket_number, p.state, p.round, p.level, p.due_at, p.acknowledged_by, t.state, t.taken_by,
    t.priority, t.source
    FROM page p JOIN ticket t ON t.number = p.ticket_number ORDER BY p.id"""
DELIVERY = """SELECT id, key, kind, channel, state, page_id, round, level, technician_key, due_at, provider_sid,
    bundled_into, persistent FROM delivery"""


ALIKE = """SELECT o.id FROM delivery d JOIN delivery o ON o.address = d.address AND o.channel = d.channel
    WHERE d.id = {} AND (o.body = d.body OR o.channel <> 'sms' AND o.ticket_number = d.ticket_number)"""
NEVER = datetime.max.replace(tzinfo=UTC)


class Tables:
    """Reads on a connection of its own, outside of any transaction."""

    def __init__(self, database: Database) -> None:
        connection = database.engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()
        if database.is_postgresql:
            driver.autocommit = True
        self._connection = driver
        self._cursor = driver.cursor()

    def close(self) -> None:
        self._connection.close()

    def pages(self) -> list[PageRow]:
        return [PageRow._make([*row[:5], _instant(row[5]), *row[6:]]) for row in self._rows(PAGES)]

    def next_page(self) -> datetime:
        """When a page is due next; the end of all time if there is none."""
        return _instant(self._rows("SELECT min(due_at) FROM page")[0][0]) or NEVER

    def next_message(self) -> datetime:
        return _instant(self._rows("SELECT min(due_at) FROM delivery")[0][0]) or NEVER

    def policy(self, page_id: int) -> dict[str, Any]:
        """The escalation policy that the page carries."""
        ((content,),) = self._rows(f"SELECT policy FROM page WHERE id = {page_id}")
        return json.loads(content) if isinstance(content, str) else content

    def story(self, after: int) -> list[StoryLine]:
        """The lines that were added since the line with this id."""
        rows = self._rows(f"SELECT id, ticket_number, at, kind, text FROM ticket_event WHERE id > {after} ORDER BY id")
        return [StoryLine(row[0], row[1], _must(row[2]), row[3], row[4]) for row in rows]

    def new_deliveries(self, after: int) -> list[DeliveryRow]:
        return self._deliveries(f"{DELIVERY} WHERE id > {after} ORDER BY id")

    def deliveries(self, ids: Iterable[int]) -> list[DeliveryRow]:
        named = ", ".join(map(str, ids)) or "0"
        return self._deliveries(f"{DELIVERY} WHERE id IN ({named}) ORDER BY id")

    def all_deliveries(self) -> list[DeliveryRow]:
        return self._deliveries(f"{DELIVERY} ORDER BY id")

    def alike(self, delivery: int) -> list[int]:
        """The messages that a lookup cannot tell from this one, and need not: same reader, same words or same case."""
        return [row[0] for row in self._rows(ALIKE.format(delivery))]

    def bundled(self, bundle: int) -> list[int]:
        """The messages that a bundle says."""
        return [row[0] for row in self._rows(f"SELECT id FROM delivery WHERE bundled_into = {bundle} ORDER BY id")]

    def _deliveries(self, statement: str) -> list[DeliveryRow]:
        return [DeliveryRow._make([*row[:9], _instant(row[9]), *row[10:]]) for row in self._rows(statement)]

    def _rows(self, statement: str) -> list[Any]:
        self._cursor.execute(statement)
        return list(self._cursor.fetchall())


def _instant(value: Any) -> datetime | None:
    """SQLite answers text without a zone, PostgreSQL an instant."""
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _must(value: Any) -> datetime:
    at = _instant(value)
    assert at is not None
    return at
