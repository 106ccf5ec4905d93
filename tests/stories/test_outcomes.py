"""What the carrier says, fails to say, or says by a number: each leads where it must, and in words."""

import pytest

from admin.accounts import add_user
from models.account import Role
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.technician import Technician
from paging.breaker import LONGEST_REST
from paging.engine import AFTER_AN_ERROR
from rules.escalation import Channel
from simulator import faults
from simulator.faults import FaultKind
from tests.stories.pages import ANNA, NUMBER, deliveries, mails, page_of, reports
from tests.world import ADA, World

pytestmark = pytest.mark.one_database


@pytest.fixture
def administered(world: World) -> World:
    """There is somebody to tell what only a person can mend."""
    with world.database.write() as session:
        add_user(session, "admin@example.com", Role.ADMIN, world.clock.at)
    return world


def to_anna(world: World, channel: Channel) -> Delivery:
    return next(each for each in deliveries(world, channel=channel) if each.technician_key == "anna")


def mended(world: World) -> None:
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)


def test_what_got_no_callback_is_asked_for_after_a_minute(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA, times=50)
    reports(world, key="2")
    world.passes(seconds=59)
    assert to_anna(world, Channel.SMS).state is DeliveryState.SENT
    world.passes(seconds=2)
    assert to_anna(world, Channel.SMS).state is DeliveryState.DELIVERED


def test_a_call_that_rang_out_unheard_moves_the_page_when_it_is_asked_for(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA, times=50)
    world.company.add_fault(FaultKind.REFUSE, ANNA, times=1, code=21211)
    reports(world)
    world.passes(seconds=61)
    assert to_anna(world, Channel.VOICE).state is DeliveryState.UNANSWERED
    assert world.ticket(NUMBER)["page"]["level"] == 2


def test_a_text_that_stays_on_its_way_is_asked_for_ten_times_and_no_more(world: World) -> None:
    world.handset("anna").is_off()
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA, times=50)
    reports(world, key="2")
    world.passes(hours=2)
    asked = [each.asked for each in deliveries(world, channel=Channel.SMS) if each.technician_key == "anna"]
    assert max(asked) <= 10
    assert to_anna(world, Channel.SMS).due_at is None


def test_who_has_opted_out_is_rung_marked_and_told_of(administered: World) -> None:
    administered.company.add_fault(FaultKind.REFUSE, ANNA, code=21610)
    reports(administered, key="2")
    assert administered.handset("anna").ringing
    with administered.database.read() as session:
        assert session.get_one(Technician, "anna").opted_out_at == administered.clock.at
    assert mails(administered, "Anna Rossi") == ["Platinum Line: Anna Rossi gets no texts any more"]


def test_a_text_that_arrives_shows_that_its_reader_is_back(administered: World) -> None:
    administered.company.add_fault(FaultKind.REFUSE, ANNA, code=21610)
    reports(administered, key="2")
    administered.passes(minutes=1)
    reports(administered, key="2")
    with administered.database.read() as session:
        assert session.get_one(Technician, "anna").opted_out_at is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21408, "the account may not text Italy"),
        (21606, "the number that texts cannot send to this number"),
        (20003, "the account's SID or auth token is wrong"),
    ],
)
def test_what_is_configured_wrong_reaches_an_admin_in_words(administered: World, code: int, words: str) -> None:
    administered.company.add_fault(FaultKind.REFUSE, ANNA, code=code)
    reports(administered, key="2")
    assert mails(administered, "cannot send") == [f"Platinum Line cannot send: {words}"]
    assert administered.handset("anna").ringing
    assert any(words in line for line in administered.story(NUMBER))


@pytest.mark.parametrize("code", [30004, 30007, 30034])
def test_what_the_carrier_blocks_after_it_took_it_reaches_an_admin(administered: World, code: int) -> None:
    administered.company.add_fault(FaultKind.UNDELIVERED, ANNA, code=code)
    reports(administered, key="2")
    administered.passes(seconds=5)
    assert len(mails(administered, "cannot send")) == 1
    assert administered.handset("anna").ringing


def test_an_admin_is_told_of_one_cause_once_an_hour(administered: World) -> None:
    administered.company.add_fault(FaultKind.REFUSE, times=1000, code=21408)
    reports(administered)
    administered.passes(minutes=50)
    assert len(mails(administered, "cannot send")) == 1
    administered.passes(minutes=50)
    assert len(mails(administered, "cannot send")) == 2


