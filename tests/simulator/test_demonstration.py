"""The demonstration call, on the real application."""

from datetime import UTC, datetime

import pytest

from models.clock import VirtualClock
from simulator.demonstration import play
from tests.times import NIGHT
from tests.world import ADA, LINE, PIN, STRANGER, World

OFFICE_HOURS = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def story(sqlite_url: str, at: datetime, caller: str = ADA, pin: str = PIN) -> list[str]:
    line = World(sqlite_url, VirtualClock(at)).loads(LINE.read_text(encoding="utf-8"))
    return list(play(line.company, line.database, caller, pin, pause=line.settles))


@pytest.mark.parametrize("caller", [ADA, STRANGER])
@pytest.mark.parametrize("at", [NIGHT, OFFICE_HOURS])
def test_the_story_goes_from_the_call_to_in_charge(sqlite_url: str, at, caller):
    told = story(sqlite_url, at, caller)
    assert told[0].startswith(f"{caller} phones")
    assert "Ticket 100001 is open. The caller hears its number and hangs up." in told
    assert "Anna Rossi answers: ACK 100001" in told
    assert "Ticket 100001 is in charge of Anna Rossi." in told
    assert told[-1].startswith("The caller gets a text: Anna Rossi")


def test_a_wrong_pin_is_told_and_the_story_ends(sqlite_url: str):
    told = story(sqlite_url, NIGHT, pin="00000000")
    assert told[-1].startswith("The demonstration stops here: ")
