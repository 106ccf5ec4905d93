"""Health for load balancers and figures for monitoring."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.clock import VirtualClock
from models.database import Database
from models.delivery import DeliveryKind
from models.retention import RetentionProgress
from models.service import Heartbeat
from paging import drills
from rules.escalation import Channel
from rules.targets import Priority
from tests.admin.api_client import LINE, Api, is_problem
from tests.times import NIGHT
from tickets.outbox import post


def test_a_process_that_answers_is_alive_whatever_the_database_does(tmp_path):
    api = Api(Database(f"sqlite:///{tmp_path / 'empty.db'}", VirtualClock(NIGHT)))
    response = api.program(None).get("/healthz", **{})
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_ready(database):
    response = Api(database).program(None).get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ready"})


def test_not_ready_with_an_older_schema(tmp_path):
    api = Api(Database(f"sqlite:///{tmp_path / 'empty.db'}", VirtualClock(NIGHT)))
    assert is_problem(api.program(None).get("/readyz"), 503, "app.py migrate")


def test_not_ready_without_a_database():
    api = Api(Database("postgresql://nobody@127.0.0.1:9/nothing", VirtualClock(NIGHT)))
    assert is_problem(api.program(None).get("/readyz"), 503, "the database does not answer")


def test_not_ready_when_the_database_breaks_later(api):
    program = api.program(None)
    assert program.get("/readyz").status_code == 200
    with api.database.write() as session:
        session.execute(sa.text("DROP TABLE heartbeat"))
        session.execute(sa.text("ALTER TABLE page RENAME TO gone"))
    assert is_problem(program.get("/readyz"), 503, "the database does not answer")


@pytest.mark.parametrize(("seconds", "ready"), [(60, True), (61, False)])
def test_not_ready_when_a_page_waits_for_an_engine(api, seconds, ready):
    api.contract()
    api.ticket()
    api.database.clock.advance(timedelta(seconds=45 + seconds))
    response = api.program(None).get("/readyz")
    if ready:
        assert response.status_code == 200
    else:
        assert is_problem(response, 503, "1 pages are overdue")


def test_not_ready_when_a_message_waits_for_an_engine(api):
    with api.database.write() as session:
        post(
            session,
            key="k",
            kind=DeliveryKind.DUTY,
            channel=Channel.EMAIL,
            name="Ada",
            address="ada@example.com",
            body="x",
            now=NIGHT,
        )
    api.database.clock.advance(timedelta(seconds=61))
    assert is_problem(api.program(None).get("/readyz"), 503, "1 messages are overdue")


def test_metrics_count_what_is_open_and_late(database):
    api = Api(database)
    api.contract()
    number = api.ticket()
    api.ticket()
    program = api.program()
    program.moves(number, "acknowledge")
    with database.write() as session:
        session.add(Heartbeat(engine="worker-1", seen_at=NIGHT))
    database.clock.advance(timedelta(minutes=2))

    response = program.get("/metrics")

    assert response.mimetype == "text/plain"
    lines = response.get_data(as_text=True).splitlines()
    assert {
        'platinum_line_tickets{state="open"} 1.0',
        'platinum_line_tickets{state="in_charge"} 1.0',
        'platinum_line_tickets{state="waiting"} 0.0',
        'platinum_line_pages{state="armed"} 1.0',
        'platinum_line_pages{state="paging"} 0.0',
        'platinum_line_overdue{what="pages"} 1.0',
        'platinum_line_engine_seen_seconds{engine="worker-1"} 120.0',
    } <= set(lines)


def test_metrics_tell_what_retention_has_deleted(api):
    told = {"rows": 0, "last_rows": 7, "total_rows": 70, "last_at": NIGHT, "finished_at": NIGHT}
    with api.database.write() as session:
        session.add(RetentionProgress(kind="call", due_at=NIGHT, **told))
    api.database.clock.advance(timedelta(minutes=2))
    lines = api.program().get("/metrics").get_data(as_text=True).splitlines()
    assert 'platinum_line_deleted_rows{kind="call"} 70.0' in lines
    assert 'platinum_line_retention_seconds{kind="call"} 120.0' in lines


def test_a_drill_is_counted_as_a_page_but_as_no_customers_ticket(api):
    with api.database.write() as session:
        drills.start(session, LINE, "default", Priority.P1, "max@example.com", NIGHT)
    lines = api.program().get("/metrics").get_data(as_text=True).splitlines()
    assert {'platinum_line_tickets{state="open"} 0.0', 'platinum_line_pages{state="armed"} 1.0'} <= set(lines)


def test_metrics_without_a_database_are_a_problem(api):
    program = api.program()
    with api.database.write() as session:
        session.execute(sa.text("ALTER TABLE page RENAME TO gone"))
    assert is_problem(program.get("/metrics"), 503)
