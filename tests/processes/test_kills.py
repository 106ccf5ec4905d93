"""kill -9 of any process between any two steps loses nothing."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from models.page import Page, PageState
from models.ticket import Ticket, TicketState
from simulator.phone import PhoneCall
from tests.processes.machines import Site, eventually, free_port
from tests.world import ADA, LINE, PIN

pytestmark = pytest.mark.long


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    site = Site(database_url, free_port())
    site.runs("load", str(LINE))
    yield site
    site.closes()


@pytest.fixture
def machines(postgresql_url: str) -> Iterator[Site]:
    site = Site(postgresql_url, free_port())
    site.runs("load", str(LINE))
    yield site
    site.closes()


def reports(site: Site, priority: str = "1") -> PhoneCall:
    """Ada reports a problem. The web process plays calls too, so each key waits for the question it answers."""
    call = site.company.phone(ADA).dials()
    for question, keys in (("PIN", f"{PIN}#"), ("blocked system", priority)):
        eventually(lambda question=question: question in call.words)  # type: ignore[misc]
        call.presses(keys)
    eventually(lambda: "Your ticket" in call.words)
    return call


def page_of(site: Site, number: int) -> Page:
    with site.database.read() as session:
        return session.execute(select(Page).where(Page.ticket_number == number)).scalar_one()


def acknowledges(site: Site, number: int) -> None:
    assert eventually(lambda: site.handset("anna").sends(f"ACK {number}"))
    with site.database.read() as session:
        assert session.get_one(Ticket, number).state is TicketState.IN_CHARGE


def has_text(site: Site, technician: str, number: int) -> bool:
    """Alone or with others: several pages within a minute share a text."""
    return any(str(number) in text and "ACK" in text for text in site.handset(technician).texts)


def test_a_web_process_and_two_workers_do_the_main_job(machines: Site) -> None:
    for command in ("web", "worker", "worker"):
        machines.starts(command)
    reports(machines).hangs_up()
    eventually(lambda: has_text(machines, "anna", 100001))
    acknowledges(machines, 100001)
    assert [machine.is_stopped() for machine in machines.machines] == [0, 0, 0]


def test_serve_killed_after_the_priority_pages_after_its_next_start(site: Site) -> None:
    first = site.starts("serve")
    reports(site, priority="2")
    first.is_killed()
    assert page_of(site, 100001).state is PageState.ARMED
    site.starts("serve")
    call = site.company.phone(ADA).dials()
    call.hangs_up()
    eventually(lambda: has_text(site, "anna", 100001), seconds=60)
    acknowledges(site, 100001)


def test_workers_killed_again_and_again_lose_no_page(machines: Site) -> None:
    machines.starts("web")
    workers = [machines.starts("worker"), machines.starts("worker")]
    for number in range(100001, 100007):
        reports(machines).hangs_up()
        workers.pop(0).is_killed()
        workers.append(machines.starts("worker"))
        eventually(partial(has_text, machines, "anna", number), seconds=40)
    for number in range(100001, 100007):
        acknowledges(machines, number)


def test_web_killed_in_the_middle_of_a_call_has_kept_the_ticket(machines: Site) -> None:
    web = machines.starts("web")
    machines.starts("worker")
    call = reports(machines)
    web.is_killed()
    machines.starts("web")
    call.presses("1")
    call.hangs_up()
    eventually(lambda: has_text(machines, "anna", 100001), seconds=60)
    acknowledges(machines, 100001)
