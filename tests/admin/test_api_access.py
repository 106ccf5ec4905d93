"""Revoked tokens, addresses that lead nowhere, and the description. What a token opens: test_every_api_route."""

import pytest

from models.account import Token
from tests.admin.api_client import is_problem
from tests.times import NIGHT


def test_a_revoked_token_is_refused_within_moments(api, monkeypatch):
    program = api.program()
    at = [1000.0]
    monkeypatch.setattr("admin.api.memory.time.monotonic", lambda: at[0])
    assert program.get("/api/v1/tickets").status_code == 200
    with api.database.write() as session:
        session.get_one(Token, 1).revoked_at = NIGHT
    at[0] += 2
    assert is_problem(program.get("/api/v1/tickets"), 401)


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
