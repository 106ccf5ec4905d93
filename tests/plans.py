"""How a database answers the statements that some work asks: by an index, or by reading a growing table whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from models.database import Base, Database

GROWING = (
    "audit",
    "call",
    "call_step",
    "delivery",
    "duty_message",
    "handoff_notice",
    "monitored_event",
    "page",
    "recording",
    "swap_request",
    "ticket",
    "ticket_event",
)
"""The tables that get a row with each call, message or change."""
_TABLE = rf"(?P<table>{'|'.join(GROWING)})(_\d+)?"
_SCANNED = {"sqlite": re.compile(rf"SCAN {_TABLE}( |$)"), "postgresql": re.compile(rf"Seq Scan on {_TABLE}( |$)")}


@contextmanager
def asked(database: Database) -> Iterator[dict[str, Any]]:
    """Collect the statements of a block, each with the parameters of the last time."""
    found: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            found[statement] = parameters[0] if isinstance(parameters, list) else parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def loaded(kind: type[Base]) -> Iterator[list[Base]]:
    """Collect the rows of a table that a block makes objects of."""
    found: list[Base] = []

    def note(row: Base, _context: object) -> None:
        found.append(row)

    event.listen(kind, "load", note)
    try:
        yield found
    finally:
        event.remove(kind, "load", note)


def scans(database: Database, statements: dict[str, Any]) -> list[str]:
    """Each statement that reads a growing table whole, with the line of its plan.

    PostgreSQL plans as if reading a table whole were very dear: it does so only where no index can serve. A walk along
    an index that ends at a LIMIT is none, if nothing is sorted.
    """
    kind = "postgresql" if database.is_postgresql else "sqlite"
    found = []
    for statement, parameters in statements.items():
        plan = _plan(database, statement, parameters)
        for line in plan:
            if _SCANNED[kind].search(line) and not (kind == "sqlite" and _is_a_walk(statement, plan)):
                found.append(f"{line.strip()}: {' '.join(statement.split())}")
    return found


def _plan(database: Database, statement: str, parameters: Any) -> list[str]:
    with database.engine.connect() as connection:
        if database.is_postgresql:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL jit = off")
        explain = "EXPLAIN " if database.is_postgresql else "EXPLAIN QUERY PLAN "
        return [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters)]


def _is_a_walk(statement: str, plan: list[str]) -> bool:
    return "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan)
