"""Each unique constraint and index is in both migrated databases, for a reason, and does what it is there for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Inspector

import models
import simulator.tables  # its tables are migrated too
from models.database import Base, Database
from tests.models.schema_reasons import INDEX, UNIQUE
from tests.times import NIGHT

PARTS = (models, simulator.tables)
"""All that declares a table is imported."""
MIGRATIONS = "alembic_version"
ADD_A_REASON = "say in tests/models/schema_reasons.py what would break without it"
TAKE_IT_AWAY = "it is not in the database: take its reason out of tests/models/schema_reasons.py, or bring it back"


def test_each_unique_constraint_is_in_the_database_for_a_reason(database: Database) -> None:
    there = {key for table in tables(database) for key in unique_keys(sa.inspect(database.engine), table)}
    assert there - UNIQUE.keys() == set(), ADD_A_REASON
    assert UNIQUE.keys() - there == set(), TAKE_IT_AWAY


def test_each_index_is_in_the_database_for_a_reason(database: Database) -> None:
    there = {key for table in tables(database) for key in index_keys(sa.inspect(database.engine), table)}
    assert there - INDEX.keys() == set(), ADD_A_REASON
    assert INDEX.keys() - there == set(), TAKE_IT_AWAY


def tables(database: Database) -> list[str]:
    return [name for name in sa.inspect(database.engine).get_table_names() if name != MIGRATIONS]


def unique_keys(inspector: Inspector, table: str) -> set[str]:
    """The unique constraints, and the primary keys that are not a mere row number."""
    columns: list[list[Any]] = [one["column_names"] for one in inspector.get_unique_constraints(table)]
    columns += [one["column_names"] for one in inspector.get_indexes(table) if one["unique"] and not mirrors(one)]
    primary = inspector.get_pk_constraint(table)["constrained_columns"]
    if primary not in (["id"], ["number"]) or table in ("sender", "blocked_number", "sim_number"):
        columns.append(primary)
    return {f"{table} ({', '.join(one)})" for one in columns}


def index_keys(inspector: Inspector, table: str) -> set[str]:
    return {
        f"{table} ({', '.join(str(name) for name in one['column_names'])}){condition(one)}"
        for one in inspector.get_indexes(table)
        if not one["unique"]
    }


def mirrors(index: Any) -> bool:
    """Whether it is only PostgreSQL's way to keep a unique constraint that is listed already."""
    return "duplicates_constraint" in index


def condition(index: Any) -> str:
    """The rows that a partial index holds."""
    options = index.get("dialect_options", {})
    where = options.get("postgresql_where", options.get("sqlite_where"))
    return f" where {re.sub('[()]', '', str(where)).lower()}" if where is not None else ""


@pytest.mark.parametrize("key", UNIQUE)
def test_a_second_row_of_the_same_key_is_refused(key: str, sqlite: Database) -> None:
    table, columns = parsed(key)
    with alone(sqlite, table) as connection:
        connection.execute(table.insert(), row(table, 1))
        same = {name: row(table, 1)[name] for name in columns}
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(table.insert(), row(table, 2) | same)


@pytest.mark.parametrize("key", UNIQUE)
def test_a_row_that_differs_in_one_column_of_the_key_is_another(key: str, sqlite: Database) -> None:
    table, columns = parsed(key)
    with alone(sqlite, table) as connection:
        connection.execute(table.insert(), row(table, 1))
        for number, name in enumerate(columns, 2):
            same = {each: row(table, 1)[each] for each in columns if each != name}
            connection.execute(table.insert(), row(table, number) | same)


def parsed(key: str) -> tuple[sa.Table, list[str]]:
    name, _, columns = key.removesuffix(")").partition(" (")
    return Base.metadata.tables[name], columns.split(", ")


@contextmanager
def alone(database: Database, table: sa.Table) -> Iterator[Connection]:
    """A transaction in which rows need no rows of other tables. It leaves nothing."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        yield connection
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def row(table: sa.Table, number: int) -> dict[str, Any]:
    """A row whose every value is like that of no row with another number."""
    return {column.name: value(column, number) for column in table.columns}


def value(column: "sa.Column[Any]", number: int) -> Any:
    match column.type:
        case sa.Enum() as kind:
            return list(kind.python_type)[number % len(kind.enums)]
        case sa.String():
            return f"{number} {column.name}"[: column.type.length]
        case sa.JSON():
            return {"number": number}
        case sa.LargeBinary():
            return bytes([number])
        case sa.Date():
            return NIGHT.date() + timedelta(days=number)
        case sa.Integer() | sa.Float() | sa.Boolean():
            return column.type.python_type(number)
    return NIGHT + timedelta(days=number)
