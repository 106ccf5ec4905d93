"""Texts from technicians: what each word of the grammar does, and what is answered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from ivr import bridge, passing, transaction, twiml, webhook
from models.database import Database
from models.delivery import PAGING_KINDS, Delivery
from models.page import Page, PageState
from models.technician import Technician
from models.ticket import Ticket, TicketState
from paging import messages, pager, roster, technicians
from paging.pager import Acknowledgement, Outcome, Responder
from rules import timezones
from rules.gsm7 import to_gsm7
from rules.line import Line
from rules.replies import LONGEST_TEXT, Reply, Verb, parse
from rules.wording import listed

MOST_LISTED = 12
OWNED = (TicketState.IN_CHARGE, TicketState.WAITING)
# Asked by what is due, and sorted here: in the order of their numbers, all pages would be read.
_PAGING = select(Page.ticket_number).where(Page.state == PageState.PAGING, Page.due_at.is_not(None))


class Texts:
    """Answers texts to the line. Who is not on file gets no answer."""

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def add_routes(self, blueprint: Blueprint) -> None:
        """Under the prefix of the provider's webhooks."""
        blueprint.post("/sms", endpoint="text")(self.received)

    def received(self) -> Response:
        """One text. The answer is a message in the webhook's document."""
        form = webhook.form()
        sender = form.sender
        if sender is None:
            return twiml.answer(twiml.message(None))
        body = form.text("Body", LONGEST_TEXT)
        text = transaction.commit(self._database, lambda session: self._answer(session, sender, body))
        return twiml.answer(twiml.message(text))

    def _answer(self, session: Session, sender: str, body: str) -> str | None:
        """What is answered; None for somebody who is not on file."""
        theirs = or_(Technician.phone == sender, Technician.second_phone == sender)
        statement = select(Technician).where(theirs).order_by(Technician.phone != sender, Technician.key)
        technician = session.execute(statement).scalars().first()
        if technician is None:
            return None
        conversation = Conversation(session, self._line, technician, self._database.now(session))
        return to_gsm7(conversation.answer(body))[:LONGEST_TEXT]


