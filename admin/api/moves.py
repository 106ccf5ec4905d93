"""What programs do to tickets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NoReturn

from flask import Response, json
from sqlalchemy.orm import Session

from admin.api.bodies import body_as
from admin.api.documents import Move
from admin.api.problems import refuse, refuse_field
from admin.api.ticket_documents import documents
from admin.api.tickets import find
from admin.api.tokens import program
from models.audit import Audit
from models.database import Database
from models.technician import Technician
from models.ticket import Ticket, TicketState
from paging import pager
from paging.pager import Outcome, Responder
from rules.line import Line
from rules.targets import Priority
from tickets import lifecycle
from tickets.lifecycle import MoveRefused
from tickets.story import record

NEEDED = {
    "exclude": ("reason",),
    "lower": ("priority", "reason"),
    "raise": ("priority", "reason"),
    "note": ("reason",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One move, as asked for by one person or program."""

    session: Session
    line: Line
    ticket: Ticket
    by: Responder
    move: Move
    now: datetime

    @property
    def reason(self) -> str:
        return self.move.reason or ""


class Moves:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def act(self, number: str, action: str) -> Response:
        """Move a ticket: acknowledge, pass, wait, resume, solve, exclude, lower, raise or note."""
        make = ACTIONS.get(action) or _unknown(action)
        move = body_as(Move)
        for name in NEEDED.get(action, ()):
            if getattr(move, name) is None:
                refuse_field(name, f"is missing: {action} needs it")
        with self._database.write() as session:
            number = str(find(session, number).number)
            now = self._database.now(session)
            ticket = _locked(session, number)
            before = _audited(ticket)
            by = _responder(session, move.by)
            try:
                make(Asked(session, self._line, ticket, by, move, now))
            except MoveRefused as error:
                refuse(HTTPStatus.CONFLICT, str(error))
            session.add(_audit(ticket, action, by, move, before, now))
            session.flush()
            body = documents(session, [ticket])[0]
        return Response(json.dumps(body), mimetype="application/json")


def _unknown(action: str) -> NoReturn:
    refuse(HTTPStatus.NOT_FOUND, f"there is no move {action!r}; there are {', '.join(ACTIONS)}")


def _locked(session: Session, number: str) -> Ticket:
    ticket = lifecycle.lock_ticket(session, int(number))
    assert ticket is not None, "tickets are never deleted"
    return ticket


def _responder(session: Session, by: str | None) -> Responder:
    """`by` is a technician's key, else a name; left out, the token acts."""
    technician = session.get(Technician, by) if by else None
    return Responder(technician.key, technician.name) if technician else Responder(None, by or program().name)


def _audited(ticket: Ticket) -> dict[str, str | None]:
    return {"state": ticket.state.value, "priority": ticket.priority.value, "taken_by": ticket.taken_by}


def _audit(
    ticket: Ticket, action: str, by: Responder, move: Move, before: dict[str, str | None], now: datetime
) -> Audit:
    actor = f"{by.name} by token {program().name}" if move.by else f"token {program().name}"
    audit = Audit(at=now, actor=actor[:254], action=f"ticket.{action}", subject=f"ticket {ticket.number}")
    audit.before, audit.after = before, {**_audited(ticket), "reason": move.reason}
    return audit


def _acknowledge(asked: Asked) -> None:
    ticket = asked.ticket
    if ticket.state is not TicketState.OPEN:
        raise MoveRefused(f"ticket {ticket.number} is {ticket.state}: only an open one can be acknowledged")
    pager.acknowledge(asked.session, asked.line, ticket.number, asked.by, asked.now)


def _pass(asked: Asked) -> None:
    ticket = asked.ticket
    done = pager.pass_on(asked.session, asked.line, ticket.number, asked.by, asked.now)
    if done.outcome is Outcome.UNKNOWN and ticket.state is TicketState.IN_CHARGE:
        lifecycle.give_back(asked.session, ticket)
        said = asked.line.wording.say("event.passed", name=asked.by.name)
        record(asked.session, ticket.number, asked.now, "passed", said)
    elif done.outcome is not Outcome.PASSED:
        raise MoveRefused(f"ticket {ticket.number} is {ticket.state}: {asked.by.name} cannot pass it")


def _wait(asked: Asked) -> None:
    reason = asked.reason or "no reason was given"
    pager.wait(asked.session, asked.line, asked.ticket, asked.by, reason, asked.now)


def _resume(asked: Asked) -> None:
    pager.resume(asked.session, asked.line, asked.ticket, asked.by, asked.now)


def _solve(asked: Asked) -> None:
    pager.solve(asked.session, asked.line, asked.ticket, asked.by, asked.reason, asked.now)


def _exclude(asked: Asked) -> None:
    pager.exclude(asked.session, asked.line, asked.ticket, asked.by, asked.reason, asked.now)


def _lower(asked: Asked) -> None:
    _change(asked, higher=False)


def _raise(asked: Asked) -> None:
    _change(asked, higher=True)


def _change(asked: Asked, *, higher: bool) -> None:
    ticket, priority = asked.ticket, asked.move.priority
    assert priority is not None, "it is needed"
    ranks = list(Priority)
    if ranks.index(priority) == ranks.index(ticket.priority) or (priority < ticket.priority) is not higher:
        direction = "above" if higher else "below"
        raise MoveRefused(f"ticket {ticket.number} is {ticket.priority}: {priority} is not {direction} it")
    pager.change_priority(asked.session, asked.line, ticket, priority, asked.by, asked.reason, asked.now)


def _note(asked: Asked) -> None:
    pager.note(asked.session, asked.line, asked.ticket, asked.by, asked.reason, asked.now)


ACTIONS: dict[str, Callable[[Asked], None]] = {
    "acknowledge": _acknowledge,
    "pass": _pass,
    "wait": _wait,
    "resume": _resume,
    "solve": _solve,
    "exclude": _exclude,
    "lower": _lower,
    "raise": _raise,
    "note": _note,
}
