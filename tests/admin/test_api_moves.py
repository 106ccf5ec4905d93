"""Tickets, moved by programs."""

import pytest
from sqlalchemy import select

from models.account import Scope
from models.audit import Audit
from models.page import Page
from models.ticket import Ticket
from paging import escalation, pager
from rules.targets import Priority
from tests.admin.api_client import LINE, is_problem
from tests.times import NIGHT
from tickets.lifecycle import lock_ticket


@pytest.fixture
def number(api) -> int:
    """An open P1 of Acme, its page armed."""
    api.contract()
    api.technician("anna", "Anna Rossi")
    return api.ticket()


@pytest.fixture
def program(api):
    return api.program()


def document(program, number):
    return program.get(f"/api/v1/tickets/{number}").get_json()


@pytest.mark.parametrize(
    ("by", "taken_by", "name"),
    [
        ("anna", "anna", "Anna Rossi"),
        ("Help desk", "Help desk", "Help desk"),
        (None, "dashboard", "dashboard"),
        ("  ", "dashboard", "dashboard"),
    ],
)
def test_who_acknowledges_is_a_technician_a_name_or_the_token(program, number, by, taken_by, name):
    response = program.moves(number, "acknowledge", **({} if by is None else {"by": by}))

    body = response.get_json()
    assert response.status_code == 200
    assert (body["state"], body["taken_by"]) == ("in_charge", taken_by)
    assert body["taken_in_charge_at"] == "2026-11-24T02:00:00Z"
    assert body["page"] == {"state": "acknowledged", "level": 1, "round": 1}
    assert {f"{name} acknowledged the page.", f"{name} took the ticket in charge."} <= {
        event["text"] for event in body["events"]
    }
    assert body == document(program, number)


def test_a_body_may_be_left_out(program, number):
    assert program.post(f"/api/v1/tickets/{number}/acknowledge").status_code == 200


STATES = {
    "open": [],
    "in_charge": ["acknowledge"],
    "waiting": ["acknowledge", "wait"],
    "solved": ["solve"],
    "excluded": ["exclude"],
}
LEADS_TO = {
    "acknowledge": {"open": "in_charge"},
    "pass": {"open": "open", "in_charge": "open"},
    "wait": {"in_charge": "waiting"},
    "resume": {"waiting": "in_charge"},
    "solve": {"open": "solved", "in_charge": "solved", "waiting": "solved"},
    "exclude": {"open": "excluded", "in_charge": "excluded", "waiting": "excluded"},
    "lower": {"open": "open", "in_charge": "in_charge", "waiting": "waiting"},
    "note": {state: state for state in STATES},
}
BODY = {"reason": "as the customer asked", "priority": "P2"}


@pytest.mark.parametrize("state", STATES)
def test_a_move_is_made_from_the_states_that_allow_it(api, program, state):
    api.contract()
    for action, targets in LEADS_TO.items():
        number = api.ticket()
        for before in STATES[state]:
            assert program.moves(number, before, **BODY).status_code == 200
        response = program.moves(number, action, **BODY)
        if state in targets:
            assert response.status_code == 200, action
            assert response.get_json()["state"] == targets[state], action
        else:
            assert is_problem(response, 409, str(number)), action
            assert document(program, number)["state"] == state


def test_a_page_ends_with_its_ticket(program, number):
    body = program.moves(number, "solve", reason="Restarted").get_json()
    assert body["page"]["state"] == "closed"
    assert body["events"][-1]["text"] == "dashboard solved it: Restarted"


def test_passing_pages_the_next_level(api, program, number):
    with api.database.write() as session:
        ticket, page = lock_ticket(session, number), pager.lock_page(session, number)
        assert ticket and page
        escalation.advance(session, LINE, ticket, page, NIGHT)
    program.moves(number, "acknowledge", by="anna")

    body = program.moves(number, "pass", by="anna").get_json()

    assert (body["state"], body["taken_by"], body["page"]["state"]) == ("open", None, "paging")
    with api.database.read() as session:
        assert session.scalars(select(Page)).one().due_at == NIGHT


