"""The technician's call: what a page says, and what each key does.

1 accepts, 2 passes, 3 plays the description, 4 accepts and connects to the caller, `*` repeats. Nothing is kept between
the webhooks of such a call: a key that comes twice finds its work done.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import bridge, drill_calls, passing, recordings, transaction, twiml, webhook
from ivr.code_calls import CodeCalls
from ivr.contact_test_calls import ContactTestCalls
from ivr.drill_calls import is_drill
from ivr.prompts import Prompts
from ivr.twiml import Speech
from models.customer import Contract, Customer
from models.database import Database
from models.delivery import Delivery, DeliveryKind
from models.ticket import Ticket, TicketSource, TicketState
from paging import outcomes, pager
from paging.pager import Acknowledgement, Outcome, Responder
from paging.recipients import RINGING_KINDS
from rules.line import Line
from rules.wording import spoken

MOST_SILENCES = 3
MINE = frozenset({Outcome.WON, Outcome.YOURS})
_COUNT = re.compile(r"[0-9]")
_SECONDS = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Paged:
    """What a technician is called about."""

    delivery_id: int
    kind: DeliveryKind
    by: Responder
    ticket: Ticket
    customer: str

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer: nobody has the ticket, or its owner is asked about it."""
        if self.ticket.state is TicketState.OPEN:
            return True
        return self._is_theirs and self.kind is DeliveryKind.FOLLOW_UP

    @property
    def is_settled(self) -> bool:
        """Whether they took it in this call: there is nothing more to ask."""
        return self._is_theirs and self.kind is not DeliveryKind.FOLLOW_UP

    @property
    def _is_theirs(self) -> bool:
        return self.ticket.state is TicketState.IN_CHARGE and self.ticket.taken_by == self.by.holder


