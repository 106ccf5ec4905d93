"""PINs, as callers, admins and whoever reads what we keep meet them."""

from typing import Any

import pytest
from sqlalchemy import MetaData, select, text

from models.customer import Pin
from rules.pins import Peppers
from tests.stories.pages import admin
from tests.world import ADA, ENVIRONMENT, PIN, STRANGER, World

NEW, WRONG = "55512907", "93715508"
CONTRACT = "/contracts/1"
OF_THE_PHONE_COMPANY = "sim_"


def is_let_in(call: Any, pin: str) -> bool:
    """Whether the caller gets to the priority with this PIN."""
    return "blocked system" in call.presses(f"{pin}#").words


def digests(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.execute(select(Pin.digest).order_by(Pin.id)).scalars())


def everything_on_file(world: World) -> str:
    """Every row of every table of ours; what the phone company keeps is not ours."""
    known = MetaData()
    with world.database.read() as session:
        known.reflect(session.connection())
        ours = [table for name, table in known.tables.items() if not name.startswith(OF_THE_PHONE_COMPANY)]
        return "\n".join(str(row) for table in ours for row in session.execute(select(table)))


def test_two_pins_hold_at_once_and_a_revoked_one_opens_nothing_from_that_moment(world: World) -> None:
    console = admin(world)
    console.get(CONTRACT).send(f"{CONTRACT}/pins", pin=NEW)
    assert is_let_in(world.phone(ADA).dials(), PIN)
    assert is_let_in(world.phone(ADA).dials(), NEW)
    at_the_pin = world.phone(ADA).dials()
    console.get(CONTRACT).send(f"{CONTRACT}/pins/1/revoke")
    assert not is_let_in(at_the_pin, PIN)
    assert "That PIN is not known" in at_the_pin.words
    assert is_let_in(at_the_pin, NEW)


def test_whose_pin_is_revoked_after_it_was_right_keeps_the_call(world: World) -> None:
    console = admin(world)
    call = world.phone(ADA).dials().presses(f"{PIN}#")
    console.get(CONTRACT).send(f"{CONTRACT}/pins/1/revoke")
    assert "1 0 0 0 0 1" in call.presses("1").words


def test_no_pin_is_found_in_what_calls_leave_nor_in_what_a_crash_leaves(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    console = admin(world)
    console.get(CONTRACT).send(f"{CONTRACT}/pins", pin=NEW)
    call = world.phone(ADA).dials().presses(f"{WRONG}#").presses(f"{PIN}#").presses("1")
    call.hangs_up()
    for _ in range(3):
        world.phone(STRANGER).dials().presses("1").presses(f"{WRONG}#{WRONG}#{WRONG}#")
    world.passes(minutes=20)
    shown = console.get("/calls").text + console.get(f"/calls/{call.sid}").text
    crashed = world.phone(ADA).dials()
    with world.database.write() as session:
        session.execute(text("ALTER TABLE pin RENAME TO pin_that_is_gone"))
    crashed.presses(f"{NEW}#")
    left = "\n".join([everything_on_file(world), shown, caplog.text, *capfd.readouterr()])
    if world.database.is_postgresql:
        assert any("500" in note for note in crashed.notes)
        assert "/twilio/voice/pin" in left
    else:  # SQLite says that it cannot be used, and the caller hears so
        assert "the database could not be used" in left
    assert "wrong, 3 of 3" in left
    assert [pin for pin in (PIN, NEW, WRONG) if pin in left] == []


def test_a_pin_that_is_used_moves_to_the_new_pepper_and_the_old_one_can_go(world: World) -> None:
    console = admin(world)
    console.get(CONTRACT).send(f"{CONTRACT}/pins", pin=NEW)
    before = ENVIRONMENT["PIN_PEPPER"]
    with_both = world.restarts(PIN_PEPPER="another pepper", PIN_PEPPER_PREVIOUS=before)
    assert is_let_in(with_both.phone(ADA).dials(), PIN)
    assert is_let_in(with_both.phone(ADA).dials(), PIN)
    assert digests(world) == [Peppers("another pepper").digest(PIN), Peppers(before).digest(NEW)]
    with_the_new_one = with_both.restarts(PIN_PEPPER="another pepper")
    assert is_let_in(with_the_new_one.phone(ADA).dials(), PIN)
    assert not is_let_in(with_the_new_one.phone(ADA).dials(), NEW)
    with_the_new_one.database.dispose()
