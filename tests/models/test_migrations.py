"""Migrations that change rows: what an earlier version has written is read as this version means it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from models.database import Database
from models.migrate import FOLDER
from tests.databases import PostgresServer, new_name

AT = "2026-11-23 06:00:00+00:00"
ROWS = (
    "INSERT INTO customer (id, name) VALUES (1, 'Acme SpA')",
    "INSERT INTO contract (id, number, customer_id, plan, starts, ends, paid, escalation_policy) "
    "VALUES (1, 'C-1', 1, 'platinum', '2026-01-01', '2026-12-31', true, 'default')",
    "INSERT INTO ticket (number, contract_id, priority, state, source, opened_at) VALUES "
    f"(100001, 1, 'P1', 'solved', 'call', '{AT}'), (100002, 1, 'P1', 'in_charge', 'call', '{AT}')",
    "INSERT INTO page (id, ticket_number, state, policy, level, round, passed, alarmed_round, raised_at, due_at, "
    "followed_up_at) VALUES "
    f"(1, 100001, 'acknowledged', '{{}}', 1, 1, false, 0, '{AT}', '{AT}', '{AT}'), "
    f"(2, 100002, 'acknowledged', '{{}}', 1, 1, false, 0, '{AT}', '{AT}', '{AT}')",
    "INSERT INTO delivery (id, key, kind, channel, urgency, ticket_number, page_id, name, address, body, state, "
    "attempts, due_at, created_at) VALUES "
    f"(1, 'a', 'follow_up', 'sms', 0, 100001, 1, 'Anna', '+39333', 'NO UPDATE', 'pending', 0, '{AT}', '{AT}'), "
    f"(2, 'b', 'follow_up', 'sms', 0, 100002, 2, 'Anna', '+39333', 'NO UPDATE', 'pending', 0, '{AT}', '{AT}')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgresql")
    name = new_name()
    server.run(f"CREATE DATABASE {name}")
    database = Database(server.url(name))
    yield database
    database.dispose()
    server.drop(name)


def upgrade_to(database: Database, revision: str) -> None:
    with database.engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_what_is_over_is_not_reminded_of_and_sends_nothing(empty: Database) -> None:
    upgrade_to(empty, "0007")
    with empty.engine.begin() as connection:
        for row in ROWS:
            connection.exec_driver_sql(row)
    upgrade_to(empty, "0008")
    with empty.engine.connect() as connection:
        pages = connection.exec_driver_sql(
            "SELECT state, due_at IS NULL, followed_up_at IS NULL FROM page ORDER BY id"
        ).all()
        messages = connection.exec_driver_sql("SELECT state, due_at IS NULL FROM delivery ORDER BY id").all()
    assert [tuple(row) for row in pages] == [("closed", True, True), ("acknowledged", False, False)]
    assert [tuple(row) for row in messages] == [("cancelled", True), ("pending", False)]
