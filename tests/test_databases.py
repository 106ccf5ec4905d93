"""The PostgreSQL database that tests have in turn is the same for each of them: as the migrations leave it."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from models.clock import VirtualClock
from models.database import Database
from models.service import Heartbeat
from tests.databases import PostgresServer, SharedPostgres, sqlite_copy
from tests.lent import lent
from tests.times import NIGHT

BEATS = "SELECT count(*) FROM heartbeat WHERE engine = :value"


@pytest.fixture
def shared(postgresql: PostgresServer) -> SharedPostgres:
    return SharedPostgres(postgresql)


def run(url: str, *statements: str) -> None:
    database = Database(url)
    with database.write() as session:
        for statement in statements:
            session.execute(sa.text(statement))
    database.dispose()


def ask(url: str, question: str) -> object:
    database = Database(url)
    with database.read() as session:
        answer = session.execute(sa.text(question)).scalar_one()
    database.dispose()
    return answer


def test_rows_and_numbers_of_one_test_are_gone_in_the_next(shared: SharedPostgres) -> None:
    with shared.turn() as url:
        run(url, "INSERT INTO customer (name) VALUES ('Acme SpA')", "SELECT nextval('ticket_number_seq')")
        run(url, "UPDATE alembic_version SET version_num = 'unknown'")
    with shared.turn() as url:
        assert ask(url, "SELECT count(*) FROM customer") == 0
        assert ask(url, "INSERT INTO customer (name) VALUES ('Acme SpA') RETURNING id") == 1
        assert ask(url, "SELECT nextval('ticket_number_seq')") == 100001
        assert ask(url, "SELECT version_num FROM alembic_version") != "unknown"


def test_a_schema_that_a_test_altered_is_replaced(shared: SharedPostgres) -> None:
    with shared.turn() as url:
        run(url, "ALTER TABLE heartbeat RENAME TO gone")
    with shared.turn() as url:
        assert ask(url, "SELECT count(*) FROM heartbeat") == 0


def test_whoever_is_left_of_one_test_cannot_reach_the_next(shared: SharedPostgres) -> None:
    with shared.turn() as url:
        left = Database(url)
        with left.write() as session:
            session.add(Heartbeat(engine="one", seen_at=NIGHT))
    with shared.turn() as fresh, pytest.raises(sa.exc.OperationalError), left.write() as session:
        assert fresh != url
        session.add(Heartbeat(engine="two", seen_at=NIGHT))
    left.dispose()


def test_an_open_transaction_of_one_test_does_not_hold_up_the_next(shared: SharedPostgres) -> None:
    with shared.turn() as url:
        left = psycopg.connect(url.replace("+psycopg", ""))
        left.execute("INSERT INTO customer (name) VALUES ('Acme SpA')")
    with shared.turn() as url:
        assert ask(url, "SELECT count(*) FROM customer") == 0
    left.close()


def test_the_object_that_is_lent_goes_to_the_database_of_each_test(
    tmp_path: Path, migrated_sqlite: Path, shared: SharedPostgres, clock: VirtualClock
) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        with lent(sqlite_copy(migrated_sqlite, folder), clock) as database:
            beats(database)
        with shared.turn() as url, lent(url, clock) as database:
            beats(database)


def test_two_that_are_lent_at_once_are_two(postgresql_url: str, sqlite_url: str, clock: VirtualClock) -> None:
    for url in (postgresql_url, sqlite_url):
        with lent(url, clock) as one, lent(url, clock) as two:
            assert one is not two
            beats(one)
            assert one.glance(BEATS, "one") == two.glance(BEATS, "one") == (1, NIGHT)


def beats(database: Database) -> None:
    assert database.glance(BEATS, "one") == (0, NIGHT), "nothing of another test is there"
    with database.write() as session:
        session.add(Heartbeat(engine="one", seen_at=NIGHT))
