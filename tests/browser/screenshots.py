"""Pictures of the main pages for the documentation: `python -m tests.browser.screenshots [FOLDER]`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from models.account import Role
from tests.admin.console_site import Site
from tests.browser.server import browsing, served
from tests.browser.visit import Colours
from tests.browser.world import busy_site, fresh_database

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {"phone": (360, 780), "wide": (1280, 800)}
PAGES = {
    "home": "/",
    "tickets": "/tickets",
    "ticket": "/tickets/100003",
    "rotations": "/rotations",
    "rotation": "/rotations/platinum",
    "rotation-edit": "/rotations/platinum/edit",
    "technicians": "/technicians",
    "technician-add": "/technicians/add",
    "customers": "/customers",
    "customer-add": "/customers/add",
    "contract": "/contracts/1",
}


def sign_in(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/")
    page.get_by_label("E-mail").fill("admin@example.com")
    page.get_by_label("Password").fill(site.passwords["admin@example.com"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("#live")


def take(browser: Browser, address: str, site: Site, folder: Path, colours: Colours) -> None:
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=colours, locale="en-GB"
        )
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.screenshot(path=folder / f"sign-in-{size}-{colours}.png")
        sign_in(page, address, site)
        for name, path in PAGES.items():
            page.goto(f"{address}{path}")
            page.screenshot(path=folder / f"{name}-{size}-{colours}.png", full_page=True)
        context.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        site = busy_site(fresh_database(Path(scratch)))
        site.user(Role.ADMIN, "admin@example.com")
        with served(site.app) as address, browsing() as browser:
            take(browser, address, site, folder, "light")
            take(browser, address, site, folder, "dark")
        site.database.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
