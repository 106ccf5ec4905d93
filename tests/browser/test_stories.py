"""Whole stories in a real browser: from a first rotation to a ticket that somebody has in charge."""

import pytest

from admin.accounts import add_user
from models.account import Role
from tests.browser.server import served
from tests.browser.visit import Visit
from tests.browser.world import ADMIN
from tests.world import ADA, PIN, World

COUNT_WHAT_HANDS_DO = """
for (const kind of ["click", "change"])
  addEventListener(kind, (event) => {
    if (kind === "change" || event.target.closest("a, button, summary"))
      sessionStorage.done = Number(sessionStorage.done || 0) + 1;
  }, true);
"""
IN_A_MINUTE = 15
"""So many clicks and fields a person does who takes four seconds for each."""


@pytest.fixture
def empty_line(browser, sqlite_url, clock):
    """The address of a line with nothing on file but its admin, and the admin's password."""
    line = World(sqlite_url, clock)
    with line.database.write() as session:
        password = add_user(session, ADMIN, Role.ADMIN, clock.at)
    with served(line.app) as address:
        yield address, password
    line.database.dispose()


def test_a_rotation_is_built_from_nothing_in_under_a_minute(browser, empty_line):
    window = Visit(browser, *empty_line).sign_in()
    page = window.page
    page.add_init_script(COUNT_WHAT_HANDS_DO)
    for name, phone in (("Gina Blu", "+39 333 111 0009"), ("Leo Gallo", "+39 333 111 0010")):
        window.go("/technicians/add")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Telephone", exact=True).fill(phone)
        page.get_by_role("button", name="Add").click()
        page.get_by_text(f"{name} can be paged.").wait_for()
    page.get_by_role("link", name="Rotations", exact=True).click()
    page.get_by_role("link", name="Make a rotation").first.click()
    for turn, name in enumerate(("Gina Blu", "Leo Gallo")):
        page.locator(f"[name=layers-0-participants-{turn}]").select_option(label=name)
    page.get_by_role("button", name="Preview").last.click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rotation holds from now on.").wait_for()
    page.get_by_role("heading", name="Gina Blu is on call now").wait_for()
    page.get_by_text("until Mon 09:00, then Leo Gallo.").wait_for()
    done = int(page.evaluate("sessionStorage.done"))
    assert 6 < done <= IN_A_MINUTE, done
    window.close()


def test_a_call_in_the_simulator_becomes_a_ticket_on_a_phone_and_its_caller_hears_who_has_it(visit, night):
    desk, phone = visit(), visit(width=360, colours="dark").sign_in()
    caller, home = desk.go("/simulator"), phone.page
    home.evaluate("window.is_as_it_was_loaded = true")
    caller.locator("#number").fill(ADA)
    caller.locator("#caller-dial").click()
    caller.locator("#caller-hang-up").wait_for()
    screen = caller.locator("#caller-screen")
    night.world.settles()
    screen.get_by_text("press hash").wait_for()
    caller.locator("h1").click()
    caller.keyboard.type(f"{PIN}#")
    screen.get_by_text(" ".join(f"{PIN}#")).wait_for()
    for priority_then_number in (1, 2):
        night.world.settles()
        screen.get_by_text("The line listens for keys").wait_for()
        caller.locator(".caller [data-key='1']").click()
        screen.locator(".pressed").nth(priority_then_number).wait_for()
    night.world.settles()
    caller.locator("#words").fill("The lift's telephone is dead.")
    caller.locator("#caller-said").click()
    screen.get_by_text("The lift's telephone is dead.").wait_for()
    night.world.settles()
    caller.locator("#caller-hang-up").click()
    screen.get_by_text("The call is over").wait_for()
    night.world.settles()

    home.locator("#ticket-100005").wait_for()
    assert home.evaluate("window.is_as_it_was_loaded")
    home.locator("#ticket-100005").click()
    home.get_by_role("button", name="Take in charge").click()
    home.get_by_text("You have it in charge.").wait_for()
    story = home.get_by_role("region", name="What happened").inner_text()
    for told in (
        f"Call from {ADA}, registered",
        "Ticket 100005 opened for Acme SpA with priority P1.",
        "The caller recorded a description",
        f"{ADMIN} took the ticket in charge.",
    ):
        assert told in story
    night.world.passes(seconds=5)
    caller.locator("#events").get_by_text(f"{ADMIN} took the ticket in charge").wait_for()
    screen.get_by_text(f"{ADMIN} has your ticket 100005 in charge").wait_for()
    assert phone.overflow() == 0


def test_a_ticket_is_passed_on_and_overrides_and_absences_are_made_without_scripts(visit):
    window = visit(width=360, colours="dark", scripts=False).sign_in()
    page = window.go("/tickets/100003")
    page.locator("summary", has_text="Pass on").click()
    page.get_by_role("button", name="Pass on").click()
    page.get_by_text("Passed on: the next level is paged now.").wait_for()

    window.go("/rotations/platinum")
    dated(page, "Overrides", "override", "Elena Riva")
    page.get_by_text("Elena Riva is on call then").wait_for()
    dated(page, "Absences", "absence", "Anna Rossi")
    page.get_by_role("region", name="Absences").get_by_text("Anna Rossi").first.wait_for()
    assert window.overflow() == 0


def dated(page, title: str, kind: str, technician: str) -> None:
    """Fills in the form of an override or an absence, and saves what its preview shows where there is one."""
    part = page.get_by_role("region", name=title)
    part.locator("summary", has_text=f"Add an {kind}").click()
    part.get_by_label("Technician").select_option(label=technician)
    part.get_by_label("From").fill("2026-11-23T09:00")
    part.get_by_label("Until").fill("2026-11-24T09:00")
    part.get_by_role("button", name=f"Add the {kind}").click()
    if page.get_by_role("button", name="Save").count():
        page.get_by_role("button", name="Save").click()
