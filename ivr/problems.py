"""A problem reported in a call: its ticket, its page, and what the caller adds to them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from ivr import recordings
from ivr.exchange import Exchange
from ivr.screening import contract_by_id
from ivr.webhook import Recorded
from models.call import Step
from models.customer import Maintenance
from models.technician import Technician
from models.ticket import Ticket, TicketSource, TicketState
from paging import pager
from rules.escalation import leaves_at
from rules.targets import Priority
from tickets import lifecycle, notices, story

HOLDING = "holding"
OPENED = "ticket"
JOINED = "joined"
"""`Call.outcome`: the call opened its ticket, or added to one that was there."""

UNSOLVED = (TicketState.OPEN, TicketState.IN_CHARGE, TicketState.WAITING)


_WINDOW = (
    Maintenance.contract_id == bindparam("contract"),
    Maintenance.starts_at <= bindparam("now"),
    (Maintenance.ends_at > bindparam("now")),
)
_OFFERS = select(
    select(Maintenance.id).where(*_WINDOW).limit(1).scalar_subquery().label("window"),
    select(func.max(Ticket.number))
    .where(
        Ticket.contract_id == bindparam("contract"),
        Ticket.state.in_(UNSOLVED),
    )
    .scalar_subquery()
    .label("ticket"),
)
_TICKET = select(Ticket.number, Ticket.callback, Ticket.opened_at, Ticket.target_at, Ticket.taken_by).where(
    Ticket.number == bindparam("number")
)
_HOLDER = select(Technician.name).where(Technician.key == bindparam("key"))
_RECORDING = update(Ticket).where(Ticket.number == bindparam("ticket")).values(recording_url=bindparam("url"))


@dataclass(frozen=True, slots=True)
class Offers:
    """What the caller may join: a maintenance window that is open, and the contract's newest unsolved ticket."""

    window: bool
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is said of a ticket."""

    number: int
    callback: str | None
    opened_at: datetime
    target_at: datetime | None
    taken_by: str | None


def offers(x: Exchange) -> Offers:
    """Return what this call may join. Only the contract counts: a reseller calls for several customers."""
    values = {"contract": x.call.contract_id, "now": x.now}
    row = x.connection.execute(_OFFERS, values).one()
    return Offers(row.window is not None, row.ticket)


def window_now(x: Exchange) -> Maintenance | None:
    """The booked window that is open now, locked: it has one ticket."""
    statement = select(Maintenance).where(*_WINDOW).order_by(Maintenance.starts_at).with_for_update()
    return x.session.execute(statement, {"contract": x.call.contract_id, "now": x.now}).scalars().first()


def get(x: Exchange) -> Known:
    """The ticket of this call."""
    return Known(*x.connection.execute(_TICKET, {"number": x.call.ticket_number}).one())


def holder(x: Exchange, taken_by: str | None) -> str | None:
    """The name of who has a ticket."""
    if taken_by is None:
        return None
    return x.connection.execute(_HOLDER, {"key": taken_by}).scalar() or taken_by


def report(
    x: Exchange, priority: Priority, source: TicketSource = TicketSource.CALL, summary: str | None = None
) -> int:
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
        summary=summary,
    )
    leaves = leaves_at(priority, x.now, x.line.policy.page_leaves_after)
    pager.raise_page(x.session, x.line, ticket, x.now, leaves)
    x.call.ticket_number, x.call.outcome = ticket.number, OPENED
    x.has_just_opened = True
    return ticket.number


def join(x: Exchange, number: int) -> None:
    """This call is about a ticket that is there already."""
    x.call.ticket_number, x.call.outcome = number, JOINED
    words = x.line.wording.say("caller.story_joined", caller=x.call.caller or x.line.wording.say("caller.unknown"))
    story.record(x.session, number, x.now, "called_again", words)


def maintain(x: Exchange, window: Maintenance) -> None:
    """Join the window's ticket, or open it. A window whose ticket was solved meanwhile gets another.

    Either way the window is settled: who holds its row is the one who opens its ticket.
    """
    window.due_at = None
    ticket = x.session.get(Ticket, window.ticket_number) if window.ticket_number else None
    if ticket is not None and ticket.state in UNSOLVED:
        join(x, ticket.number)
        return
    words = x.line.wording.say("maintenance.booked", reference=window.reference)
    window.ticket_number = report(x, x.line.policy.maintenance_priority, TicketSource.MAINTENANCE, words)
    story.record(x.session, window.ticket_number, x.now, "maintenance", words)


def take_callback(x: Exchange, number: str) -> None:
    """The number to call, E.164 and allowed. The number calling is on a new ticket from its first moment."""
    if x.call.outcome == OPENED and number == x.call.caller:
        return
    changed = update(Ticket).where(Ticket.number == x.call.ticket_number, Ticket.callback.is_distinct_from(number))
    if x.session.execute(changed.values(callback=number).returning(Ticket.number)).first():
        _tell(x, "callback", "caller.story_callback", number=number)


def take_description(x: Exchange, recorded: Recorded | None) -> None:
    """Described or skipped: the page leaves now, or what it could not carry any more goes out as one update."""
    if recorded is not None:
        keep_description(x, recorded)
    leave_off(x)


def leave_off(x: Exchange) -> None:
    """The caller adds nothing more. A page that has not left leaves now, and the customer is written to when it does.

    Of one that has left, whoever was paged or has the ticket gets one update, and the customer is written to now. A
    number that was read back and not refused counts, as it does when nothing is pressed.
    """
    assert x.call.ticket_number is not None
    if x.call.keyed_callback:
        take_callback(x, x.call.keyed_callback)
    if pager.release(x.session, x.call.ticket_number, x.now):
        return
    if x.call.keyed_callback or x.call.outcome == JOINED or recordings.has(x, Step.DESCRIPTION):
        _send_update(x)
    if x.call.outcome == OPENED:
        _write_to_customer(x)


def take_late_description(x: Exchange, recorded: Recorded) -> None:
    """The recording of a caller who hung up while it ran, when the call's end was reported first."""
    if keep_description(x, recorded):
        _send_update(x, ":late")


