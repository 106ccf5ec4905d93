"""One call from the first ring to 'in charge', told line by line."""

import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from models.database import Database
from models.technician import Technician
from models.ticket import Ticket, TicketState
from simulator.company import Company
from simulator.phone import PhoneCall
from simulator.tables import Leg, Wait

PAUSE_SECONDS = 0.05
PAUSES = 260
"""Thirteen seconds of waiting in all: the story is over within fifteen."""
WORDS = "The telephones of the whole site are dead since ten minutes ago"


Found = TypeVar("Found")


def rest() -> None:
    time.sleep(PAUSE_SECONDS)


def play(
    company: Company, database: Database, caller: str, pin: str, pause: Callable[[], object] = rest
) -> Iterator[str]:
    """Phone the line from `caller` with `pin`, report a P1, and answer the page as the technician who gets it.

    The company must be running (see `Runner`) or be made to by `pause`, which is called whenever the story waits for
    something. Says so and stops when it does not come.
    """
    story = _Story(company, database, pause)
    try:
        yield from story.tell(caller, pin)
    except _Stuck as stuck:
        yield f"The demonstration stops here: {stuck}."


class _Stuck(Exception):
    """What did not happen."""


class _Story:
    def __init__(self, company: Company, database: Database, pause: Callable[[], object]) -> None:
        self._company = company
        self._database = database
        self._pause = pause
        self._pauses = PAUSES

    def tell(self, caller: str, pin: str) -> Iterator[str]:
        yield f"{caller} phones the line, {self._company.account.line_number}."
        call = self._company.phone(caller).dials()
        yield from self._caller(call, pin)
        number = self._until(lambda: self._ticket(call), "no ticket was opened")
        yield f"Ticket {number} is open. The caller hears its number and hangs up."
        name, phone, text = self._until(lambda: self._paged(number), "no technician got a text")
        yield f"{name} gets a text: {text}"
        self._company.handset(phone).sends(f"ACK {number}")
        yield f"{name} answers: ACK {number}"
        holder = self._until(lambda: self._holder(number), "nobody took it in charge")
        yield f"Ticket {number} is in charge of {holder}."
        notice = self._until(lambda: self._notice(caller, holder), "the caller was not told")
        yield f"The caller gets a text: {notice}"

    def _caller(self, call: PhoneCall, pin: str) -> Iterator[str]:
        """Answer each question of the line, by the last word of the address that the answer goes to."""
        answers = {
            "language": ("1", "chooses English"),
            "pin": (f"{pin}#", f"keys in the PIN {pin}"),
            "priority": ("1", "presses 1: a critical problem, P1"),
            "callback": ("1", "presses 1: call me back at this number"),
        }
        while True:
            step = self._until(lambda: self._step(call), "the line does not ask anything")
            if step == "description":
                call.says(WORDS, seconds=5).hangs_up()
                yield f"The caller says: {WORDS}."
                return
            if step not in answers:
                heard = call.words
                call.hangs_up()
                raise _Stuck(f"the line says '{heard}'")
            keys, told = answers[step]
            call.presses(keys)
            yield f"The caller {told}."

    def _step(self, call: PhoneCall) -> str | None:
        """The question that the line waits to have answered; what only takes time is skipped."""
        if call.over:
            raise _Stuck(f"the line hangs up after '{call.words}'")
        if call.wait is Wait.DIAL:
            self._let_the_desk_ring_out(call)
        elif call.wait is Wait.SPEECH:
            call.stays_silent()
        elif call.wait in (Wait.GATHER, Wait.RECORD):
            with self._database.read() as session:
                action = str(session.get_one(Leg, call.sid).waiting.get("action", ""))
            return re.sub(r"\?.*", "", action).rpartition("/")[2]
        return None

    def _let_the_desk_ring_out(self, call: PhoneCall) -> None:
        """In office hours the help desk is rung first; nobody sits there."""
        with self._database.read() as session:
            rung = session.scalars(sa.select(Leg.called).where(Leg.parent_sid == call.sid, Leg.wait == Wait.RING))
            numbers = rung.all()
        for number in numbers:
            self._company.handset(number).lets_it_ring()

    def _ticket(self, call: PhoneCall) -> int | None:
        with self._database.read() as session:
            return session.scalar(sa.select(Ticket.number).where(Ticket.call_sid == call.sid))

    def _paged(self, number: int) -> tuple[str, str, str] | None:
        """Who got the page's text: name, telephone and the text."""
        with self._database.read() as session:
            people = session.scalars(sa.select(Technician).where(Technician.phone.is_not(None))).all()
        for one in people:
            for text in self._company.handset(one.phone or "").texts:
                if f"ACK {number}" in text:
                    return one.name, one.phone or "", text
        return None

    def _holder(self, number: int) -> str | None:
        with self._database.read() as session:
            ticket = session.get_one(Ticket, number)
            technician = session.get(Technician, ticket.taken_by or "")
        if ticket.state is not TicketState.IN_CHARGE:
            return None
        return technician.name if technician else ticket.taken_by

    def _notice(self, caller: str, holder: str) -> str | None:
        """The text that names who has it."""
        texts = self._company.handset(caller).texts
        return next((text for text in reversed(texts) if holder.split()[0] in text), None)

    def _until(self, look: Callable[[], Found | None], otherwise: str) -> Found:
        """What `look` finds, as soon as it finds something."""
        while (found := look()) is None:
            if not self._pauses:
                raise _Stuck(otherwise)
            self._pauses -= 1
            self._pause()
        return found
