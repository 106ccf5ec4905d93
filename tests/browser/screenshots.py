"""Pictures of the main pages for the documentation: `python -m tests.browser.screenshots [FOLDER]`.

Wide and light as in a meeting, small and dark as in the night.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.server import browsing, served
from tests.browser.visit import Colours, Visit
from tests.browser.world import busy

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {
    "home": "/",
    "more": "/more",
    "tickets": "/tickets",
    "drills": "/drills",
    "ticket": "/tickets/100003",
    "rotations": "/rotations",
    "rotation": "/rotations/platinum",
    "rotation-edit": "/rotations/platinum/edit",
    "revisions": "/rotations/platinum/revisions",
    "drag": "/rotations/platinum/drag",
    "swap": "/rotations/platinum/swap",
    "swaps": "/swaps",
    "calls": "/calls",
    "technicians": "/technicians",
    "technician": "/technicians/carla",
    "technician-add": "/technicians/add",
    "customers": "/customers",
    "customer-add": "/customers/add",
    "customers-import": "/customers/import",
    "customer": "/customers/1",
    "contract": "/contracts/1",
    "contract-edit": "/contracts/1/edit",
    "products": "/products",
    "reports": "/reports",
    "policy": "/policies/default",
    "contacts": "/contacts",
    "service-hours": "/service-hours",
    "prompts": "/prompts",
    "carrier": "/carrier",
    "users": "/users",
    "tokens": "/tokens",
    "audit": "/audit",
    "account": "/account",
    "simulator": "/simulator",
}


def take(
    browser: Browser, address: str, password: str, folder: Path, suffix: str, width: int, colours: Colours
) -> None:
    visit = Visit(browser, address, password, width=width, colours=colours)
    visit.go("/sign-in").screenshot(path=folder / f"sign-in{suffix}.png")
    visit.sign_in()
    for page, path in PAGES.items():
        # A phone's picture is of its screen: the bar under the thumb stands at its end.
        visit.go(path).screenshot(path=folder / f"{page}{suffix}.png", full_page=width > 600)
    visit.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        night = busy(Path(scratch))
        with served(night.world.app) as address, browsing() as browser:
            take(browser, address, night.password, folder, "", 1280, "light")
            take(browser, address, night.password, folder, "-phone", 360, "dark")
        night.world.database.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