def test_a_ticket_without_a_page_can_be_given_back(api, program):
    api.contract()
    number = api.ticket(paged=False)
    assert is_problem(program.moves(number, "pass"), 409)
    program.moves(number, "acknowledge")
    body = program.moves(number, "pass").get_json()
    assert (body["state"], body["taken_by"]) == ("open", None)
    assert body["events"][-1]["kind"] == "passed"


def test_only_its_owner_passes_a_ticket(api, program, number):
    api.technician("bruno", "Bruno Neri")
    program.moves(number, "acknowledge", by="anna")
    assert is_problem(program.moves(number, "pass", by="bruno"), 409, "Bruno Neri")


def test_priority_is_raised_and_lowered_with_a_reason_and_audited(api, program, number):
    lowered = program.moves(number, "lower", priority="P3", reason="Works again, slowly", by="anna").get_json()
    assert (lowered["priority"], lowered["target_at"]) == ("P3", "2026-11-24T12:00:00Z")
    raised = program.moves(number, "raise", priority="P2", reason="Down again").get_json()
    assert raised["events"][-1]["text"] == "dashboard changed the priority from P3 to P2: Down again"
    with api.database.read() as session:
        trail = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [(one.actor, one.action, one.subject) for one in trail] == [
        ("Anna Rossi by token dashboard", "ticket.lower", "ticket 100001"),
        ("token dashboard", "ticket.raise", "ticket 100001"),
    ]
    assert (trail[0].before["priority"], trail[0].after["priority"]) == ("P1", "P3")


@pytest.mark.parametrize(
    ("action", "priority"), [("raise", "P1"), ("raise", "P2"), ("raise", "P3"), ("lower", "P2"), ("lower", "P1")]
)
def test_a_priority_goes_the_way_that_is_asked(api, program, action, priority):
    api.contract()
    number = api.ticket(priority=Priority.P2) if (action, priority) != ("raise", "P1") else api.ticket()
    assert is_problem(program.moves(number, action, priority=priority, reason="x"), 409)


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("exclude", {}, "reason"),
        ("exclude", {"reason": "  "}, "reason"),
        ("note", {}, "reason"),
        ("lower", {"reason": "x"}, "priority"),
        ("lower", {"priority": "P2"}, "reason"),
        ("raise", {"reason": "x"}, "priority"),
        ("raise", {"priority": "P9", "reason": "x"}, "priority"),
        ("note", {"reason": 5}, "reason"),
        ("note", {"reason": "x" * 2001}, "reason"),
        ("note", {"reason": "a\0b"}, "reason"),
        ("note", {"reason": "\ud800"}, "reason"),
        ("acknowledge", {"by": ["anna"]}, "by"),
        ("acknowledge", {"by": "x" * 121}, "by"),
    ],
)
def test_a_needed_field_is_422_and_changes_nothing(program, number, action, body, field):
    before = document(program, number)
    response = program.moves(number, action, **body)
    assert is_problem(response, 422, field)
    assert response.get_json()["errors"][0]["field"] == field
    assert document(program, number) == before


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ('{"reason": NaN', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe\x00", "application/json", 400),
        ("[]", "application/json", 422),
        ('"note"', "application/json", 422),
        ("reason=x", "application/x-www-form-urlencoded", 415),
        ('{"reason": "x"}', "text/plain", 415),
        ('{"reason": "' + "x" * 1_000_000 + '"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_use_is_a_problem(program, number, data, content_type, status):
    response = program.post(f"/api/v1/tickets/{number}/note", data=data, content_type=content_type)
    assert is_problem(response, status)


def test_markup_stays_text(program, number):
    text = "<script>alert(1)</script> {braces} 🙂"
    assert program.moves(number, "note", reason=text).get_json()["events"][-1]["text"] == f"dashboard: {text}"


def test_moves_of_unknown_tickets_are_404(program):
    assert is_problem(program.moves(100_009, "acknowledge"), 404)


def test_a_read_token_moves_nothing(api, number):
    assert is_problem(api.program(Scope.READ).moves(number, "acknowledge"), 403)
    with api.database.read() as session:
        assert session.get_one(Ticket, number).taken_by is None
