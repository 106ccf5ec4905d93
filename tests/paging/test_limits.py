"""Each limit of paging, reached from both sides, and clocks that differ by a second."""

import re
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page
from models.schedule import SwapRequest, SwapState
from models.service import Heartbeat
from models.technician import Technician
from paging import claims, contact_proofs, drills, kindness, outcomes, rotations, swaps, watch
from paging.breaker import Breakers
from paging.carriers.protocol import Message
from paging.contact_proofs import Sent, Typed, Way
from paging.delivery import CLOCKS_DIFFER_BY, Courier
from paging.engine import FORGET_AFTER, Engine
from paging.swaps import Wish
from rules.escalation import Channel
from rules.swaps import Piece
from rules.targets import Priority
from tests.defences.carrier import TakingCarrier
from tests.stories.pages import ANNA, NUMBER, deliveries, page_of, reports
from tests.world import ADA, PIN, World
from tickets import outbox

SECOND = timedelta(seconds=1)


# How late work may be.


@pytest.mark.parametrize(("late", "pages"), [(watch.LATE, 0), (watch.LATE + SECOND, 1)])
def test_a_page_is_overdue_after_a_minute(quick_world: World, late: timedelta, pages: int) -> None:
    reports(quick_world)
    due_at = page_of(quick_world).due_at
    assert due_at is not None
    with quick_world.database.read() as session:
        assert watch.overdue(session, due_at + late).pages == pages


@pytest.mark.parametrize(
    ("kind", "late", "messages"),
    [
        (DeliveryKind.ALERT, watch.LATE, 0),
        (DeliveryKind.ALERT, watch.LATE + SECOND, 1),
        (DeliveryKind.NOTICE, watch.NOTICES_LATE, 0),
        (DeliveryKind.NOTICE, watch.NOTICES_LATE + SECOND, 1),
    ],
)
def test_a_message_is_overdue_by_its_kind(sqlite: Database, kind: DeliveryKind, late: timedelta, messages: int) -> None:
    now = sqlite.clock.now()
    with sqlite.write() as session:
        posts(session, now, kind=kind)
        assert watch.overdue(session, now + late).messages == messages


def test_an_engine_that_was_not_seen_for_an_hour_is_forgotten(quick_world: World) -> None:
    quick_world.engine.beat()
    with quick_world.database.write() as session:
        session.add(Heartbeat(engine="another", seen_at=quick_world.clock.at))
    for length, known in ((FORGET_AFTER, 2), (SECOND, 1)):
        quick_world.clock.advance(length)
        quick_world.engine.beat()
        with quick_world.database.read() as session:
            assert len(session.execute(select(Heartbeat)).all()) == known


# How often a carrier is asked, and what a technician must bear.


def test_a_carrier_that_says_nothing_is_asked_as_often_as_the_limit_says(quick_world: World) -> None:
    database, line, clock = quick_world.database, quick_world.gateway.line, quick_world.clock
    engine = Engine(database, line, dict.fromkeys(Channel, TakingCarrier()), "a test")
    with database.write() as session:
        posts(session, clock.at, kind=DeliveryKind.DUTY)
    engine.run_due()
    asked = []
    for _ in range(claims.MOST_ASKED + 3):
        clock.advance(outcomes.ASK_AFTER)
        engine.run_due()
        asked.append(deliveries(quick_world, DeliveryKind.DUTY)[0].asked)
    assert asked == [*range(1, claims.MOST_ASKED + 1), *[claims.MOST_ASKED] * 3]


@pytest.mark.parametrize("beyond", [0, 1])
def test_one_text_names_so_many_pages_and_another_the_rest(quick_world: World, beyond: int) -> None:
    """All are out before the first text is claimed."""
    call = quick_world.phone(ADA).dials().presses(f"{PIN}#").presses("2")
    for _ in range(kindness.MOST_IN_ONE - 1 + beyond):
        call.presses("1").presses("#").presses("2").presses("2")
    call.hangs_up()
    while quick_world.engine.move_pages():
        pass
    quick_world.passes(seconds=5)
    (text,) = quick_world.handset("anna").texts
    named = [number for number in range(100001, 100010) if str(number) in text]
    assert named == [100001 + each for each in range(kindness.MOST_IN_ONE)]
    texts = deliveries(quick_world, channel=Channel.SMS)
    assert [each.ticket_number for each in texts if each.state is DeliveryState.PENDING] == [100009] * beyond


