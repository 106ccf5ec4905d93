"""Calls that belong to a ticket that is there: a second call about it, and a booked maintenance."""

from datetime import timedelta

import pytest

from models.delivery import DeliveryKind
from models.recording import Recording
from models.ticket import TicketSource
from paging import pager
from paging.pager import Responder
from rules.targets import Priority
from tests.ivr.world import ANNA, World

ANNA_ROSSI = Responder("anna", "Anna Rossi")


def test_a_second_call_is_offered_to_add_to_the_open_ticket(acme: World) -> None:
    assert "press 5" not in acme.phone().to_priority().said
    acme.phone().to_callback().hang_up()
    assert "To add to your open ticket, press 5" in acme.phone().to_priority().said


def test_what_it_records_joins_the_ticket_and_reaches_who_has_it(acme_on_both: World) -> None:
    acme_on_both.phone().to_description().record("RE1").wait().hang_up()
    acme_on_both.due()
    number = acme_on_both.ticket().number
    acme_on_both.text(ANNA, f"ACK {number}")
    call = acme_on_both.phone().to_priority().press("5")
    assert call.spoken_ticket == number
    assert "Anna Rossi is handling your ticket" in call.said
    closing = call.press("1").record("RE2")
    assert "Anna Rossi will call you back" in closing.said
    assert acme_on_both.ticket().recording_url == "https://api.twilio.com/recordings/RE2"
    (update,) = acme_on_both.deliveries(DeliveryKind.UPDATE)
    assert (update.address, str(number) in update.body) == (ANNA, True)
    assert [recording.provider_sid for recording in acme_on_both.all(Recording)] == ["RE1", "RE2"]
    assert acme_on_both.story(number).count("recorded a description") == 2
    assert "called again" in acme_on_both.story(number)


def test_who_joins_and_hangs_up_reaches_the_technicians_all_the_same(acme: World) -> None:
    acme.phone().to_closing()
    acme.due()
    acme.phone().to_priority().press("5").press("1").hang_up()
    assert len(acme.updates()) == 1


def test_1_and_2_open_a_new_ticket_always(acme: World) -> None:
    acme.phone().to_callback("1")
    acme.phone().to_callback("2")
    assert [ticket.priority for ticket in acme.tickets()] == [Priority.P1, Priority.P2]


def test_a_solved_ticket_is_not_offered(acme: World) -> None:
    acme.phone().to_closing()
    number = acme.ticket().number
    with acme.database.write() as session:
        pager.acknowledge(session, acme.line, number, ANNA_ROSSI, acme.clock.at)
        pager.finish(session, acme.line, number, ANNA_ROSSI, "", acme.clock.at)
    call = acme.phone().to_priority()
    assert "press 5" not in call.said
    assert call.press("5").step == "priority"
    assert len(acme.tickets()) == 1


def test_a_reseller_is_offered_tickets_of_the_contract_of_the_pin_alone(acme_on_both: World) -> None:
    """Two customers, one number calling: the number is also the callback of the other customer's ticket."""
    acme_on_both.customer("Beta Srl", "12345678")
    acmes = acme_on_both.phone().to_callback().spoken_ticket
    call = acme_on_both.phone().to_priority("12345678")
    assert "press 5" not in call.said
    assert call.press("5").step == "priority"
    betas = call.press("1").spoken_ticket
    assert acme_on_both.phone().to_priority("12345678").press("5").spoken_ticket == betas
    assert acme_on_both.phone().to_priority().press("5").spoken_ticket == acmes


def test_a_ticket_of_the_contract_is_offered_to_another_number_too(acme: World) -> None:
    number = acme.phone().to_callback().spoken_ticket
    assert acme.phone("+393331231231").to_priority().press("5").spoken_ticket == number


def test_a_booked_maintenance_is_offered_inside_its_window_alone(world: World) -> None:
    world.window(world.customer())
    assert "To add" not in world.phone().to_priority().said
    assert "maintenance, press 3" in world.phone().to_priority().said
    world.clock.advance(timedelta(hours=2))
    call = world.phone().to_priority()
    assert "maintenance" not in call.said
    assert call.press("3").step == "priority"
    assert not world.tickets()


def test_a_window_has_one_ticket_which_later_calls_join(both: World) -> None:
    both.window(both.customer())
    first = both.phone().to_callback("3")
    second = both.phone().to_callback("3")
    assert first.spoken_ticket == second.spoken_ticket == both.ticket().number
    assert (both.ticket().priority, both.ticket().source) == (Priority.P2, TicketSource.MAINTENANCE)
    assert "CHG-7" in both.story(both.ticket().number)


@pytest.mark.parametrize("key", ["3", "5", "6", "7", "8", "9", "#"])
def test_keys_that_are_not_offered_ask_again(acme: World, key: str) -> None:
    assert acme.phone().to_priority().press(key).step == "priority"
    assert not acme.tickets()
