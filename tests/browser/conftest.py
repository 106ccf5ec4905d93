"""A line in full work for each test, and windows to look at it."""

import pytest

from tests.browser.server import served
from tests.browser.visit import Visit
from tests.browser.world import BusyNight, busy_night
from tests.databases import fast_folder


@pytest.fixture(scope="session")
def busy_file(tmp_path_factory) -> BusyNight:
    return busy_night(tmp_path_factory.mktemp("busy"))


@pytest.fixture
def night(busy_file):
    with fast_folder() as folder:
        night = busy_file.again(folder)
        yield night
        night.world.database.dispose()


@pytest.fixture
def address(night):
    with served(night.world.app) as address:
        yield address


@pytest.fixture
def visit(browser, night, address):
    """Open a browser window: `visit(width=360, colours="dark", scripts=True)`. Each is checked when the test ends."""
    visits = []

    def open_window(**options):
        visits.append(Visit(browser, address, night.password, **options))
        return visits[-1]

    yield open_window
    for each in visits:
        each.close()
