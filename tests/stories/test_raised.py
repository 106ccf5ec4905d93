"""A ticket that paged nobody is raised by a person: it does now."""

import pytest

from tests.world import World

pytestmark = pytest.mark.one_database

NUMBER = "100001"
DISK = {
    "contract": "C-1001",
    "event": "disk_low",
    "status": "firing",
    "source": "nagios",
    "summary": "/ 81 %",
    "key": "pbx",
}


def reports_and_raises(world: World, priority: str = "P1") -> None:
    assert world.post("/api/v1/events", DISK)["number"] == NUMBER
    world.settles()
    assert world.handset("anna").texts == []
    world.post(f"/api/v1/tickets/{NUMBER}/raise", {"priority": priority, "reason": "the disk fills up"})
    world.settles()


@pytest.mark.parametrize("priority", ["P1", "P2"])
def test_it_pages_at_once(world: World, priority: str) -> None:
    reports_and_raises(world, priority)
    (text,) = world.handset("anna").texts
    assert text.startswith(f"{priority} {NUMBER} Acme SpA")
    world.handset("anna").sends("ACK")
    assert world.ticket(NUMBER)["page"]["state"] == "acknowledged"


def test_a_page_is_raised_once(world: World) -> None:
    reports_and_raises(world, "P2")
    world.post(f"/api/v1/tickets/{NUMBER}/raise", {"priority": "P1", "reason": "and now it is full"})
    world.settles()
    assert world.ticket(NUMBER)["page"]["level"] == 1
    assert len(world.handset("anna").texts) == 1


def test_less_than_that_still_pages_nobody(world: World) -> None:
    reports_and_raises(world, "P3")
    assert (world.handset("anna").texts, world.ticket(NUMBER)["page"]) == ([], None)


def test_nobody_is_paged_for_what_somebody_has(world: World) -> None:
    world.post("/api/v1/events", DISK)
    world.post(f"/api/v1/tickets/{NUMBER}/acknowledge", {"by": "bruno"})
    world.post(f"/api/v1/tickets/{NUMBER}/raise", {"priority": "P1", "reason": "the disk fills up"})
    world.settles()
    assert (world.handset("anna").texts, world.ticket(NUMBER)["page"]) == ([], None)


def test_a_contract_that_is_not_paid_has_no_service_on_call(world: World) -> None:
    world.loads("customers: [{name: Acme SpA, contracts: [{number: C-1001, paid: false}]}]")
    reports_and_raises(world)
    assert (world.handset("anna").texts, world.ticket(NUMBER)["page"]) == ([], None)
