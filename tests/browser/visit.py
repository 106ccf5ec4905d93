"""A browser window on the console, which notes everything that a page must not do."""

from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.world import ADMIN

Colours = Literal["light", "dark"]
GRAVE = ("serious", "critical")


class Visit:
    """`faults` are errors on the console, violations of the content policy, and requests to other hosts."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        password: str,
        *,
        width: int = 1280,
        colours: Colours = "light",
        scripts: bool = True,
        zone: str = "Europe/Rome",
    ) -> None:
        self.address = address
        self._password = password
        self.faults: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": 780},
            color_scheme=colours,
            locale="en-GB",
            timezone_id=zone,
            java_script_enabled=scripts,
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message) -> None:
        # A form that comes back with its errors is answered 422, and Chromium calls every such answer an error.
        expected = "Failed to load resource: the server responded with a status of 4"
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, request) -> None:
        if not request.url.startswith(("data:", self.address)):
            self.faults.append(f"request to {urlsplit(request.url).netloc}")

    def sign_in(self) -> "Visit":
        """By the form's first submit button, as the interface contract says."""
        self.page.goto(self.address)
        self.page.fill("[name=email]", ADMIN)
        self.page.fill("[name=password]", self._password)
        self.page.locator("form button[type=submit]").first.click()
        self.page.wait_for_selector("#live")
        return self

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def grave_findings(self) -> list[str]:
        """What axe finds serious or critical on the page."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{violation['id']}: {node['html']}"
            for violation in found
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def close(self) -> None:
        self._context.close()
        assert self.faults == []
