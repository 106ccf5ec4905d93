"""Tickets, read by programs."""

import pytest

from tests.admin.api_client import Api, is_problem


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


def test_a_ticket_tells_its_whole_story(program, number):
    assert document(program, number) == {
        "number": "100001",
        "priority": "P1",
        "state": "open",
        "customer": "Acme SpA",
        "contract": "C-1001",
        "caller": "+393332220001",
        "callback": "+393332220002",
        "opened_at": "2026-11-24T02:00:00Z",
        "target_at": "2026-11-24T03:00:00Z",
        "taken_in_charge_at": None,
        "taken_by": None,
        "page": {"state": "armed", "level": 1, "round": 1},
        "events": [
            {"at": "2026-11-24T01:59:40Z", "kind": "pin", "text": "The PIN is right."},
            {"at": "2026-11-24T02:00:00Z", "kind": "priority", "text": "The caller chose P1."},
            {
                "at": "2026-11-24T02:00:00Z",
                "kind": "opened",
                "text": "Ticket 100001 opened for Acme SpA with priority P1.",
            },
        ],
    }


def test_a_ticket_without_a_page_says_so(api, program):
    api.contract()
    assert document(program, api.ticket(paged=False))["page"] is None


def test_the_story_is_the_same_on_each_kind_of_database(database):
    api = Api(database)
    api.contract()
    number = api.ticket()
    program = api.program()
    program.moves(number, "note", reason="Looked at it")
    assert [event["kind"] for event in document(program, number)["events"]] == ["pin", "priority", "opened", "note"]
    assert program.get("/api/v1/tickets", state="open").get_json()["tickets"][0]["number"] == str(number)


@pytest.mark.parametrize("number", ["100002", "0", "abc", "٣", "99999999999999999999", "-1", "1e5"])
def test_an_unknown_ticket_is_404(program, number):
    assert is_problem(program.get(f"/api/v1/tickets/{number}"), 404, "no ticket")


def test_tickets_come_newest_first_page_by_page(api, program):
    api.contract()
    numbers = [str(api.ticket()) for _ in range(5)]

    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        body = program.get("/api/v1/tickets", **query).get_json()
        seen.append([ticket["number"] for ticket in body["tickets"]])
        cursor = body["next"]

    assert [number for page in seen for number in page] == numbers[::-1]
    assert [len(one) for one in seen] == [2, 2, 1]
    assert cursor is None


def test_the_list_holds_whole_tickets_of_one_state(api, program):
    api.contract()
    first, second = api.ticket(), api.ticket()
    program.moves(first, "acknowledge", by="Help desk")

    body = program.get("/api/v1/tickets", state="in_charge").get_json()
    assert body == {"tickets": [document(program, first)], "next": None}
    (one,) = program.get("/api/v1/tickets", state="open").get_json()["tickets"]
    assert one["number"] == str(second)
    assert program.get("/api/v1/tickets", state="excluded").get_json() == {"tickets": [], "next": None}


@pytest.mark.parametrize("limit", ["1", "1000"])
def test_limits_within_bounds(program, limit):
    assert program.get("/api/v1/tickets", limit=limit).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"state": "burning"}, "state"),
        ({"state": "OPEN"}, "state"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "99999999999999"}, "cursor"),
    ],
)
def test_what_the_list_cannot_be_asked_is_422(program, query, field):
    response = program.get("/api/v1/tickets", **query)
    assert is_problem(response, 422, f"{field}: ")
    assert response.get_json()["errors"][0]["field"] == field
