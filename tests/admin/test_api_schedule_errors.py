"""What programs get wrong about schedules: each mistake names its field, and nothing is saved."""

import pytest

from tests.admin.api_client import is_problem
from tests.admin.rotation_desk import PLATINUM, SCHEDULES, WEEKLY, Desk, dated, weekly

NIGHT = {"days": ["sat"], "from": "22:00", "until": "06:00"}
ONE_DAY = ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")


def layer(**changes):
    return {"layers": [{**WEEKLY, **changes}]}


def turns(*people, **rotation):
    return {"layers": [weekly(*people, **rotation)]}


def window(**changes):
    return layer(windows=[NIGHT | changes])


SCHEDULE_MISTAKES = [
    # What is most often sent wrong
    (turns(), "layers[0].rotation.participants", "nobody takes part: choose at least one technician"),
    (turns("anna", "zoe"), "layers[0].rotation.participants[1]", "unknown technician 'zoe'"),
    ({"overrides": [dated("zoe", *ONE_DAY)]}, "overrides[0].technician", "unknown technician 'zoe'"),
    ({"absences": [dated("zoe", *ONE_DAY)]}, "absences[0].technician", "unknown technician 'zoe'"),
    (
        {"overrides": [dated("anna", *ONE_DAY), dated("bruno", *ONE_DAY)]},
        "overrides[1]",
        "it overlaps overrides[0], by somebody else, from 2026-12-01 00:00Z until 2026-12-02 00:00Z",
    ),
    (window(until="22:00"), "layers[0].windows[0]", "it is never open"),
    (window(days=[]), "layers[0].windows[0]", "it is never open"),
    (
        turns("anna", first_handoff="2026-03-29T02:30"),
        "layers[0].rotation.first_handoff",
        "2026-03-29 02:30 does not exist in Europe/Rome: the clocks go forward",
    ),
    ({"time_zone": "Europe/Roma"}, "time_zone", "unknown time zone 'Europe/Roma'; did you mean Europe/Rome?"),
    ({"time_zone": ""}, "time_zone", "unknown time zone ''"),
    ({"overrides": [dated("anna", *ONE_DAY[::-1])]}, "overrides[0].until", "it ends before it starts"),
    ({"absences": [dated("anna", ONE_DAY[0], ONE_DAY[0])]}, "absences[0].until", "it ends before it starts"),
    # Form
    (layer(name=""), "layers[0].name", "at least 1 character"),
    (layer(name="a\nb"), "layers[0].name", "must be one line"),
    ({"layers": [WEEKLY, WEEKLY]}, "layers[1].name", "another layer is called 'weekly' too"),
    ({"layers": "weekly"}, "layers", "valid list"),
    ({"layers": [{"name": "weekly"}]}, "layers[0].rotation", "Field required"),
    (layer(window=[]), "layers[0].window", "not permitted"),
    ({"layer": []}, "layer", "not permitted"),
    (turns("anna", unit="fortnight"), "layers[0].rotation.unit", "'hour', 'day', 'week' or 'month'"),
    (turns("anna", length=0), "layers[0].rotation.length", "0 is not from 1 to 520 weeks"),
    (turns("anna", length="1"), "layers[0].rotation.length", "valid integer"),
    (turns("anna", length=True), "layers[0].rotation.length", "valid integer"),
    (turns("anna", first_handoff="2026-11-02T09:00Z"), "layers[0].rotation.first_handoff", "without a zone"),
    (turns("anna", first_handoff="2026-11-31T09:00"), "layers[0].rotation.first_handoff", "is not a date and time"),
    (turns("anna", first_handoff="1066-11-30T09:00"), "layers[0].rotation.first_handoff", "too far away"),
    (turns("anna", first_handoff=20261102), "layers[0].rotation.first_handoff", "must be a local date"),
    (window(days=["saturday"]), "layers[0].windows[0].days[0]", "'sat'"),
    (window(**{"from": "9:00"}), "layers[0].windows[0].from", "must be a time of day"),
    (window(until=540), "layers[0].windows[0].until", "must be a time of day"),
    ({"overrides": [dated("anna", "2026-12-01", ONE_DAY[1])]}, "overrides[0].from", "with its offset"),
    ({"overrides": [dated("anna", "2026-12-01T00:00:00.5Z", ONE_DAY[1])]}, "overrides[0].from", "a whole second"),
    ({"overrides": [dated("anna", ONE_DAY[0], "2300-01-01T00:00:00Z")]}, "overrides[0].until", "from 1900 to 2200"),
    ({"overrides": [{"technician": "anna", "from": ONE_DAY[0]}]}, "overrides[0].until", "Field required"),
]  # fmt: skip
REVISION_MISTAKES = [
    ({"effective_at": "2026-11-24T01:59:59Z"}, "effective_at", "the past is never rewritten"),
    ({"effective_at": "2028-11-24T02:00:01Z"}, "effective_at", "more than two years ahead"),
    ({"effective_at": "tomorrow"}, "effective_at", "ISO 8601"),
    ({"effective_at": 5}, "effective_at", "ISO 8601"),
    ({"keep_turns": "perhaps"}, "keep_turns", "valid boolean"),
]
DATED_MISTAKES = [
    (dated("zoe", *ONE_DAY), "technician", "unknown technician 'zoe'"),
    (dated("", *ONE_DAY), "technician", "at least 1"),
    (dated("anna", *ONE_DAY[::-1]), "until", "it ends before it starts"),
    (dated("anna", "2026-11-20T00:00:00Z", "2026-11-24T02:00:00Z"), "until", "the past is never rewritten"),
    (dated("anna", "2026-12-01T00:00:00", ONE_DAY[1]), "from", "with its offset"),
    (dated("anna", ONE_DAY[0], "2026-12-02T00:00:00.001Z"), "until", "a whole second"),
    ({"technician": "anna", "until": ONE_DAY[1]}, "from", "Field required"),
    (dated("anna", *ONE_DAY, by="max"), "by", "not permitted"),
]


