"""The technician's call connected with the caller's: who holds on the line comes first, then the callback number."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ivr import twiml
from ivr.problems import HOLDING
from ivr.prompts import Prompts
from ivr.twiml import Speech
from ivr.webhook import Form
from models.call import Call, CallStep, Step
from models.ticket import Ticket
from rules.line import Line
from tickets.story import record

REACHED = frozenset({"completed", "answered"})
SECONDS_TO_CONNECT = 30
SECONDS_IN_QUEUE = 5
"""So long a technician waits for a caller who seemed to hold, and has hung up a moment ago."""


def connect(session: Session, line: Line, prompts: Prompts, ticket: Ticket, action: str, now: datetime) -> str:
    """To who holds for this ticket, else to the callback number."""
    said = [prompts.with_ticket("responder.connecting", ticket.number)]
    if _is_holding(session, line, ticket.number, now):
        return twiml.dial_queue(said, f"ticket-{ticket.number}", f"{action}?queue=1", SECONDS_IN_QUEUE)
    return dial(line, prompts, ticket, action, said)


def dial(line: Line, prompts: Prompts, ticket: Ticket, action: str, said: Sequence[Speech] = ()) -> str:
    """To the callback number; its telephone shows the line's."""
    if ticket.callback is None or not prompts.may_dial(ticket.callback):
        return twiml.end([prompts.with_ticket("responder.accepted_no_callback", ticket.number)])
    return twiml.dial(said, ticket.callback, action, SECONDS_TO_CONNECT, caller_id=line.number)


def ended(session: Session, line: Line, ticket: Ticket, name: str, form: Form, now: datetime) -> bool:
    """Tell the story what came of it. Answers whether the two have spoken."""
    reached = form.text("DialCallStatus", 20) in REACHED
    seconds = form.text("DialCallDuration", 6) or "?"
    key = "responder.story_spoke" if reached else "responder.story_not_reached"
    words = {"name": name} | ({"seconds": seconds} if reached else {})
    record(session, ticket.number, now, "connected" if reached else "not_reached", line.wording.say(key, **words))
    return reached


def _is_holding(session: Session, line: Line, ticket_number: int, now: datetime) -> bool:
    """Whether a caller waits in the ticket's queue. Nobody holds for longer than they may, whatever was reported."""
    since = exists().where(
        CallStep.call_sid == Call.sid, CallStep.kind == "hold", CallStep.at > now - line.policy.hold_limit
    )
    statement = select(Call.sid).where(
        Call.ticket_number == ticket_number,
        Call.step == Step.HOLD,
        Call.outcome == HOLDING,
        Call.ended_at.is_(None),
        since,
    )
    return session.execute(statement.limit(1)).first() is not None
