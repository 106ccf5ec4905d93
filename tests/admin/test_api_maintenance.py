"""Booked maintenance windows, by programs."""

import pytest
from sqlalchemy import select

from models.account import Scope
from models.audit import Audit
from models.customer import Maintenance
from tests.admin.api_client import is_problem

PATH = "/api/v1/contracts/C-1001/maintenance"
NIGHT_WORK = {"from": "2026-12-05T22:00:00+01:00", "until": "2026-12-06T03:00:00Z", "reference": "CHG-7"}


@pytest.fixture
def program(api):
    api.contract()
    return api.program()


def test_a_window_is_booked_listed_and_cancelled(api, program):
    booked = program.post(PATH, NIGHT_WORK)
    window = {
        "id": booked.get_json()["id"],
        "from": "2026-12-05T21:00:00Z",
        "until": "2026-12-06T03:00:00Z",
        "reference": "CHG-7",
        "ticket": None,
    }
    assert (booked.status_code, booked.get_json()) == (201, window | {"warning": None})
    assert program.get(PATH).get_json() == {"maintenance": [window]}
    with api.database.read() as session:
        row = session.execute(select(Maintenance)).scalar_one()
        assert row.due_at == row.starts_at
    path = f"{PATH}/{window['id']}"
    assert program.client.delete(path, headers=program.headers).status_code == 204
    assert program.get(PATH).get_json() == {"maintenance": []}
    assert is_problem(program.client.delete(path, headers=program.headers), 404, "has no window")
    with api.database.read() as session:
        trail = session.execute(select(Audit.action, Audit.actor).order_by(Audit.id)).all()
    assert [tuple(row) for row in trail] == [
        ("maintenance.booked", "token dashboard"),
        ("maintenance.cancelled", "token dashboard"),
    ]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"until": "2026-12-05T20:00:00Z"}, "until", "must be after the start"),
        ({"from": "2026-11-01T20:00:00Z", "until": "2026-11-02T20:00:00Z"}, "until", "over already"),
        ({"from": "tomorrow"}, "from", "ISO 8601"),
        ({"from": "2026-12-05T22:00:00"}, "from", "with its offset"),
        ({"reference": "  "}, "reference", "at least 1"),
        ({"reference": "x" * 121}, "reference", "at most 120"),
    ],
)
def test_what_cannot_be_booked_says_why(program, change, field, words):
    answer = program.post(PATH, NIGHT_WORK | change)
    assert is_problem(answer, 422, words)
    assert answer.get_json()["errors"][0]["field"] == field
    assert program.get(PATH).get_json() == {"maintenance": []}


def test_windows_of_one_contract_do_not_overlap(program):
    program.post(PATH, NIGHT_WORK)
    later = NIGHT_WORK | {"from": "2026-12-06T02:59:00Z", "until": "2026-12-06T05:00:00Z"}
    assert is_problem(program.post(PATH, later), 422, "overlaps the window CHG-7")
    next_one = later | {"from": "2026-12-06T03:00:00Z"}
    assert program.post(PATH, next_one).status_code == 201


def test_a_window_in_staffed_hours_gets_a_warning(program):
    day = {"from": "2026-12-04T09:00:00Z", "until": "2026-12-04T12:00:00Z", "reference": "CHG-8"}
    assert "help desk is staffed" in program.post(PATH, day).get_json()["warning"]


def test_who_may(api, program):
    assert is_problem(api.program(Scope.READ).post(PATH, NIGHT_WORK), 403)
    assert api.program(Scope.READ).get(PATH).status_code == 200
    assert is_problem(api.program(None).get(PATH), 401)
    assert is_problem(program.get("/api/v1/contracts/C-9/maintenance"), 404, "no contract")


def test_a_token_of_one_contract_sees_no_others(api, program):
    api.contract(number="C-1002", customer="Beta Srl")
    narrowed = api.program(Scope.FULL, "C-1002")
    assert is_problem(narrowed.get(PATH), 403)
    assert is_problem(narrowed.post(PATH, NIGHT_WORK), 403)
    assert is_problem(narrowed.get("/api/v1/contracts/C-9/maintenance"), 403)
