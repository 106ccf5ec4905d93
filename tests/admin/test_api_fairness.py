"""How the burden is shared, asked by a program and opened in a spreadsheet."""

import csv
import io
from datetime import UTC, datetime

import pytest

from models.technician import Technician
from paging import roster
from rules.on_call import Layer, Override, Schedule
from rules.rotation import Rotation, Unit
from tests.admin.api_client import Api, is_problem
from tests.times import NIGHT

pytestmark = pytest.mark.one_database

FIRST_HANDOFF = datetime(2026, 11, 2, 9)  # noqa: DTZ001  # on the wall
WEEKLY = Layer("weekly", Rotation(Unit.WEEK, 1, FIRST_HANDOFF, ("anna", "bruno")))
WEEK = {"from": "2026-11-23T08:00:00Z", "until": "2026-11-30T08:00:00Z"}
CARLA = Override("carla", datetime(2026, 11, 28, 8, tzinfo=UTC), datetime(2026, 11, 29, 8, tzinfo=UTC))


@pytest.fixture
def ask(database):
    api = Api(database)
    for key, name in [("anna", "Anna Rossi"), ("bruno", '=HYPERLINK("x"), Bruno'), ("carla", "Carla Verdi")]:
        api.technician(key, name)
    with database.write() as session:
        roster.save_revision(session, Schedule("platinum", "Europe/Rome", (WEEKLY,), (CARLA,)), "test", NIGHT)
    program = api.program()
    return lambda name="fairness", key="platinum", **query: program.get(f"/api/v1/schedules/{key}/{name}", **query)


def test_each_technician_has_what_is_done_and_what_is_planned(ask):
    body = ask(**WEEK).get_json()
    assert (body["schedule"], body["at"]) == ("platinum", "2026-11-24T02:00:00Z")
    assert [one["technician"] for one in body["technicians"]] == ["anna", "bruno", "carla"]
    anna, bruno, carla = body["technicians"]
    assert anna["total"]["hours"] == 0
    assert [bruno[part]["hours"] for part in ("done", "planned", "total")] == [18, 126, 144]
    assert carla["planned"] == carla["total"] == {
        "hours": 24, "night_hours": 8, "weekend_hours": 24, "holiday_hours": 0,
        "nights": 1, "weekend_days": 2, "holidays": 0,
    }  # fmt: skip
    assert body["gaps"]["total"]["hours"] == 0


def test_the_table_has_a_header_and_no_formula(ask):
    answer = ask("fairness.csv", **WEEK)
    assert (answer.mimetype, answer.status_code) == ("text/csv", 200)
    text = answer.get_data(as_text=True)
    assert text.endswith("\r\n") and text.count("\r\n") == text.count("\n") == 5
    header, anna, bruno, carla, nobody = csv.reader(io.StringIO(text))
    assert header[:5] == ["technician", "name", "hours_done", "hours_planned", "hours_total"]
    assert header[-1] == "holidays_total" and len(header) == len(anna) == 2 + 7 * 3
    assert bruno[:5] == ["bruno", '\'=HYPERLINK("x"), Bruno', "18.0", "126.0", "144.0"]
    assert (carla[1], nobody[:3]) == ("Carla Verdi", ["", "Nobody on call", "0.0"])


def test_somebody_who_is_no_technician_any_more_is_called_by_the_key(ask, database):
    with database.write() as session:
        session.delete(session.get_one(Technician, "carla"))
    assert "\r\ncarla,carla," in ask("fairness.csv", **WEEK).get_data(as_text=True)


@pytest.mark.parametrize("name", ["fairness", "fairness.csv"])
def test_a_bad_range_and_an_unknown_schedule_are_problems(ask, name):
    assert is_problem(ask(name), 422, "from: is missing")
    assert is_problem(ask(name, **{**WEEK, "until": "2026-11-22T08:00:00Z"}), 422, "until: is before from")
    assert is_problem(ask(name, **{**WEEK, "until": "2028-11-23T08:00:01Z"}), 422, "until: is more than two years")
    assert is_problem(ask(name, key="gold", **WEEK), 404, "no schedule 'gold'")
    assert is_problem(ask(name, key="%00", **WEEK), 404, "no schedule")
