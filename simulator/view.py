"""What stands on the desk, as the page and the terminal show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.call import CallStep
from models.customer import Contact, Contract, Customer
from models.technician import Technician
from models.ticket import Ticket, TicketEvent, TicketState
from simulator.exchange import at_the_phone
from simulator.tables import (
    ENDED,
    Direction,
    Fault,
    HandsetMode,
    HandsetState,
    Heard,
    HeardKind,
    Leg,
    LegStatus,
    Mail,
    TextMessage,
    TextStatus,
    Wait,
)

TEXTS = 12
EVENTS = 60
MAILS = 20
DOING = {
    Wait.RING: "It rings",
    Wait.ANSWER: "One moment",
    Wait.SPEECH: "The line speaks",
    Wait.GATHER: "The line listens for keys",
    Wait.RECORD: "The line records what you say",
    Wait.DIAL: "Connecting",
    Wait.QUEUE: "On hold",
    Wait.BRIDGE: "Connected: you can talk",
    Wait.NOTHING: "One moment",
}
ENDINGS = {
    LegStatus.COMPLETED: "The call is over",
    LegStatus.BUSY: "Engaged",
    LegStatus.NO_ANSWER: "Not answered",
    LegStatus.FAILED: "Could not be reached",
    LegStatus.CANCELED: "Ended before it was answered",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on a telephone's screen. `kind`: said, played, pressed, spoke, note, or for a text received or sent."""

    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """The call that a telephone is in, or was in last."""

    sid: str
    state: str
    live: bool
    ringing: bool
    listens: bool
    records: bool
    incoming: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Text:
    """A text on a telephone's screen; `mine` when it was sent from there."""

    body: str
    mine: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Handset:
    """One telephone. `suggestion` is the answer that fits its last text."""

    number: str
    mode: HandsetMode
    call: Call | None
    texts: Sequence[Text]
    suggestion: str

    def screen(self, call_lines: int) -> list[Line]:
        """Texts and the call as they came, with at most so many lines of a call that is over."""
        lines = [Line("sent" if text.mine else "received", text.body, text.at) for text in self.texts]
        if self.call:
            lines += self.call.lines if self.call.live else self.call.lines[-call_lines:]
        return sorted(lines, key=lambda line: line.at)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a telephone: a technician, or a customer's contact."""

    key: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what the gateway did. `ticket` is 0 for a step of a call."""

    at: datetime
    kind: str
    ticket: int
    text: str


def handset(session: Session, number: str) -> Handset:
    """The telephone with this number."""
    state = session.get(HandsetState, number)
    texts = _texts(session, number)
    received = [text.body for text in texts if not text.mine]
    suggestion = _suggestion(session, received[-1]) if received else ""
    return Handset(
        number=number,
        mode=state.mode if state else HandsetMode.ON,
        call=_call(session, number),
        texts=texts,
        suggestion=suggestion,
    )


def technicians(session: Session) -> list[Person]:
    """The technicians who have a telephone, by name."""
    found = sa.select(Technician).where(Technician.phone.is_not(None)).order_by(Technician.name)
    return [Person(one.key, one.name, one.phone or "") for one in session.scalars(found)]


def contacts(session: Session) -> list[Person]:
    """The customers' contacts who have a telephone; `key` is the contract's number."""
    found = (
        sa.select(Contract.number, Customer.name, Contact.name, Contact.phone)
        .join(Contract, Contract.id == Contact.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contact.phone.is_not(None))
        .order_by(Customer.name, Contact.position)
    )
    return [Person(row[0], f"{row[2]}, {row[1]}", row[3] or "") for row in session.execute(found)]


def events(session: Session) -> list[Event]:
    """What the gateway did, newest first: the tickets' stories and the calls' steps together."""
    stories = sa.select(TicketEvent).order_by(TicketEvent.id.desc()).limit(EVENTS)
    steps = sa.select(CallStep).order_by(CallStep.id.desc()).limit(EVENTS)
    told = [(Event(one.at, one.kind, one.ticket_number, one.text), one.id) for one in session.scalars(stories)]
    told += [(Event(one.at, one.kind, 0, one.text), one.id) for one in session.scalars(steps)]
    told.sort(key=lambda entry: (entry[0].at, entry[0].ticket > 0, entry[1]), reverse=True)
    return [event for event, _ in told[:EVENTS]]


def mails(session: Session) -> Sequence[Mail]:
    """The e-mails that were sent, newest first."""
    return session.scalars(sa.select(Mail).order_by(Mail.id.desc()).limit(MAILS)).all()


def faults(session: Session) -> Sequence[Fault]:
    """The faults that still wait to strike."""
    return session.scalars(sa.select(Fault).where(Fault.remaining > 0).order_by(Fault.id)).all()


def last_caller(session: Session) -> str:
    """The number that phoned the line last, '' if nobody did."""
    found = sa.select(Leg.caller).where(Leg.direction == Direction.INBOUND).order_by(Leg.created_at.desc()).limit(1)
    return session.scalar(found) or ""


def _call(session: Session, number: str) -> Call | None:
    """What rings, else the call in hand, else the last one."""
    mine = at_the_phone(number)
    live = sa.select(Leg).where(mine, Leg.status.not_in((*ENDED, LegStatus.QUEUED))).order_by(Leg.created_at)
    legs = session.scalars(live).all()
    in_hand = next((leg for leg in legs if leg.wait is not Wait.RING), None)
    last = sa.select(Leg).where(mine, Leg.status.in_(ENDED)).order_by(Leg.ended_at.desc()).limit(1)
    leg = in_hand or next(iter(legs), None) or session.scalars(last).first()
    return _shown(session, leg) if leg else None


def _shown(session: Session, leg: Leg) -> Call:
    heard = session.scalars(sa.select(Heard).where(Heard.leg_sid == leg.sid).order_by(Heard.id)).all()
    live = leg.status not in ENDED
    incoming = leg.direction is not Direction.INBOUND
    state = "On hold" if leg.queued_at else DOING[leg.wait]
    if incoming and leg.wait is Wait.RING:
        state = f"{leg.caller} calls"
    return Call(
        sid=leg.sid,
        state=state if live else ENDINGS[leg.status],
        live=live,
        ringing=leg.wait is Wait.RING,
        listens=leg.wait is Wait.GATHER,
        records=leg.wait is Wait.RECORD,
        incoming=incoming,
        lines=_lines(heard),
    )


def _lines(heard: Sequence[Heard]) -> list[Line]:
    """What was heard, keys that were pressed one after the other in one line."""
    lines: list[Line] = []
    for kind, group in groupby(heard, lambda one: one.kind):
        same = list(group)
        if kind is HeardKind.PRESSED:
            lines.append(Line(kind.value, " ".join(one.text for one in same), same[0].at))
        else:
            lines += [Line(kind.value, one.text, one.at) for one in same]
    return lines


def _texts(session: Session, number: str) -> list[Text]:
    arrived = sa.and_(TextMessage.recipient == number, TextMessage.status == TextStatus.DELIVERED)
    sent = sa.and_(TextMessage.sender == number, TextMessage.status == TextStatus.RECEIVED)
    at = sa.func.coalesce(TextMessage.delivered_at, TextMessage.created_at, type_=TextMessage.created_at.type)
    found = sa.select(TextMessage).where(arrived | sent).order_by(at.desc(), TextMessage.sid.desc()).limit(TEXTS)
    return [
        Text(one.body, one.sender == number, one.delivered_at or one.created_at)
        for one in reversed(session.scalars(found).all())
    ]


def _suggestion(session: Session, body: str) -> str:
    """The answer that a text itself asks for ('Reply ACK 100001') while nobody has the ticket."""
    asked = re.search(r"\bACK ([0-9]{6,7})\b", body)
    ticket = session.get(Ticket, int(asked[1])) if asked else None
    return asked[0] if asked and ticket and ticket.state is TicketState.OPEN else ""
