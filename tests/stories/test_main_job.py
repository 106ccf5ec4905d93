"""The main job: a customer's administrator phones at night, and a technician has the case."""

import re

from simulator.phone import PhoneCall
from simulator.tables import Wait
from tests.stories.pages import page_of
from tests.world import ADA, PIN, STRANGER, World

NUMBER = re.compile(r"((?:[0-9] ){5,6}[0-9])(?= [A-Za-z])")


def spoken_number(call: PhoneCall) -> str:
    """The ticket number as it was spoken last."""
    return NUMBER.findall(" ".join(call.heard))[-1].replace(" ", "")


def reports(world: World, caller: str = ADA, key: str = "1") -> PhoneCall:
    """A registered caller keys in the PIN and a priority."""
    call = world.phone(caller).dials()
    if caller != ADA:
        call.presses("1")
    return call.presses(f"{PIN}#").presses(key)


def dithers(world: World, call: PhoneCall, seconds: int) -> PhoneCall:
    """The caller has the question repeated again and again."""
    for _ in range(seconds // 7):
        world.passes(seconds=7)
        call.presses("*")
    world.passes(seconds=seconds % 7)
    return call


def test_from_the_call_to_a_technician_who_has_it(world: World) -> None:
    call = reports(world, STRANGER)
    number = spoken_number(call)
    assert number == "100001"
    assert world.ticket(number)["page"] == {"state": "armed", "level": 1, "round": 1}

    world.settles()
    assert world.ticket(number)["page"] == {"state": "paging", "level": 1, "round": 1}
    call.presses("1").records("The telephones are dead since midnight", seconds=9)
    world.settles()
    assert world.handset("anna").texts == [
        f"P1 {number} Acme SpA {STRANGER} Reply ACK {number}",
        f"{number}: callback {STRANGER}. The caller has recorded a description.",
    ]
    assert world.handset("anna").ringing

    (answer,) = world.handset("anna").sends("ack")
    assert number in answer
    assert "PASS" in answer
    world.passes(seconds=2)
    ticket = world.ticket(number)
    assert (ticket["state"], ticket["taken_by"], ticket["page"]["state"]) == ("in_charge", "anna", "acknowledged")
    assert "Anna Rossi" in world.company.handset(STRANGER).texts[-1]


def test_hanging_up_after_the_priority_loses_nothing(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.settles()
    assert f"Reply ACK {number}" in world.handset("anna").texts[0]
    assert number in world.company.handset(ADA).texts[0]


def test_a_caller_who_goes_on_talking_does_not_hold_up_the_page(world: World) -> None:
    dithers(world, reports(world, key="2"), seconds=19)
    assert world.handset("anna").texts == []
    world.passes(seconds=1)
    assert len(world.handset("anna").texts) == 1


def test_a_p1_pages_while_the_caller_has_not_answered_the_next_question(world: World) -> None:
    reports(world)
    world.settles()
    assert world.handset("anna").texts == [f"P1 100001 Acme SpA {ADA} Reply ACK 100001"]
    assert world.handset("anna").ringing


def test_a_technician_accepts_while_the_caller_speaks_and_the_two_are_connected(world: World) -> None:
    call = reports(world)
    world.settles()
    anna = world.handset("anna").answers().presses("4")
    call.presses("1")
    assert "Anna Rossi is handling your ticket." in call.words
    call.records("The telephones are dead").presses("1")
    world.passes(seconds=40)
    assert anna.wait is Wait.BRIDGE
    anna.hangs_up()
    world.settles()
    assert any("was connected with the caller for" in line for line in world.story("100001"))


def test_a_technician_who_waits_for_a_caller_who_hangs_up_calls_them_back(world: World) -> None:
    call = reports(world)
    world.settles()
    world.handset("anna").answers().presses("4")
    call.hangs_up()
    world.passes(seconds=20)
    assert world.company.handset(ADA).ringing


def test_the_page_call_that_is_answered_later_knows_what_the_caller_has_added(world: World) -> None:
    call = reports(world)
    world.settles()
    call.presses("2").presses("0233445566#").presses("1").records("Now it is on fire").hangs_up()
    world.passes(seconds=15)
    anna = world.handset("anna").answers().presses("3")
    assert "No description" not in anna.words and "on its way" not in anna.words
    anna.presses("1")
    assert "3 9 0 2 3 3 4 4 5 5 6 6" in anna.words


def test_a_page_that_has_left_knows_when_a_carrier_had_it(world: World) -> None:
    reports(world).hangs_up()
    world.settles()
    page = page_of(world)
    assert page.left_at == page.raised_at


def test_what_comes_after_the_page_left_is_sent_as_one_update(world: World) -> None:
    call = dithers(world, reports(world), seconds=5)
    call.presses("1").records("Now it is on fire")
    call.hangs_up()
    world.settles()
    _page, update = world.handset("anna").texts
    assert "recorded a description" in update


def test_key_1_on_the_telephone_takes_the_case(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.settles()
    answered = world.handset("anna").answers()
    assert "Acme SpA" in answered.words
    answered.presses("1")
    assert "yours" in answered.words
    assert world.ticket(number)["taken_by"] == "anna"


def test_a_voicemail_that_picks_up_is_not_a_person(world: World) -> None:
    world.handset("anna").has_voicemail()
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.passes(minutes=4)
    assert world.ticket(number)["page"]["state"] == "paging"
    world.passes(minutes=1)
    assert world.ticket(number)["page"] == {"state": "paging", "level": 2, "round": 1}
    assert f"Reply ACK {number}" in world.handset("carla").texts[0]


def test_a_p2_texts_first_and_rings_at_half_the_wait(world: World) -> None:
    reports(world, key="2").hangs_up()
    world.settles()
    assert len(world.handset("anna").texts) == 1
    assert not world.handset("anna").ringing
    world.passes(minutes=2, seconds=29)
    assert not world.handset("anna").ringing
    world.passes(seconds=1)
    assert world.handset("anna").ringing


def test_a_technician_out_of_reach_is_left_at_once(world: World) -> None:
    world.handset("anna").is_off()
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.passes(minutes=5)
    assert world.ticket(number)["page"]["level"] == 2


def test_nobody_answers_the_fallback_is_alarmed_and_paging_goes_on(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.passes(minutes=29)
    assert not any("NOBODY ANSWERED" in text for text in world.handset("carla").texts)
    world.passes(minutes=1)
    assert any("NOBODY ANSWERED" in text for text in world.handset("carla").texts)
    assert world.ticket(number)["page"] == {"state": "paging", "level": 1, "round": 3}
    assert world.handset("carla").sends("ACK")
    assert world.ticket(number)["taken_by"] == "carla"


def test_whoever_is_paged_and_not_needed_any_more_is_told(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.passes(minutes=6)
    world.handset("carla").sends(f"{number} ack")
    world.settles()
    assert world.handset("anna").texts[-1] == f"{number}: Carla Blu has it. Nothing to do."
    (late,) = world.handset("anna").sends(f"ACK {number}")
    assert late.startswith(f"Carla Blu has {number} since")


def test_the_owner_passes_and_the_next_level_is_paged(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.settles()
    world.handset("anna").sends("ACK")
    world.handset("anna").sends(f"PASS {number}")
    world.settles()
    assert world.ticket(number)["state"] == "open"
    assert f"Reply ACK {number}" in world.handset("carla").texts[-1]


def test_done_by_the_owner_solves_it(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.hangs_up()
    world.settles()
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE restarted the SBC")
    ticket = world.ticket(number)
    assert (ticket["state"], ticket["page"]["state"]) == ("solved", "closed")
    assert "Anna Rossi solved it: restarted the SBC" in world.story(number)
    world.passes(hours=2)
    assert len(world.handset("carla").texts) == 0


def test_another_problem_is_another_ticket(world: World) -> None:
    call = reports(world)
    call.presses("1").presses("#").presses("2").presses("2")
    assert spoken_number(call) == "100002"


def test_the_whole_story_can_be_read(world: World) -> None:
    number = spoken_number(call := reports(world))
    call.presses("1").records("Dead").hangs_up()
    world.settles()
    world.handset("anna").sends("ACK")
    world.settles()
    kinds = [event["kind"] for event in world.ticket(number)["events"]]
    for kind in ("call", "pin", "opened", "level", "page_sent", "acknowledged", "in_charge"):
        assert kind in kinds
