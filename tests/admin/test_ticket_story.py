"""What the story of a ticket shows: a look for every kind of event that the product records."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin import ticket_story
from models.ticket import TicketEvent

ROOT = Path(__file__).parents[2]
RECORDERS = {"record", "_record", "_tell"}
KIND = re.compile(r"[a-z]+(_[a-z]+)*")


def parts_with_a_story() -> Iterator[Path]:
    for part in ("tickets", "paging", "ivr", "admin"):
        for path in (ROOT / part).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "from tickets.story import record" in text or "story.record(" in text:
                yield path


def recorded(path: Path) -> Iterator[str]:
    """The kinds that a file names where it tells a story."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in RECORDERS:
            for argument in call.args:
                chosen = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
                for each in chosen:
                    if isinstance(each, ast.Constant) and KIND.fullmatch(str(each.value)):
                        yield str(each.value)


KINDS = {kind for path in parts_with_a_story() for kind in recorded(path)}


def test_the_kinds_are_found():
    assert {"opened", "level", "called_again", "connected", "not_reached", "paged_again", "recording_lost"} <= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS | {"condition_fired", "condition_fired_again", "condition_cleared"}))
def test_every_kind_of_event_has_a_look(kind):
    assert kind in ticket_story.LOOKS


def test_a_reminder_is_a_message_and_says_so():
    event = TicketEvent(ticket_number=100001, kind="follow_up_failed", text="Call to Anna failed: busy.")
    moment = ticket_story._event(event)
    assert (moment.about, moment.picture, moment.minor) == ("follow-up", "x-circle", False)
