"""Which tokens may read and change schedules."""

import pytest

from models.account import Scope
from tests.admin.api_client import is_problem
from tests.admin.rotation_desk import PLATINUM, SCHEDULES, Desk

EDITS = [("POST", SCHEDULES)]
EDITS += [("POST", f"{PLATINUM}/{sub}") for sub in ("revisions", "preview", "revisions/1/restore", "overrides")]
EDITS += [("POST", f"{PLATINUM}/{sub}") for sub in ("absences", "swaps")]
EDITS += [("DELETE", f"{PLATINUM}/{sub}") for sub in ("planned/1", "overrides", "absences")]
VIEWS = [("GET", path) for path in (SCHEDULES, PLATINUM, f"{PLATINUM}/revisions", f"{PLATINUM}/revisions/1")]
VIEWS += [("GET", f"{PLATINUM}/differences?from=1&to=1")]


@pytest.mark.parametrize("scope", [Scope.READ, Scope.EVENTS])
def test_only_the_full_scope_edits(sqlite, scope):
    desk = Desk(sqlite)
    program = desk.api.program(scope)
    for method, path in EDITS:
        answer = program.client.open(path, method=method, headers=program.headers)
        assert is_problem(answer, 403, f"scope {scope}"), path
    for _, path in VIEWS:
        assert program.get(path).status_code == (200 if scope is Scope.READ else 403), path


def test_a_token_of_one_contract_has_nothing_to_do_with_schedules(sqlite):
    desk = Desk(sqlite)
    desk.api.contract()
    program = desk.api.program(Scope.FULL, "C-1001")
    for method, path in EDITS + VIEWS:
        answer = program.client.open(path, method=method, headers=program.headers)
        assert is_problem(answer, 403, "one contract"), path
