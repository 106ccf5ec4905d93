"""Booked maintenance: the technician on call is paged when it begins, once, whoever comes first."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from models.customer import Maintenance
from models.delivery import DeliveryKind
from paging.maintenance import WindowStarts
from rules.gsm7 import SINGLE, septets
from tests.stories.pages import NUMBER, deliveries, mails
from tests.world import ADA, PIN, World

BOOKED = "customers: [{name: Acme SpA, contracts: [{number: C-1001, maintenance: %s}]}]"
AT_FOUR = "{from: 2026-11-24T04:00, until: 2026-11-24T06:00, reference: CHG-7}"


def books(world: World, *booked: str) -> None:
    world.loads(BOOKED % f"[{', '.join(booked)}]")


def windows(world: World) -> list[Maintenance]:
    with world.database.read() as session:
        return list(session.execute(select(Maintenance)).scalars())


def tickets(world: World) -> list[str]:
    return [ticket["number"] for ticket in world.get("/api/v1/tickets")["tickets"]]


def test_the_technician_is_paged_at_its_start_and_knows_what_for(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(minutes=59)
    assert tickets(world) == []
    world.passes(minutes=1)
    assert tickets(world) == [NUMBER]
    assert world.handset("anna").texts == [f"P2 {NUMBER} Acme SpA {ADA} Booked maintenance CHG-7. Reply ACK {NUMBER}"]
    assert "Booked maintenance CHG-7." in world.story(NUMBER)
    assert NUMBER in world.company.handset(ADA).texts[-1]
    assert mails(world, NUMBER)


def test_the_call_says_it_too(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(hours=1)
    while not world.handset("anna").ringing:
        world.passes(seconds=10)
    call = world.handset("anna").answers()
    assert "Booked maintenance CHG-7." in call.words
    call.presses("1")
    assert world.ticket(NUMBER)["taken_by"] == "anna"


def test_the_text_is_one_segment_whatever_the_names(world: World) -> None:
    reference = "Replacement of both core switches and of the firewall in the basement, floor -2"
    books(world, AT_FOUR.replace("CHG-7", f'"{reference}"'))
    world.passes(hours=1)
    (text,) = world.handset("anna").texts
    assert septets(text) <= SINGLE
    assert text.endswith(f"Reply ACK {NUMBER}")
    assert "Booked maintenance Replacement of both core" in text


def test_a_caller_joins_the_ticket_that_is_there(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(hours=1, minutes=1)
    call = world.phone(ADA).dials().presses(f"{PIN}#")
    assert "booked maintenance, press 3" in call.words
    call.presses("3").hangs_up()
    world.passes(minutes=1)
    assert tickets(world) == [NUMBER]
    assert len(deliveries(world, DeliveryKind.UPDATE)) == 1


def test_a_caller_who_comes_before_the_engine_has_the_one_ticket(world: World) -> None:
    books(world, AT_FOUR)
    world.clock.at = windows(world)[0].starts_at
    world.phone(ADA).dials().presses(f"{PIN}#").presses("3").hangs_up()
    world.passes(hours=3)
    assert tickets(world) == [NUMBER]


def test_two_engines_and_a_caller_make_one_ticket(world: World) -> None:
    books(world, AT_FOUR)
    world.clock.at = windows(world)[0].starts_at
    call = world.phone(ADA).dials().presses(f"{PIN}#")
    chores = [WindowStarts(world.database, world.gateway.line) for _ in range(2)]
    at_once = [Thread(target=chore.do_next) for chore in chores] + [Thread(target=call.presses, args=("3",))]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert tickets(world) == [NUMBER]
    assert windows(world)[0].due_at is None


def test_a_window_that_began_while_no_engine_ran_is_paged_when_one_is_back(world: World) -> None:
    books(world, AT_FOUR)
    world.clock.advance(timedelta(hours=1.5))
    world.settles()
    assert f"Reply ACK {NUMBER}" in world.handset("anna").texts[0]


def test_a_window_that_ended_while_no_engine_ran_is_told_to_a_person(world: World) -> None:
    books(world, AT_FOUR)
    world.clock.advance(timedelta(hours=4))
    world.settles()
    assert tickets(world) == []
    assert mails(world, "nobody was paged for a booked maintenance of C-1001")
    assert windows(world)[0].due_at is None


@pytest.mark.parametrize("terms", ["paid: false", "plan: gold", "ends: 2026-11-23"])
def test_a_contract_that_may_not_use_the_line_pages_nobody_and_a_person_is_told(world: World, terms: str) -> None:
    books(world, AT_FOUR)
    world.loads(f"customers: [{{name: Acme SpA, contracts: [{{number: C-1001, {terms}}}]}}]")
    world.passes(hours=1)
    assert tickets(world) == []
    assert world.handset("anna").texts == []
    assert len(mails(world, "nobody was paged for a booked maintenance of C-1001")) == 1


def test_a_window_that_is_prolonged_once_it_has_begun_pages_nobody_again(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(hours=1)
    world.handset("anna").sends("ACK")
    books(world, AT_FOUR.replace("06:00", "08:00"))
    world.passes(hours=1)
    assert tickets(world) == [NUMBER]
    world.phone(ADA).dials().presses(f"{PIN}#").presses("3").hangs_up()
    assert tickets(world) == [NUMBER]


def test_a_window_that_is_cancelled_in_time_pages_nobody(world: World) -> None:
    books(world, AT_FOUR)
    books(world)
    world.passes(hours=2)
    assert tickets(world) == []


def test_the_ticket_of_a_window_that_is_cancelled_later_stays(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(hours=1)
    books(world)
    assert world.ticket(NUMBER)["state"] == "open"


def test_a_file_that_is_loaded_afterwards_books_no_window_of_the_past(world: World) -> None:
    books(world, AT_FOUR.replace("-24T", "-22T"))
    world.passes(hours=1)
    assert tickets(world) == []
    assert mails(world, "nobody was paged") == []


class Failing(WindowStarts):
    """A defect keeps its windows from being opened."""

    def _open(self, *_: object) -> int:
        raise ValueError("a defect")


def test_a_window_that_fails_is_told_to_a_person_keeps_no_other_waiting_and_is_tried_again(world: World) -> None:
    books(world, AT_FOUR)
    world.clock.advance(timedelta(hours=1))
    failing = Failing(world.database, world.gateway.line)
    assert failing.do_next()
    assert not failing.do_next()
    assert len(mails(world, "nobody was paged for a booked maintenance of C-1001")) == 1
    world.passes(seconds=30)
    assert tickets(world) == [NUMBER]


def test_a_window_that_is_renamed_once_it_has_begun_pages_nobody_again(world: World) -> None:
    books(world, AT_FOUR)
    world.passes(hours=1)
    books(world, AT_FOUR.replace("CHG-7", "CHG-7b"))
    world.passes(minutes=1)
    assert tickets(world) == [NUMBER]
