"""A page from raised to acknowledged, passed on or closed: what people and callers do to it.

Locks are taken in the order ticket, page, delivery. What becomes due is done by the engine.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import announce
from models.page import Page, PageState
from models.ticket import Ticket, TicketSource, TicketState
from paging import coverage, follow_up, page_moves, recipients, roster, technicians
from rules.line import Line
from rules.targets import Priority
from rules.wording import lasting
from tickets import lifecycle, notices
from tickets.story import record

ENDED = frozenset({TicketState.SOLVED, TicketState.EXCLUDED})


@dataclass(frozen=True, slots=True)
class Responder:
    """Who acts: a technician by key, or somebody else by name alone. `call`: the delivery whose call they act in."""

    key: str | None
    name: str
    call: int | None = None

    @property
    def holder(self) -> str:
        return self.key or self.name


class Outcome(StrEnum):
    WON = "won"
    YOURS = "yours"
    TAKEN = "taken"
    ENDED = "ended"
    UNKNOWN = "unknown"
    PASSED = "passed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`holder` is the name of who has the ticket, since `since`; the responder's own when it was won."""

    outcome: Outcome
    ticket: Ticket | None
    holder: str | None = None
    since: datetime | None = None


def raise_page(
    session: Session, line: Line, ticket: Ticket, now: datetime, leaves_at: datetime, policy: str | None = None
) -> Page:
    """Arm a page: it leaves at `leaves_at`, or sooner by `release`. The escalation policy is copied onto it.

    `policy` is its key; None: the contract's.
    """
    page = Page(
        ticket_number=ticket.number,
        state=PageState.ARMED,
        policy=roster.escalation_policy(session, policy or ticket.contract.escalation_policy, ticket.priority),
        level=1,
        round=1,
        due_at=leaves_at,
        passed=False,
        alarmed_round=0,
        raised_at=now,
    )
    session.add(page)
    session.flush()
    announce(session)
    return page


def release(session: Session, ticket_number: int, now: datetime) -> bool:
    """Let an armed page leave now. Return False for one that has left, which is not touched."""
    statement = update(Page).where(Page.ticket_number == ticket_number, Page.state == PageState.ARMED)
    if session.execute(statement.values(due_at=now).returning(Page.id)).first() is None:
        return False
    announce(session)
    return True


def acknowledge(session: Session, line: Line, ticket_number: int, by: Responder, now: datetime) -> Acknowledgement:
    """Take the ticket in charge and end its page. The first one wins; the others learn who has it."""
    ticket = lifecycle.lock_ticket(session, ticket_number)
    if ticket is None:
        return Acknowledgement(Outcome.UNKNOWN, None)
    if ticket.state in ENDED:
        return Acknowledgement(Outcome.YOURS if _won_drill(ticket, by) else Outcome.ENDED, ticket)
    page = lock_page(session, ticket_number)
    if ticket.state is not TicketState.OPEN:
        return _acknowledge_again(session, line, ticket, page, by, now)
    if page is not None:
        page_moves.move(
            session, page, PageState.ACKNOWLEDGED, due_at=None, acknowledged_at=now, acknowledged_by=by.holder
        )
        record(session, ticket_number, now, "acknowledged", line.wording.say("event.acknowledged", name=by.name))
    lifecycle.take_in_charge(session, line, ticket, by.holder, by.name, now)
    _show_work(session, line, ticket, page, by, now)
    recipients.stand_down(session, line, ticket, by.holder, "taken", by.name, now, by.call)
    notices.taken_in_charge(session, line, ticket, by.name, now)
    if ticket.source is TicketSource.DRILL:
        _end_drill(session, line, ticket, by, now)
    return Acknowledgement(Outcome.WON, ticket, by.name, now)


def _won_drill(ticket: Ticket, by: Responder) -> bool:
    """A drill ends with its acknowledgement: who sends that twice is told the same twice."""
    return ticket.source is TicketSource.DRILL and ticket.taken_by == by.holder


def _end_drill(session: Session, line: Line, ticket: Ticket, by: Responder, now: datetime) -> None:
    """Somebody has it, and nothing was wrong: there is nothing left to do."""
    words = line.wording.say("drill.over", length=lasting(now - ticket.opened_at))
    solve(session, line, ticket, by, words, now)


