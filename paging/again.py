"""A page that begins once more at its first level: who had it, or was paged last, is not there."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.database import announce
from models.page import Page, PageState
from models.ticket import Ticket, TicketState
from paging import page_moves, pager, recipients, roster
from paging.pager import Responder
from rules.line import Line
from rules.wording import lasting
from tickets import lifecycle
from tickets.lifecycle import MoveRefused
from tickets.story import record


def page_again(session: Session, line: Line, ticket: Ticket, by: Responder, now: datetime) -> None:
    """Page from the first level, in a round of its own, at once. The ticket is locked.

    An owner loses the ticket and is told, but not in the first minute: whoever asks has not seen yet that it is taken.
    Whose telephone rings for an earlier level may still answer it. Raises MoveRefused.
    """
    page = _checked(line, ticket, pager.lock_page(session, ticket.number), now)
    owner = pager.holder_name(session, ticket)
    if ticket.state is TicketState.IN_CHARGE:
        _refuse_if_just_taken(line, ticket, page, owner, by, now)
        _take_from_owner(session, line, ticket, page, by, now)
    if page.round_started_at is not None:
        page.round += 1
    page.level, page.level_started_at, page.round_started_at = 1, None, None
    page.passed, page.due_at = False, now
    session.flush()
    announce(session)
    key = "event.paged_again_from" if owner else "event.paged_again"
    record(session, ticket.number, now, "paged_again", line.wording.say(key, name=by.name, owner=owner or ""))


def _checked(line: Line, ticket: Ticket, page: Page | None, now: datetime) -> Page:
    """The page, if it may be paged again; else why not, in words for the person."""
    if ticket.state in pager.ENDED:
        raise MoveRefused("This ticket is ended: there is nothing to page for.")
    if page is None:
        raise MoveRefused("This ticket pages nobody. Raise its priority first: then it does.")
    if ticket.state is TicketState.WAITING:
        raise MoveRefused("This ticket waits, and its clocks stand still. Let it go on first, then page again.")
    if page.state is PageState.ARMED:
        raise MoveRefused(f"The page leaves in {lasting(max(page.due_at or now, now) - now)} anyway.")
    if page.round_started_at is None:
        if page.state is PageState.PAGING:
            raise MoveRefused("It pages again from the first level already.")
        return page
    shortest = _shortest(line, page)
    if now < page.round_started_at + shortest:
        begun, left = now - page.round_started_at, page.round_started_at + shortest - now
        raise MoveRefused(
            f"This round of pages began {lasting(begun)} ago: nobody is paged twice for nothing. "
            f"In {lasting(left)} it can be paged again."
        )
    return page


def _shortest(line: Line, page: Page) -> timedelta:
    return roster.policy_from_content(page.policy, line.policy.minimum_round).minimum_round


def _refuse_if_just_taken(
    line: Line, ticket: Ticket, page: Page, owner: str | None, by: Responder, now: datetime
) -> None:
    """Two who press at once, or one who looks at an old page, must not take it from who has answered meanwhile."""
    taken, shortest = ticket.taken_in_charge_at, _shortest(line, page)
    if taken is None or ticket.taken_by == by.holder or now >= taken + shortest:
        return
    raise MoveRefused(
        f"{owner} took it in charge {lasting(max(now - taken, timedelta()))} ago. "
        f"In {lasting(taken + shortest - now)} it can be paged again."
    )


def _take_from_owner(session: Session, line: Line, ticket: Ticket, page: Page, by: Responder, now: datetime) -> None:
    """Nobody has it any more: its owner's reminder stops, and they are told, unless it was they who asked."""
    owner = ticket.taken_by
    lifecycle.give_back(session, ticket)
    recipients.end_calls(session, page, now, by.call)
    page_moves.move(
        session, page, PageState.PAGING, acknowledged_at=None, acknowledged_by=None, followed_up_at=None, due_at=now
    )
    if owner and owner != by.holder:
        recipients.tell_released(session, line, ticket, page, owner, "released", by.name, now)
