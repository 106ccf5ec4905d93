"""What is said of a turn: one segment, whatever the names and however many the tickets, and a list in the e-mail."""

from datetime import timedelta

import pytest

from config.prompts import load_wording
from models.customer import Contract, Customer
from models.technician import Technician
from models.ticket import Ticket, TicketState
from paging.handoff_messages import Speaker
from rules.gsm7 import segments
from rules.line import Line
from rules.targets import Priority
from tests.rules.vendor import POLICY, rome

LINE = Line("+390584000001", "+390584000002", "https://line.example", "line@line.example", POLICY, load_wording())
ENDS = rome("2026-12-07T09:00")


def speaker(schedule: str = "platinum") -> Speaker:
    return Speaker(LINE, schedule, Technician(key="bruno", name="Bruno Neri", time_zone="America/New_York"))


def tickets(count: int) -> list[Ticket]:
    contract = Contract(number="C-1", customer=Customer(name="Acme SpA"))
    return [
        Ticket(number=100_001 + each, priority=Priority.P2, state=TicketState.IN_CHARGE, contract=contract)
        for each in range(count)
    ]


def test_times_are_the_technician_s_own():
    assert speaker().ahead(ENDS - timedelta(weeks=1), ENDS).text == (
        "platinum: you are on call from Mon 30 Nov 2026 03:00 until Mon 7 Dec 2026 03:00."
    )


def test_a_turn_without_an_end():
    assert speaker().begun(None, [], [], None).text == "platinum: you are on call now, until further notice."


@pytest.mark.parametrize(("count", "end"), [(1, "100001."), (2, "100001 and 100002."), (14, "more."), (99, "more.")])
def test_a_text_names_as_many_tickets_as_fit(count: int, end: str):
    for words in (speaker().begun(ENDS, tickets(count), [], None), speaker().released("Anna Rossi", tickets(count))):
        assert segments(words.text) == 1
        assert words.text.endswith(end)
        assert "100001" in words.text


def test_long_names_leave_room_for_a_ticket():
    words = speaker("a" * 64).released("A" * 120, tickets(100))
    assert segments(words.text) == 1
    assert words.text.endswith("on call now. Still yours: 100001, 100002, 100003 and 97 more.")


def test_an_e_mail_lists_fifty_tickets():
    mail = speaker().begun(ENDS, [], tickets(53), "Anna Rossi").mail
    assert mail.count("Acme SpA, in charge") == 50
    assert "and 3 more" in mail


def test_nobody_is_on_call_afterwards():
    assert speaker().released(None, []).text == "platinum: you are off call. Nobody is on call now."
    assert speaker().withdrawn(ENDS, None).text.endswith("Nobody is on call then.")