def _acknowledge_again(
    session: Session, line: Line, ticket: Ticket, page: Page | None, by: Responder, now: datetime
) -> Acknowledgement:
    """The owner says once more that they have it, which is a sign of work; another one learns who has it."""
    is_owner = ticket.taken_by == by.holder
    if is_owner:
        _show_work(session, line, ticket, page, by, now)
    outcome = Outcome.YOURS if is_owner else Outcome.TAKEN
    return Acknowledgement(outcome, ticket, holder_name(session, ticket), ticket.taken_in_charge_at)


def _show_work(session: Session, line: Line, ticket: Ticket, page: Page | None, by: Responder, now: datetime) -> None:
    if page is not None:
        follow_up.sign_of_work(session, line, ticket, page, now, by.call)


def pass_on(session: Session, line: Line, ticket_number: int, by: Responder, now: datetime) -> Acknowledgement:
    """Escalate now: who was paged hands the page to the next level, the owner re-opens it there.

    An owner from whom somebody else takes it is told.
    """
    ticket = lifecycle.lock_ticket(session, ticket_number)
    page = lock_page(session, ticket_number)
    if ticket is None or page is None:
        return Acknowledgement(Outcome.UNKNOWN, None)
    if ticket.state in ENDED:
        return Acknowledgement(Outcome.ENDED, ticket)
    if ticket.state is TicketState.OPEN:
        return _pass_open(session, line, ticket, page, by, now)
    if ticket.state is TicketState.WAITING or (by.key is not None and ticket.taken_by != by.key):
        name = holder_name(session, ticket)
        return Acknowledgement(Outcome.REFUSED, ticket, name, ticket.taken_in_charge_at)
    owner = ticket.taken_by
    lifecycle.give_back(session, ticket)
    recipients.end_calls(session, page, now, by.call)
    page_moves.move(session, page, PageState.PAGING, acknowledged_at=None, acknowledged_by=None, followed_up_at=None)
    if owner and owner != by.holder:
        recipients.tell_released(session, line, ticket, page, owner, "passed_on", by.name, now)
    return _escalate(session, line, ticket, page, by, now)


def _pass_open(
    session: Session, line: Line, ticket: Ticket, page: Page, by: Responder, now: datetime
) -> Acknowledgement:
    if by.key is not None and not recipients.was_paged(session, page, by.key):
        return Acknowledgement(Outcome.REFUSED, ticket)
    if page.state is PageState.ARMED:
        release(session, ticket.number, now)
        return Acknowledgement(Outcome.PASSED, ticket)
    return _escalate(session, line, ticket, page, by, now)


def _escalate(
    session: Session, line: Line, ticket: Ticket, page: Page, by: Responder, now: datetime
) -> Acknowledgement:
    """The page's current level is over; a page taken before it left starts at its first level."""
    page.passed = page.level_started_at is not None
    page.due_at = now
    session.flush()
    announce(session)
    record(session, ticket.number, now, "passed", line.wording.say("event.passed", name=by.name))
    return Acknowledgement(Outcome.PASSED, ticket)


