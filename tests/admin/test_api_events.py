"""Monitoring systems report events."""

import pytest
from sqlalchemy import func, select

from models.account import Scope
from models.database import Database
from models.ticket import Ticket
from rules.targets import Plan
from tests.admin.api_client import Api, is_problem

REPORT = {
    "contract": "C-1001",
    "event": "application_crash",
    "status": "firing",
    "source": "Zabbix",
    "summary": "PBX is down",
    "key": "host-1",
}


@pytest.fixture
def monitoring(api):
    api.contract()
    return api.program(Scope.EVENTS)


def tickets(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def report(program, **changes):
    return program.post("/api/v1/events", {**REPORT, **changes})


def test_an_event_is_new_once_and_known_until_its_ticket_ends(database):
    api = Api(database)
    api.contract()
    program = api.program()

    first = report(program)
    assert (first.status_code, first.get_json()) == (201, {"number": "100001", "state": "open"})
    program.moves(100_001, "acknowledge")
    again = report(program)
    assert (again.status_code, again.get_json()) == (200, {"number": "100001", "state": "in_charge"})
    resolved = report(program, status="resolved")
    assert (resolved.status_code, resolved.get_json()) == (200, {"number": "100001", "state": "in_charge"})
    program.moves(100_001, "solve")
    assert report(program).get_json() == {"number": "100002", "state": "open"}


def test_where_no_ticket_is_opened_both_are_null(api):
    api.contract(plan=Plan.BASIC)
    program = api.program(Scope.EVENTS)
    first, again = report(program), report(program)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json() == {"number": None, "state": None}


def test_resolved_without_a_report_is_known_as_nothing(monitoring):
    response = report(monitoring, status="resolved")
    assert (response.status_code, response.get_json()) == (200, {"number": None, "state": None})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contract": "C-9"}, "contract"),
        ({"contract": ""}, "contract"),
        ({"contract": None}, "contract"),
        ({"contract": "a\0"}, "contract"),
        ({"event": "earthquake"}, "event"),
        ({"event": "application_crash "}, None),
        ({"status": "maybe"}, "status"),
        ({"source": 5}, "source"),
        ({"summary": "x" * 2001}, "summary"),
        ({"key": ""}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"key": "\ud800"}, "key"),
    ],
)
def test_what_cannot_be_taken_is_422(api, monitoring, changes, field):
    response = report(monitoring, **changes)
    if field is None:
        assert response.status_code == 201
    else:
        assert is_problem(response, 422, field)
        assert tickets(api.database) == 0


@pytest.mark.parametrize("name", REPORT)
def test_every_field_is_needed(monitoring, name):
    body = {key: value for key, value in REPORT.items() if key != name}
    response = monitoring.post("/api/v1/events", body)
    assert is_problem(response, 422, name)
    assert [error["field"] for error in response.get_json()["errors"]] == [name]


def alert(fingerprint="f1", status="firing", **labels):
    return {
        "status": status,
        "labels": {"contract": "C-1001", "alertname": "disk_nearly_full", "severity": "page", **labels},
        "annotations": {"summary": "Disk at 95 %"},
        "startsAt": "2026-11-24T02:00:00Z",
        "fingerprint": fingerprint,
    }


def test_alertmanager_reports_many_at_once(api, monitoring):
    body = {"version": "4", "status": "firing", "alerts": [alert("f1"), alert("f2", event="disk_low"), alert("f1")]}
    answer = monitoring.post("/api/v1/alertmanager", body)

    assert answer.status_code == 200
    assert answer.get_json() == {"accepted": 3, "rejected": 0, "problems": []}
    with api.database.read() as session:
        opened = session.scalars(select(Ticket).order_by(Ticket.number)).all()
    assert [(ticket.priority, ticket.summary) for ticket in opened] == [("P3", "Disk at 95 %"), ("P4", "Disk at 95 %")]


def test_one_bad_alert_does_not_lose_the_others(api, monitoring):
    bad = [
        alert("b1", contract="C-9"),
        alert("b2", event="earthquake"),
        {**alert("b3"), "labels": {"contract": "C-1001"}},
        {**alert("b4"), "status": "maybe"},
        alert(""),
        {**alert("b6"), "labels": "none"},
        {},
    ]
    answer = monitoring.post("/api/v1/alertmanager", {"alerts": [*bad, alert("good")]}).get_json()

    assert (answer["accepted"], answer["rejected"]) == (1, 7)
    assert [one["fingerprint"] for one in answer["problems"]] == ["b1", "b2", "b3", "b4", "", "b6", ""]
    assert answer["problems"][1]["detail"].startswith("event: unknown event 'earthquake'")
    assert tickets(api.database) == 1


@pytest.mark.parametrize("body", [{}, {"alerts": None}, {"alerts": "x"}, {"alerts": [1]}, {"alerts": [{}] * 1001}])
def test_what_is_no_webhook_is_422(monitoring, body):
    assert is_problem(monitoring.post("/api/v1/alertmanager", body), 422, "alerts")
