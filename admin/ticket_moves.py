"""A person's moves on a ticket, by the same use cases as a technician's texts; each answers what it did."""

from datetime import datetime

from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import viewer
from models.technician import Technician
from models.ticket import Ticket, TicketSource
from paging import again, pager
from paging.pager import Acknowledgement, Outcome, Responder
from rules.line import Line
from rules.targets import Priority
from rules.wording import lasting
from tickets.lifecycle import MoveRefused


def responder(session: Session) -> Responder:
    """The signed-in user as a technician, where one has the same e-mail address, else by address alone.

    A technician's is kept as it was written, capitals too; a user's without.
    """
    own = func.lower(Technician.email) == current_user.email
    statement = select(Technician).where(own).order_by(Technician.key).limit(1)
    technician = session.execute(statement).scalar_one_or_none()
    return Responder(technician.key, technician.name) if technician else Responder(None, current_user.email)


def make(session: Session, line: Line, ticket: Ticket, move: str, words: dict[str, str], now: datetime) -> str:
    """Make the move and say what it did. Raises MoveRefused, in words for the person."""
    by = responder(session)
    reason = words.get("reason") or ""
    match move:
        case "acknowledge":
            return _acknowledged(line, pager.acknowledge(session, line, ticket.number, by, now), now)
        case "pass":
            return _passed(pager.pass_on(session, line, ticket.number, by, now))
        case "again":
            again.page_again(session, line, ticket, by, now)
            return f"{ticket.number} pages again from the first level, now."
        case "wait":
            pager.wait(session, line, ticket, by, reason, now)
            return f"{ticket.number} waits; its clocks stand still."
        case "resume":
            pager.resume(session, line, ticket, by, now)
            return f"{ticket.number} goes on."
        case "solve":
            pager.solve(session, line, ticket, by, reason, now)
            return f"{ticket.number} is solved."
        case "exclude":
            pager.exclude(session, line, ticket, by, reason, now)
            return f"{ticket.number} is excluded."
        case "priority":
            return _changed_priority(session, line, ticket, Priority(words["priority"]), by, reason, now)
        case "note":
            pager.note(session, line, ticket, by, words["text"], now)
            return "The note is in the story."
    raise ValueError(f"unknown move {move!r}")


def _acknowledged(line: Line, result: Acknowledgement, now: datetime) -> str:
    match result.outcome:
        case Outcome.WON:
            return _won(result, now)
        case Outcome.YOURS:
            return "You had it in charge already."
        case Outcome.TAKEN:
            since = f" since {viewer.times(now, line.policy.time_zone).at(result.since)}" if result.since else ""
            raise MoveRefused(f"{result.holder} has it in charge{since}.")
    raise MoveRefused("This ticket is ended: nothing is left to take in charge.")


def _won(result: Acknowledgement, now: datetime) -> str:
    ticket = result.ticket
    if ticket and ticket.source is TicketSource.DRILL:
        return f"Drill {ticket.number} is over after {lasting(now - ticket.opened_at)}. Thank you, nothing to do."
    return "You have it in charge. The customer and all who were paged are told."


def _passed(result: Acknowledgement) -> str:
    match result.outcome:
        case Outcome.PASSED:
            return "Passed on: the next level is paged now."
        case Outcome.ENDED:
            raise MoveRefused("This ticket is ended: there is nothing to pass on.")
        case Outcome.UNKNOWN:
            raise MoveRefused("This ticket pages nobody: there is nothing to pass on.")
    owner = f"{result.holder} has it in charge: only the owner" if result.holder else "Only who was paged"
    raise MoveRefused(f"{owner} can pass it on.")


def _changed_priority(
    session: Session, line: Line, ticket: Ticket, priority: Priority, by: Responder, reason: str, now: datetime
) -> str:
    if priority is ticket.priority:
        raise MoveRefused(f"{ticket.number} has priority {priority} already.")
    before = ticket.priority
    pager.change_priority(session, line, ticket, priority, by, reason, now)
    return f"{ticket.number} went from {before} to {priority}."
