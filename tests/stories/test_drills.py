"""Drills: practice through the real path, marked in every text and call, over with the first acknowledgement."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from models.audit import Audit
from models.customer import HOUSE_CONTRACT, Contract, Customer
from models.delivery import Delivery, DeliveryKind
from models.ticket import Ticket
from paging import drills, pager
from paging.drills import UnderWay
from paging.pager import Responder
from rules.gsm7 import segments
from rules.targets import Priority
from tests.world import ADA, PIN, World

NUMBER = "100001"
TEXT = f"DRILL P1 {NUMBER}, practice only. Reply ACK {NUMBER}"
ONE_BY_ONE = " ".join(NUMBER)


def starts(world: World, priority: Priority = Priority.P1, policy: str = "default") -> str:
    with world.database.write() as session:
        ticket = drills.start(session, world.gateway.line, policy, priority, "max@example.com", world.clock.at)
        number = str(ticket.number)
    world.settles()
    return number


def row(world: World) -> Ticket:
    with world.database.read() as session:
        return session.get_one(Ticket, int(NUMBER))


def test_it_pages_whoever_is_on_call_at_once_and_says_what_it_is(world: World) -> None:
    assert starts(world) == NUMBER
    anna = world.handset("anna")
    assert anna.texts == [TEXT]
    assert segments(TEXT) == 1
    assert anna.ringing
    words = anna.answers().words
    assert "drill, practice only: P 1" in words
    assert "description" not in words


def test_a_text_ends_it_and_says_how_long_it_took(world: World) -> None:
    starts(world)
    world.passes(seconds=42)
    (answer,) = world.handset("anna").sends("ack")
    assert answer == f"Drill {NUMBER} over after 42 seconds. Thank you, nothing to do."
    ticket = world.ticket(NUMBER)
    assert (ticket["state"], ticket["taken_by"], ticket["page"]["state"]) == ("solved", "anna", "closed")
    assert "Anna Rossi solved it: the drill is over, acknowledged after 42 seconds." in world.story(NUMBER)
    (again,) = world.handset("anna").sends(f"ACK {NUMBER}")
    assert again == answer


@pytest.mark.parametrize("key", ["1", "4"])
def test_a_key_ends_it_too(world: World, key: str) -> None:
    starts(world)
    world.passes(seconds=20)
    call = world.handset("anna").answers().presses(key)
    assert f"Drill {ONE_BY_ONE} is over after 20 seconds." in call.words
    assert call.over
    assert world.ticket(NUMBER)["state"] == "solved"


def test_who_has_answered_by_text_hears_that_when_the_call_is_taken(world: World) -> None:
    starts(world)
    call = world.handset("anna").answers()
    world.handset("anna").sends("ACK")
    assert f"Drill {ONE_BY_ONE} is over" in call.presses("1").words


def test_nobody_is_paged_after_it_and_the_others_stand_down(world: World) -> None:
    starts(world)
    world.passes(minutes=5)
    carla = world.handset("carla")
    assert carla.texts == [TEXT]
    world.handset("anna").sends("ACK")
    world.settles()
    assert carla.texts[1:] == [f"{NUMBER}: Anna Rossi has it. Nothing to do."]
    assert carla.sends(f"ACK {NUMBER}") == [f"{NUMBER} is closed already."]
    told = len(carla.texts), len(world.handset("anna").texts)
    world.passes(hours=3)
    assert (len(carla.texts), len(world.handset("anna").texts)) == told


def test_a_drill_that_nobody_answers_goes_on_as_a_real_page(world: World) -> None:
    starts(world)
    world.passes(minutes=31)
    assert world.ticket(NUMBER)["page"] == {"state": "paging", "level": 1, "round": 3}
    assert f"NOBODY ANSWERED {TEXT}" in world.handset("carla").texts
    world.handset("carla").sends("ACK")
    assert world.ticket(NUMBER)["state"] == "solved"
    assert "acknowledged after 31 minutes." in " ".join(world.story(NUMBER))


def test_it_can_be_passed(world: World) -> None:
    starts(world)
    world.handset("anna").answers().presses("2")
    world.settles()
    assert world.handset("carla").texts == [TEXT]


def test_a_p2_texts_first(world: World) -> None:
    starts(world, Priority.P2)
    assert world.handset("anna").texts == [TEXT.replace("P1", "P2")]
    assert not world.handset("anna").ringing


def test_it_goes_by_the_policy_that_was_chosen(world: World) -> None:
    world.loads("""
