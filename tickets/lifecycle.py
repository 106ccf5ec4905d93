"""A ticket from opened to solved. Every move is checked against the table of moves and told in the story."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from models.customer import Contract
from models.ticket import TICKET_MOVES, Ticket, TicketSource, TicketState
from rules.line import Line
from rules.targets import Priority, target_at
from tickets.story import record


class MoveRefused(Exception):
    """The ticket is not in a state from which this can be done."""


def open_ticket(
    session: Session,
    line: Line,
    *,
    contract: Contract,
    priority: Priority,
    source: TicketSource,
    now: datetime,
    call_sid: str | None = None,
    problem: int | None = None,
    caller: str | None = None,
    callback: str | None = None,
    summary: str | None = None,
) -> Ticket:
    """Open a ticket and give it its number. `caller` and `callback` are E.164."""
    ticket = Ticket(
        contract=contract,
        priority=priority,
        state=TicketState.OPEN,
        source=source,
        call_sid=call_sid,
        problem=problem,
        caller=caller,
        callback=callback,
        summary=summary,
        opened_at=now,
        target_at=_target(line, source, contract, priority, now),
    )
    session.add(ticket)
    session.flush()
    text = line.wording.say("event.opened", number=ticket.number, priority=priority, customer=contract.customer.name)
    record(session, ticket.number, now, "opened", text)
    return ticket


def _target(
    line: Line, source: TicketSource, contract: Contract, priority: Priority, opened_at: datetime
) -> datetime | None:
    """By when a person must have it. A drill is promised to nobody."""
    if source is TicketSource.DRILL:
        return None
    return target_at(line.policy.plans, contract.plan, priority, opened_at)


def lock_ticket(session: Session, number: int) -> Ticket | None:
    """The ticket with its contract and customer, locked until the transaction ends. None if there is none."""
    statement = (
        select(Ticket)
        .where(Ticket.number == number)
        .options(joinedload(Ticket.contract).joinedload(Contract.customer))
        .with_for_update(of=Ticket, key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one_or_none()


def take_in_charge(session: Session, line: Line, ticket: Ticket, holder: str, name: str, now: datetime) -> None:
    """A person owns the ticket from now on; `holder` is a technician's key or, for others, their name."""
    _move(session, ticket, TicketState.IN_CHARGE, taken_by=holder, taken_in_charge_at=now)
    record(session, ticket.number, now, "in_charge", line.wording.say("event.in_charge", name=name))


def give_back(session: Session, ticket: Ticket) -> None:
    """The owner passes it on: nobody has it, and it is open again."""
    _move(session, ticket, TicketState.OPEN, taken_by=None, taken_in_charge_at=None)


def wait(session: Session, line: Line, ticket: Ticket, name: str, reason: str, now: datetime) -> None:
    """Wait for the customer or a third party: every clock stops."""
    _require(ticket, TicketState.WAITING, from_states={TicketState.IN_CHARGE})
    _move(session, ticket, TicketState.WAITING, waiting_since=now)
    record(session, ticket.number, now, "waiting", line.wording.say("event.waiting", name=name, reason=reason))


def resume(session: Session, line: Line, ticket: Ticket, name: str, now: datetime) -> None:
    """What was waited for is there: the clocks go on."""
    _require(ticket, TicketState.IN_CHARGE, from_states={TicketState.WAITING})
    _move(session, ticket, TicketState.IN_CHARGE, waiting_since=None)
    record(session, ticket.number, now, "resumed", line.wording.say("event.resumed", name=name))


def solve(session: Session, line: Line, ticket: Ticket, name: str, reason: str, now: datetime) -> None:
    """The problem is solved; `reason` says what was done, and may be empty."""
    _move(session, ticket, TicketState.SOLVED, ended_at=now, reason=reason or None, waiting_since=None)
    key = "event.solved_with_words" if reason else "event.solved"
    record(session, ticket.number, now, "solved", line.wording.say(key, name=name, reason=reason))


def exclude(session: Session, line: Line, ticket: Ticket, name: str, reason: str, now: datetime) -> None:
    """A person judged that the plan does not cover this case, and says why."""
    _move(session, ticket, TicketState.EXCLUDED, ended_at=now, reason=reason, waiting_since=None)
    record(session, ticket.number, now, "excluded", line.wording.say("event.excluded", name=name, reason=reason))


def change_priority(
    session: Session, line: Line, ticket: Ticket, priority: Priority, name: str, reason: str, now: datetime
) -> None:
    """Raise or lower the caller's provisional priority; the target follows."""
    if not TICKET_MOVES[ticket.state]:
        raise MoveRefused(f"ticket {ticket.number} is {ticket.state}: its priority is final")
    record(
        session,
        ticket.number,
        now,
        "priority",
        line.wording.say("event.priority", name=name, before=ticket.priority, after=priority, reason=reason),
    )
    ticket.priority = priority
    ticket.target_at = _target(line, ticket.source, ticket.contract, priority, ticket.opened_at)
    session.flush()


def note(session: Session, line: Line, ticket: Ticket, name: str, text: str, now: datetime) -> None:
    """Add a person's words to the story."""
    record(session, ticket.number, now, "note", line.wording.say("event.note", name=name, text=text))


def _require(ticket: Ticket, to: TicketState, from_states: set[TicketState]) -> None:
    if ticket.state not in from_states:
        raise MoveRefused(f"ticket {ticket.number} is {ticket.state}: it cannot become {to} from there")


def _move(session: Session, ticket: Ticket, to: TicketState, **values: object) -> None:
    """Compare and set: the move is lost if the ticket has left the state in which it was read."""
    _require(ticket, to, {state for state, moves in TICKET_MOVES.items() if to in moves})
    statement = update(Ticket).where(Ticket.number == ticket.number, Ticket.state == ticket.state)
    if session.execute(statement.values(state=to, **values).returning(Ticket.number)).first() is None:
        raise MoveRefused(f"ticket {ticket.number} was changed by somebody else just now")
    session.refresh(ticket, ["state", *values])
