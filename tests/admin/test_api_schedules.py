"""Schedules made, read, revised, planned and restored by programs."""

from datetime import timedelta

import pytest

from models.schedule import EscalationPolicy
from tests.admin.api_client import is_problem
from tests.admin.rotation_desk import NEW, PLATINUM, SCHEDULES, WEEKLY, Desk, dated, weekly

pytestmark = pytest.mark.one_database

MONDAY = "2026-11-30T08:00:00Z"
"""The next handoff: Bruno's turn ends, and Anna's begins."""
AWAY = dated("anna", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")


@pytest.fixture
def desk(database):
    return Desk(database)


def test_a_schedule_is_made_and_read(desk):
    answer = desk.sends("GET", PLATINUM)
    schedule = answer.get_json()
    assert schedule == {
        "key": "platinum",
        "revision": schedule["revision"],
        "in_force": schedule["revision"],
        "effective_at": "2026-11-24T02:00:00Z",
        "author": "token dashboard",
        "time_zone": "Europe/Rome",
        "layers": [WEEKLY],
        "overrides": [],
        "absences": [],
        "planned": [],
    }
    assert answer.headers["ETag"] == f'"{schedule["revision"]}"'
    listed = {"key": "platinum", "time_zone": "Europe/Rome", "revision": schedule["revision"]}
    assert desk.sends("GET", SCHEDULES).get_json() == {"schedules": [listed]}
    assert desk.on_call("2026-11-24T02:00:00Z") == "bruno"
    assert desk.trail() == [("rotation.added", "token dashboard")]


def test_a_key_is_taken_once(desk):
    assert is_problem(desk.sends("POST", SCHEDULES, NEW), 409, "there is a schedule 'platinum' already")


def test_what_is_read_can_be_given_back_and_changes_nothing(desk):
    windows = [{"days": ["sat", "sun"], "from": "22:00", "until": "06:00"}]
    night = {**weekly("carla", first_handoff="2026-11-02T09:00:30"), "name": "night", "windows": windows}
    override = dated("carla", "2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z")
    desk.revises(layers=[WEEKLY, night], overrides=[override], absences=[AWAY])
    schedule = desk.schedule()
    assert (schedule["layers"], schedule["overrides"], schedule["absences"]) == ([WEEKLY, night], [override], [AWAY])
    given = {name: schedule[name] for name in ("time_zone", "layers", "overrides", "absences")}
    again = desk.revises(**given)
    assert (again.status_code, again.get_json()["saved"]) == (200, None)
    assert desk.schedule() == schedule


def test_a_revision_holds_from_now_and_what_it_leaves_out_stays(desk):
    desk.revises(absences=[AWAY])
    answer = desk.revises(layers=[weekly("carla")], keep_turns=False)
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["saved"] == {"revision": body["revision"], "effective_at": "2026-11-24T02:00:00Z"}
    assert answer.headers["ETag"] == f'"{body["revision"]}"'
    assert (body["layers"], body["absences"]) == ([weekly("carla")], [AWAY])
    assert [desk.on_call(at) for at in ("2026-11-24T01:59:59Z", "2026-11-24T02:00:00Z")] == ["bruno", "carla"]


def test_who_is_on_call_stays_so_until_the_handoff(desk):
    """Bruno has left the turns: what holds until Monday is as before."""
    body = desk.revises(layers=[weekly("carla")]).get_json()
    assert body["saved"] == {"revision": body["revision"], "effective_at": MONDAY}
    assert (body["layers"], body["in_force"]) == ([WEEKLY], body["revision"] - 1)
    assert body["planned"] == [
        {
            "revision": body["revision"],
            "effective_at": MONDAY,
            "author": "token dashboard",
            "differences": ["Layer weekly: the order of turns was Anna Rossi, Bruno Neri, and becomes Carla Verdi."],
        }
    ]
    assert [desk.on_call(at) for at in ("2026-11-30T07:59:59Z", MONDAY)] == ["bruno", "carla"]


def test_an_absence_does_not_wait_for_the_handoff(desk):
    ill = dated("bruno", "2026-11-24T00:00:00Z", "2026-11-26T00:00:00Z")
    assert desk.revises(absences=[ill]).get_json()["absences"] == [ill]
    assert desk.on_call("2026-11-24T02:00:00Z") == "anna"
    body = desk.revises(layers=[weekly("carla")], absences=[]).get_json()
    assert (body["absences"], body["layers"], body["saved"]["effective_at"]) == ([], [WEEKLY], MONDAY)
    instants = ("2026-11-24T02:00:00Z", "2026-11-30T07:59:59Z", MONDAY)
    assert [desk.on_call(at) for at in instants] == ["bruno", "bruno", "carla"]


def test_a_revision_may_be_planned_and_withdrawn(desk):
    body = desk.revises(layers=[weekly("carla")], effective_at="2026-12-07T08:00:00Z", keep_turns=False).get_json()
    (planned,) = body["planned"]
    assert (planned["effective_at"], desk.on_call(planned["effective_at"])) == ("2026-12-07T08:00:00Z", "carla")
    path = f"{PLATINUM}/planned/{planned['revision']}"
    assert is_problem(desk.sends("DELETE", path, match='"1000"'), 412)
    assert desk.sends("DELETE", path, match=desk.etag()).status_code == 204
    assert desk.schedule()["planned"] == []
    assert desk.on_call(planned["effective_at"]) == "bruno"
    assert is_problem(desk.sends("DELETE", path), 404, "is not planned")
    assert desk.trail()[-1] == ("rotation.withdrawn", "token dashboard")


def test_who_keeps_the_turn_does_not_undo_what_is_planned_for_its_end(desk):
    desk.revises(layers=[weekly("carla", "anna")], effective_at=MONDAY, keep_turns=False)
    told = "keep_turns: waits for the handoff at 2026-11-30T08:00:00Z, and would replace what is planned"
    assert is_problem(desk.revises(layers=[weekly("anna", "carla")]), 422, told)
    assert is_problem(desk.sends("POST", f"{PLATINUM}/preview", {"layers": [weekly("anna", "carla")]}), 422, told)
    assert [one["effective_at"] for one in desk.schedule()["planned"]] == [MONDAY]
    assert desk.revises(layers=[weekly("anna", "carla")], keep_turns=False).status_code == 201


def test_dated_items_of_a_revision_hold_by_what_is_planned_too(desk):
    desk.revises(layers=[weekly("anna")], effective_at=MONDAY, keep_turns=False)
    override = dated("carla", "2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z")
    body = desk.revises(overrides=[override], absences=[]).get_json()
    assert (body["saved"]["effective_at"], len(body["planned"])) == ("2026-11-24T02:00:00Z", 1)
    assert [desk.on_call(at) for at in ("2026-12-05T12:00:00Z", "2026-12-08T12:00:00Z")] == ["carla", "anna"]


def test_revisions_come_newest_first_page_by_page(desk):
    desk.database.clock.advance(timedelta(hours=1))
    desk.revises(absences=[AWAY])
    desk.revises(layers=[weekly("carla")], effective_at=MONDAY, keep_turns=False)
    path = f"{PLATINUM}/revisions"
    first = desk.sends("GET", path, query={"limit": "2"}).get_json()
    rest = desk.sends("GET", path, query={"limit": "2", "cursor": first["next"]}).get_json()
    assert ([len(page["revisions"]) for page in (first, rest)], rest["next"]) == ([2, 1], None)
    planned, changed, made = first["revisions"] + rest["revisions"]
    assert (planned["effective_at"], planned["created_at"]) == (MONDAY, "2026-11-24T03:00:00Z")
    assert planned["differences"] == [
        "Layer weekly: the order of turns was Anna Rossi, Bruno Neri, and becomes Carla Verdi."
    ]
    assert changed["differences"] == [
        "Absence added: Anna Rossi, Tue 1 Dec 2026 01:00 until Wed 2 Dec 2026 01:00.",
    ]
    assert made["differences"][0].startswith("Layer weekly is added: Anna Rossi, Bruno Neri")
    assert made["author"] == "token dashboard"


def test_two_revisions_are_compared_in_words(desk):
    old = desk.schedule()["revision"]
    desk.revises(absences=[AWAY])
    new = desk.revises(time_zone="Europe/Paris").get_json()["revision"]
    path = f"{PLATINUM}/differences"
    told = desk.sends("GET", path, query={"from": str(old), "to": str(new)}).get_json()["differences"]
    assert told == [
        "The time zone was Europe/Rome, and becomes Europe/Paris.",
        "Absence added: Anna Rossi, Tue 1 Dec 2026 01:00 until Wed 2 Dec 2026 01:00.",
    ]
    assert desk.sends("GET", path, query={"from": str(new), "to": str(new)}).get_json() == {"differences": []}
    assert is_problem(desk.sends("GET", path, query={"from": "999", "to": str(new)}), 422, "from: this schedule has")
    assert is_problem(desk.sends("GET", path, query={"from": str(old)}), 422, "to: is missing")
    assert is_problem(desk.sends("GET", path, query={"from": "x", "to": str(new)}), 422, "from: must be the id")


def test_an_old_revision_is_read_and_restored(desk):
    old = desk.schedule()["revision"]
    desk.database.clock.advance(timedelta(hours=1))
    desk.revises(layers=[weekly("carla")], absences=[AWAY], keep_turns=False)
    path = f"{PLATINUM}/revisions/{old}"
    found = desk.sends("GET", path).get_json()
    assert (found["key"], found["layers"], found["absences"]) == ("platinum", [WEEKLY], [])
    answer = desk.sends("POST", f"{path}/restore", {}, desk.etag())
    assert (answer.status_code, answer.get_json()["layers"]) == (201, [WEEKLY])
    assert desk.schedule()["absences"] == []
    assert desk.trail()[-1] == ("rotation.restored", "token dashboard")
    later = desk.sends("POST", f"{path}/restore", {"effective_at": MONDAY}, desk.etag())
    assert (later.status_code, later.get_json()["saved"]) == (200, None)
    assert is_problem(desk.sends("GET", f"{PLATINUM}/revisions/999"), 404, "no revision 999")
    assert is_problem(desk.sends("POST", f"{PLATINUM}/revisions/999/restore", {}, desk.etag()), 404)


def test_what_is_restored_counts_for_what_is_planned_too(desk):
    desk.revises(layers=[weekly("carla", "anna")], effective_at=MONDAY, keep_turns=False)
    old = desk.schedule()["in_force"]
    desk.revises(absences=[dated("carla", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")])
    assert desk.on_call("2026-12-01T12:00:00Z") == "anna"
    desk.sends("POST", f"{PLATINUM}/revisions/{old}/restore", {}, desk.etag())
    assert desk.on_call("2026-12-01T12:00:00Z") == "carla"


def test_a_revision_needs_to_know_what_it_changes(desk):
    known = desk.etag()
    assert is_problem(desk.sends("POST", f"{PLATINUM}/revisions", {}), 428, "send If-Match")
    desk.revises(absences=[AWAY])
    stale = desk.sends("POST", f"{PLATINUM}/revisions", {"layers": [weekly("carla")]}, known)
    assert is_problem(stale, 412, "token dashboard has saved revision")
    assert "Absence added: Anna Rossi" in stale.get_json()["detail"]
    (change,) = stale.get_json()["changes"]
    assert change["author"] == "token dashboard"
    assert desk.schedule()["layers"] == [WEEKLY]
    anything = desk.sends("POST", f"{PLATINUM}/revisions", {"layers": [weekly("bruno")]}, "*")
    assert anything.status_code == 201


@pytest.mark.parametrize("match", ['"999"', '"x"', '""', 'W/"1"', '"' + "9" * 5000 + '"'])
def test_what_is_no_revision_of_the_schedule_never_matches(desk, match):
    assert is_problem(desk.sends("POST", f"{PLATINUM}/revisions", {}, match), 412, "Read it again")


def test_new_gaps_are_accepted_or_nothing_is_saved(desk):
    windows = [{"days": ["mon"], "from": "09:00", "until": "18:00"}]
    change = {"layers": [{**WEEKLY, "windows": windows}], "keep_turns": False}
    gaps = desk.revises(**change)
    assert is_problem(gaps, 409, "nobody would be on call from 2026-11-24T02:00:00Z to 2026-11-30T08:00:00Z, ")
    assert " and 4 more: send accept_gaps true" in gaps.get_json()["detail"]
    assert len(gaps.get_json()["gaps"]) == 9
    assert desk.schedule()["layers"] == [WEEKLY]
    assert desk.revises(**change, accept_gaps=True).status_code == 201
    # Those gaps are there now: they are not new again.
    assert desk.revises(absences=[AWAY]).status_code == 201


def test_a_new_schedule_with_gaps_is_made_if_they_are_accepted(desk):
    empty = {"key": "second", "time_zone": "Europe/Rome", "layers": []}
    assert is_problem(desk.sends("POST", SCHEDULES, empty), 409, "nobody would be on call")
    assert desk.sends("POST", SCHEDULES, {**empty, "accept_gaps": True}).status_code == 201


def test_gaps_of_a_plan_count_from_when_it_holds(desk):
    late = {"effective_at": "2027-06-01T00:00:00Z", "keep_turns": False}
    assert is_problem(desk.revises(layers=[], **late), 409, "from 2027-06-01T00:00:00Z")


def only_level(desk):
    """The only level pages the schedule, and Carla cannot be paged."""
    level = {"notify": ["schedule:platinum"], "channels": ["sms"], "wait": 300}
    content = {"levels": [level], "repeat": 1, "fallback": ["technician:anna"]}
    with desk.database.write() as session:
        session.add(EscalationPolicy(key="default", content=content))
    desk.changes_technician("carla", phone=None)


def test_nothing_may_silence_an_escalation_level(desk):
    only_level(desk)
    refused = desk.revises(layers=[weekly("carla")], keep_turns=False)
    assert is_problem(refused, 409, "level 1 of the escalation policy 'default' would reach nobody")
    planned = desk.revises(layers=[weekly("carla")], effective_at=MONDAY, keep_turns=False)
    assert is_problem(planned, 409, "change the policy first")
    assert desk.schedule()["planned"] == []


def test_a_plan_that_reaches_nobody_by_now_does_not_stop_other_edits(desk):
    phone = "+393331110001"
    only_level(desk)
    desk.changes_technician("carla", phone=phone)
    desk.revises(layers=[weekly("carla")], effective_at=MONDAY, keep_turns=False)
    desk.changes_technician("carla", phone=None)
    assert desk.sends("POST", f"{PLATINUM}/absences", AWAY).status_code == 201


def test_a_preview_says_what_a_revision_would_do_and_saves_nothing(desk):
    only_level(desk)
    second = {"key": "second", "time_zone": "Europe/Rome", "layers": [weekly("carla")]}
    desk.sends("POST", SCHEDULES, second)
    windows = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "until": "08:00"}]
    layer = {**weekly("carla"), "windows": windows}
    answer = desk.sends("POST", f"{PLATINUM}/preview", {"layers": [layer], "keep_turns": False})
    seen = answer.get_json()
    assert answer.status_code == 200
    assert (seen["effective_at"], seen["end"]) == ("2026-11-24T02:00:00Z", "2027-01-19T02:00:00Z")
    assert seen["differences"][0].endswith("and becomes Carla Verdi.")
    assert seen["changes"][:2] == [
        {"start": "2026-11-24T02:00:00Z", "end": "2026-11-24T07:00:00Z", "before": "bruno", "after": "carla"},
        {"start": "2026-11-24T07:00:00Z", "end": "2026-11-24T08:00:00Z", "before": "bruno", "after": None},
    ]
    balance = {one["technician"]: (one["gained_hours"], one["lost_hours"]) for one in seen["technicians"]}
    assert balance == {"anna": (0, 672), "bruno": (0, 672), "carla": (1288, 0)}
    assert seen["gaps"][0] == {"start": "2026-11-24T07:00:00Z", "end": "2026-11-24T08:00:00Z"}
    assert seen["double_booked"][0]["schedule"] == "second"
    assert seen["unreachable"] == [{"technician": "carla", "because": "no_phone"}]
    assert seen["silenced"] == ["level 1 of the escalation policy 'default' would reach nobody by text"]
    assert desk.schedule()["layers"] == [WEEKLY]


def test_a_preview_of_a_plan_begins_when_it_holds(desk):
    body = {"layers": [weekly("carla")], "effective_at": "2027-06-07T07:00:00Z", "keep_turns": False}
    seen = desk.sends("POST", f"{PLATINUM}/preview", body).get_json()
    assert (seen["start"], seen["end"]) == ("2027-06-07T07:00:00Z", "2027-08-02T07:00:00Z")
    assert len(seen["changes"]) == 8


@pytest.mark.parametrize("key", ["gold", "a\0", "\x7f"])
def test_an_unknown_schedule_is_404(desk, key):
    path = f"{SCHEDULES}/{key}"
    for sub in ("", "/revisions", "/revisions/1", "/differences"):
        assert is_problem(desk.sends("GET", path + sub, query={"from": "1", "to": "1"}), 404, "no schedule")
    assert is_problem(desk.sends("POST", f"{path}/preview", {}), 404, "no schedule")
    assert is_problem(desk.sends("POST", f"{path}/revisions", {}, '"1"'), 404, "no schedule")
    assert is_problem(desk.sends("DELETE", f"{path}/planned/1"), 404, "no schedule")
