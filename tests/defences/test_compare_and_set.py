"""Each move with a row that somebody else has moved since it was read: it is lost, and says so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from admin import second_step
from admin.accounts import add_user, by_email
from models.account import Role, User
from models.database import Base
from models.delivery import Delivery, DeliveryState
from models.page import PAGE_MOVES, Page, PageState
from models.schedule import SwapRequest, SwapState
from models.ticket import Ticket, TicketState
from paging import outcomes, page_moves, pager, swaps
from paging.pager import Responder
from rules.line import Line
from tests.stories.pages import NUMBER, deliveries, reports
from tests.world import World
from tickets import lifecycle
from tickets.lifecycle import MoveRefused

BRUNO = Responder("bruno", "Bruno Neri")


@pytest.fixture
def paged(quick_world: World) -> World:
    """A P1 whose page has gone out to Anna."""
    reports(quick_world)
    return quick_world


@pytest.fixture
def session(paged: World) -> Iterator[Session]:
    with paged.database.write() as session:
        yield session


def behind_its_back(session: Session, row: type[Base], **values: Any) -> None:
    """Somebody else changes the rows of a table; what this session has read stays as it was."""
    session.execute(update(row).values(**values).execution_options(synchronize_session=False))


def ticket_of(session: Session) -> Ticket:
    ticket = lifecycle.lock_ticket(session, int(NUMBER))
    assert ticket is not None
    return ticket


TICKET_ACTS: dict[str, tuple[TicketState, TicketState, Callable[[Session, Line, Ticket, Any], None]]] = {
    "take": (
        TicketState.OPEN,
        TicketState.IN_CHARGE,
        lambda session, line, ticket, now: lifecycle.take_in_charge(session, line, ticket, "anna", "Anna", now),
    ),
    "give back": (
        TicketState.IN_CHARGE,
        TicketState.SOLVED,
        lambda session, line, ticket, now: lifecycle.give_back(session, ticket),
    ),
    "wait": (
        TicketState.IN_CHARGE,
        TicketState.OPEN,
        lambda session, line, ticket, now: lifecycle.wait(session, line, ticket, "Anna", "a part", now),
    ),
    "resume": (
        TicketState.WAITING,
        TicketState.SOLVED,
        lambda session, line, ticket, now: lifecycle.resume(session, line, ticket, "Anna", now),
    ),
    "solve": (
        TicketState.OPEN,
        TicketState.EXCLUDED,
        lambda session, line, ticket, now: lifecycle.solve(session, line, ticket, "Anna", "done", now),
    ),
    "exclude": (
        TicketState.OPEN,
        TicketState.SOLVED,
        lambda session, line, ticket, now: lifecycle.exclude(session, line, ticket, "Anna", "misuse", now),
    ),
}


@pytest.mark.parametrize("act", TICKET_ACTS)
def test_a_ticket_that_was_moved_meanwhile_is_not_moved(act: str, paged: World, session: Session) -> None:
    was, becomes, do = TICKET_ACTS[act]
    behind_its_back(session, Ticket, state=was)
    ticket = ticket_of(session)
    behind_its_back(session, Ticket, state=becomes)
    with pytest.raises(MoveRefused):
        do(session, paged.gateway.line, ticket, paged.clock.at)
    assert ticket_of(session).state is becomes


@pytest.mark.parametrize("to", PAGE_MOVES[PageState.PAGING])
def test_a_page_that_was_moved_meanwhile_is_not_moved(to: PageState, session: Session) -> None:
    page = pager.lock_page(session, int(NUMBER))
    assert page is not None
    moved = PageState.CLOSED if to is PageState.ACKNOWLEDGED else PageState.ACKNOWLEDGED
    behind_its_back(session, Page, state=moved)
    with pytest.raises(MoveRefused):
        page_moves.move(session, page, to, due_at=None)
    session.refresh(page)
    assert page.state is moved


def test_a_page_that_has_left_is_not_released_again(paged: World, session: Session) -> None:
    page = pager.lock_page(session, int(NUMBER))
    assert page is not None
    due_at = page.due_at
    pager.release(session, int(NUMBER), paged.clock.at)
    session.refresh(page)
    assert page.due_at == due_at


# What is read before it is locked is read once more: a session that has a row already does not hand out the old one.


def test_a_locked_ticket_is_as_it_is_now(paged: World, session: Session) -> None:
    assert ticket_of(session).state is TicketState.OPEN
    behind_its_back(session, Ticket, state=TicketState.IN_CHARGE, taken_by="carla")
    assert ticket_of(session).taken_by == "carla"


def test_a_locked_page_is_as_it_is_now(session: Session) -> None:
    held = pager.lock_page(session, int(NUMBER))  # held: a session forgets rows that nobody holds
    behind_its_back(session, Page, state=PageState.CLOSED)
    assert pager.lock_page(session, int(NUMBER)).state is PageState.CLOSED  # type: ignore[union-attr]
    assert held is not None


def test_a_report_looks_at_the_delivery_as_it_is_now(paged: World, session: Session) -> None:
    """The telephone rang when this session read it, and a key has been pressed by now."""
    call = session.get_one(Delivery, deliveries(paged)[1].id)
    assert call.settled_at is None
    behind_its_back(session, Delivery, state=DeliveryState.ANSWERED)
    sid = call.provider_sid or ""
    assert not outcomes.report(session, paged.gateway.line, call.id, sid, "no-answer", "", paged.clock.at)
    assert call.state is DeliveryState.ANSWERED


def test_a_key_looks_at_the_delivery_as_it_is_now(paged: World, session: Session) -> None:
    call = session.get_one(Delivery, deliveries(paged)[1].id)
    behind_its_back(session, Delivery, state=DeliveryState.UNANSWERED)
    outcomes.answered(session, call.id, paged.clock.at)
    assert call.state is DeliveryState.UNANSWERED


def test_a_report_looks_at_the_page_as_it_is_now(paged: World, session: Session) -> None:
    """A call that rang out moves its page on, but not one that somebody has by now."""
    page = pager.lock_page(session, int(NUMBER))
    assert page is not None
    behind_its_back(session, Page, state=PageState.ACKNOWLEDGED, due_at=None)
    call = deliveries(paged)[1]
    sid = call.provider_sid or ""
    assert outcomes.report(session, paged.gateway.line, call.id, sid, "no-answer", "", paged.clock.at)
    session.flush()
    session.refresh(page)
    assert page.due_at is None


# Requests to swap shifts.


def asked(session: Session, world: World) -> SwapRequest:
    now = world.clock.at
    request = SwapRequest(
        schedule_key="platinum",
        asked_by="anna",
        asked_of="bruno",
        given_from=now + timedelta(days=7),
        given_until=now + timedelta(days=8),
        state=SwapState.ASKED,
        created_at=now,
        due_at=now + timedelta(days=7),
    )
    session.add(request)
    session.flush()
    return request


SWAP_ACTS: dict[str, Callable[[World, Session, SwapRequest], object]] = {
    "decline": lambda world, session, request: swaps.decline(
        session, world.gateway.line, request, "bruno@example.com", world.clock.at
    ),
    "withdraw": lambda world, session, request: swaps.withdraw(
        session, world.gateway.line, request, "anna@example.com", world.clock.at, by_asker=True
    ),
    "accept": lambda world, session, request: (
        swaps.accept(world.database, session, world.gateway.line, request, ["bruno@example.com", "anna@example.com"])
        is not swaps.Answer.SETTLED_BEFORE
    ),
}


@pytest.mark.parametrize("act", SWAP_ACTS)
def test_a_request_that_was_settled_meanwhile_is_not_settled_again(act: str, paged: World, session: Session) -> None:
    request = asked(session, paged)
    behind_its_back(session, SwapRequest, state=SwapState.LAPSED, due_at=None)
    assert not SWAP_ACTS[act](paged, session, request)
    session.refresh(request)
    assert request.state is SwapState.LAPSED


def test_a_request_that_can_be_accepted_is(paged: World, session: Session) -> None:
    """What the test above refuses is refused for having been settled, and for nothing else."""
    assert SWAP_ACTS["decline"](paged, session, asked(session, paged))


# Codes of two-step verification.


def test_a_code_that_somebody_else_has_used_opens_nothing(quick_world: World) -> None:
    """Two browsers type the same code at the same moment: the second one read the user before the first had used it."""
    secret, now = second_step.new_secret(), quick_world.clock.at
    code = pyotp.TOTP(secret).at(now)
    with quick_world.database.write() as session:
        add_user(session, "ops@example.com", Role.ADMIN, now)
        user = by_email(session, "ops@example.com")
        assert user is not None
        user.totp_secret, user.totp_step = secret, None
        session.flush()
        behind_its_back(session, User, totp_step=int(now.timestamp()) // second_step.STEP)
        assert user.totp_step is None
        assert second_step.accept(session, user, code, now) is None


def test_a_recovery_code_opens_once(quick_world: World) -> None:
    now = quick_world.clock.at
    with quick_world.database.write() as session:
        add_user(session, "ops@example.com", Role.ADMIN, now)
        user = by_email(session, "ops@example.com")
        assert user is not None
        user.totp_secret = second_step.new_secret()
        code, other, *_ = second_step.new_recovery_codes(session, user)
        assert second_step.accept(session, user, code, now) == "recovery code"
        assert second_step.accept(session, user, code, now) is None
        assert second_step.accept(session, user, other, now) == "recovery code"