escalation_policies:
  - key: second
    levels: [{notify: ["technician:bruno"], channels: [sms], wait: 5m}]
    fallback: ["technician:carla"]
""")
    starts(world, policy="second")
    assert world.handset("bruno").texts == [TEXT]
    assert world.handset("anna").texts == []


def test_nobody_outside_the_house_is_told_and_it_has_no_target(world: World) -> None:
    starts(world)
    world.handset("anna").sends("ACK")
    world.passes(hours=1)
    assert row(world).target_at is None
    with world.database.read() as session:
        kinds = set(session.execute(select(Delivery.kind)).scalars())
    assert DeliveryKind.NOTICE not in kinds


def test_another_priority_gives_it_no_target(world: World) -> None:
    starts(world)
    world.post(f"/api/v1/tickets/{NUMBER}/lower", {"priority": "P2", "reason": "too loud", "by": "anna"})
    assert row(world).target_at is None


def test_a_person_may_stop_it(world: World) -> None:
    starts(world)
    world.post(f"/api/v1/tickets/{NUMBER}/solve", {"by": "max@example.com", "reason": "enough"})
    world.settles()
    anna = world.handset("anna")
    assert anna.texts[1:] == [f"{NUMBER}: closed by max@example.com. Nothing to do."]
    assert anna.sends(f"ACK {NUMBER}") == [f"{NUMBER} is closed already."]
    world.passes(hours=1)
    assert len(anna.texts) == 3


def test_one_drill_at_a_time(world: World) -> None:
    starts(world)
    with pytest.raises(UnderWay) as refused, world.database.write() as session:
        drills.start(session, world.gateway.line, "default", Priority.P2, "eva@example.com", world.clock.at)
    assert refused.value.number == int(NUMBER)
    world.handset("anna").sends("ACK")
    assert starts(world) == "100002"
    with world.database.read() as session:
        assert session.execute(select(func.count()).where(Contract.number == HOUSE_CONTRACT)).scalar_one() == 1
        assert session.execute(select(func.count()).select_from(Customer)).scalar_one() == 2


def test_two_who_start_the_first_drill_at_once_start_one(world: World) -> None:
    def second() -> str:
        try:
            return starts(world)
        except UnderWay as refused:
            return f"under way: {refused.number}"

    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as session:
            drills.start(session, world.gateway.line, "default", Priority.P1, "max@example.com", world.clock.at)
            other = pool.submit(second)
        assert other.result(timeout=20) == f"under way: {NUMBER}"


def test_who_started_it_by_which_policy_is_on_record(world: World) -> None:
    starts(world)
    with world.database.read() as session:
        (trail,) = session.execute(select(Audit).where(Audit.action == drills.STARTED)).scalars()
    assert (trail.actor, trail.subject) == ("max@example.com", f"ticket:{NUMBER}")
    assert trail.after == {"policy": "default", "priority": "P1"}
    assert "max@example.com started this drill, by the escalation policy 'default'." in world.story(NUMBER)


def test_a_real_page_beside_it_is_not_touched(world: World) -> None:
    starts(world)
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.settles()
    world.handset("anna").sends(f"ACK {NUMBER}")
    assert world.ticket("100002")["state"] == "open"
    assert world.ticket("100002")["target_at"] is not None
    (answer,) = world.handset("anna").sends("ACK")
    assert "Acme SpA is yours" in answer


def test_a_text_that_names_several_pages_marks_the_drill(world: World) -> None:
    starts(world)
    for _ in range(2):
        world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.passes(minutes=1)
    bundled = world.handset("anna").texts[-1]
    assert f"DRILL P1 {NUMBER}" in bundled
    assert "P1 100002 Acme SpA" in bundled


def test_monitoring_cannot_report_under_the_houses_contract(world: World) -> None:
    starts(world)
    body = {"contract": HOUSE_CONTRACT, "event": "voip_stack_crash", "status": "firing", "source": "x", "key": "1"}
    with pytest.raises(AssertionError, match="there is no contract 'DRILL'"):
        world.post("/api/v1/events", body | {"summary": "down"})


def test_who_acknowledges_without_being_a_technician_ends_it_too(world: World) -> None:
    starts(world)
    with world.database.write() as session:
        by = Responder(None, "max@example.com")
        taken = pager.acknowledge(session, world.gateway.line, int(NUMBER), by, world.clock.at)
    assert taken.outcome is pager.Outcome.WON
    assert world.ticket(NUMBER)["state"] == "solved"
