"""SQLite has one writer: threads of one process wait at a lock of ours, other processes at BEGIN IMMEDIATE."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from models.database import Database
from models.service import Heartbeat

PATIENCE = 30.0  # seconds


@contextmanager
def impatient(database: Database) -> Iterator[Database]:
    """The same database from another process, whose SQLite does not wait for a lock at all."""
    other = Database(database.url, database.clock)
    event.listen(other.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=0"))
    yield other
    other.dispose()


def test_who_writes_has_the_database_from_the_first_read_on(sqlite: Database) -> None:
    """What is read in the transaction decides what is written: nobody changes it in between."""
    with impatient(sqlite) as other, sqlite.write() as writer:
        assert writer.get(Heartbeat, "one") is None
        with pytest.raises(OperationalError, match="locked"), other.write() as second:
            second.get(Heartbeat, "one")


def test_who_reads_keeps_nobody_from_writing_and_waits_for_nobody(sqlite: Database) -> None:
    with impatient(sqlite) as other, sqlite.read() as reader:
        assert reader.get(Heartbeat, "one") is None
        with other.write() as writer:
            writer.add(Heartbeat(engine="one", seen_at=sqlite.clock.now()))
            writer.flush()
            with sqlite.read() as second:
                assert second.get(Heartbeat, "one") is None
        assert reader.get(Heartbeat, "one", populate_existing=True) is None, "a snapshot"


def test_threads_of_one_process_take_turns(sqlite: Database) -> None:
    """Without SQLite's own wait: two threads that write at once would both fail, if no lock of ours came before it."""
    with impatient(sqlite) as database:
        inside, left, failed = threading.Event(), threading.Event(), []

        def writes() -> None:
            try:
                inside.set()
                with database.write() as session:
                    session.add(Heartbeat(engine="two", seen_at=database.clock.now()))
                    assert left.is_set()
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=writes)
        with database.write() as session:
            thread.start()
            assert inside.wait(PATIENCE)
            session.add(Heartbeat(engine="one", seen_at=database.clock.now()))
            session.flush()
            left.set()
        thread.join(PATIENCE)
        assert failed == []
        with database.read() as session:
            assert session.get(Heartbeat, "one") and session.get(Heartbeat, "two")
