"""Who may ask what: tokens, scopes, and contracts that a token is narrowed to."""

import pytest

from models.account import Scope, Token
from tests.admin.api_client import is_problem
from tests.times import NIGHT

READS = [
    "/api/v1/on-call?schedule=x",
    "/api/v1/schedules/x/shifts",
    "/api/v1/schedules/x/fairness",
    "/api/v1/schedules/x/fairness.csv",
    "/api/v1/tickets",
    "/api/v1/tickets/100001",
    "/metrics",
]
REPORTS = ["/api/v1/events", "/api/v1/alertmanager"]
MOVES = [f"/api/v1/tickets/100001/{move}" for move in
         ("acknowledge", "pass", "wait", "resume", "solve", "exclude", "lower", "raise", "note")]  # fmt: skip
ROUTES = [("GET", path) for path in READS] + [("POST", path) for path in REPORTS + MOVES]
ALLOWED = {
    Scope.FULL: set(ROUTES),
    Scope.READ: {("GET", path) for path in READS},
    Scope.EVENTS: {("POST", path) for path in REPORTS},
}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer unknown", "Basic YTpi", "plt_x", "Bearer \xff"])
def test_without_a_known_token_nothing_is_answered(api, header):
    for method, path in ROUTES:
        response = api.app.test_client().open(path, method=method, headers={"Authorization": header} if header else {})
        assert is_problem(response, 401, "Authorization: Bearer"), path
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_opens_its_routes_and_no_others(api, scope):
    program = api.program(scope)
    for method, path in ROUTES:
        response = program.client.open(path, method=method, headers=program.headers)
        if (method, path) in ALLOWED[scope]:
            assert response.status_code not in (401, 403), path
        else:
            assert is_problem(response, 403, f"scope {scope}"), path


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/openapi.json"])
def test_health_and_description_are_open(api, path):
    assert api.program(None).get(path).status_code == 200


def test_a_revoked_token_is_refused_within_moments(api, monkeypatch):
    program = api.program()
    at = [1000.0]
    monkeypatch.setattr("admin.api.memory.time.monotonic", lambda: at[0])
    assert program.get("/api/v1/tickets").status_code == 200
    with api.database.write() as session:
        session.get_one(Token, 1).revoked_at = NIGHT
    at[0] += 2
    assert is_problem(program.get("/api/v1/tickets"), 401)


def test_a_token_narrowed_to_a_contract_sees_that_contract_alone(api):
    api.contract()
    api.contract(number="C-2", customer="Borea")
    mine, other = api.ticket(), api.ticket(contract="C-2")
    program = api.program(Scope.FULL, "C-1001")

    assert program.get(f"/api/v1/tickets/{mine}").status_code == 200
    assert is_problem(program.get(f"/api/v1/tickets/{other}"), 403, "one contract")
    assert is_problem(program.moves(other, "acknowledge"), 403, "one contract")
    assert [one["number"] for one in program.get("/api/v1/tickets").get_json()["tickets"]] == [str(mine)]
    assert is_problem(program.get("/api/v1/on-call", schedule="x"), 403)
    assert is_problem(program.get("/metrics"), 403)


@pytest.mark.parametrize("number", ["C-2", "C-404"])
def test_a_token_narrowed_to_a_contract_reports_that_contract_alone(api, number):
    api.contract()
    api.contract(number="C-2", customer="Borea")
    program = api.program(Scope.EVENTS, "C-1001")
    report = {"event": "disk_low", "status": "firing", "source": "x", "summary": "y", "key": "z"}

    assert program.post("/api/v1/events", {**report, "contract": "C-1001"}).status_code == 201
    assert is_problem(program.post("/api/v1/events", {**report, "contract": number}), 403)
    alert = {"status": "firing", "labels": {"contract": number, "event": "disk_low"}, "fingerprint": "f"}
    assert program.post("/api/v1/alertmanager", {"alerts": [alert]}).get_json()["rejected"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/", 404),
        ("DELETE", "/api/v1/tickets/100001", 405),
        ("POST", "/api/v1/on-call", 405),
        ("GET", "/api/v1/tickets/100001/acknowledge", 405),
        ("POST", "/api/v1/tickets/100001/burn", 404),
    ],
)
def test_other_addresses_answer_as_problems_too(api, method, path, status):
    program = api.program()
    assert is_problem(program.client.open(path, method=method, headers=program.headers), status)


def test_the_description_is_openapi_3_1_and_names_every_route(api):
    document = api.program(None).get("/api/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/on-call",
        "/api/v1/schedules",
        "/api/v1/schedules/{key}",
        "/api/v1/schedules/{key}/shifts",
        "/api/v1/schedules/{key}/revisions",
        "/api/v1/schedules/{key}/revisions/{revision}",
        "/api/v1/schedules/{key}/revisions/{revision}/restore",
        "/api/v1/schedules/{key}/differences",
        "/api/v1/schedules/{key}/preview",
        "/api/v1/schedules/{key}/planned/{revision}",
        "/api/v1/schedules/{key}/overrides",
        "/api/v1/schedules/{key}/absences",
        "/api/v1/schedules/{key}/swaps",
        "/api/v1/schedules/{key}/fairness",
        "/api/v1/schedules/{key}/fairness.csv",
        "/api/v1/tickets",
        "/api/v1/tickets/{number}",
        "/api/v1/tickets/{number}/{action}",
        "/api/v1/events",
        "/api/v1/alertmanager",
        "/api/v1/contracts/{number}/maintenance",
        "/api/v1/contracts/{number}/maintenance/{window}",
    }
    on_call = document["paths"]["/api/v1/on-call"]["get"]
    assert {one["name"] for one in on_call["parameters"]} == {"schedule", "at"}
    assert set(on_call["responses"]["422"]["content"]) == {"application/problem+json"}
    assert set(on_call["responses"]["200"]["content"]) == {"application/json"}
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    again = api.program(None).get("/api/openapi.json").get_json()
    assert again == document
