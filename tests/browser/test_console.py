"""The console in a real browser: what an admin does on the first day, and what a page must never do."""

import re

import pytest

from tests.browser.visit import Visit
from tests.world import ADA


def the_call(window: Visit) -> str:
    """The newest call, which has a recording."""
    return window.go("/calls").locator("a.row-link").first.get_attribute("href") or ""


def test_an_admin_adds_a_technician_a_customer_with_a_pin_and_an_override_and_home_shows_it(visit):
    page = visit().sign_in().page

    page.get_by_role("link", name="Technicians").click()
    page.get_by_role("link", name="Add a technician").click()
    page.get_by_label("Name").fill("Gina Blu")
    page.get_by_label("Telephone").fill("+39 333 111 0009")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("Gina Blu can be paged.").wait_for()

    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("link", name="Add a customer").click()
    page.get_by_label("Customer", exact=True).fill("Nuova Impresa")
    page.get_by_label("Contract number").fill("C-9001")
    page.get_by_role("button", name="Add").click()
    assert re.fullmatch(r"[0-9]{8}", page.locator("#pin").inner_text())
    page.get_by_role("link", name="Done").click()
    page.get_by_text("May phone the line.").wait_for()

    page.get_by_role("link", name="Rotations", exact=True).click()
    page.get_by_role("link", name="platinum Bruno Neri").click()
    overrides = page.get_by_role("region", name="Overrides")
    overrides.get_by_text("Add an override").click()
    overrides.get_by_label("Technician").select_option(label="Gina Blu")
    overrides.get_by_label("From").fill("2026-11-11T01:00")
    overrides.get_by_label("Until").fill("2026-11-11T09:00")
    page.get_by_role("button", name="Add the override").click()
    page.get_by_role("heading", name="Gina Blu is on call now").wait_for()

    page.get_by_role("link", name="Home").click()
    on_call = page.get_by_role("region", name="On call now").inner_text()
    assert "Gina Blu" in on_call and "Override, until 09:00" in on_call.replace("Wed ", "")


def test_a_technician_takes_a_ticket_in_charge_on_a_phone(visit):
    page = visit(width=360, colours="dark").sign_in().page
    page.get_by_role("link", name=re.compile("100003")).click()
    page.get_by_role("button", name="Take in charge").click()
    page.get_by_text("You have it in charge.").wait_for()
    story = page.get_by_role("region", name="What happened").inner_text()
    assert "admin@example.com took the ticket in charge." in story


def test_a_pin_is_rotated_on_a_phone_without_scripts_and_the_old_one_revoked(visit):
    window = visit(width=360, colours="dark", scripts=False)
    page = window.sign_in().page
    window.go("/customers?q=acme").get_by_role("link", name="C-1001").click()
    page.get_by_text("Name, rotate, revoke").click()
    page.get_by_role("button", name="Rotate this PIN").click()
    assert re.fullmatch(r"[0-9]{8}", page.locator("#pin").inner_text())
    page.get_by_role("button", name="Revoke the PIN").click()
    page.get_by_text("The PIN is revoked: it opens nothing any more.").wait_for()
    pins = page.get_by_role("region", name="PINs")
    assert (pins.get_by_text("in force", exact=True).count(), pins.get_by_text("revoked Wed").count()) == (1, 1)
    assert window.overflow() == 0


def test_the_home_page_refreshes_itself_and_keeps_the_focus(visit, night):
    page = visit().sign_in().page
    page.locator("#ticket-100003").focus()
    night.reports(ADA, "48201937", "1", "It is dead again.")
    page.locator("#ticket-100005").wait_for()
    assert page.evaluate("document.activeElement.id") == "ticket-100003"


def test_a_page_that_no_longer_reaches_the_line_says_so(visit):
    window = visit().sign_in()
    window.page.route("**/live", lambda route: route.abort())
    window.page.get_by_text("The line does not answer since").wait_for()
    window.page.unroute("**/live")
    window.page.get_by_text("The line does not answer since").wait_for(state="hidden")
    window.faults.clear()  # the browser's own lines about the requests that we cut


