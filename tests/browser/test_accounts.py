"""Users and the own account in a real browser."""

import re

import pyotp
import pytest

from tests.browser.visit import Visit
from tests.browser.world import ADMIN


def turn_on_second_step(window: Visit, night) -> str:
    """By the page that tells how; answers the secret."""
    page = window.go("/account")
    page.get_by_role("link", name="Turn it on").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).at(night.world.clock.at))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_text("They are shown this once").wait_for()
    return secret


@pytest.mark.parametrize("scripts", [True, False])
def test_a_second_step_is_turned_on_and_asked_for_on_a_phone(visit, night, scripts):
    window = visit(width=360, colours="dark", scripts=scripts).sign_in()
    secret = turn_on_second_step(window, night)
    page = window.page
    assert page.locator("#codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="More").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    night.world.passes(minutes=1)
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill(night.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).at(night.world.clock.at))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="On call now").wait_for()


def test_pages_that_are_shown_once_are_accessible_and_fit(visit, night):
    window = visit(width=360).sign_in()
    turn_on_second_step(window, night)
    checked(window)
    window.go("/account")
    checked(window)
    page = window.go("/users/add")
    page.get_by_label("E-mail").fill("a.technician.with.a.long.name@example.com")
    page.get_by_role("button", name="Add").click()
    assert re.fullmatch(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", page.locator("#password").inner_text())
    checked(window)
    page.get_by_role("link", name="Done").click()
    page.locator("summary", has_text="Deactivate").click()
    page.get_by_role("button", name="Deactivate").click()
    page.get_by_text("cannot sign in any more").wait_for()
    checked(window)
    page = window.go("/tokens")
    page.get_by_label("Name").fill("Zabbix")
    page.get_by_role("button", name="Create it").click()
    assert page.locator("#token").inner_text().startswith("plt_")
    checked(window)


def checked(window: Visit) -> None:
    assert window.grave_findings() == [], window.page.url
    assert window.overflow() == 0, window.page.url


def test_the_page_that_asks_for_the_code_is_accessible(visit, night):
    window = visit(width=360, colours="dark").sign_in()
    turn_on_second_step(window, night)
    asking = visit(width=360)
    page = asking.go("/sign-in")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill(night.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Code").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("This code does not open it").wait_for()
    checked(asking)
