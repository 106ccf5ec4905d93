"""The technician's call connected with the caller's: who holds on the line comes first, then the callback number."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
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

LONGEST_QUESTION = timedelta(seconds=40)
"""So long a question is spoken and its answer awaited, what is recorded left aside."""
REACHED = frozenset({"completed", "answered"})
SECONDS_TO_CONNECT = 30
SECONDS_IN_QUEUE = 5
"""So long a technician waits for a caller who seemed to hold, and has hung up a moment ago."""
LONGEST_WAIT = timedelta(seconds=60)
"""So long a technician waits for a caller who is still keying or speaking. Then the callback number is dialled."""
SECONDS_BETWEEN_LOOKS = 2
AWAITED_FOR = timedelta(seconds=6)
"""So long after each look a caller is told that the technician is on the line."""


def connect(
    session: Session, line: Line, prompts: Prompts, ticket: Ticket, action: str, now: datetime,
    waiting_since: datetime | None = None,
) -> str:  # fmt: skip
    """To who holds for this ticket; to who reports it just now, as soon as they hold; else to the callback number.

    Nobody can wait in a queue in which nobody has been yet, so the technician's call looks again and again.
    """
    said = [] if waiting_since else [prompts.with_ticket("responder.connecting", ticket.number)]
    if is_holding(session, line, ticket.number, now):
        return twiml.dial_queue(said, f"ticket-{ticket.number}", f"{action}?queue=1", SECONDS_IN_QUEUE)
    since = waiting_since or now
    reporting = _reporting(session, line, ticket.number, now) if now < since + LONGEST_WAIT else ()
    if not reporting:
        return dial(line, prompts, ticket, action, said)
    session.execute(update(Call).where(Call.sid.in_(reporting)).values(awaited_until=now + AWAITED_FOR))
    said = [] if waiting_since else [prompts.with_ticket("responder.awaiting", ticket.number)]
    return twiml.ask_key(said, f"{action}?since={int(since.timestamp())}", SECONDS_BETWEEN_LOOKS)


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


def is_holding(session: Session, line: Line, ticket_number: int, now: datetime) -> bool:
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


def is_reporting(session: Session, line: Line, ticket_number: int, now: datetime) -> bool:
    """Whether a caller is on the line who has not said all about the ticket, or hears what happens next."""
    return bool(_reporting(session, line, ticket_number, now))


def _reporting(session: Session, line: Line, ticket_number: int, now: datetime) -> Sequence[str]:
    """The calls of such callers. A call of which nothing was heard for longer than any answer takes is over."""
    longest = line.policy.recordings.longest + LONGEST_QUESTION
    lately = exists().where(CallStep.call_sid == Call.sid, CallStep.at > now - longest)
    statement = select(Call.sid).where(
        Call.ticket_number == ticket_number,
        Call.step.in_((Step.CALLBACK, Step.DESCRIPTION, Step.HOLD)),
        Call.outcome != HOLDING,
        Call.ended_at.is_(None),
        lately,
    )
    return session.execute(statement).scalars().all()