class Conversation:
    """One text of a technician, and its answer."""

    def __init__(self, session: Session, line: Line, technician: Technician, now: datetime) -> None:
        self._session = session
        self._line = line
        self._technician = technician
        self._by = Responder(technician.key, technician.name)
        self._now = now

    def answer(self, body: str) -> str:
        """Do what the text says, and say what was done."""
        reply = parse(body)
        if reply is None:
            return self._say("grammar")
        match reply.verb:
            case Verb.ACK:
                return self._one(reply, [*self._paged(), *self._reminded()], self._acknowledge)
            case Verb.ACK_ALL:
                return self._acknowledge_all()
            case Verb.PASS:
                return self._one(reply, [*self._paged(), *self._owned()], self._pass)
            case Verb.DONE:
                return self._one(reply, self._owned(), lambda number: self._finish(number, reply.words))
            case Verb.STATUS:
                return self._status()
            case Verb.WHO:
                return self._who()

    def _one(self, reply: Reply, candidates: Sequence[int], act: Callable[[int], str]) -> str:
        """Act on the ticket that is named, or on the only one that can be meant."""
        if reply.number is not None:
            return act(reply.number)
        if len(candidates) == 1:
            return act(candidates[0])
        if not candidates:
            return self._say("nothing_yours" if reply.verb is Verb.DONE else "nothing_open")
        return self._say("which", verb=reply.verb.upper(), numbers=_listed(candidates))

    def _acknowledge(self, number: int) -> str:
        taken = pager.acknowledge(self._session, self._line, number, self._by, self._now)
        if taken.outcome in (Outcome.WON, Outcome.YOURS) and taken.ticket:
            on_line = bridge.is_reporting(self._session, self._line, number, self._now)
            key = "reply.accepted_on_line" if on_line else "reply.accepted"
            return messages.text_of(self._line, taken.ticket, key)
        return self._lost(number, taken)

    def _acknowledge_all(self) -> str:
        """What each one is answered; of more than one text can say, the numbers alone."""
        answers = "\n".join(self._acknowledge(number) for number in self._paged())
        if len(to_gsm7(answers)) > LONGEST_TEXT:
            return self._say("status_yours", numbers=_listed(self._owned()))
        return answers or self._say("nothing_open")

    def _pass(self, number: int) -> str:
        passed = passing.pass_on(self._session, self._line, number, self._by, self._now)
        return self._say("passed", number=number) if passed.outcome is Outcome.PASSED else self._lost(number, passed)

    def _finish(self, number: int, words: str) -> str:
        done = pager.finish(self._session, self._line, number, self._by, words, self._now)
        return self._say("done", number=number) if done.outcome is Outcome.WON else self._lost(number, done)

    def _lost(self, number: int, result: Acknowledgement) -> str:
        """Why it was not done, and who has the ticket."""
        if result.outcome is Outcome.UNKNOWN:
            return self._say("unknown", number=number)
        if result.outcome is Outcome.ENDED:
            return self._say("ended", number=number)
        if result.holder is None or result.since is None:
            return self._say("not_yours", number=number)
        since = timezones.to_wall(result.since, self._technician.time_zone)
        return self._say("taken", number=number, name=result.holder, since=f"{since:%H:%M}")

    def _status(self) -> str:
        waiting = sorted(self._session.execute(_PAGING).scalars())
        lines = [
            self._say(key, numbers=_listed(numbers))
            for key, numbers in (("status_open", waiting), ("status_yours", self._owned()))
            if numbers
        ]
        return " ".join(lines) or self._say("status_quiet")

    def _who(self) -> str:
        lines = [self._on_call(key) for key in roster.schedule_keys(self._session)]
        return "\n".join(lines) or self._say("who_nobody", schedule="-")

    def _on_call(self, schedule: str) -> str:
        found = roster.on_call_now(self._session, schedule, self._now)
        if found.technician is None:
            return self._say("who_nobody", schedule=schedule)
        name = technicians.name(self._session, found.technician)
        if found.until is None:
            return self._say("who", schedule=schedule, name=name)
        until = timezones.to_wall(found.until, self._technician.time_zone)
        return self._say("who_until", schedule=schedule, name=name, until=f"{until:%a %H:%M}")

    def _paged(self) -> list[int]:
        """The tickets whose open pages have gone to this technician."""
        to_me = exists().where(
            Delivery.page_id == Page.id,
            Delivery.technician_key == self._technician.key,
            Delivery.kind.in_(PAGING_KINDS),
        )
        return sorted(self._session.execute(_PAGING.where(to_me)).scalars())

    def _reminded(self) -> list[int]:
        """Return the tickets that this technician has, and was reminded of. One that is over does not count."""
        statement = (
            select(Ticket.number)
            .join(Page, Page.ticket_number == Ticket.number)
            .where(
                Ticket.taken_by == self._technician.key,
                Ticket.state.in_(OWNED),
                Page.state == PageState.ACKNOWLEDGED,
                Page.followed_up_at.is_not(None),
            )
        )
        return list(self._session.execute(statement.order_by(Ticket.number)).scalars())

    def _owned(self) -> list[int]:
        """The unsolved tickets that this technician has."""
        statement = select(Ticket.number).where(Ticket.taken_by == self._technician.key, Ticket.state.in_(OWNED))
        return list(self._session.execute(statement.order_by(Ticket.number)).scalars())

    def _say(self, key: str, **values: object) -> str:
        return self._line.wording.say(f"reply.{key}", **values)


def _listed(numbers: Sequence[int]) -> str:
    shown = [str(number) for number in numbers[:MOST_LISTED]]
    more = len(numbers) - len(shown)
    return listed([*shown, f"{more} more"] if more else shown)
