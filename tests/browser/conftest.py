"""One browser for all tests of a process, and a console in full work for each."""

import pytest

from models.account import Role
from tests.browser.server import browsing, chromium, served
from tests.browser.visit import Visit
from tests.browser.world import busy_site, fresh_database


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        pytest.skip("no Chromium: install it, or name one in CHROMIUM")
    with browsing() as browser:
        yield browser


@pytest.fixture
def site(tmp_path):
    site = busy_site(fresh_database(tmp_path))
    site.user(Role.ADMIN)
    yield site
    site.database.dispose()


@pytest.fixture
def address(site):
    with served(site.app) as address:
        yield address


@pytest.fixture
def visit(browser, site, address):
    """Open a browser window: `visit(width=360, colours="dark", scripts=True)`. Each is checked when the test ends."""
    visits = []

    def open_window(**options):
        visits.append(Visit(browser, address, site, **options))
        return visits[-1]

    yield open_window
    for each in visits:
        each.close()