def take_back(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
    """The owner was reminded and gave no sign of work: the page goes on to the next level. Both rows are locked."""
    name = holder_name(session, ticket) or ""
    lifecycle.give_back(session, ticket)
    page_moves.move(session, page, PageState.PAGING, acknowledged_at=None, acknowledged_by=None)
    page.passed = page.level_started_at is not None
    page.due_at, page.followed_up_at = now, None
    session.flush()
    record(session, ticket.number, now, "taken_back", line.wording.say("event.taken_back", name=name))


def wait(session: Session, line: Line, ticket: Ticket, by: Responder, reason: str, now: datetime) -> None:
    """Wait for the customer or a third party: every clock stops. Raises MoveRefused."""
    lifecycle.wait(session, line, ticket, by.name, reason, now)
    _show_work(session, line, ticket, lock_page(session, ticket.number), by, now)


def resume(session: Session, line: Line, ticket: Ticket, by: Responder, now: datetime) -> None:
    """What was waited for is there. Raises MoveRefused."""
    lifecycle.resume(session, line, ticket, by.name, now)
    _show_work(session, line, ticket, lock_page(session, ticket.number), by, now)


def note(session: Session, line: Line, ticket: Ticket, by: Responder, text: str, now: datetime) -> None:
    """A person's words in the story: a sign of work."""
    lifecycle.note(session, line, ticket, by.name, text, now)
    _show_work(session, line, ticket, lock_page(session, ticket.number), by, now)


def change_priority(
    session: Session, line: Line, ticket: Ticket, priority: Priority, by: Responder, reason: str, now: datetime
) -> None:
    """Raise or lower a ticket; its page goes on, or leaves now, as the new priority wants it. Raises MoveRefused."""
    lifecycle.change_priority(session, line, ticket, priority, by.name, reason, now)
    page = lock_page(session, ticket.number)
    _show_work(session, line, ticket, page, by, now)
    if page is not None and page.state is PageState.PAGING:
        page.due_at = now
        announce(session)
    if page is None and coverage.wants_page(session, line, ticket, now):
        raise_page(session, line, ticket, now, now)


def solve(session: Session, line: Line, ticket: Ticket, by: Responder, words: str, now: datetime) -> None:
    """The problem is solved: the ticket ends, and its page with it. Raises MoveRefused."""
    lifecycle.solve(session, line, ticket, by.name, words, now)
    _close(session, line, ticket, by, now)


def exclude(session: Session, line: Line, ticket: Ticket, by: Responder, reason: str, now: datetime) -> None:
    """The plan does not cover the case: the ticket ends, and its page with it. Raises MoveRefused."""
    lifecycle.exclude(session, line, ticket, by.name, reason, now)
    _close(session, line, ticket, by, now)


def finish(
    session: Session, line: Line, ticket_number: int, by: Responder, words: str, now: datetime
) -> Acknowledgement:
    """DONE: the owner says that the problem is solved."""
    ticket = lifecycle.lock_ticket(session, ticket_number)
    if ticket is None:
        return Acknowledgement(Outcome.UNKNOWN, None)
    if ticket.state in ENDED:
        return Acknowledgement(Outcome.ENDED, ticket)
    if ticket.taken_by != by.holder:
        return Acknowledgement(Outcome.REFUSED, ticket, holder_name(session, ticket), ticket.taken_in_charge_at)
    solve(session, line, ticket, by, words, now)
    return Acknowledgement(Outcome.WON, ticket, by.name, now)


def _close(session: Session, line: Line, ticket: Ticket, by: Responder, now: datetime) -> None:
    page = lock_page(session, ticket.number)
    if page is None or page.state is PageState.CLOSED:
        return
    unanswered = page.state is PageState.PAGING
    page_moves.move(session, page, PageState.CLOSED, due_at=None, followed_up_at=None)
    recipients.cancel_pending(session, page, now)
    recipients.end_calls(session, page, now, by.call)
    if unanswered:
        recipients.stand_down(session, line, ticket, by.holder, "closed", by.name, now, by.call)


def send_update(
    session: Session, line: Line, ticket_number: int, now: datetime, reference: str = "", words: str = ""
) -> None:
    """Send what became known after the page had left to whoever has the ticket, else to all who were paged.

    Once per `reference` (a call's SID). `words` are what the caller said, where somebody wrote it down.
    """
    ticket = lifecycle.lock_ticket(session, ticket_number)
    page = lock_page(session, ticket_number)
    if ticket is not None and page is not None and page.state in (PageState.PAGING, PageState.ACKNOWLEDGED):
        recipients.send_update(session, line, ticket, page, now, reference, words)


def holder_name(session: Session, ticket: Ticket) -> str | None:
    """The name of who has the ticket in charge."""
    if ticket.taken_by is None:
        return None
    return technicians.name(session, ticket.taken_by)


def lock_page(session: Session, ticket_number: int) -> Page | None:
    """The ticket's page, locked until the transaction ends. None if it has none."""
    statement = select(Page).where(Page.ticket_number == ticket_number).with_for_update(key_share=True)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
