"""The telephones on the desk in a real browser: typed, clicked and read as a visitor does."""

from collections.abc import Iterator

import pytest

from models.clock import VirtualClock
from tests.browser.server import served
from tests.browser.visit import Visit
from tests.world import ADA, LINE, PIN, World


@pytest.fixture
def line(sqlite_url: str, clock: VirtualClock) -> Iterator[World]:
    line = World(sqlite_url, clock).loads(LINE.read_text(encoding="utf-8"))
    yield line
    line.database.dispose()


@pytest.fixture
def address(line: World) -> Iterator[str]:
    with served(line.app) as address:
        yield address


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (360, "dark")])
def test_from_the_call_to_in_charge_without_leaving_the_page(browser, line: World, address: str, width, colours):
    visit = Visit(browser, address, "", width=width, colours=colours)
    page = visit.go("/simulator")
    page.locator("#number").fill(ADA)
    page.locator("#caller-dial").click()
    page.locator("#caller-hang-up").wait_for()
    line.settles()
    page.locator("#caller-screen").get_by_text("press hash").wait_for()
    page.locator("h1").click()
    page.keyboard.type(f"{PIN}#")
    page.locator("#caller-screen").get_by_text(" ".join(f"{PIN}#")).wait_for()
    line.settles()
    page.locator("#caller-screen").get_by_text("press 1").last.wait_for()
    page.locator(".caller [data-key='1']").click()
    page.locator("#caller-screen .pressed").nth(1).wait_for()
    line.settles()
    page.locator("#caller-hang-up").click()
    page.locator("#caller-screen").get_by_text("The call is over").wait_for()
    line.settles()
    assert visit.grave_findings() == []
    assert visit.overflow() == 0
    page.locator("#screen-anna").get_by_text("P1 100001").wait_for()
    page.locator("#pick-up-anna").wait_for()
    page.locator("#ack-anna").click()
    page.locator("#screen-anna .sent").wait_for()
    line.settles()
    page.locator("#events").get_by_text("Anna Rossi took the ticket in charge").wait_for()
    page.locator("#caller-screen").get_by_text("Anna Rossi has your ticket").wait_for()
    assert visit.grave_findings() == []
    visit.close()


def test_words_are_recorded_as_they_are_typed_and_survive_a_hang_up(browser, line: World, address: str):
    call = line.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1")
    visit = Visit(browser, address, "")
    page = visit.go("/simulator")
    page.locator("#words").press_sequentially("The disk is full", delay=30)
    page.wait_for_timeout(700)
    assert page.locator("#words").input_value() == "The disk is full"
    page.locator("#caller-hang-up").click()
    page.locator("#caller-screen").get_by_text("The call is over").wait_for()
    line.settles()
    page.locator("#caller-screen").get_by_text("The disk is full").wait_for()
    assert call.over
    visit.close()


def test_a_mistake_is_said_and_forgotten(browser, line: World, address: str):
    visit = Visit(browser, address, "")
    page = visit.go("/simulator")
    page.locator("#number").fill("0584")
    page.locator("#caller-dial").click()
    page.locator("#refusal").get_by_text("begins with +").wait_for()
    page.locator("#number").fill(ADA)
    page.locator("#caller-dial").click()
    page.locator("#refusal").wait_for(state="hidden")
    page.locator("#caller-hang-up").wait_for()
    visit.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_is_sound_with_everything_unfolded(browser, line: World, address: str, width: int):
    line.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    line.settles()
    visit = Visit(browser, address, "", width=width)
    page = visit.go("/simulator")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    twice = "[...document.querySelectorAll('[id]')].filter(e => document.querySelectorAll('#' + e.id)[0] !== e)"
    assert page.evaluate(f"{twice}.map(e => e.id)") == []
    assert page.locator("main a[href='/simulator'], .banner a[href='/simulator']").count() == 0
    page.get_by_text("Times are those of this device.").wait_for()
    assert visit.grave_findings() == []
    assert visit.overflow() == 0
    visit.close()