@pytest.mark.parametrize(("after", "is_spared"), [(-SECOND, True), (timedelta(), False)])
def test_a_call_counts_for_a_quarter_of_an_hour(quick_world: World, after: timedelta, is_spared: bool) -> None:
    """So many calls were placed at one instant; another one is due just before, or when, they count no more."""
    limits, now = quick_world.gateway.line.policy.limits, quick_world.clock.at
    with quick_world.database.write() as session:
        for number in range(limits.calls + 1):
            posts(session, now, key=f"call {number}", kind=DeliveryKind.PAGE, channel=Channel.VOICE)
        *placed, last = session.execute(select(Delivery).order_by(Delivery.id)).scalars()
        for each in placed:
            each.attempted_at, each.provider_sid = now, f"CA{each.id}"
        last.technician_key = "anna"
        at = now + limits.calls_within + after
        assert kindness.has_been_called_enough(session, limits, last, at) == is_spared
        placed[0].attempted_at = at - limits.calls_within
        assert not kindness.has_been_called_enough(session, limits, last, at), "one less"


def posts(
    session: Session, now: datetime, *, key: str = "a key", kind: DeliveryKind, channel: Channel = Channel.SMS
) -> None:
    outbox.post(
        session,
        key=key,
        kind=kind,
        channel=channel,
        name="Anna Rossi",
        address=ANNA,
        body="words",
        now=now,
        about=outbox.Reference(technician_key="anna"),
    )


@pytest.mark.parametrize("beyond", [0, 1])
def test_what_is_too_long_for_its_column_is_cut(database: Database, beyond: int) -> None:
    """PostgreSQL refuses what SQLite would take: a page must leave all the same."""
    longest = {"key": outbox.LONGEST_KEY, "name": outbox.LONGEST_NAME, "subject": outbox.LONGEST_SUBJECT}
    values = {name: "x" * (length + beyond) for name, length in longest.items()}
    with database.write() as session:
        for last in "yz":
            kinds = {"kind": DeliveryKind.ALERT, "channel": Channel.EMAIL}
            values["key"] = values["key"][:-1] + last
            assert outbox.post(session, address="a@example.com", body="x", now=database.clock.now(), **kinds, **values)  # type: ignore[arg-type]
    with database.read() as session:
        rows = session.execute(select(Delivery.key, Delivery.name, Delivery.subject)).all()
    assert len({row.key for row in rows}) == 2, "two keys that differ at their ends alone stay two"
    assert {(len(row.name), len(row.subject or "")) for row in rows} == {(longest["name"], longest["subject"])}


# Codes that prove an address.


@pytest.fixture
def anna(quick_world: World) -> Technician:
    with quick_world.database.read() as session:
        return session.get_one(Technician, "anna")


def asks(world: World, technician: Technician) -> Sent:
    with world.database.write() as session:
        line, phone = world.gateway.line, technician.phone or ""
        return contact_proofs.send(session, line, technician, Way.PHONE, phone, world.clock.at)


def code_sent(world: World) -> str:
    found = re.search(r"[0-9]{6}", deliveries(world, DeliveryKind.CODE)[0].body)
    assert found
    return found[0]


def test_a_code_is_sent_again_after_a_minute_and_five_times_an_hour(quick_world: World, anna: Technician) -> None:
    for _ in range(contact_proofs.MOST_IN_AN_HOUR):
        assert asks(quick_world, anna) is Sent.SENT
        quick_world.clock.advance(contact_proofs.PAUSE - SECOND)
        assert asks(quick_world, anna) is Sent.TOO_SOON
        quick_world.clock.advance(SECOND)
    assert asks(quick_world, anna) is Sent.TOO_MANY


def test_a_code_may_be_typed_wrong_so_often_and_no_more(quick_world: World, anna: Technician) -> None:
    assert asks(quick_world, anna) is Sent.SENT
    digits = code_sent(quick_world)
    with quick_world.database.write() as session:
        phone, now = anna.phone or "", quick_world.clock.at
        wrong = "000000" if digits != "000000" else "111111"
        typed = [contact_proofs.prove(session, anna, phone, wrong, now) for _ in range(contact_proofs.MOST_TRIES)]
        assert typed == [Typed.WRONG] * (contact_proofs.MOST_TRIES - 1) + [Typed.OVER]
        assert contact_proofs.prove(session, anna, phone, digits, now) is Typed.OVER


