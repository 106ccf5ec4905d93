"""The demonstration call, on the real application."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.clock import VirtualClock
from simulator.demonstration import play
from simulator.tables import Leg
from tests.times import NIGHT
from tests.world import ADA, LINE, PIN, STRANGER, World

DESK = "+390584000000"
STAFFED = f"""
help_desk: {{phone: "{DESK}", email: desk@example.com}}
service_hours: {{}}
"""
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


def test_in_office_hours_the_help_desk_does_not_answer(sqlite_url: str):
    line = World(sqlite_url, VirtualClock(OFFICE_HOURS)).loads(LINE.read_text(encoding="utf-8")).loads(STAFFED)
    told = list(play(line.company, line.database, ADA, PIN, pause=line.settles))
    assert "Ticket 100001 is in charge of Anna Rossi." in told
    assert "no-answer" in [leg.status for leg in _legs_to(line, DESK)]


def test_a_company_that_stands_still_is_told(sqlite_url: str):
    line = World(sqlite_url, VirtualClock(NIGHT)).loads(LINE.read_text(encoding="utf-8"))
    told = list(play(line.company, line.database, ADA, PIN, pause=lambda: None))
    assert told[-1] == "The demonstration stops here: no technician got a text."


def _legs_to(line: World, number: str) -> list[Leg]:
    with line.database.read() as session:
        return list(session.scalars(select(Leg).where(Leg.called == number)))


def test_a_wrong_pin_is_told_and_the_story_ends(sqlite_url: str):
    told = story(sqlite_url, NIGHT, pin="00000000")
    assert told[-1].startswith("The demonstration stops here: ")
