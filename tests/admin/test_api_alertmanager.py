"""Alertmanager sends alerts: what cannot be placed is kept and told; overload is answered so that it tries again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from admin.accounts import add_user
from admin.api import alert_batches
from admin.api.alert_batches import AlertBatches
from admin.api.tokens import Program
from models.account import Role, Scope
from models.delivery import Delivery, DeliveryKind
from models.service import RoleContact
from models.ticket import Ticket
from models.unplaced_alert import UnplacedAlert
from tests.admin.api_client import Api, is_problem

PATH = "/api/v1/alertmanager"


@pytest.fixture
def monitoring(api):
    api.contract()
    return api.program(Scope.EVENTS)


def alert(fingerprint="f1", status="firing", **labels):
    return {
        "status": status,
        "labels": {"contract": "C-1001", "alertname": "disk_nearly_full", "severity": "page", **labels},
        "annotations": {"summary": "Disk at 95 %"},
        "startsAt": "2026-11-24T02:00:00Z",
        "fingerprint": fingerprint,
    }


def sends(program, *alerts):
    answer = program.post(PATH, {"version": "4", "status": "firing", "alerts": list(alerts)})
    assert answer.status_code == 200
    return answer.get_json()


def kept(database):
    with database.read() as session:
        return list(session.scalars(sa.select(UnplacedAlert).order_by(UnplacedAlert.id)))


def tickets(database):
    with database.read() as session:
        return list(session.scalars(sa.select(Ticket).order_by(Ticket.number)))


def test_many_are_taken_at_once(api, monitoring):
    assert sends(monitoring, alert("f1"), alert("f2", event="disk_low"), alert("f1")) == {"accepted": 3, "rejected": 0}
    opened = [(ticket.priority, ticket.summary) for ticket in tickets(api.database)]
    assert opened == [("P3", "Disk at 95 %"), ("P4", "Disk at 95 %")]
    assert kept(api.database) == []


UNPLACEABLE = {
    "unknown contract": (alert("b", contract="C-9"), "C-9"),
    "unknown event": (alert("b", event="earthquake"), "earthquake"),
    "no contract": ({**alert("b"), "labels": {"alertname": "disk_low"}}, "contract"),
    "no event": ({**alert("b"), "labels": {"contract": "C-1001"}}, "alertname"),
    "unknown status": ({**alert("b"), "status": "maybe"}, "status"),
    "no fingerprint": (alert(""), "fingerprint"),
    "labels that are none": ({**alert("b"), "labels": "none"}, "labels"),
    "a label that no database takes": (alert("b", contract="C\0\ud800"), "contract"),
    "a label that no one reads, and no database takes": (alert("b", contract="C-9", note="\0\ud800"), "C-9"),
    "nothing": ({}, "status"),
    "no alert at all": (1, "alert"),
}


@pytest.mark.parametrize("case", UNPLACEABLE)
def test_what_cannot_be_placed_is_kept_and_loses_no_other(database, case):
    bad, word = UNPLACEABLE[case]
    api = Api(database)
    api.contract()

    assert sends(api.program(Scope.EVENTS), alert("f1"), bad, alert("f2")) == {"accepted": 2, "rejected": 1}
    assert len(tickets(api.database)) == 2
    (row,) = kept(api.database)
    assert word in row.reason
    assert (row.sender, row.count, row.first_at) == ("dashboard", 1, row.last_at)


def test_a_repeat_is_counted_and_says_what_is_wrong_now(api, monitoring):
    sends(monitoring, alert("b", contract="C-9"))
    api.database.clock.advance(timedelta(minutes=1))
    sends(monitoring, alert("b", "resolved", contract="C-8"))
    (row,) = kept(api.database)
    assert (row.count, row.status) == (2, "resolved")
    assert "C-8" in row.reason
    assert (row.last_at - row.first_at).seconds == 60


def test_an_alert_leaves_the_list_when_it_is_placed(api, monitoring):
    sends(monitoring, alert("b", contract="C-2"), alert("other", contract="C-9"))
    api.contract(number="C-2", customer="Borea")
    assert sends(monitoring, alert("b", contract="C-2")) == {"accepted": 1, "rejected": 0}
    assert ["C-9" in row.reason for row in kept(api.database)] == [True]


def test_a_token_of_one_contract_is_told_the_same_of_all_others(api):
    api.contract()
    api.contract(number="C-2", customer="Borea")
    program = api.program(Scope.EVENTS, "C-1001")
    assert sends(program, alert("a", contract="C-2"), alert("b", contract="C-404")) == {"accepted": 0, "rejected": 2}
    first, second = kept(api.database)
    assert first.reason == second.reason
    assert tickets(api.database) == []


@pytest.mark.parametrize("body", [{}, {"alerts": None}, {"alerts": "x"}, {"alerts": [{}] * 10_001}])
def test_a_message_that_cannot_be_read_is_kept_too(api, monitoring, body):
    assert is_problem(monitoring.post(PATH, body), 422, "alerts")
    assert is_problem(monitoring.post(PATH, body), 422, "alerts")
    assert [(row.count, "alerts" in row.reason) for row in kept(api.database)] == [(2, True)]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "x" * (alert_batches.LARGEST + 1), "content_type": "application/json"}, 413),
        ({"data": "{}", "content_type": "text/plain"}, 415),
    ],
)
def test_so_is_one_that_is_too_large_or_no_json(api, monitoring, options, status):
    assert monitoring.post(PATH, **options).status_code == status
    assert len(kept(api.database)) == 1


def test_a_batch_of_a_large_installation_is_taken(api, monitoring):
    noise = "x" * 30_000
    many = [alert(f"f{number}", event="disk_low", note=noise) for number in range(40)]
    assert sends(monitoring, *many) == {"accepted": 40, "rejected": 0}


def answered(batches, *alerts):
    """What a request with these alerts is answered, by its status; `Retry-After` where there is one."""
    with Flask("batches").test_request_context(PATH, method="POST", json={"alerts": list(alerts)}):
        g.program = Program("dashboard", Scope.EVENTS, None)
        try:
            return batches.take()
        except HTTPException as refused:
            assert refused.response is not None
            return refused.response.status_code, refused.response.headers.get("Retry-After")


def test_a_flood_is_answered_503_and_callers_keep_their_threads(sqlite):
    begun, may_end = threading.Semaphore(0), threading.Event()

    def place(report):
        begun.release()
        assert may_end.wait(20)

    batches = AlertBatches(sqlite, place)
    with ThreadPoolExecutor(alert_batches.AT_ONCE) as pool:
        first = [pool.submit(answered, batches, alert()) for _ in range(alert_batches.AT_ONCE)]
        assert all(begun.acquire(timeout=20) for _ in first)
        refused = {answered(batches, alert()) for _ in range(20)}
        may_end.set()
        assert [one.result(20) for one in first] == [(1, 0)] * alert_batches.AT_ONCE
    assert refused == {(503, str(alert_batches.TRY_AGAIN_AFTER))}
    assert answered(batches, alert()) == (1, 0)


def test_a_database_that_cannot_keep_up_is_answered_503(sqlite):
    def place(report):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    batches = AlertBatches(sqlite, place)
    for _ in range(2 * alert_batches.AT_ONCE):
        assert answered(batches, alert()) == (503, str(alert_batches.TRY_AGAIN_AFTER))


def test_an_error_of_ours_with_one_alert_loses_no_other(sqlite):
    def place(report):
        if report.key == "b":
            raise ZeroDivisionError

    assert answered(AlertBatches(sqlite, place), alert("a"), alert("b"), alert("c")) == (2, 1)
    assert len(kept(sqlite)) == 1


def test_pages_leave_while_a_flood_is_kept(sqlite):
    kept_at = []
    for name in ("begin", "commit"):
        sa.event.listen(sqlite.engine, name, lambda connection: kept_at.append(0))

    def counts(connection, cursor, statement, *others):
        if statement.startswith("INSERT INTO unplaced_alert"):
            kept_at[-1] += 1

    sa.event.listen(sqlite.engine, "after_cursor_execute", counts)
    many = [{"labels": {"alertname": "disk_low"}, "fingerprint": str(number)} for number in range(250)]
    assert answered(AlertBatches(sqlite, lambda report: None), *many) == (0, 250)
    assert sum(kept_at) == 250
    assert max(kept_at) <= alert_batches.KEPT_AT_ONCE


def test_no_limit_on_requests_is_for_alertmanager(quick_world):
    for _ in range(60):
        assert quick_world.post(PATH, {"alerts": []}) == {"accepted": 0, "rejected": 0}


def mails(world, to):
    with world.database.read() as session:
        statement = sa.select(Delivery).where(Delivery.kind == DeliveryKind.ALERT, Delivery.address == to)
        return list(session.scalars(statement.order_by(Delivery.id)))


@pytest.fixture
def admin(world):
    with world.database.write() as session:
        add_user(session, "admin@example.com", Role.ADMIN, world.clock.at)
    return "admin@example.com"


def test_admins_are_told_of_each_alert_once(world, admin):
    world.post(PATH, {"alerts": [alert("a", contract="C-9"), alert("b", contract="C-8")]})
    world.passes(seconds=5)
    (mail,) = mails(world, admin)
    assert "C-9" in mail.body and "C-8" in mail.body and "/alerts" in mail.body

    for _ in range(3):
        world.post(PATH, {"alerts": [alert("a", contract="C-9")]})
        world.passes(hours=1)
    assert len(mails(world, admin)) == 1


def test_what_follows_soon_shares_an_email(world, admin):
    world.post(PATH, {"alerts": [alert("first", contract="C-9")]})
    world.passes(seconds=5)
    for number in range(30):
        world.post(PATH, {"alerts": [alert(f"later {number}", contract=f"C-{number}")]})
        world.passes(seconds=1)
    world.passes(minutes=6)
    _, mail = mails(world, admin)
    assert "C-19" in mail.body and "C-20" not in mail.body and "10 more" in mail.body


def test_without_an_admin_the_duty_manager_is_told_and_without_both_it_waits(quick_world):
    world = quick_world
    world.post(PATH, {"alerts": [alert("a", contract="C-9")]})
    world.passes(seconds=5)
    with world.database.read() as session:
        told = session.scalars(sa.select(Delivery).where(Delivery.kind == DeliveryKind.DUTY)).all()
    assert {one.channel for one in told} == {"sms", "email"}

    with world.database.write() as session:
        session.execute(sa.delete(RoleContact))
    world.post(PATH, {"alerts": [alert("b", contract="C-9")]})
    world.passes(hours=1)
    with world.database.write() as session:
        assert session.scalars(sa.select(UnplacedAlert.due_at).where(UnplacedAlert.due_at.is_not(None))).all()
        add_user(session, "late@example.com", Role.ADMIN, world.clock.at)
    world.passes(hours=1)
    assert len(mails(world, "late@example.com")) == 1