@pytest.mark.parametrize(("before", "typed"), [(SECOND, Typed.PROVED), (timedelta(), Typed.OVER)])
def test_a_code_holds_for_ten_minutes(quick_world: World, anna: Technician, before: timedelta, typed: Typed) -> None:
    assert asks(quick_world, anna) is Sent.SENT
    digits = code_sent(quick_world)
    at = quick_world.clock.at + contact_proofs.VALID_FOR - before
    with quick_world.database.write() as session:
        assert contact_proofs.prove(session, anna, anna.phone or "", digits, at) is typed


# Clocks that differ.


class ForgetfulCarrier(TakingCarrier):
    """Took a message once, and lost its answer. Its clock is `behind` ours."""

    def __init__(self, taken_at: datetime, behind: timedelta) -> None:
        super().__init__()
        self.stamp = taken_at - behind

    def find(self, message: Message, since: datetime) -> list[str]:
        return ["SM1"] if self.stamp >= since else []


@pytest.mark.parametrize(
    ("behind", "sent"),
    [(SECOND, 0), (CLOCKS_DIFFER_BY, 0), (CLOCKS_DIFFER_BY + SECOND, 1)],
)
def test_a_message_that_the_carrier_stamped_a_second_early_is_not_sent_twice(
    quick_world: World, behind: timedelta, sent: int
) -> None:
    quick_world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    quick_world.engine.move_pages()
    first = next(claim for claim in quick_world.engine.claim(8) if claim.channel is Channel.SMS)
    carrier = ForgetfulCarrier(quick_world.clock.at, behind)
    quick_world.clock.advance(quick_world.gateway.line.policy.lease)
    again = next(claim for claim in quick_world.engine.claim(8) if claim.id == first.id)
    carriers = dict.fromkeys(Channel, carrier)
    Courier(quick_world.database, quick_world.gateway.line, carriers, Breakers()).do(again)
    assert len(carrier.sent) == sent


def test_an_acknowledgement_by_a_clock_that_is_a_second_behind_counts(quick_world: World) -> None:
    reports(quick_world)
    quick_world.clock.advance(-SECOND)
    quick_world.handset("anna").sends("ACK")
    quick_world.settles()
    assert quick_world.ticket(NUMBER)["taken_by"] == "anna"
    with quick_world.database.read() as session:
        assert session.execute(select(Page)).scalar_one().acknowledged_by == "anna"


def test_a_drill_that_is_taken_by_a_clock_that_is_a_second_behind_took_no_time(quick_world: World) -> None:
    with quick_world.database.write() as session:
        drills.start(session, quick_world.gateway.line, "default", Priority.P1, "Max", quick_world.clock.at)
    quick_world.settles()
    quick_world.clock.advance(-SECOND)
    quick_world.handset("anna").sends("ACK")
    told = [text for text in quick_world.handset("anna").texts if "Reply ACK" not in text]
    assert [("0 seconds" in text, "59 seconds" in text) for text in told] == [(True, False)]


# Requests to swap shifts.


@pytest.mark.parametrize(("open_requests", "may_ask"), [(swaps.MOST_OPEN - 1, True), (swaps.MOST_OPEN, False)])
def test_so_many_requests_of_one_technician_may_wait_for_an_answer(
    quick_world: World, open_requests: int, may_ask: bool
) -> None:
    start = quick_world.clock.at.replace(hour=8) + timedelta(days=6)
    wish = Wish("bruno", "anna", (Piece("bruno", "anna", start, start + timedelta(days=7)),))
    with quick_world.database.write() as session:
        for _ in range(open_requests):
            session.add(
                SwapRequest(
                    schedule_key="platinum",
                    asked_by="bruno",
                    asked_of="carla",
                    given_from=start,
                    given_until=start + timedelta(days=1),
                    state=SwapState.ASKED,
                    created_at=quick_world.clock.at,
                    due_at=start,
                )
            )
        session.flush()
        editing = rotations.begin(quick_world.database, session, "platinum")
        with nullcontext() if may_ask else pytest.raises(swaps.SwapRefused, match=str(swaps.MOST_OPEN)):
            swaps.ask(session, quick_world.gateway.line, editing, wish, "bruno@example.com")
