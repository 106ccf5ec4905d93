"""Staffed hours: the help desk first, then as out of hours, but without two of its limits."""

from datetime import UTC, datetime

import pytest

from models.database import Database
from tests.ivr.world import ADA, World

DESK = {"phone": "+390584000000", "email": "desk@example.com"}
MONDAY_NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.fixture
def staffed(acme: World) -> World:
    acme.clock.at = MONDAY_NOON
    acme.setting("help_desk", DESK)
    return acme


def test_in_staffed_hours_the_help_desk_rings(staffed: World) -> None:
    call = staffed.phone()
    assert call.step == "desk"
    (number,) = call.question.iter("Number")
    assert number.text == DESK["phone"]
    assert call.question.attrib["timeout"] == "25"
    assert call.post(call.action, DialCallStatus="completed", DialCallDuration="60").is_over
    assert staffed.call(call.sid).outcome == "help_desk"


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", "", "nonsense"])
def test_if_nobody_answers_there_it_goes_on_without_the_language(staffed: World, status: str) -> None:
    call = staffed.phone()
    assert call.post(call.action, DialCallStatus=status).step == "pin"
    assert call.press("48201937").step == "priority"


def test_then_it_serves_asia_pacific_too(staffed: World) -> None:
    staffed.customer("Tokyo KK", "12345678", time_zone="Asia/Tokyo")
    call = staffed.phone()
    assert call.post(call.action, DialCallStatus="busy").press("12345678").step == "priority"


def test_without_a_help_desk_on_file_it_goes_on_at_once(acme: World) -> None:
    acme.clock.at = MONDAY_NOON
    call = acme.phone()
    assert call.step == "pin"
    assert acme.call(call.sid).staffed


@pytest.mark.parametrize(
    ("hours", "at", "step"),
    [
        ({}, "2026-11-24T07:59:59Z", "language"),
        ({}, "2026-11-24T08:00:00Z", "desk"),
        ({}, "2026-11-24T17:00:00Z", "language"),
        ({}, "2026-12-06T12:00:00Z", "language"),
        ({}, "2026-12-25T12:00:00Z", "desk"),
        ({"always_staffed": True}, "2026-11-24T02:00:00Z", "desk"),
        ({"never_staffed": True}, "2026-11-24T12:00:00Z", "language"),
    ],
)
def test_the_hours_are_platinum_s_unless_set_otherwise(acme: World, hours: dict[str, bool], at: str, step: str) -> None:
    acme.setting("help_desk", DESK)
    acme.setting("service_hours", hours)
    acme.clock.at = datetime.fromisoformat(at)
    assert acme.phone().step == step


def test_a_repeated_ring_rings_the_desk_again(staffed: World) -> None:
    call = staffed.phone(ADA)
    assert call.call().step == "desk"


def test_who_hangs_up_while_it_rings_has_opened_nothing(staffed: World, sqlite: Database) -> None:
    call = staffed.phone()
    call.hang_up()
    assert call.post(call.action, DialCallStatus="canceled").is_over
    assert not staffed.tickets()
