"""A person instead of the menu: who is told, when, and what the caller hears of it."""

import pytest

from models.delivery import DeliveryKind
from tests.stories.pages import admin, deliveries
from tests.world import ADA, PIN, STRANGER, World

pytestmark = pytest.mark.one_database

MAX = "+393331110009"
WRONG = "93715508"


def texts_to_max(world: World) -> list[str]:
    """What the duty manager was texted, the eldest first."""
    return list(world.company.handset(MAX).texts)


def asks_for_a_person(world: World, number: str, words: str = "Call me") -> str:
    """Press 0, leave a message; answers the last words heard."""
    call = world.phone(number).dials().presses("0").records(words)
    assert "Goodbye" in call.words
    return call.words


def guesses(world: World, number: str, pins: int = 3) -> None:
    """Wrong PINs, one after the other, and then nothing more."""
    call = world.phone(number).dials().presses("1")
    for _ in range(pins):
        call.presses(f"{WRONG}#")
    call.hangs_up()


def test_the_second_message_of_a_number_comes_with_the_digest_and_none_is_left_out(world: World) -> None:
    assert "has your message" in asks_for_a_person(world, STRANGER)
    world.passes(minutes=5)
    assert "within 15 minutes" in asks_for_a_person(world, STRANGER)
    assert "has your message" in asks_for_a_person(world, "+393332228888")
    assert "within 15 minutes" in asks_for_a_person(world, STRANGER)
    world.passes(minutes=14, seconds=59)
    assert len(texts_to_max(world)) == 2
    world.passes(seconds=1)
    digest = texts_to_max(world)[2]
    assert "(2)" in digest
    assert STRANGER in digest
    world.passes(hours=2)
    assert len(texts_to_max(world)) == 3


def test_nobody_unverified_is_rung_or_texted(world: World) -> None:
    asks_for_a_person(world, STRANGER)
    guesses(world, STRANGER)
    world.passes(hours=1)
    assert {each.address for each in deliveries(world, *DeliveryKind)} == {MAX, "max@example.com"}
    assert world.company.handset(STRANGER).texts == []


def test_who_guessed_too_often_enters_the_contract_s_number_and_gets_through(world: World) -> None:
    for _ in range(2):
        guesses(world, STRANGER)
    call = world.phone(STRANGER).dials().presses("1")
    assert "contract number" in call.words
    assert "blocked system" in call.presses("1001#").presses(f"{PIN}#").words
    assert "blocked system" in world.phone(ADA).dials().presses(f"{PIN}#").words
    world.passes(hours=1)
    assert "blocked system" in world.phone(STRANGER).dials().presses(f"1{PIN}#").words


def test_an_administrator_gets_a_ticket_while_somebody_sprays_the_line(world: World) -> None:
    """A thousand guesses from everywhere: whose number is registered and whose is not, both get through."""
    console = admin(world)
    for attacker in range(40):
        guesses(world, f"+39333{attacker * 73 % 100:02d}{attacker:05d}")
    assert "numbers that are not registered" in console.get("/calls").text
    call = world.phone("+393332229999").dials().presses("1")
    assert "contract number" in call.words
    assert "1 0 0 0 0 1" in call.presses("1001#").presses(f"{PIN}#").presses("1").words
    assert "1 0 0 0 0 2" in world.phone(ADA).dials().presses(f"{PIN}#").presses("1").words


@pytest.mark.parametrize("calls", [4, 10])
def test_a_customer_whose_number_somebody_else_shows_gets_in(world: World, calls: int) -> None:
    for _ in range(calls):
        call = world.phone(ADA).dials()
        for _ in range(3):
            call.presses(f"{WRONG}#")
        call.hangs_up()
    assert "blocked system" in world.phone(ADA).dials().presses(f"{PIN}#").words


def test_admins_learn_who_guesses_and_block_the_number(world: World) -> None:
    console = admin(world)
    for _ in range(2):
        guesses(world, STRANGER)
    (alert,) = deliveries(world, DeliveryKind.ALERT)
    assert STRANGER in (alert.subject or "")
    console.get("/calls/blocked").send("/calls/blocked", number=STRANGER, reason="guesses PINs")
    call = world.phone(STRANGER).dials()
    assert f"Open a web ticket at {world.gateway.line.policy.portal}" in call.words
    assert call.over
    assert "the number is on the block list" in console.get(f"/calls/{call.sid}").text
    console.get("/calls/blocked").send("/calls/blocked/remove")
    assert "For English" in world.phone(STRANGER).dials().words


def test_why_a_caller_was_refused_is_on_the_call_s_log(world: World) -> None:
    console = admin(world)
    console.get("/contracts/1/edit").send("", without=("paid",))
    call = world.phone(ADA).dials().presses(f"{PIN}#")
    call.presses("0").records("We have paid")
    shown = console.get(f"/calls/{call.sid}").text
    assert "contract C-1001, refused" in shown
    world.settles()
    assert "PIN verified" in texts_to_max(world)[0]
