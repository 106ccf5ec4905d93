"""While the database cannot be used, a caller hears an apology, is asked again, and at last reaches a duty manager."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import delete
from sqlalchemy.pool import ConnectionPoolEntry

from ivr.trouble import TRIES
from models.database import Database
from models.service import RoleContact
from tests.ivr.telephone import Telephone
from tests.ivr.world import ANNA, World

Trouble = Callable[[Database], Any]


@contextmanager
def with_each_connection(database: Database, pragma: str) -> Iterator[None]:
    def say(connection: Any, _entry: ConnectionPoolEntry, _proxy: object) -> None:
        connection.execute(pragma)

    sa.event.listen(database.engine, "checkout", say)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "checkout", say)
        database.engine.dispose()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another process is writing. Nobody waits for it as long as the real patience is."""
    other = sqlite3.connect(_file(database), isolation_level=None)
    with with_each_connection(database, "PRAGMA busy_timeout=1"), closing(other):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def refused(database: Database) -> Iterator[None]:
    """Every write is refused, and what is there can be read: as with a full disk."""
    with with_each_connection(database, "PRAGMA query_only=1"):
        yield


def _file(database: Database) -> str:
    with database.read() as session:
        return str(session.connection().exec_driver_sql("PRAGMA database_list").one()[2])


def tries_again(telephone: Telephone, times: int) -> Telephone:
    for _ in range(times):
        assert telephone.root[-1].tag == "Redirect"
        telephone.wait()
    return telephone


@pytest.mark.parametrize("trouble", [locked, refused])
def test_a_caller_is_asked_again_when_the_trouble_is_over(acme: World, trouble: Trouble) -> None:
    telephone = acme.phone().to_priority()
    with trouble(acme.database):
        telephone.press("1")
        assert telephone.root[-1].tag == "Redirect"
    assert telephone.wait().step == "priority"
    telephone.press("1")
    assert telephone.spoken_ticket == 100001


@pytest.mark.parametrize("trouble", [locked, refused])
def test_trouble_that_lasts_rings_the_duty_managers(acme: World, trouble: Trouble) -> None:
    with trouble(acme.database):
        telephone = tries_again(acme.phone(), TRIES - 1)
    assert telephone.question.tag == "Dial"


def test_without_a_duty_manager_the_caller_is_told_so(acme: World) -> None:
    with acme.database.write() as session:
        session.execute(delete(RoleContact))
    with locked(acme.database):
        telephone = tries_again(acme.phone(), TRIES - 1)
    assert telephone.is_over
    assert telephone.said


def test_a_technician_is_asked_to_send_the_text_again(acme: World) -> None:
    acme.phone().to_closing().wait()
    acme.due()
    with locked(acme.database):
        assert acme.text(ANNA, "ACK") == acme.line.wording.say("reply.trouble")
    assert "yours" in (acme.text(ANNA, "ACK") or "")