@pytest.mark.parametrize("code", [30005, 30006, 30003, 30008])
def test_a_text_that_does_not_arrive_leads_to_the_next_channel(administered: World, code: int) -> None:
    administered.company.add_fault(FaultKind.UNDELIVERED, ANNA, code=code)
    reports(administered, key="2")
    administered.passes(seconds=5)
    assert administered.handset("anna").ringing
    assert mails(administered, "cannot send") == []


def test_texts_that_cannot_be_handed_over_do_not_hold_up_the_call(world: World) -> None:
    """A P2 texts first; once the way for texts is known to be down, its call does not wait for half the level."""
    for number in (ANNA, ADA):
        world.company.add_fault(FaultKind.REFUSE, number, times=1000, code=20503)
    reports(world, key="2")
    world.passes(seconds=60)
    assert any("The call to Anna Rossi" in line for line in world.story(NUMBER))
    assert to_anna(world, Channel.SMS).state is DeliveryState.PENDING
    assert world.ticket(NUMBER)["page"]["level"] == 1
    mended(world)
    world.passes(seconds=40)
    assert to_anna(world, Channel.SMS).state is DeliveryState.DELIVERED


def test_completed_is_not_an_acknowledgement(world: World) -> None:
    reports(world)
    call = world.handset("anna").answers()
    call.hangs_up()
    world.settles()
    assert to_anna(world, Channel.VOICE).state is DeliveryState.UNANSWERED
    assert world.ticket(NUMBER)["state"] == "open"


def test_a_page_that_the_engine_cannot_move_is_told_to_an_admin(
    administered: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*arguments: object) -> None:
        raise RuntimeError("a defect")

    reports(administered)
    with monkeypatch.context() as broken:
        broken.setattr("paging.engine.advance", stumbles)
        administered.passes(minutes=6)
    assert mails(administered, "stuck") == [f"Platinum Line: the page of ticket {NUMBER} is stuck"]
    administered.passes(minutes=1)
    assert administered.ticket(NUMBER)["page"]["level"] == 2
    assert deliveries(administered, DeliveryKind.ALERT) != []


def test_what_waited_for_a_carrier_leaves_as_soon_as_it_is_back(world: World) -> None:
    for number in (ANNA, ADA):
        world.company.add_fault(FaultKind.REFUSE, number, times=1000, code=20503)
    reports(world)
    world.passes(minutes=3)
    assert to_anna(world, Channel.SMS).state is DeliveryState.PENDING
    mended(world)
    started = world.clock.at
    while to_anna(world, Channel.SMS).state is DeliveryState.PENDING:
        world.passes(seconds=1)
    assert world.clock.at - started <= LONGEST_REST
    world.passes(seconds=3)  # the number sends one a second, and what was tried counts
    waiting = [each for each in deliveries(world, *DeliveryKind, channel=Channel.SMS) if each.stalled]
    assert [each.state for each in waiting if each.state is DeliveryState.PENDING] == []


def test_an_alert_that_cannot_be_written_does_not_keep_the_page_at_the_head_of_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*arguments: object) -> None:
        raise RuntimeError("a defect")

    reports(world)
    due_at = page_of(world).due_at
    assert due_at is not None
    world.clock.at = due_at
    with monkeypatch.context() as broken:
        broken.setattr("paging.engine.advance", stumbles)
        broken.setattr("paging.alerts.stuck", stumbles)
        with pytest.raises(RuntimeError):
            world.engine.move_pages()
    assert page_of(world).due_at == due_at + AFTER_AN_ERROR


def test_an_address_as_long_as_may_be_keeps_no_page_from_leaving(world: World) -> None:
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    world.loads(f"""
customers:
  - name: Acme SpA
    contracts: [{{number: C-1001, contacts: [{{name: Ada Bianchi, phone: "{ADA}", email: {address}}}]}}]
""")
    reports(world)
    world.handset("anna").sends("ACK")
    world.settles()
    assert world.ticket(NUMBER)["state"] == "in_charge"
    notices = deliveries(world, DeliveryKind.NOTICE, channel=Channel.EMAIL)
    assert [each.address for each in notices if each.name == "Ada Bianchi"] == [address, address]