def test_a_drill_is_started_and_the_page_tells_when_somebody_answered(visit, night):
    page = visit(width=360, colours="dark").sign_in().page
    page.get_by_role("link", name="More", exact=True).click()
    page.get_by_role("link", name="Drills").click()
    page.get_by_label("Escalation policy").select_option("second-line")
    page.get_by_role("button", name="Start the drill").click()
    page.get_by_text("Drill 100005 pages now.").wait_for()
    page.get_by_text("Nobody yet").wait_for()
    night.world.passes(seconds=21)
    night.world.handset("elena").answers().presses("1")
    page.get_by_text("in 21 s").wait_for()


def test_a_technicians_telephone_is_tested_without_leaving_the_page(visit, night):
    page = visit().sign_in().page
    page.goto(f"{page.url}technicians/anna")
    page.get_by_role("button", name="Call as a test").click()
    page.get_by_text("leaves now ·").wait_for()
    night.world.settles()
    page.get_by_text("ringing").wait_for()
    night.world.handset("anna").answers().presses("1")
    page.get_by_text("answered, confirmed with key 1").wait_for()


def test_signing_in_and_taking_a_ticket_work_without_scripts(visit):
    page = visit(scripts=False, width=360).sign_in().page
    page.get_by_role("link", name=re.compile("100003")).click()
    page.get_by_role("button", name="Take in charge").click()
    page.get_by_text("You have it in charge.").wait_for()
    page.get_by_role("link", name="More", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()


def test_the_colours_switch_and_stay(visit):
    window = visit(colours="light").sign_in()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = window.page.evaluate(ground)
    window.page.get_by_role("button", name="Dark colours").click()
    dark = window.page.evaluate(ground)
    assert dark != light
    window.go("/tickets")
    assert window.page.evaluate(ground) == dark
    window.page.get_by_role("button", name="Light colours").click()
    assert window.page.evaluate(ground) == light


def test_a_keyboard_reaches_the_page_past_the_bar(visit):
    page = visit().sign_in().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_words_without_end_stay_inside_the_page(visit, night):
    night.world.post("/api/v1/tickets/100003/note", {"reason": "x" * 400, "by": "anna"})
    window = visit(width=360).sign_in()
    for path in ("/", "/tickets/100003"):
        window.go(path)
        assert window.overflow() == 0, path


def test_the_sections_all_fit_on_a_phone(visit):
    page = visit(width=360).sign_in().page
    links = page.get_by_role("navigation", name="Sections").get_by_role("link").all()
    boxes = [link.bounding_box() for link in links]
    assert [link.inner_text() for link in links] == ["Home", "Tickets", "Calls", "Rotations", "More"]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["height"] >= 44 for box in boxes)
    links[-1].click()
    page.get_by_role("main").get_by_role("link", name="Technicians").click()
    page.get_by_role("heading", name="Technicians").wait_for()


def test_what_is_being_read_stays_as_the_page_refreshes_itself(visit, night):
    """The first refresh would replace what is marked, and any later one that brings news."""
    page = visit(width=360).sign_in().page
    marked = "() => getSelection().toString()"
    page.evaluate("getSelection().selectAllChildren(document.getElementById('ticket-100003'))")
    words = page.evaluate(marked)
    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/live")):
            night.world.passes(minutes=1)
    assert "Acme SpA" in words
    assert page.evaluate(marked) == words
    page.evaluate("getSelection().removeAllRanges()")
    page.get_by_text("opened 11 min ago").wait_for()


def test_what_a_caller_said_is_played_on_the_call_s_page(visit):
    window = visit().sign_in()
    page = window.go(the_call(window))
    sound = page.locator("audio").evaluate(
        "sound => new Promise((heard, lost) => {"
        " sound.onloadedmetadata = () => heard(sound.duration);"
        " sound.onerror = lost; sound.preload = 'auto'; sound.load() })"
    )
    assert sound > 0


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_form_with_errors_is_accessible_too(visit, colours):
    window = visit(width=360, colours=colours).sign_in()
    for path in ("/technicians/add", "/customers/add", "/rotations/add"):
        page = window.go(path)
        page.locator("main button[type=submit]").last.click()
        page.locator("[role=alert]").wait_for()
        assert window.grave_findings() == [], path
        assert window.overflow() == 0, path
