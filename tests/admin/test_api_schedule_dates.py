"""Overrides, absences and swaps, made and removed by programs."""

from datetime import UTC, datetime

import pytest

from tests.admin.api_client import is_problem
from tests.admin.rotation_desk import PLATINUM, SCHEDULES, Desk, dated, weekly

pytestmark = pytest.mark.one_database

OVERRIDES, ABSENCES, SWAPS = (f"{PLATINUM}/{name}" for name in ("overrides", "absences", "swaps"))
CARLA = dated("carla", "2026-12-01T18:00:00Z", "2026-12-02T08:00:00Z")
"""In Anna's turn."""
DURING = "2026-12-01T20:00:00Z"
NO_WARNINGS: dict[str, list[str]] = {"double_booked": [], "unreachable": [], "overridden": []}
BRUNO_TUESDAY = dated("bruno", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z")
ANNA_TUESDAY = dated("anna", "2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z")


@pytest.fixture
def desk(database):
    return Desk(database)


def test_an_override_is_added_and_removed(desk):
    answer = desk.sends("POST", OVERRIDES, CARLA)
    assert (answer.status_code, answer.get_json()) == (201, CARLA | NO_WARNINGS)
    assert answer.headers["ETag"] == desk.etag()
    assert (desk.on_call(DURING), desk.schedule()["overrides"]) == ("carla", [CARLA])
    assert desk.sends("POST", OVERRIDES, CARLA).status_code == 200
    assert desk.sends("DELETE", OVERRIDES, query=CARLA).status_code == 204
    assert (desk.on_call(DURING), desk.schedule()["overrides"]) == ("anna", [])
    assert is_problem(desk.sends("DELETE", OVERRIDES, query=CARLA), 404, "no such override")
    author = "token dashboard"
    assert desk.trail()[1:] == [("override.added", author), ("override.removed", author)]


def test_an_absence_is_added_covered_and_removed(desk):
    away = dated("anna", "2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z")
    answer = desk.sends("POST", ABSENCES, away)
    assert (answer.status_code, answer.get_json()) == (201, away | NO_WARNINGS)
    assert desk.on_call(DURING) == "bruno"
    assert desk.sends("DELETE", ABSENCES, query=away).status_code == 204
    assert desk.on_call(DURING) == "anna"
    assert is_problem(desk.sends("DELETE", ABSENCES, query=away), 404, "no such absence")
    author = "token dashboard"
    assert desk.trail()[1:] == [("absence.added", author), ("absence.removed", author)]


def test_what_has_begun_holds_from_now_on(desk):
    desk.sends("POST", OVERRIDES, dated("carla", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z"))
    assert [desk.on_call(at) for at in ("2026-11-24T01:59:59Z", "2026-11-24T02:00:00Z")] == ["bruno", "carla"]


@pytest.mark.parametrize("path", [OVERRIDES, ABSENCES])
def test_if_match_is_looked_at_where_it_is_sent(desk, path):
    known = desk.etag()
    assert desk.sends("POST", path, CARLA, known).status_code == 201
    later = dated("carla", "2026-12-11T18:00:00Z", "2026-12-12T08:00:00Z")
    assert is_problem(desk.sends("POST", path, later, known), 412, "Carla Verdi, Tue 1 Dec 2026 19:00 until")
    assert is_problem(desk.sends("DELETE", path, match=known, query=CARLA), 412)
    assert desk.sends("DELETE", path, match=desk.etag(), query=CARLA).status_code == 204


def test_what_is_planned_has_them_too(desk):
    desk.revises(layers=[weekly("bruno")], effective_at="2026-11-30T08:00:00Z", keep_turns=False)
    desk.sends("POST", OVERRIDES, CARLA)
    assert desk.on_call(DURING) == "carla"
    swap = {"first": BRUNO_TUESDAY, "second": CARLA}
    assert desk.sends("POST", SWAPS, swap).status_code == 201
    assert [desk.on_call(at) for at in ("2026-11-24T12:00:00Z", DURING)] == ["carla", "bruno"]
    taken_over = dated("bruno", CARLA["from"], CARLA["until"])
    assert desk.sends("DELETE", OVERRIDES, query=taken_over).status_code == 204
    assert desk.on_call(DURING) == "bruno"


def test_an_override_that_a_plan_alone_has_is_removed(desk):
    desk.revises(overrides=[CARLA], effective_at="2026-11-30T08:00:00Z", keep_turns=False)
    assert is_problem(desk.sends("POST", OVERRIDES, CARLA | {"technician": "bruno"}), 409, "carla has an override from")
    assert desk.sends("DELETE", OVERRIDES, query=CARLA).status_code == 204
    assert desk.on_call(DURING) == "anna"


def test_of_two_who_override_at_once_one_would_lose(desk):
    desk.sends("POST", OVERRIDES, CARLA)
    other = dated("bruno", "2026-12-02T07:00:00Z", "2026-12-03T07:00:00Z")
    detail = "carla has an override from 2026-12-01T18:00:00Z until 2026-12-02T08:00:00Z: remove that one"
    assert is_problem(desk.sends("POST", OVERRIDES, other), 409, detail)
    assert desk.sends("POST", OVERRIDES, other | {"from": CARLA["until"]}).status_code == 201


def test_a_gap_by_an_absence_is_accepted_or_it_is_not_saved(desk):
    desk.revises(layers=[weekly("anna")], keep_turns=False)
    away = dated("anna", "2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z")
    answer = desk.sends("POST", ABSENCES, away)
    assert is_problem(answer, 409, "nobody would be on call from 2026-12-01T00:00:00Z to 2026-12-03T00:00:00Z")
    assert answer.get_json()["gaps"] == [{"start": away["from"], "end": away["until"]}]
    assert desk.sends("POST", ABSENCES, away | {"accept_gaps": True}).status_code == 201
    cover = {"technician": "carla"} | {name: away[name] for name in ("from", "until")}
    desk.sends("POST", OVERRIDES, cover)
    assert is_problem(desk.sends("DELETE", OVERRIDES, query=cover), 409, "nobody would be on call")
    assert desk.sends("DELETE", OVERRIDES, query=cover | {"accept_gaps": "true"}).status_code == 204


def test_an_answer_warns_of_what_it_does_not_refuse(desk):
    second = {"key": "second", "time_zone": "Europe/Rome", "layers": [weekly("carla")]}
    desk.sends("POST", SCHEDULES, second)
    desk.changes_technician("carla", opted_out_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert desk.sends("POST", OVERRIDES, CARLA).get_json() == {
        **CARLA,
        "double_booked": [{"technician": "carla", "schedule": "second", "start": CARLA["from"], "end": CARLA["until"]}],
        "unreachable": [{"technician": "carla", "because": "opted_out"}],
        "overridden": [],
    }


def test_an_answer_says_who_stays_on_call_while_absent(desk):
    desk.sends("POST", OVERRIDES, CARLA)
    answer = desk.sends("POST", ABSENCES, CARLA)
    assert (answer.status_code, answer.get_json()["overridden"]) == (201, [CARLA])
    assert desk.on_call(DURING) == "carla"


def test_two_technicians_swap_in_one_act(desk):
    answer = desk.sends("POST", SWAPS, {"first": BRUNO_TUESDAY, "second": ANNA_TUESDAY})
    overrides = [BRUNO_TUESDAY | {"technician": "anna"}, ANNA_TUESDAY | {"technician": "bruno"}]
    assert (answer.status_code, answer.get_json()) == (201, {"overrides": overrides, **NO_WARNINGS})
    assert desk.schedule()["overrides"] == overrides
    assert len(desk.sends("GET", f"{PLATINUM}/revisions").get_json()["revisions"]) == 2
    assert desk.trail()[1:] == [("swap", "token dashboard")]
    again = desk.sends("POST", SWAPS, {"first": BRUNO_TUESDAY, "second": ANNA_TUESDAY})
    assert is_problem(again, 422, "first.technician: bruno is not on call in all of this time: at 2026-11-24T08")


def test_a_swap_takes_over_a_part_of_an_override(desk):
    desk.sends("POST", OVERRIDES, CARLA)
    part = dated("carla", "2026-12-01T20:00:00Z", "2026-12-01T22:00:00Z")
    assert desk.sends("POST", SWAPS, {"first": part, "second": BRUNO_TUESDAY}).status_code == 201
    instants = ("2026-12-01T19:59:59Z", "2026-12-01T20:00:00Z", "2026-12-01T22:00:00Z")
    assert [desk.on_call(at) for at in instants] == ["carla", "bruno", "carla"]


@pytest.mark.parametrize(
    ("first", "second", "detail"),
    [
        (BRUNO_TUESDAY, BRUNO_TUESDAY, "second.technician: is the same technician"),
        (BRUNO_TUESDAY | {"technician": "zoe"}, ANNA_TUESDAY, "first.technician: unknown technician 'zoe'"),
        (BRUNO_TUESDAY, ANNA_TUESDAY | {"technician": "carla"}, "second.technician: carla is not on call in all"),
        (BRUNO_TUESDAY | {"until": "2026-12-01T08:00:00Z"}, ANNA_TUESDAY, "at 2026-11-30T08:00:00Z it is anna"),
        (BRUNO_TUESDAY | {"until": "2029-12-01T08:00:00Z"}, ANNA_TUESDAY, "first.until: is more than two years"),
        (BRUNO_TUESDAY, ANNA_TUESDAY | {"until": "2026-12-01T08:00:00Z"}, "second.until: it ends before it starts"),
        (BRUNO_TUESDAY, ANNA_TUESDAY | {"from": "soon"}, "second.from: must be an ISO 8601 instant"),
    ],
)
def test_what_cannot_be_swapped_says_why(desk, first, second, detail):
    answer = desk.sends("POST", SWAPS, {"first": first, "second": second})
    assert is_problem(answer, 422, detail)
    assert desk.schedule()["overrides"] == []


def test_nobody_can_swap_with_a_gap(desk):
    desk.revises(layers=[], keep_turns=False, accept_gaps=True)
    answer = desk.sends("POST", SWAPS, {"first": BRUNO_TUESDAY, "second": ANNA_TUESDAY})
    assert is_problem(answer, 422, "at 2026-11-24T08:00:00Z it is nobody")
