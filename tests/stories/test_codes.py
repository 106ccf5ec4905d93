"""Codes that prove an address, through the real path: the telephone shows or says them, and no log does."""

import re

import pytest

from models.delivery import DeliveryKind, DeliveryState
from models.technician import ContactProof, Technician
from paging import contact_proofs
from paging.contact_proofs import Sent, Typed, Way
from paging.retention import Codes
from tests.stories.pages import deliveries
from tests.world import World

SECOND = "+390584000011"


def sends(world: World, way: Way) -> str:
    """To the technician's address, which is the answer."""
    address = writes(world, way)
    world.settles()
    return address


def writes(world: World, way: Way) -> str:
    """It is about to leave."""
    with world.database.write() as session:
        anna = contact_proofs.lock(session, "anna")
        assert anna
        address = contact_proofs.address_of(anna, way)
        assert address
        sent = contact_proofs.send(session, world.gateway.line, anna, way, address, world.clock.at)
        assert sent is Sent.SENT
    return address


def types(world: World, address: str, code: str) -> Typed:
    with world.database.write() as session:
        anna = session.get_one(Technician, "anna")
        return contact_proofs.prove(session, anna, address, code, world.clock.at)


def test_the_handset_shows_the_code_and_the_log_does_not(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    address = sends(world, Way.PHONE)
    (text,) = world.handset("anna").texts
    code = text.split()[0]
    assert text.startswith(f"{code} is your code for Platinum Line, for 10 minutes.")
    assert types(world, address, code) is Typed.PROVED
    said = capfd.readouterr()
    assert code not in said.out + said.err


@pytest.mark.parametrize("way", [Way.SECOND_PHONE, Way.PHONE])
def test_a_number_that_takes_no_texts_is_called_and_told(quick_world: World, way: Way) -> None:
    world = quick_world.loads(f'technicians: [{{key: anna, second_phone: "{SECOND}"}}]')
    with world.database.write() as session:
        session.get_one(Technician, "anna").opted_out_at = world.clock.at
    address = sends(world, way)
    call = world.company.handset(address).answers()
    told = re.findall("([0-9] [0-9] [0-9] [0-9] [0-9] [0-9])", " ".join(call.heard))
    assert len(told) == 2
    assert call.over
    assert types(world, address, told[0].replace(" ", "")) is Typed.PROVED
    world.passes(minutes=2)
    (delivery,) = deliveries(world, DeliveryKind.CODE)
    assert delivery.state in (DeliveryState.UNANSWERED, DeliveryState.ANSWERED)


def test_a_code_that_the_carrier_takes_too_late_is_not_sent(quick_world: World) -> None:
    writes(quick_world, Way.PHONE)
    quick_world.clock.advance(contact_proofs.VALID_FOR)
    quick_world.settles()
    assert quick_world.handset("anna").texts == []
    (delivery,) = deliveries(quick_world, DeliveryKind.CODE)
    assert delivery.state is DeliveryState.CANCELLED


@pytest.mark.parametrize("way", [Way.PHONE, Way.EMAIL])
def test_the_words_of_a_code_go_as_soon_as_it_is_over(world: World, way: Way) -> None:
    sends(world, way)
    world.passes(minutes=9, seconds=59)
    (sent,) = deliveries(world, DeliveryKind.CODE)
    assert sent.body
    world.passes(seconds=1)
    (sent,) = deliveries(world, DeliveryKind.CODE)
    assert (sent.body, sent.subject, sent.address, sent.redacted_at) == ("", None, "", world.clock.at)


def test_the_words_of_a_code_go_when_it_is_typed_right_or_too_often_wrong(quick_world: World) -> None:
    world = quick_world
    address = sends(world, Way.PHONE)
    (text,) = world.handset("anna").texts
    assert types(world, address, text.split()[0]) is Typed.PROVED
    address = sends(world, Way.EMAIL)
    for _ in range(contact_proofs.MOST_TRIES):
        types(world, address, "wrong")
    world.settles()
    assert [each.body for each in deliveries(world, DeliveryKind.CODE)] == ["", ""]


def test_the_words_of_an_older_code_go_with_the_next_one(quick_world: World) -> None:
    sends(quick_world, Way.PHONE)
    quick_world.passes(minutes=2)
    sends(quick_world, Way.PHONE)
    older, newer = deliveries(quick_world, DeliveryKind.CODE)
    assert not older.body
    assert newer.body


def test_a_code_that_waits_for_its_carrier_loses_its_words_when_it_is_given_up(quick_world: World) -> None:
    """While it may still be sent it keeps them."""
    world = quick_world
    writes(world, Way.PHONE)
    world.clock.at += contact_proofs.VALID_FOR
    assert Codes(world.database).do_next()
    assert deliveries(world, DeliveryKind.CODE)[0].body
    world.passes(minutes=1)
    (sent,) = deliveries(world, DeliveryKind.CODE)
    assert (sent.body, sent.state) == ("", DeliveryState.CANCELLED)


def test_a_code_that_was_sent_before_the_upgrade_can_still_be_typed(quick_world: World) -> None:
    """The migration has every address looked at, whenever its code was sent."""
    world = quick_world
    address = sends(world, Way.PHONE)
    with world.database.write() as session:
        session.get_one(ContactProof, ("anna", address)).due_at = world.clock.at
    world.settles()
    (text,) = world.handset("anna").texts
    assert types(world, address, text.split()[0]) is Typed.PROVED
