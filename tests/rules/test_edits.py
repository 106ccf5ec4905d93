"""Edits of a schedule, as a manager makes them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import timezones
from rules.edits import (
    changed_override,
    clash,
    continued,
    overridden,
    with_absences,
    with_overrides,
    with_swap,
    without_absence,
    without_override,
)
from rules.on_call import History, Revision, Schedule, Window, on_call
from rules.rotation import Unit, turn
from tests.rules.rome import ROME, absence, at, override, schedule, weekly

CHRISTMAS = override("carla", "2026-12-24T18:00", "2026-12-27T09:00")
ADVENT = override("anna", "2026-12-06T09:00", "2026-12-07T09:00")


def test_overrides_are_kept_in_order_and_each_once():
    edited = with_overrides(schedule(overrides=(CHRISTMAS,)), [ADVENT, CHRISTMAS])
    assert edited.overrides == (ADVENT, CHRISTMAS)
    assert without_override(edited, ADVENT) == schedule(overrides=(CHRISTMAS,))


def test_an_override_is_changed_in_its_place_and_not_where_it_is_gone():
    later = override("carla", "2026-12-25T18:00", "2026-12-27T09:00")
    assert changed_override(schedule(overrides=(ADVENT, CHRISTMAS)), CHRISTMAS, later).overrides == (ADVENT, later)
    assert changed_override(schedule(overrides=(ADVENT,)), CHRISTMAS, later).overrides == (ADVENT,)


def test_absences_are_kept_in_order_and_each_once():
    skiing = absence("bruno", "2027-01-04T00:00", "2027-01-11T00:00")
    dentist = absence("bruno", "2026-12-01T09:00", "2026-12-01T12:00")
    edited = with_absences(schedule(), [skiing, dentist, skiing])
    assert edited.absences == (dentist, skiing)
    assert without_absence(edited, skiing).absences == (dentist,)


@pytest.mark.parametrize(
    ("technician", "starts", "ends", "clashes"),
    [
        ("anna", "2026-12-26T00:00", "2026-12-28T00:00", True),
        ("anna", "2026-12-27T09:00", "2026-12-28T00:00", False),
        ("anna", "2026-12-20T00:00", "2026-12-24T18:00", False),
        ("carla", "2026-12-26T00:00", "2026-12-28T00:00", False),
    ],
)
def test_overrides_clash_when_two_people_have_one_time(technician, starts, ends, clashes):
    found = clash(schedule(overrides=(CHRISTMAS,)), override(technician, starts, ends))
    assert found == (CHRISTMAS if clashes else None)


@pytest.mark.parametrize(
    ("technician", "starts", "ends", "stays"),
    [
        ("carla", "2026-12-26T00:00", "2026-12-28T00:00", True),
        ("anna", "2026-12-26T00:00", "2026-12-28T00:00", False),
        ("carla", "2026-12-27T09:00", "2026-12-28T00:00", False),
        ("carla", "2026-12-20T00:00", "2026-12-24T18:00", False),
    ],
)
def test_who_has_an_override_is_on_call_though_absent(technician, starts, ends, stays):
    found = overridden(schedule(overrides=(CHRISTMAS,)), [absence(technician, starts, ends)])
    assert found == ([CHRISTMAS] if stays else [])


def test_a_swap_takes_the_time_out_of_what_others_had():
    anna = override("anna", "2026-12-25T09:00", "2026-12-26T09:00")
    bruno = override("bruno", "2026-12-27T09:00", "2026-12-28T09:00")
    edited = with_swap(schedule(overrides=(CHRISTMAS,)), [anna, bruno])
    assert edited.overrides == (
        override("carla", "2026-12-24T18:00", "2026-12-25T09:00"),
        anna,
        override("carla", "2026-12-26T09:00", "2026-12-27T09:00"),
        bruno,
    )


def test_a_swap_of_a_whole_override_replaces_it():
    anna = override("anna", "2026-12-24T18:00", "2026-12-27T09:00")
    assert with_swap(schedule(overrides=(CHRISTMAS,)), [anna]).overrides == (anna,)


# The second turn, from 9 November on, is Bruno's: turn number 1.
BRUNOS = at("2026-11-11T12:00")
WEEKS = ["2026-11-11T12:00", "2026-11-18T12:00", "2026-11-25T12:00", "2026-12-02T12:00"]


@pytest.mark.parametrize(
    ("before", "after", "turns"),
    [
        (["anna", "bruno"], ["anna", "bruno", "carla"], ["bruno", "carla", "anna", "bruno"]),
        (["anna", "bruno"], ["carla", "bruno", "anna"], ["bruno", "anna", "carla", "bruno"]),
        (["anna", "bruno", "carla"], ["anna", "bruno"], ["bruno", "anna", "bruno", "anna"]),
        # Who leaves is followed by whoever would have come next.
        (["anna", "bruno", "carla"], ["anna", "carla"], ["anna", "carla", "anna", "carla"]),
        (["anna", "bruno", "carla"], ["carla", "anna"], ["anna", "carla", "anna", "carla"]),
        # Nobody is left who could go on: as it was given.
        (["anna", "bruno"], ["carla", "dora"], ["dora", "carla", "dora", "carla"]),
        # One who has two turns in a round goes on from the same of them.
        (["anna", "bruno", "carla", "bruno"], ["anna", "bruno", "carla", "bruno", "dora"], ["bruno", "carla", "bruno"]),
    ],
)
def test_who_has_the_turn_keeps_it_and_the_order_goes_on(before, after, turns):
    edited = continued(schedule(weekly(*before)), schedule(weekly(*after)), BRUNOS)
    history = History((Revision(BRUNOS, edited),))
    assert [on_call(history, at(week)).technician for week in WEEKS][: len(turns)] == turns
    assert sorted(edited.layers[0].rotation.participants) == sorted(after)


@pytest.mark.parametrize(
    "after",
    [
        schedule(weekly("carla", "anna", name="another")),
        schedule(weekly("carla", "anna", unit=Unit.DAY)),
        schedule(weekly()),
        Schedule("platinum", "Europe/London", (weekly("carla", "anna"),)),
    ],
)
def test_other_handoffs_are_taken_as_they_are_given(after):
    assert continued(schedule(weekly("anna", "bruno")), after, BRUNOS) == after


def test_windows_may_change_while_the_turns_go_on():
    nights = weekly("carla", "bruno", "anna", windows=(Window((0, 1, 2, 3, 4), time(18), time(9)),))
    edited = continued(schedule(weekly("anna", "bruno")), schedule(nights), BRUNOS)
    assert edited.layers[0].rotation.participants == ("carla", "bruno", "anna")


people = st.lists(st.sampled_from(["anna", "bruno", "carla", "dora", "ezio"]), min_size=1, max_size=5, unique=True)


@given(before=people, after=people, week=st.integers(-200, 200))
def test_the_cyclic_order_stays_and_who_has_the_turn_keeps_it(before, after, week):
    now = at("2026-11-11T12:00") + week * (at("2026-11-11T12:00") - at("2026-11-04T12:00"))
    edited = continued(schedule(weekly(*before)), schedule(weekly(*after)), now).layers[0].rotation
    assert edited.participants in {tuple(after[n:] + after[:n]) for n in range(len(after))}
    index = turn(edited, timezones.reading(now, ROME))
    holder = before[index % len(before)]
    if holder in after:
        assert edited.participants[index % len(after)] == holder
