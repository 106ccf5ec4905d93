"""What a manager is told about a schedule that cannot be saved."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from rules.on_call import Absence, Layer, Override, Schedule, Window, problems
from rules.rotation import Rotation, Unit

KNOWN = {"anna", "bruno"}


def layer(
    *people: str,
    name: str = "weekly",
    unit: Unit = Unit.WEEK,
    length: int = 1,
    first: str = "2026-11-02T09:00",
    windows: tuple[Window, ...] = (),
) -> Layer:
    return Layer(name, Rotation(unit, length, datetime.fromisoformat(first), people), windows)


def told(
    *layers: Layer, zone: str = "Europe/Rome", known: set[str] | None = KNOWN, **more: Any
) -> list[tuple[str, str]]:
    return problems(Schedule("platinum", zone, layers, **more), known)


def hour(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_a_good_schedule_has_none():
    assert (
        told(
            layer("anna", "bruno", windows=(Window((5, 6), time(0), time(0)), Window((4,), time(18), time(9)))),
            overrides=(Override("anna", hour(2, 9), hour(3, 9)), Override("anna", hour(3, 0), hour(4, 9))),
            absences=(Absence("bruno", hour(2, 9), hour(3, 9)),),
        )
        == []
    )


def test_an_empty_schedule_is_a_gap_and_no_mistake():
    assert told() == []


@pytest.mark.parametrize(
    ("given", "place", "message"),
    [
        (layer(), "layers[0].rotation.participants", "nobody takes part: choose at least one technician"),
        (layer("anna", length=0), "layers[0].rotation.length", "0 is not from 1 to 520 weeks"),
        (layer("anna", unit=Unit.MONTH, length=121), "layers[0].rotation.length", "121 is not from 1 to 120 months"),
        (layer("anna", "zoe"), "layers[0].rotation.participants[1]", "unknown technician 'zoe'"),
        (
            layer("anna", first="2026-03-29T02:30"),
            "layers[0].rotation.first_handoff",
            "2026-03-29 02:30 does not exist in Europe/Rome: the clocks go forward",
        ),
        (layer("anna", first="0001-01-01T00:00"), "layers[0].rotation.first_handoff", "the year 1 is too far away"),
        (layer("anna", first="2200-01-01T00:00"), "layers[0].rotation.first_handoff", "the year 2200 is too far away"),
        (
            layer("anna", windows=(Window((), time(9), time(18)),)),
            "layers[0].windows[0]",
            "it is never open; 00:00 to 00:00 is a whole day",
        ),
        (
            layer("anna", windows=(Window((0,), time(0), time(9)), Window((0,), time(9), time(9)))),
            "layers[0].windows[1]",
            "it is never open; 00:00 to 00:00 is a whole day",
        ),
        (
            layer("anna", windows=(Window((7,), time(9), time(18)),)),
            "layers[0].windows[0].days",
            "days are from 0 (Monday) to 6 (Sunday)",
        ),
    ],
)
def test_a_layer_that_cannot_be(given, place, message):
    assert told(given) == [(place, message)]


def test_two_layers_of_one_name():
    assert told(layer("anna"), layer("bruno")) == [("layers[1].name", "another layer is called 'weekly' too")]


def test_an_unknown_zone_is_suggested_and_hides_no_other_problem():
    assert told(layer(first="2026-03-29T02:30"), zone="Europe/Rom") == [
        ("time_zone", "unknown time zone 'Europe/Rom'; did you mean Europe/Rome?"),
        ("layers[0].rotation.participants", "nobody takes part: choose at least one technician"),
    ]


def test_unknown_technicians_everywhere_unless_names_are_not_checked():
    more: dict[str, Any] = {
        "overrides": (Override("zoe", hour(2, 9), hour(3, 9)),),
        "absences": (Absence("yan", hour(2, 9), hour(3, 9)),),
    }
    assert told(layer("anna"), **more) == [
        ("overrides[0].technician", "unknown technician 'zoe'"),
        ("absences[0].technician", "unknown technician 'yan'"),
    ]
    assert told(layer("anna"), known=None, **more) == []


def test_what_ends_before_it_starts():
    assert told(
        layer("anna"),
        overrides=(Override("anna", hour(3, 9), hour(2, 9)),),
        absences=(Absence("bruno", hour(2, 9), hour(2, 9)),),
    ) == [
        ("overrides[0].until", "it ends before it starts"),
        ("absences[0].until", "it ends before it starts"),
    ]


def test_overrides_by_different_people_do_not_overlap():
    overrides = (
        Override("bruno", hour(4, 12), hour(5, 0)),
        Override("anna", hour(2, 9), hour(4, 9)),
        Override("bruno", hour(3, 9), hour(4, 12)),
    )
    assert told(layer("anna"), overrides=overrides) == [
        (
            "overrides[2]",
            "it overlaps overrides[1], by somebody else, from 2026-11-03 09:00Z until 2026-11-04 09:00Z",
        ),
    ]


def test_every_problem_is_told_at_once():
    found = told(layer(), layer("zoe", length=0, windows=(Window((), time(9), time(9)),)), zone="Nowhere")
    assert [place for place, _ in found] == [
        "time_zone",
        "layers[0].rotation.participants",
        "layers[1].name",
        "layers[1].rotation.length",
        "layers[1].windows[0]",
        "layers[1].rotation.participants[0]",
    ]
