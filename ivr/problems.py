"""A problem reported in a call: its ticket, its page, and what the caller adds to them."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ivr.exchange import Exchange
from ivr.screening import contract_by_id
from models.call import Call
from models.customer import Maintenance
from models.ticket import Ticket, TicketSource, TicketState
from paging import pager
from rules.targets import Priority
from tickets import lifecycle, story

HOLDING = "holding"
OPENED = "ticket"
JOINED = "joined"
"""`Call.outcome`: the call opened its ticket, or added to one that was there."""

UNSOLVED = (TicketState.OPEN, TicketState.IN_CHARGE, TicketState.WAITING)


def window_now(session: Session, contract_id: int | None, now: datetime) -> Maintenance | None:
    """The booked window of the contract that is open now, locked: it has one ticket."""
    statement = select(Maintenance).where(
        Maintenance.contract_id == contract_id, Maintenance.starts_at <= now, Maintenance.ends_at > now
    )
    return session.execute(statement.order_by(Maintenance.starts_at).with_for_update()).scalars().first()


def unsolved_ticket(session: Session, call: Call) -> int | None:
    """The newest unsolved ticket of the contract or of the calling number."""
    owner = [Ticket.contract_id == call.contract_id]
    if call.caller:
        owner += [Ticket.caller == call.caller, Ticket.callback == call.caller]
    statement = select(Ticket.number).where(Ticket.state.in_(UNSOLVED), or_(*owner))
    return session.execute(statement.order_by(Ticket.number.desc()).limit(1)).scalar()


def get(session: Session, number: int) -> Ticket:
    """A ticket by its number."""
    return session.get_one(Ticket, number)


def report(x: Exchange, priority: Priority, source: TicketSource = TicketSource.CALL) -> int:
    """Open the call's ticket and arm its page: from here on nothing is lost. Answers its number."""
    assert x.call.contract_id is not None
    ticket = lifecycle.open_ticket(
        x.session,
        x.line,
        contract=contract_by_id(x.session, x.call.contract_id),
        priority=priority,
        source=source,
        now=x.now,
        call_sid=x.call.sid,
        problem=x.call.problem,
        caller=x.call.caller,
        callback=x.call.caller if x.prompts.may_dial(x.call.caller) else None,
    )
    pager.raise_page(x.session, x.line, ticket, x.now, x.now + x.line.policy.page_leaves_after)
    x.call.ticket_number, x.call.outcome = ticket.number, OPENED
    return ticket.number


def join(x: Exchange, number: int) -> None:
    """This call is about a ticket that is there already."""
    x.call.ticket_number, x.call.outcome = number, JOINED
    words = x.line.wording.say("caller.story_joined", caller=x.call.caller or x.line.wording.say("caller.unknown"))
    story.record(x.session, number, x.now, "called_again", words)


def maintain(x: Exchange, window: Maintenance) -> None:
    """Join the window's ticket, or open it. A window whose ticket was solved meanwhile gets another."""
    ticket = x.session.get(Ticket, window.ticket_number) if window.ticket_number else None
    if ticket is not None and ticket.state in UNSOLVED:
        join(x, ticket.number)
        return
    window.ticket_number = report(x, x.line.policy.maintenance_priority, TicketSource.MAINTENANCE)
    words = x.line.wording.say("caller.story_maintenance", reference=window.reference)
    story.record(x.session, window.ticket_number, x.now, "maintenance", words)


def take_callback(x: Exchange, number: str) -> None:
    """The number to call, E.164 and allowed."""
    changed = update(Ticket).where(Ticket.number == x.call.ticket_number, Ticket.callback.is_distinct_from(number))
    if x.session.execute(changed.values(callback=number).returning(Ticket.number)).first():
        _tell(x, "callback", "caller.story_callback", number=number)


def take_description(x: Exchange, recording_url: str | None) -> None:
    """Described or skipped: the page leaves now; what it could not carry any more goes out as one update."""
    if recording_url:
        _keep_recording(x, recording_url)
    release(x)
    if recording_url or x.call.keyed_callback or x.call.outcome == JOINED:
        send_update(x)


def take_late_description(x: Exchange, recording_url: str) -> None:
    """The recording of a caller who hung up while it ran, when the call's end was reported first."""
    if get_recording(x) != recording_url:
        _keep_recording(x, recording_url)
        send_update(x, "late")


def release(x: Exchange) -> None:
    """Let the page of the call's ticket leave now, if it has not left."""
    if x.call.ticket_number is not None:
        pager.release(x.session, x.call.ticket_number, x.now)


def send_update(x: Exchange, occasion: str = "") -> None:
    """Tell whoever has the ticket what came after the page had left, once a problem and occasion."""
    assert x.call.ticket_number is not None
    reference = f"{x.call.sid}:{x.call.problem}{occasion}"
    pager.send_update(x.session, x.line, x.call.ticket_number, x.now, reference)


def get_recording(x: Exchange) -> str | None:
    """The recording that the ticket has."""
    return x.session.execute(select(Ticket.recording_url).where(Ticket.number == x.call.ticket_number)).scalar()


def _keep_recording(x: Exchange, url: str) -> None:
    x.session.execute(update(Ticket).where(Ticket.number == x.call.ticket_number).values(recording_url=url))
    _tell(x, "described", "caller.story_described", url=url)


def _tell(x: Exchange, kind: str, key: str, **values: str) -> None:
    assert x.call.ticket_number is not None
    story.record(x.session, x.call.ticket_number, x.now, kind, x.line.wording.say(key, **values))