class ResponderCalls:
    """Answers the webhooks of calls that page a technician."""

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._prompts = Prompts(line)
        self._tests = ContactTestCalls(line)
        self._codes = CodeCalls(line)

    def add_routes(self, blueprint: Blueprint) -> None:
        """Under the prefix of the provider's webhooks."""
        blueprint.post("/page/<int(max=2147483647):delivery_id>", endpoint="page_answered")(self.answered)
        blueprint.post("/page/<int(max=2147483647):delivery_id>/key", endpoint="page_key")(self.key)
        blueprint.post("/page/<int(max=2147483647):delivery_id>/connected", endpoint="page_connected")(self.connected)

    def answered(self, delivery_id: int) -> Response:
        """Somebody, or an answering machine, picked up."""
        with self._database.read() as session:
            paged = self._paged(session, delivery_id)
            if paged is None:
                told = self._tests.ask(session, delivery_id) or self._codes.tell(session, delivery_id)
                return twiml.answer(told or self._unknown())
            if not paged.is_open:
                return twiml.answer(self._late(session, paged))
            return twiml.answer(self._menu(paged, silences=0))

    def key(self, delivery_id: int) -> Response:
        """A key, or silence, which repeats the page and at last ends the call."""
        keys = webhook.form().digits
        return twiml.answer(transaction.commit(self._database, lambda session: self._act(session, delivery_id, keys)))

    def _act(self, session: Session, delivery_id: int, keys: str) -> str:
        now = self._database.now(session)
        paged = self._paged(session, delivery_id)
        if paged is None:
            return self._tests.key(session, delivery_id, keys, _silences(), now) or self._unknown()
        if keys == "1" or (keys == "4" and is_drill(paged.ticket)):
            return self._accept(session, paged, now)
        if keys == "2":
            return self._pass(session, paged, now)
        if keys == "4":
            return self._accept_and_connect(session, paged, now)
        return self._ask_again(session, paged, keys)

    def connected(self, delivery_id: int) -> Response:
        """The call with the caller is over, or they could not be reached; who seemed to hold is called back.

        With `since` the two have not met yet: the technician waits for a caller who is still speaking.
        """
        form = webhook.form()
        with self._database.write() as session:
            paged = self._paged(session, delivery_id)
            if paged is None:
                return twiml.answer(twiml.end([self._prompts.say("responder.goodbye")]))
            now = self._database.now(session)
            if since := _since():
                action = self._connected_url(paged)
                return twiml.answer(
                    bridge.connect(session, self._line, self._prompts, paged.ticket, action, now, since)
                )
            reached = bridge.ended(session, self._line, paged.ticket, paged.by.name, form, now)
        return twiml.answer(self._after_the_caller(paged, reached=reached))

    def _after_the_caller(self, paged: Paged, *, reached: bool) -> str:
        if reached:
            return twiml.end([self._prompts.say("responder.goodbye")])
        if "queue" in request.args and paged.ticket.callback:
            return bridge.dial(self._line, self._prompts, paged.ticket, self._connected_url(paged))
        return twiml.end([self._prompts.say("responder.not_reached"), *self._callback(paged.ticket)])

    def _paged(self, session: Session, delivery_id: int) -> Paged | None:
        statement = (
            select(Delivery.kind, Delivery.technician_key, Delivery.name, Ticket, Customer.name)
            .join(Ticket, Ticket.number == Delivery.ticket_number)
            .join(Contract, Contract.id == Ticket.contract_id)
            .join(Customer, Customer.id == Contract.customer_id)
            .where(Delivery.id == delivery_id, Delivery.kind.in_(RINGING_KINDS))
        )
        row = session.execute(statement).one_or_none()
        if row is None:
            return None
        kind, key, name, ticket, customer = row
        return Paged(delivery_id, kind, Responder(key, name, delivery_id), ticket, customer)

    def _late(self, session: Session, paged: Paged) -> str:
        """Somebody took the ticket while the telephone rang."""
        holder = pager.holder_name(session, paged.ticket)
        if paged.ticket.taken_by == paged.by.holder:
            return self._yours(paged)
        return self._lost(holder, paged)

    def _menu(self, paged: Paged, silences: int, *said: Speech, sounds: Sequence[str] = ()) -> str:
        ticket = paged.ticket
        page = [
            self._prompts.say(f"responder.{paged.kind}", priority=spoken(ticket.priority), customer=paged.customer),
            *self._booked(ticket),
            self._prompts.say("responder.keys"),
            self._prompts.with_ticket("responder.ticket", ticket.number),
        ]
        script = [*said, *(drill_calls.menu(self._prompts, ticket) if is_drill(ticket) else page)]
        url = self._line.url(f"/twilio/page/{paged.delivery_id}/key?silences={silences}")
        return twiml.ask_key(script, url, sounds=sounds)

    def _booked(self, ticket: Ticket) -> list[Speech]:
        """Of a booked maintenance its reference."""
        if ticket.source is not TicketSource.MAINTENANCE:
            return []
        return [self._prompts.say("responder.maintenance", summary=ticket.summary or "")]

    def _ask_again(self, session: Session, paged: Paged, keys: str) -> str:
        if keys == "3":
            return self._describe(session, paged)
        if paged.is_settled:
            return self._yours(paged, *self._callback(paged.ticket))
        if keys == "*":
            return self._menu(paged, 0)
        silences = _silences() + 1
        if silences >= MOST_SILENCES:
            return twiml.end([self._prompts.say("responder.unanswered")])
        return self._menu(paged, silences)

    def _describe(self, session: Session, paged: Paged) -> str:
        """What was recorded, the oldest first; a moment after the call it may not be here yet."""
        if sounds := recordings.addresses(session, self._line, paged.ticket.number):
            return self._menu(paged, 0, sounds=sounds)
        is_coming = recordings.is_coming(session, paged.ticket.number)
        key = "responder.description_coming" if is_coming else "responder.no_description"
        return self._menu(paged, 0, self._prompts.say(key))

    def _accept(self, session: Session, paged: Paged, now: datetime) -> str:
        taken = self._acknowledge(session, paged, now)
        if taken.outcome not in MINE:
            return self._lost(taken.holder, paged)
        if bridge.is_holding(session, self._line, paged.ticket.number, now):
            return self._offer_caller(paged, "responder.accepted_holding")
        if bridge.is_reporting(session, self._line, paged.ticket.number, now):
            return self._offer_caller(paged, "responder.accepted_on_line")
        return self._yours(paged, *self._callback(paged.ticket))

    def _offer_caller(self, paged: Paged, key: str) -> str:
        """The ticket is theirs, and its caller is on the line: one more key connects them."""
        said = [self._prompts.with_ticket(key, paged.ticket.number)]
        url = self._line.url(f"/twilio/page/{paged.delivery_id}/key?silences={MOST_SILENCES}")
        return twiml.ask_key(said, url)

    def _yours(self, paged: Paged, *said: Speech) -> str:
        if is_drill(paged.ticket):
            return twiml.end(drill_calls.over(self._prompts, paged.ticket))
        return twiml.end([*said, self._prompts.with_ticket("responder.accepted", paged.ticket.number)])

    def _accept_and_connect(self, session: Session, paged: Paged, now: datetime) -> str:
        taken = self._acknowledge(session, paged, now)
        if taken.outcome not in MINE:
            return self._lost(taken.holder, paged)
        action = self._connected_url(paged)
        return bridge.connect(session, self._line, self._prompts, paged.ticket, action, now)

    def _connected_url(self, paged: Paged) -> str:
        return self._line.url(f"/twilio/page/{paged.delivery_id}/connected")

    def _acknowledge(self, session: Session, paged: Paged, now: datetime) -> Acknowledgement:
        taken = pager.acknowledge(session, self._line, paged.ticket.number, paged.by, now)
        outcomes.answered(session, paged.delivery_id, now)
        return taken

    def _pass(self, session: Session, paged: Paged, now: datetime) -> str:
        passed = passing.pass_on(session, self._line, paged.ticket.number, paged.by, now)
        outcomes.answered(session, paged.delivery_id, now)
        if passed.outcome is Outcome.PASSED:
            return twiml.end([self._prompts.with_ticket("responder.passed", paged.ticket.number)])
        return self._lost(passed.holder, paged)

    def _lost(self, holder: str | None, paged: Paged) -> str:
        if holder is None:
            return twiml.end([self._prompts.with_ticket("responder.ended", paged.ticket.number)])
        return twiml.end([self._prompts.with_ticket("responder.taken", paged.ticket.number, name=holder)])

    def _callback(self, ticket: Ticket) -> list[Speech]:
        if ticket.callback is None:
            return []
        return [self._prompts.say("responder.callback", number=spoken(ticket.callback.removeprefix("+")))]

    def _unknown(self) -> str:
        return twiml.end([self._prompts.say("responder.unknown")])


def _since() -> datetime | None:
    """Since when a technician has waited for a caller who is still speaking; None where nobody waits."""
    found = request.args.get("since", "")
    return datetime.fromtimestamp(int(found), UTC) if _SECONDS.fullmatch(found) else None


def _silences() -> int:
    """How often this call has had no answer; at an address that nobody gave out, as often as it may."""
    found = request.args.get("silences", "0")
    return int(found) if _COUNT.fullmatch(found) else MOST_SILENCES
