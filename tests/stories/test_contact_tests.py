"""A test text and a test call: through the real path, and what became of it."""

import pytest

from models.delivery import Delivery, DeliveryState
from models.technician import Technician
from paging import contact_tests
from rules.escalation import Channel
from rules.gsm7 import segments
from simulator.faults import FaultKind
from tests.world import ADA, PIN, World

pytestmark = pytest.mark.one_database

ANNA = "+393331110001"
SECOND = "+390584000011"
WORDS = "Test of Platinum Line for Anna Rossi: all is well. Nothing to do."


def tries(world: World, channel: Channel) -> bool:
    with world.database.write() as session:
        anna = session.get_one(Technician, "anna")
        sent = contact_tests.send(session, world.gateway.line, anna, channel, world.clock.at)
    world.settles()
    return sent


def outcome(world: World, channel: Channel) -> Delivery:
    with world.database.read() as session:
        return contact_tests.newest(session, "anna")[channel]


def test_a_text_arrives(world: World) -> None:
    assert tries(world, Channel.SMS)
    assert world.handset("anna").texts == [WORDS]
    assert outcome(world, Channel.SMS).state is DeliveryState.DELIVERED


def test_a_call_says_the_same_and_1_confirms(world: World) -> None:
    tries(world, Channel.VOICE)
    call = world.handset("anna").answers()
    assert WORDS in call.words
    assert "press 1" in call.words
    assert "Confirmed" in call.presses("1").words
    assert call.over
    assert outcome(world, Channel.VOICE).state is DeliveryState.ANSWERED


def test_the_second_telephone_is_rung_on_its_own(world: World) -> None:
    world.loads(f'technicians: [{{key: anna, second_phone: "{SECOND}"}}]')
    tries(world, Channel.SECOND_PHONE)
    assert not world.handset("anna").ringing
    world.company.handset(SECOND).answers().presses("1")
    assert outcome(world, Channel.SECOND_PHONE).state is DeliveryState.ANSWERED


def test_an_e_mail_is_handed_over(world: World) -> None:
    tries(world, Channel.EMAIL)
    sent = outcome(world, Channel.EMAIL)
    assert (sent.state, sent.address) == (DeliveryState.DELIVERED, "anna@example.com")
    assert sent.subject == "Test of Platinum Line for Anna Rossi"


def test_a_machine_confirms_nothing(world: World) -> None:
    world.handset("anna").has_voicemail()
    tries(world, Channel.VOICE)
    world.passes(minutes=2)
    assert outcome(world, Channel.VOICE).state is DeliveryState.UNANSWERED


def test_silence_is_asked_again_and_at_last_the_call_ends(world: World) -> None:
    tries(world, Channel.VOICE)
    call = world.handset("anna").answers().presses("7")
    assert " ".join(call.heard).count("To confirm that you hear this") == 2
    world.passes(minutes=2)
    assert call.over
    assert outcome(world, Channel.VOICE).state is DeliveryState.UNANSWERED


def test_what_the_carrier_refuses_is_told(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, code=21211)
    tries(world, Channel.SMS)
    sent = outcome(world, Channel.SMS)
    assert (sent.state, sent.error_code) == (DeliveryState.FAILED, "21211")


def test_without_an_address_it_fails_at_once(world: World) -> None:
    tries(world, Channel.SECOND_PHONE)
    sent = outcome(world, Channel.SECOND_PHONE)
    assert (sent.state, sent.error) == (DeliveryState.FAILED, "no phone number on file")


def test_one_by_each_channel_in_a_minute(world: World) -> None:
    assert tries(world, Channel.SMS)
    assert tries(world, Channel.EMAIL)
    world.passes(seconds=59)
    assert not tries(world, Channel.SMS)
    world.passes(seconds=1)
    assert tries(world, Channel.SMS)
    assert world.handset("anna").texts == [WORDS, WORDS]


def test_tests_do_not_count_as_calls_that_a_technician_had_enough_of(world: World) -> None:
    for _ in range(world.gateway.line.policy.limits.calls):
        tries(world, Channel.VOICE)
        world.handset("anna").answers().presses("1")
        world.passes(minutes=1)
    world.phone(ADA).dials().presses(f"{PIN}#").presses("2").hangs_up()
    world.passes(minutes=2, seconds=30)
    assert world.handset("anna").ringing


def test_a_text_that_the_carrier_refuses_for_ever_shows_an_opt_out_until_one_arrives(world: World) -> None:
    def opted_out() -> bool:
        with world.database.read() as session:
            return session.get_one(Technician, "anna").opted_out_at is not None

    world.company.add_fault(FaultKind.REFUSE, ANNA, code=21610)
    tries(world, Channel.SMS)
    assert opted_out()
    world.passes(minutes=1)
    tries(world, Channel.SMS)
    assert not opted_out()


@pytest.mark.parametrize("name", ["Anna", "Maria Antonietta " * 7, "漢" * 120, "€" * 120])
def test_the_longest_name_leaves_it_in_one_segment(quick_world: World, name: str) -> None:
    text = contact_tests.text_of(quick_world.gateway.line, name)
    assert segments(text) == 1
    assert text.endswith(": all is well. Nothing to do.")
