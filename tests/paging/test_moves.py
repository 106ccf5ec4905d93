"""Pages and messages move as their tables of moves say, and in no other way, whatever comes in whatever order."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from models.clock import VirtualClock
from models.delivery import DELIVERY_MOVES, Delivery, DeliveryState
from models.page import PAGE_MOVES, Page, PageState
from models.ticket import TICKET_MOVES, Ticket, TicketState
from paging import outcomes, pager
from paging.pager import Responder
from rules.escalation import Channel
from simulator.faults import FaultKind
from tests.databases import fast_folder, sqlite_copy
from tests.lent import lent
from tests.stories.pages import NUMBER, deliveries, reports
from tests.times import NIGHT
from tests.world import LINE, World

WORDS = [*outcomes.TEXT_OUTCOMES, *outcomes.CALL_OUTCOMES, *sorted(outcomes.UNDER_WAY), "nonsense", ""]
ANNA, BRUNO, DESK = Responder("anna", "Anna Rossi"), Responder("bruno", "Bruno Neri"), Responder(None, "Help desk")


def reachable(moves: dict[object, frozenset[object]], state: object) -> set[object]:
    """Every state that moves of the table lead to, by any number of steps."""
    found, ahead = {state}, [state]
    while ahead:
        for after in moves[ahead.pop()] - found:
            found.add(after)
            ahead.append(after)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before, after in product(DeliveryState, (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED))
        if after not in DELIVERY_MOVES[before]
    ],
)
def test_a_report_never_makes_a_move_that_is_not_in_the_table(
    quick_world: World, before: DeliveryState, after: DeliveryState
) -> None:
    reports(quick_world)
    said = outcomes.TEXT_OUTCOMES | dict.fromkeys(outcomes.UNDER_WAY, DeliveryState.SENT)
    words = [word for word, state in said.items() if state is after]
    text = deliveries(quick_world, channel=Channel.SMS)[0]
    for word in words:
        with quick_world.database.write() as session:
            session.execute(update(Delivery).where(Delivery.id == text.id).values(state=before))
        with quick_world.database.write() as session:
            sid = text.provider_sid or ""
            assert not outcomes.report(session, quick_world.gateway.line, text.id, sid, word, "", quick_world.clock.at)
            assert session.get_one(Delivery, text.id).state is before


class AnyOrder(RuleBasedStateMachine):
    """A page, its messages, the carrier and three people, in any order."""

    template: Callable[[Path], str]

    @initialize()
    def a_page_is_out(self) -> None:
        self.borrowed = ExitStack()
        url, clock = type(self).template(self.borrowed.enter_context(fast_folder())), VirtualClock(NIGHT)
        self.world = World(url, clock, self.borrowed.enter_context(lent(url, clock)))
        self.world.loads(LINE.read_text(encoding="utf-8"))
        reports(self.world)
        self.seen: dict[tuple[str, int], object] = {}
        self.owners: set[str] = set()

    @rule(word=st.sampled_from(WORDS), which=st.integers(0, 30), known=st.booleans())
    def the_carrier_says(self, word: str, which: int, known: bool) -> None:
        every = deliveries(self.world)
        chosen = every[which % len(every)]
        sid = chosen.provider_sid if known and chosen.provider_sid else "SMstranger"
        with self.world.database.write() as session:
            outcomes.report(session, self.world.gateway.line, chosen.id, sid, word, "", self.world.clock.at)

    @rule(by=st.sampled_from([ANNA, BRUNO, DESK]))
    def somebody_acknowledges(self, by: Responder) -> None:
        with self.world.database.write() as session:
            pager.acknowledge(session, self.world.gateway.line, int(NUMBER), by, self.world.clock.at)

    @rule(by=st.sampled_from([ANNA, BRUNO, DESK]))
    def somebody_passes(self, by: Responder) -> None:
        with self.world.database.write() as session:
            pager.pass_on(session, self.world.gateway.line, int(NUMBER), by, self.world.clock.at)

    @precondition(lambda self: self.state() in (TicketState.OPEN, TicketState.IN_CHARGE))
    @rule(word=st.sampled_from(["DONE", "STATUS", "PASS 100001", "ACK ALL", "ack 100001"]))
    def carla_texts(self, word: str) -> None:
        self.world.handset("carla").sends(word)

    @rule(seconds=st.sampled_from([1, 30, 61, 300, 900, 1801]))
    def time_passes(self, seconds: int) -> None:
        self.world.passes(seconds=seconds)

    @rule(kind=st.sampled_from([FaultKind.REFUSE, FaultKind.LOSE_ANSWER, FaultKind.UNDELIVERED, FaultKind.CALL_FAILS]))
    def the_carrier_stumbles(self, kind: FaultKind) -> None:
        self.world.company.add_fault(kind, times=2)

    @rule()
    def the_engine_works(self) -> None:
        self.world.settles()

    def state(self) -> TicketState:
        with self.world.database.read() as session:
            return session.get_one(Ticket, int(NUMBER)).state

    @invariant()
    def every_move_is_in_its_table(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.database.read() as session:
            now = {("delivery", each.id): each.state for each in session.execute(select(Delivery)).scalars()}
            page = session.execute(select(Page)).scalar_one()
            ticket = session.get_one(Ticket, int(NUMBER))
        for key, state in [*now.items(), (("page", 0), page.state), (("ticket", 0), ticket.state)]:
            moves = {"delivery": DELIVERY_MOVES, "page": PAGE_MOVES, "ticket": TICKET_MOVES}[key[0]]
            assert state in reachable(moves, self.seen.get(key, state)), (key, self.seen.get(key), state)  # type: ignore[arg-type]
            self.seen[key] = state
        self.page_and_ticket_agree(page, ticket)

    def page_and_ticket_agree(self, page: Page, ticket: Ticket) -> None:
        """An open ticket's page has a time to go on; one that is taken has an owner."""
        if ticket.state is TicketState.OPEN:
            assert page.state is PageState.PAGING
            assert page.due_at is not None
            assert ticket.taken_by is None
        elif ticket.state is TicketState.IN_CHARGE:
            assert page.state is PageState.ACKNOWLEDGED
            assert ticket.taken_by
        else:
            assert page.state is PageState.CLOSED
        assert page.due_at is None or page.due_at >= self.world.clock.at - timedelta(hours=1)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.borrowed.close()


def test_in_any_order_pages_and_messages_keep_to_their_tables(migrated_sqlite: Path) -> None:
    class Machine(AnyOrder):
        template = staticmethod(lambda folder: sqlite_copy(migrated_sqlite, folder))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
