"""What has changed between two revisions, in words."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from rules.differences import differences
from rules.on_call import Layer, Schedule, Window
from rules.rotation import Rotation, Unit
from tests.rules.rome import absence, override, schedule, weekly

NAMES = {"anna": "Anna Rossi", "bruno": "Bruno Neri"}
BEFORE = schedule(weekly("anna", "bruno"))
ROTATION = BEFORE.layers[0].rotation
WEEKEND = weekly("carla", name="weekend", windows=(Window((5, 6), time(9), time(18)),))


def layer(**values: object) -> Schedule:
    return schedule(Layer("weekly", replace(ROTATION, **values)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (BEFORE, []),
        (replace(BEFORE, time_zone="Europe/London"), ["The time zone was Europe/Rome, and becomes Europe/London."]),
        (
            layer(participants=("bruno", "carla")),
            ["Layer weekly: the order of turns was Anna Rossi, Bruno Neri, and becomes Bruno Neri, carla."],
        ),
        (layer(unit=Unit.DAY, length=3), ["Layer weekly: a turn was 1 week, and becomes 3 days."]),
        (
            layer(first_handoff=datetime.fromisoformat("2026-11-02T08:30")),
            ["Layer weekly: the first handoff was Mon 2 Nov 2026 09:00, and becomes Mon 2 Nov 2026 08:30."],
        ),
        (
            schedule(*BEFORE.layers, WEEKEND),
            ["Layer weekend is added: carla, 1 week each from Mon 2 Nov 2026 09:00, open Sat, Sun 09:00-18:00."],
        ),
        (schedule(), ["Layer weekly is removed."]),
        (
            schedule(replace(BEFORE.layers[0], windows=WEEKEND.windows)),
            ["Layer weekly: it was always open, and becomes open Sat, Sun 09:00-18:00."],
        ),
        (
            schedule(*BEFORE.layers, overrides=(override("carla", "2026-12-24T18:00", "2026-12-27T09:00"),)),
            ["Override added: carla, Thu 24 Dec 2026 18:00 until Sun 27 Dec 2026 09:00."],
        ),
        (
            replace(BEFORE, absences=(absence("bruno", "2026-12-28T00:00", "2027-01-04T00:00"),)),
            ["Absence added: Bruno Neri, Mon 28 Dec 2026 00:00 until Mon 4 Jan 2027 00:00."],
        ),
    ],
)
def test_each_change_is_a_sentence(after, words):
    assert differences(BEFORE, after, NAMES) == words


def test_what_is_taken_away_is_told_too():
    before = schedule(*BEFORE.layers, overrides=(override("anna", "2026-12-24T18:00", "2026-12-27T09:00"),))
    assert differences(before, BEFORE, NAMES) == [
        "Override removed: Anna Rossi, Thu 24 Dec 2026 18:00 until Sun 27 Dec 2026 09:00."
    ]


def test_the_order_of_layers_is_told():
    both, turned = schedule(*BEFORE.layers, WEEKEND), schedule(WEEKEND, *BEFORE.layers)
    assert differences(both, turned, NAMES) == ["The order of the layers becomes weekend, weekly: a later one wins."]


def test_two_windows_are_both_named():
    twice = Window((0,), time(18), time(9)), Window((5,), time(0), time(0))
    after = schedule(Layer("weekly", Rotation(Unit.MONTH, 2, ROTATION.first_handoff, ("anna", "bruno")), twice))
    assert differences(BEFORE, after, NAMES) == [
        "Layer weekly: a turn was 1 week, and becomes 2 months.",
        "Layer weekly: it was always open, and becomes open Mon 18:00-09:00 and Sat all day.",
    ]