@pytest.fixture
def desk(database):
    return Desk(database)


def is_mistake(answer, field, words):
    """Whether an answer names this field, and this alone."""
    assert is_problem(answer, 422, f"{field}: ")
    ((found, message),) = [(error["field"], error["message"]) for error in answer.get_json()["errors"]]
    assert (found, words in message) == (field, True), message
    return True


def test_mistakes_in_a_schedule_name_their_field_and_save_nothing(desk):
    """In one test: a database for each mistake takes longer than all of them."""
    etag, trail = desk.etag(), desk.trail()
    for change, field, words in SCHEDULE_MISTAKES:
        new = {"key": "gold", "time_zone": "Europe/Rome", "layers": [WEEKLY], **change}
        assert is_mistake(desk.sends("POST", SCHEDULES, new), field, words), change
        for path in ("preview", "revisions"):
            assert is_mistake(desk.sends("POST", f"{PLATINUM}/{path}", change, etag), field, words), change
    assert (desk.etag(), desk.trail()) == (etag, trail)
    assert len(desk.sends("GET", SCHEDULES).get_json()["schedules"]) == 1


def test_mistakes_in_a_revision_name_their_field_and_save_nothing(desk):
    etag = desk.etag()
    for change, field, words in REVISION_MISTAKES:
        for path in ("preview", "revisions"):
            assert is_mistake(desk.sends("POST", f"{PLATINUM}/{path}", change, etag), field, words), change
    assert desk.etag() == etag


@pytest.mark.parametrize("kind", ["overrides", "absences"])
def test_mistakes_in_dated_items_name_their_field_and_save_nothing(desk, kind):
    etag, path = desk.etag(), f"{PLATINUM}/{kind}"
    for body, field, words in DATED_MISTAKES:
        assert is_mistake(desk.sends("POST", path, body), field, words), body
    query = dated("anna", *ONE_DAY)
    for name in query:
        without = {key: value for key, value in query.items() if key != name}
        assert is_mistake(desk.sends("DELETE", path, query=without), name, "is missing")
    assert is_mistake(desk.sends("DELETE", path, query=query | {"accept_gaps": "1"}), "accept_gaps", "true or false")
    assert desk.etag() == etag


@pytest.mark.parametrize("key", ["", "a b", "-a", "a/b", "a" * 65, "à"])
def test_a_key_is_a_word(sqlite, key):
    desk = Desk(sqlite)
    body = {"key": key, "time_zone": "Europe/Rome", "layers": [WEEKLY]}
    assert is_mistake(desk.sends("POST", SCHEDULES, body), "key", "must be a word of letters")


def test_what_is_no_document_is_refused(sqlite):
    desk = Desk(sqlite)
    path = f"{PLATINUM}/overrides"
    assert is_problem(desk.sends("POST", path, [1]), 422, "must be a JSON object")
    assert is_problem(desk.program.client.post(path, data="{", headers=desk.program.headers), 415)


def test_mistakes_are_all_told_at_once(sqlite):
    desk = Desk(sqlite)
    body = turns("zoe", length=0) | {"time_zone": "Rome", "absences": [dated("ivo", *ONE_DAY[::-1])]}
    answer = desk.sends("POST", f"{PLATINUM}/preview", body)
    assert [error["field"] for error in answer.get_json()["errors"]] == [
        "time_zone",
        "layers[0].rotation.length",
        "layers[0].rotation.participants[0]",
        "absences[0].technician",
        "absences[0].until",
    ]
