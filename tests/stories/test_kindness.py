"""What technicians are spared: a text for each of many pages, call after call, texts that come twice or in parts."""

from datetime import timedelta

import pytest

from models.delivery import DeliveryKind, DeliveryState
from rules.escalation import Channel
from rules.gsm7 import segments
from simulator import faults
from simulator.faults import FaultKind
from tests.stories.pages import ANNA, NUMBER, deliveries, reports
from tests.world import ADA, PIN, STRANGER, World

pytestmark = pytest.mark.one_database

LONG = "Società Cooperativa Łódź d'Équipements Spéciaux «Ünïcödé» — Sede di Reggio nell'Emilia e Provincia " * 2


def three_problems(world: World, key: str = "2") -> None:
    """Ada reports three problems in one call, and then hangs up."""
    call = world.phone(ADA).dials().presses(f"{PIN}#").presses(key)
    for _ in range(2):
        call.presses("1").presses("#").presses("2").presses(key)
    call.hangs_up()


def pages_to(world: World, technician: str = "anna") -> list[str]:
    return [text for text in world.handset(technician).texts if "Reply ACK" in text]


def test_three_pages_at_once_are_one_text_that_names_them_all(world: World) -> None:
    three_problems(world)
    world.settles()
    (text,) = pages_to(world)
    assert text == "P2 100001 Acme SpA, P2 100002 Acme SpA and P2 100003 Acme SpA. Reply ACK and the number, or ACK ALL"
    assert {each.state for each in deliveries(world, channel=Channel.SMS)} == {DeliveryState.DELIVERED}


def test_ack_all_takes_what_one_text_named(world: World) -> None:
    three_problems(world)
    world.settles()
    world.handset("anna").sends("ACK ALL")
    assert [world.ticket(number)["taken_by"] for number in ("100001", "100002", "100003")] == ["anna"] * 3


def test_pages_that_come_one_after_the_other_wait_for_each_other(world: World) -> None:
    for _ in range(3):
        reports(world)
        world.passes(seconds=3)
    assert len(pages_to(world)) == 1
    world.passes(seconds=10)
    first, rest = pages_to(world)
    assert first.startswith("P1 100001")
    assert all(number in rest for number in ("100001", "100002", "100003"))


def test_a_second_page_alone_is_a_text_of_its_own(world: World) -> None:
    reports(world)
    world.passes(minutes=2)
    reports(world)
    assert [text.split()[1] for text in pages_to(world)] == ["100001", "100002"]


def test_what_one_text_names_is_paged_on_as_each_page_wants(world: World) -> None:
    three_problems(world)
    world.settles()
    world.handset("anna").sends("ACK 100002")
    world.passes(minutes=5)
    levels = {number: world.ticket(number)["page"]["level"] for number in ("100001", "100002", "100003")}
    assert levels == {"100001": 2, "100002": 1, "100003": 2}


def test_a_text_for_many_that_fails_moves_every_page(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, code=21211)
    three_problems(world)
    world.settles()
    states = [each.state for each in deliveries(world, channel=Channel.SMS) if each.technician_key == "anna"]
    assert states == [DeliveryState.FAILED] * 3
    assert len([each for each in deliveries(world, channel=Channel.VOICE) if each.technician_key == "anna"]) == 3


def test_a_text_for_many_falls_apart_when_one_is_taken_before_it_leaves(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, times=1, code=20429)
    three_problems(world)
    world.settles()
    assert pages_to(world) == []
    world.post("/api/v1/tickets/100001/acknowledge", {"by": "bruno"})
    world.passes(seconds=5)
    (text,) = pages_to(world)
    assert "100001" not in text
    assert "P2 100002" in text
    assert "P2 100003" in text


def test_no_more_than_four_calls_in_a_quarter_of_an_hour(world: World) -> None:
    for _ in range(5):
        reports(world, key="2")
        world.passes(minutes=2, seconds=40)
    calls = [each for each in deliveries(world, channel=Channel.VOICE) if each.technician_key == "anna"]
    assert [each.state for each in calls].count(DeliveryState.FAILED) == 1
    assert any("4 calls in 15 minutes are enough" in line for line in world.story("100005"))


def test_a_p1_always_rings(world: World) -> None:
    for _ in range(6):
        reports(world)
        world.passes(minutes=1)
    calls = [each for each in deliveries(world, channel=Channel.VOICE) if each.technician_key == "anna"]
    assert len(calls) == 6
    assert DeliveryState.FAILED not in {each.state for each in calls}


def test_the_number_texts_no_faster_than_it_may(world: World) -> None:
    """Three at once, then one a second: pages before the customers' notices."""
    for _ in range(4):
        world.phone(ADA).dials().presses(f"{PIN}#").presses("2").hangs_up()
    world.settles()
    assert len(world.handset("anna").texts) == 1
    assert len(world.company.handset(ADA).texts) == 2
    world.passes(seconds=2)
    assert len(world.company.handset(ADA).texts) == 4


def test_after_an_outage_of_the_carrier_nobody_gets_the_same_page_twice(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, times=100_000, code=20503)
    reports(world)
    world.passes(minutes=32)
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)
    world.passes(minutes=2)
    assert len(pages_to(world)) == 1
    assert len(pages_to(world, "carla")) <= 2


def test_a_clock_that_is_set_back_does_not_silence_the_number(quick_world: World) -> None:
    for _ in range(2):
        quick_world.phone(ADA).dials().presses(f"{PIN}#").presses("2").hangs_up()
        quick_world.settles()
    quick_world.clock.advance(timedelta(hours=-1))
    reports(quick_world)
    quick_world.passes(seconds=30)
    assert any("100003" in text for text in pages_to(quick_world))


@pytest.mark.parametrize("move", ["acknowledge", "solve"])
def test_every_text_to_a_technician_is_one_segment_with_the_longest_names(world: World, move: str) -> None:
    name = "Ærøskøbing-Þórsdóttir Çağlayan " * 4
    file = f"""
technicians:
  - {{key: bruno, name: "{name[:119]}"}}
customers:
  - name: "{LONG[:199]}"
    time_zone: Europe/Rome
    contracts:
      - {{number: C-9, plan: platinum, starts: 2026-01-01, ends: 2036-12-31, paid: true, pins: ["90909090"]}}
"""
    world.loads(file)
    call = world.phone(STRANGER).dials().presses("1").presses("90909090#").presses("1")
    call.presses("1").records("All is dead").hangs_up()
    world.passes(minutes=31)
    world.post(f"/api/v1/tickets/{NUMBER}/{move}", {"by": "bruno", "reason": "r"})
    world.passes(minutes=45)
    sent = [each for each in deliveries(world, *DeliveryKind) if each.channel is Channel.SMS and each.technician_key]
    kinds = {each.kind for each in sent}
    assert {DeliveryKind.PAGE, DeliveryKind.ALARM, DeliveryKind.STAND_DOWN} <= kinds
    assert {each.body for each in sent if segments(each.body) != 1} == set()


def test_a_text_for_many_that_was_claimed_when_one_was_taken_falls_apart(world: World) -> None:
    three_problems(world)
    world.engine.move_pages()
    claimed = world.engine.claim(10)
    world.post("/api/v1/tickets/100001/acknowledge", {"by": "bruno"})
    for claim in claimed:
        world.engine.do(claim)
    world.passes(seconds=5)
    (text,) = pages_to(world)
    assert "100001" not in text
    assert "P2 100002" in text
    assert "P2 100003" in text
