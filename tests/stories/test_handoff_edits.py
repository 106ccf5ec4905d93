"""Edits and handoffs: whoever comes on call by one, or no longer does, is told."""

import pytest

from models.delivery import DeliveryKind
from tests.stories.pages import deliveries
from tests.stories.turns import AHEAD, BEGUN, RELEASED, ahead_of_turns, jumps, overrides, texts, until
from tests.world import World

pytestmark = pytest.mark.one_database


def test_a_turn_that_becomes_known_late_is_told_at_once(world: World) -> None:
    overrides(world, "carla 2026-11-24T12:00 2026-11-24T18:00")
    assert texts(world, "carla") == [
        "platinum: you are on call from Tue 24 Nov 2026 12:00 until Tue 24 Nov 2026 18:00."
    ]
    until(world, "2026-11-24T12:00")
    assert texts(world, "anna") == ["platinum: you are off call. Carla Blu is on call now."]
    until(world, "2026-11-24T18:00")
    assert texts(world, "carla")[1:] == [
        "platinum: you are on call now, until Tue 24 Nov 2026 18:00.",
        "platinum: you are off call. Anna Rossi is on call now.",
    ]
    assert texts(world, "anna")[1:] == ["platinum: you are on call now, until Mon 30 Nov 2026 09:00."]


def test_an_edit_that_changes_who_is_on_call_now_is_a_handoff(world: World) -> None:
    overrides(world, "carla 2026-11-24T03:00 2026-11-24T18:00")
    assert texts(world, "carla") == ["platinum: you are on call now, until Tue 24 Nov 2026 18:00."]
    assert texts(world, "anna") == ["platinum: you are off call. Carla Blu is on call now."]


def test_an_edit_that_leaves_the_turn_as_it_is_tells_nobody(world: World) -> None:
    overrides(world, "anna 2026-11-24T03:00 2026-11-24T18:00")
    until(world, "2026-11-25T03:00")
    assert deliveries(world, DeliveryKind.HANDOFF) == []


def test_a_swap_tells_both_of_the_days_that_they_have_now(world: World) -> None:
    overrides(world, "bruno 2026-11-25T09:00 2026-11-26T09:00", "anna 2026-12-01T09:00 2026-12-02T09:00")
    until(world, "2026-11-25T09:00")
    assert texts(world, "bruno") == [
        "platinum: you are on call from Wed 25 Nov 2026 09:00 until Thu 26 Nov 2026 09:00.",
        "platinum: you are on call now, until Thu 26 Nov 2026 09:00.",
    ]
    assert ahead_of_turns(world, "anna") == [
        "platinum: you are on call from Thu 26 Nov 2026 09:00 until Mon 30 Nov 2026 09:00."
    ]
    assert RELEASED in texts(world, "anna")
    until(world, "2026-11-30T10:00")
    assert ahead_of_turns(world, "anna")[1:] == [
        "platinum: you are on call from Tue 1 Dec 2026 09:00 until Wed 2 Dec 2026 09:00."
    ]


def test_a_turn_that_is_given_to_another_is_taken_back_once_and_can_be_given_again(world: World) -> None:
    until(world, "2026-11-29T10:00")
    overrides(world, "carla 2026-11-30T09:00 2026-11-30T10:00")
    world.passes(hours=1)
    gone = "platinum: you are no longer on call from Mon 30 Nov 2026 09:00. Carla Blu is on call then."
    assert texts(world, "bruno")[1:] == [gone, AHEAD.replace("30 Nov 2026 09:00", "30 Nov 2026 10:00")]
    overrides(world)
    world.passes(hours=1)
    assert texts(world, "bruno")[3:] == [AHEAD]
    until(world, "2026-11-30T09:00")
    assert texts(world, "bruno")[-1] == BEGUN


def test_an_override_is_told_ahead_to_somebody_who_was_on_call_just_before(world: World) -> None:
    jumps(world, "2026-11-30T10:00")
    overrides(world, "anna 2026-11-30T12:00 2026-11-30T18:00")
    assert ahead_of_turns(world, "anna") == [
        "platinum: you are on call from Mon 30 Nov 2026 12:00 until Mon 30 Nov 2026 18:00."
    ]
