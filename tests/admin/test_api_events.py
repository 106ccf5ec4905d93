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
