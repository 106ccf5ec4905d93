"""A caller holds for the technician: connected, told the news, and never lost when somebody hangs up."""

from simulator.faults import FaultKind
from simulator.phone import PhoneCall
from simulator.tables import Wait
from tests.stories.pages import NUMBER
from tests.world import ADA, PIN, World


def holds(world: World, number: str = ADA) -> PhoneCall:
    """A caller reports a critical problem, says nothing more and holds."""
    call = world.phone(number).dials().presses(f"{PIN}#").presses("1").presses("1").presses("#").presses("1")
    world.settles()
    return call


def test_who_presses_4_is_connected_to_the_caller_who_holds_and_the_story_tells_how_long(world: World) -> None:
    call = holds(world)
    anna = world.handset("anna").answers().presses("4")
    world.passes(seconds=40)
    assert anna.wait is Wait.BRIDGE
    anna.hangs_up()
    world.settles()
    assert "The technician has left the call" in call.words
    assert world.ticket(NUMBER)["taken_by"] == "anna"


def test_a_caller_who_drops_out_of_the_connection_is_in_the_story(world: World) -> None:
    call = holds(world)
    world.handset("anna").answers().presses("4")
    world.passes(seconds=40)
    call.hangs_up()
    world.settles()
    assert any("was connected with the caller for" in line for line in world.story(NUMBER))


def test_a_caller_who_hangs_up_while_holding_is_called_back_by_key_4(world: World) -> None:
    holds(world).hangs_up()
    world.settles()
    assert "The caller held for the technician and is off the line." in world.story(NUMBER)
    world.handset("anna").answers().presses("4")
    world.settles()
    assert world.company.handset(ADA).ringing


def test_a_call_whose_end_was_never_reported_does_not_keep_the_technician_in_a_queue(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ADA, times=20)
    holds(world).hangs_up()
    world.settles()
    world.handset("anna").answers().presses("4")
    world.passes(seconds=10)
    assert world.company.handset(ADA).ringing


def test_when_somebody_took_it_by_text_the_caller_hears_who_and_how_to_free_the_line(world: World) -> None:
    call = holds(world)
    world.handset("anna").sends("ACK")
    world.passes(seconds=25)
    assert "Anna Rossi is handling your ticket. To be called back, hang up now." in call.words


def test_the_waiting_ends_politely_and_the_page_goes_on(world: World) -> None:
    call = holds(world)
    world.passes(minutes=15, seconds=45)
    assert "Nobody could join you yet" in call.words
    assert world.ticket(NUMBER)["page"]["state"] == "paging"


def test_of_two_who_hold_for_one_ticket_one_is_connected_and_the_other_hears_who_has_it(world: World) -> None:
    first = holds(world)
    world.passes(seconds=1)
    second = world.phone("+393332229999").dials().presses("1").presses(f"{PIN}#").presses("5").presses("1")
    second.presses("#").presses("1")
    world.settles()
    anna = world.handset("anna").answers().presses("4")
    world.passes(seconds=50)
    assert anna.wait is Wait.BRIDGE
    assert "Anna Rossi is handling your ticket" in second.words
    assert "Anna Rossi is handling your ticket" not in first.words


def test_who_accepts_with_key_1_hears_that_the_caller_waits_and_is_connected_with_one_more_key(world: World) -> None:
    call = holds(world)
    anna = world.handset("anna").answers().presses("1")
    assert world.ticket(NUMBER)["taken_by"] == "anna"
    assert "The caller waits on the line: to be connected, press 4." in anna.words
    anna.presses("4")
    world.passes(seconds=30)
    assert anna.wait is Wait.BRIDGE
    anna.hangs_up()
    world.settles()
    assert "The technician has left the call" in call.words


def test_who_accepts_with_key_1_and_presses_nothing_more_has_the_ticket_all_the_same(world: World) -> None:
    holds(world)
    anna = world.handset("anna").answers().presses("1")
    world.passes(seconds=20)
    assert anna.over
    assert f"The callback number is {' '.join(ADA.removeprefix('+'))}." in anna.words
    assert world.ticket(NUMBER)["taken_by"] == "anna"


def test_a_caller_without_a_number_who_held_in_vain_is_not_promised_a_call(world: World) -> None:
    call = world.phone("anonymous").dials().presses("1").presses(f"{PIN}#").presses("1")
    for _ in range(3):
        if call.wait is Wait.GATHER and "Key in the number" in call.heard[-2] + call.heard[-1]:
            call.stays_silent()
    call.presses("#").presses("1")
    world.passes(minutes=15, seconds=45)
    assert "Call again, to wait on or to leave a number." in call.words
    assert world.ticket(NUMBER)["page"]["state"] == "paging"
