"""Who is on call, asked by a program."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from models.technician import Technician
from paging import roster
from rules.on_call import Absence, Layer, Override, Schedule
from rules.rotation import Rotation, Unit
from tests.admin.api_client import Api, is_problem
from tests.times import NIGHT

FIRST_HANDOFF = datetime(2026, 11, 2, 9)  # noqa: DTZ001  # on the wall
WEEKLY = Layer("weekly", Rotation(Unit.WEEK, 1, FIRST_HANDOFF, ("anna", "bruno")))
OVERRIDE = Override("carla", datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))
ABSENCE = Absence("bruno", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))


@pytest.fixture
def save(api):
    for key, name in [("anna", "Anna Rossi"), ("bruno", "Bruno Neri"), ("carla", "Carla Verdi")]:
        api.technician(key, name)

    def save(*layers, overrides=(), absences=(), now=NIGHT):
        with api.database.write() as session:
            schedule = Schedule("platinum", "Europe/Rome", layers, overrides, absences)
            roster.save_revision(session, schedule, "test", now)

    return save


@pytest.fixture
def ask(api, save):
    save(WEEKLY, overrides=(OVERRIDE,), absences=(ABSENCE,))
    program = api.program()
    return lambda **query: program.get("/api/v1/on-call", schedule="platinum", **query)


@pytest.mark.parametrize(
    ("at", "technician", "because", "since", "until"),
    [
        ("2026-11-10T12:00:00Z", "bruno", "layer", "2026-11-09T08:00:00Z", "2026-11-16T08:00:00Z"),
        ("2026-11-10T13:00:00+01:00", "bruno", "layer", "2026-11-09T08:00:00Z", "2026-11-16T08:00:00Z"),
        ("2026-11-16T08:00:00Z", "anna", "layer", "2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("2026-11-16T07:59:59.999Z", "bruno", "layer", "2026-11-09T08:00:00Z", "2026-11-16T08:00:00Z"),
        ("2026-11-26T12:00:00Z", "carla", "override", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"),
    ],
)
def test_the_answer_holds_one_shift_and_its_reason(ask, at, technician, because, since, until):
    answer = ask(at=at).get_json()
    assert answer == {
        "schedule": "platinum",
        "at": answer["at"],
        "technician": technician,
        "since": since,
        "until": until,
        "because": because,
        "layer": "weekly" if because == "layer" else None,
        "sentence": answer["sentence"],
    }


def test_each_instant_has_its_own_answer_whatever_was_asked_before(ask):
    wanted = {
        "2026-11-09T08:00:00Z": "Bruno Neri: weekly layer, until Mon 09:00, then Anna Rossi",
        "2026-11-16T07:59:59Z": "Bruno Neri: weekly layer, until Mon 09:00, then Anna Rossi",
        "2026-11-16T08:00:00Z": "Anna Rossi: weekly layer, until Mon 09:00, then Bruno Neri",
        "2026-11-09T07:59:59Z": "Anna Rossi: weekly layer, until Mon 09:00, then Bruno Neri",
    }
    for first, second in product(wanted, wanted):
        answers = [ask(at=at).get_json() for at in (first, second)]
        assert [(each["at"], each["sentence"]) for each in answers] == [(at, wanted[at]) for at in (first, second)]


def test_the_sentence_is_for_a_screen(ask):
    said = ask(at="2026-11-10T12:00:00Z").get_json()["sentence"]
    assert said == "Bruno Neri: weekly layer, until Mon 09:00, then Anna Rossi"


def test_it_defaults_to_now(ask):
    answer = ask().get_json()
    assert answer["at"] == "2026-11-24T02:00:00Z"
    assert answer["technician"] == "bruno"


def test_a_gap_is_an_answer(api, save):
    save()
    answer = api.program().get("/api/v1/on-call", schedule="platinum").get_json()
    assert (answer["technician"], answer["because"], answer["since"], answer["until"]) == (None, "gap", None, None)


def test_a_new_revision_is_known_at_once_and_the_past_stays(api, ask, save):
    assert ask().get_json()["technician"] == "bruno"
    api.database.clock.advance(timedelta(minutes=1))
    save(Layer("new", Rotation(Unit.WEEK, 1, FIRST_HANDOFF, ("anna",))), now=NIGHT + timedelta(minutes=1))
    assert ask().get_json()["technician"] == "anna"
    assert ask(at="2026-11-24T02:00:30Z").get_json()["technician"] == "bruno"


def test_a_new_name_is_known_within_moments(api, ask, monkeypatch):
    at = [1000.0]
    monkeypatch.setattr("admin.api.memory.time.monotonic", lambda: at[0])
    ask()
    with api.database.write() as session:
        session.get_one(Technician, "bruno").name = "Bruno Bianchi"
    at[0] += 2
    assert ask().get_json()["sentence"].startswith("Bruno Bianchi")


def test_an_unescaped_plus_is_understood(api, ask):
    program = api.program()
    answer = program.get("/api/v1/on-call?schedule=platinum&at=2026-11-10T13:00:00+01:00")
    assert answer.get_json()["technician"] == "bruno"


def test_it_is_asked_on_each_kind_of_database(database):
    api = Api(database)
    with database.write() as session:
        roster.save_revision(session, Schedule("platinum", "Europe/Rome", (WEEKLY,)), "test", NIGHT)
    program = api.program()
    assert program.get("/api/v1/on-call", schedule="platinum").get_json()["technician"] == "bruno"
    assert program.get("/api/v1/on-call", schedule="gold").status_code == 404


@pytest.mark.parametrize(
    "at", ["", "now", "2026-11-10", "2026-11-10T12:00:00", "2026-13-10T12:00:00Z", "1700000000", "1899-01-01T00:00:00Z",
           "2300-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "٢٠٢٦-11-10T12:00:00Z", "2026-11-10T12:00:00Z\0"],
)  # fmt: skip
def test_a_bad_time_is_422(ask, at):
    assert is_problem(ask(at=at), 422, "at: ")


@pytest.mark.parametrize("schedule", ["gold", "Platinum", "a/b", "\0", "\ufffd"])
def test_an_unknown_schedule_is_404(api, ask, schedule):
    assert is_problem(api.program().get("/api/v1/on-call", schedule=schedule), 404, "no schedule")


def test_a_schedule_must_be_named(api):
    assert is_problem(api.program().get("/api/v1/on-call"), 422, "schedule: is missing")


@pytest.fixture
def range_of(api, save):
    save(WEEKLY, overrides=(OVERRIDE,), absences=(ABSENCE,))
    program = api.program()

    def range_of(start, end):
        return program.get("/api/v1/schedules/platinum/shifts", **{"from": start, "until": end})

    return range_of


def test_shifts_fill_the_range(range_of):
    body = range_of("2026-11-25T00:00:00Z", "2026-12-03T00:00:00Z").get_json()
    assert body["gaps"] == []
    assert [(one["technician"], one["start"][5:13], one["because"], one["layer"]) for one in body["shifts"]] == [
        ("bruno", "11-25T00", "layer", "weekly"),
        ("carla", "11-26T00", "override", None),
        ("bruno", "11-27T00", "layer", "weekly"),
        ("anna", "11-30T08", "layer", "weekly"),
    ]
    assert body["shifts"][-1]["end"] == "2026-12-03T00:00:00Z"


def test_gaps_are_told_apart(api, save):
    save(overrides=(OVERRIDE,))
    query = {"from": "2026-11-25T00:00:00Z", "until": "2026-11-28T00:00:00Z"}
    body = api.program().get("/api/v1/schedules/platinum/shifts", **query).get_json()
    assert body["gaps"] == [
        {"start": "2026-11-25T00:00:00Z", "end": "2026-11-26T00:00:00Z"},
        {"start": "2026-11-27T00:00:00Z", "end": "2026-11-28T00:00:00Z"},
    ]


def test_a_range_of_nothing_is_empty_and_two_years_are_allowed(range_of):
    assert range_of("2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z").get_json() == {"shifts": [], "gaps": []}
    assert range_of("2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z").status_code == 200


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-11-25T00:00:00Z", "2026-11-24T00:00:00Z", "until: is before from"),
        ("2027-01-01T00:00:00Z", "2029-01-01T00:00:01Z", "until: is more than two years"),
        ("", "2026-11-24T00:00:00Z", "from: must be"),
        ("2026-11-24T00:00:00Z", "soon", "until: must be"),
    ],
)
def test_a_bad_range_is_422(range_of, start, end, words):
    assert is_problem(range_of(start, end), 422, words)


def test_shifts_of_an_unknown_schedule_are_404_and_a_range_is_needed(api):
    program = api.program()
    assert is_problem(program.get("/api/v1/schedules/platinum/shifts"), 422, "from: is missing")
    query = {"from": "2026-11-25T00:00:00Z", "until": "2026-11-28T00:00:00Z"}
    assert is_problem(program.get("/api/v1/schedules/gold/shifts", **query), 404, "no schedule")
