"""Who comes second with the same key adds nothing, and is told so; where that cannot be, the transaction fails."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr import exchange, recordings
from ivr.exchange import Exchange
from ivr.prompts import Prompts
from ivr.webhook import Form, Recorded
from models.call import Call, CallStep, Step
from models.database import Base, insert_once
from models.delivery import Delivery, DeliveryKind
from models.recording import Recording
from models.schedule import Schedule
from models.service import Periodic
from models.ticket import Ticket, TicketSource
from paging import pager, roster
from rules.escalation import Channel
from rules.targets import Priority
from tests.stories.pages import NUMBER, page_of, reports
from tests.world import STRANGER, World
from tickets import lifecycle, outbox


def a_call(world: World, session: Session, sid: str = "CA1") -> Exchange:
    """A webhook that finds no call with this id, and is about to begin one."""
    call = exchange.new_call(sid, STRANGER, world.clock.at)
    x = Exchange(session, world.gateway.line, Prompts(world.gateway.line), Form({}), world.clock.at, call)
    x.log("call", "begins")
    return x


def posts(world: World, session: Session) -> bool:
    return outbox.post(
        session,
        key="said once",
        kind=DeliveryKind.DUTY,
        channel=Channel.SMS,
        name="Max",
        address="+393331110009",
        body="words",
        now=world.clock.at,
    )


def keeps(world: World, session: Session) -> bool:
    x = a_call(world, session)
    if exchange.lock(session, "CA1") is None:
        assert exchange.insert_call(x)
    return recordings.keep(x, Recorded("RE1", "https://api.twilio.com/recordings/RE1", 9), Step.HUMAN)


INSERTS: dict[str, tuple[Callable[[World, Session], bool], type[Base]]] = {
    "a call": (lambda world, session: exchange.insert_call(a_call(world, session)), Call),
    "a message": (posts, Delivery),
    "a recording": (keeps, Recording),
    "a schedule": (lambda world, session: roster.claim(session, "a new one"), Schedule),
    "work of its time": (
        lambda world, session: insert_once(
            session, Periodic, ["name", "scheduled_for"], {"name": "work", "scheduled_for": world.clock.at}
        ),
        Periodic,
    ),
}


@pytest.mark.parametrize("what", INSERTS)
def test_who_comes_second_adds_nothing_and_is_told_so(what: str, world: World) -> None:
    insert, table = INSERTS[what]
    counts = []
    for is_new in (True, False):
        with world.database.write() as session:
            assert insert(world, session) is is_new
            counts.append(session.execute(select(func.count()).select_from(table)).scalar_one())
    assert counts[0] == counts[1]


def test_a_ring_that_comes_second_leaves_the_call_and_its_log_alone(quick_world: World) -> None:
    with quick_world.database.write() as session:
        x = a_call(quick_world, session)
        x.call.step = Step.PIN
        assert exchange.insert_call(x)
        assert not exchange.insert_call(a_call(quick_world, session))
        assert session.get_one(Call, "CA1").step is Step.PIN
        assert session.execute(select(func.count()).select_from(CallStep)).scalar_one() == 1


def opens_its_ticket(world: World, session: Session, **changes: Any) -> None:
    """Open a ticket for the problem that the first ticket is about."""
    first = lifecycle.lock_ticket(session, int(NUMBER))
    assert first is not None
    lifecycle.open_ticket(
        session,
        world.gateway.line,
        contract=first.contract,
        priority=Priority.P1,
        source=TicketSource.CALL,
        now=world.clock.at,
        call_sid=first.call_sid,
        **{"problem": first.problem} | changes,
    )


def test_one_problem_of_one_call_has_one_ticket(world: World) -> None:
    reports(world)
    with pytest.raises(IntegrityError), world.database.write() as session:
        opens_its_ticket(world, session)
    with world.database.write() as session:
        opens_its_ticket(world, session, problem=2)
        assert session.execute(select(func.count()).select_from(Ticket)).scalar_one() == 2


def test_one_ticket_has_one_page(world: World) -> None:
    reports(world)
    before = page_of(world).id
    with pytest.raises(IntegrityError), world.database.write() as session:
        ticket = lifecycle.lock_ticket(session, int(NUMBER))
        assert ticket is not None
        pager.raise_page(session, world.gateway.line, ticket, world.clock.at, world.clock.at)
    assert page_of(world).id == before
