"""The database keeps instants, numbers tickets from 100001, and writes one after the other."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import simulator.tables  # noqa: F401  # its tables are migrated too
from models.audit import Audit
from models.customer import Contract, Customer
from models.database import Base, Database, announce, normalised
from models.migrate import is_current, upgrade
from models.service import Heartbeat
from models.ticket import Ticket, TicketSource, TicketState
from rules.targets import Plan, Priority
from tests.times import NIGHT


def test_the_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(database)


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not is_current(empty)
    upgrade(empty)
    upgrade(empty)
    assert is_current(empty)
    empty.dispose()


def test_an_instant_comes_back_in_utc_whatever_its_zone(database: Database) -> None:
    rome = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.write() as session:
        session.add(Heartbeat(engine="one", seen_at=rome))
    with database.read() as session:
        seen = session.get_one(Heartbeat, "one").seen_at
    assert seen == rome
    assert seen.tzinfo is UTC


def test_a_naive_time_is_refused(sqlite: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"), sqlite.write() as session:
        session.add(Heartbeat(engine="one", seen_at=datetime(2026, 7, 1, 12, 0)))  # noqa: DTZ001


def test_ticket_numbers_start_at_100001_and_grow(database: Database) -> None:
    with database.write() as session:
        customer = Customer(name="Acme SpA", time_zone=None)
        contract = Contract(
            number="C-1",
            customer=customer,
            plan=Plan.PLATINUM,
            starts=date(2026, 1, 1),
            ends=date(2026, 12, 31),
            paid=True,
        )
        tickets = [_ticket(contract) for _ in range(3)]
        session.add_all(tickets)
        session.flush()
        numbers = sorted(ticket.number for ticket in tickets)
    assert numbers == [100001, 100002, 100003]


def _ticket(contract: Contract) -> Ticket:
    return Ticket(
        contract=contract, priority=Priority.P1, state=TicketState.OPEN, source=TicketSource.EVENT, opened_at=NIGHT
    )


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Audit(at=NIGHT, actor="max", action="try", subject="x"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Audit)).scalar_one() == 0


def test_the_databases_clock_says_the_time(database_url: str) -> None:
    real = Database(database_url)
    with real.read() as session:
        now = real.now(session)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)
    assert now.utcoffset() == timedelta()
    real.dispose()


def test_a_glance_answers_one_question_and_the_databases_clock(database_url: str) -> None:
    real = Database(database_url)
    with real.write() as session:
        session.add(Heartbeat(engine="one", seen_at=NIGHT))
    answer, now = real.glance("SELECT count(*) FROM heartbeat WHERE engine = :value", "one")
    assert answer == 1
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)
    assert now.utcoffset() == timedelta()
    assert real.glance("SELECT engine FROM heartbeat WHERE engine = :value", "two")[0] is None
    real.dispose()


def test_a_glance_sees_what_was_committed_and_a_virtual_clock(database: Database) -> None:
    many = "SELECT count(*) FROM heartbeat WHERE engine = :value"
    assert database.glance(many, "one") == (0, NIGHT)
    with database.write() as session:
        session.add(Heartbeat(engine="one", seen_at=NIGHT))
        session.flush()
    assert database.glance(many, "one") == (1, NIGHT)


def test_new_work_wakes_whoever_waits_on_sqlite(sqlite: Database) -> None:
    with sqlite.write() as session:
        announce(session)
        announce(session)
    assert sqlite.wakeup.wait(seconds=0)
    assert not sqlite.wakeup.wait(seconds=0), "one announcement wakes once"


@pytest.mark.parametrize("url", ["postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_both_spellings_of_postgresql_mean_the_same(url: str) -> None:
    assert normalised(url) == "postgresql+psycopg://u:p@h/d"