def stop_holding(x: Exchange) -> None:
    """The caller hung up, or the line dropped, while they held for the technician."""
    if x.call.ticket_number is not None:
        _tell(x, "stopped_holding", "caller.story_stopped_holding")


def _send_update(x: Exchange, occasion: str = "") -> None:
    """Tell whoever has the ticket, once a problem and occasion."""
    assert x.call.ticket_number is not None
    reference = f"{x.call.sid}:{x.call.problem}{occasion}"
    pager.send_update(x.session, x.line, x.call.ticket_number, x.now, reference)


def _write_to_customer(x: Exchange) -> None:
    """Tell the customer the number and who calls back on which number, now that the caller has said which."""
    assert x.call.ticket_number is not None
    ticket = lifecycle.lock_ticket(x.session, x.call.ticket_number)
    if ticket is None:
        return
    if ticket.state is TicketState.OPEN:
        notices.ticket_opened(x.session, x.line, ticket, x.now)
    elif ticket.taken_by:
        notices.taken_in_charge(x.session, x.line, ticket, holder(x, ticket.taken_by) or "", x.now)


def keep_description(x: Exchange, recorded: Recorded) -> bool:
    """Keep it for the technician. False when it was known before."""
    if not recordings.keep(x, recorded, Step.DESCRIPTION):
        return False
    x.connection.execute(_RECORDING, {"ticket": x.call.ticket_number, "url": recorded.url})
    _tell(x, "described", "caller.story_described", seconds=str(recorded.seconds or "?"))
    return True


def _tell(x: Exchange, kind: str, key: str, **values: str) -> None:
    assert x.call.ticket_number is not None
    story.record(x.session, x.call.ticket_number, x.now, kind, x.line.wording.say(key, **values))
