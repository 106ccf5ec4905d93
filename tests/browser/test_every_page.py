"""What no page of the console or the simulator may do, on a phone and on a wide screen, in both colours."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from models.call import Call
from models.technician import Technician
from tests.browser.screenshots import PAGES
from tests.browser.server import served
from tests.browser.visit import Visit
from tests.browser.world import ADMIN, Busy

pytestmark = pytest.mark.long

CARLAS = urlencode({"override": "carla 2026-11-12T17:00:00+00:00 2026-11-13T08:00:00+00:00"})
MY_SHIFT = urlencode({"schedule": "platinum", "shift": "carla 2026-11-13T08:00:00+00:00"})
PLACES = [
    *PAGES.values(),
    "/calls/{call}", "/calls/messages", "/calls/blocked",
    "/rotations/add", "/rotations/platinum/calendar",
    "/rotations/platinum/revisions/1/restore", f"/rotations/platinum/overrides/change?{CARLAS}",
    "/rotations/second-line/fairness", f"/swaps/ask?{MY_SHIFT}",
    "/technicians/carla/calendar", "/technicians/carla/absences", "/technicians/carla/proofs/phone",
    "/customers/1/edit", "/customers/1/add", "/contracts/1/contacts", "/contracts/1/maintenance",
    "/products/add", "/products/1",
    "/policies", "/policies/add", "/policies/default/edit", "/contacts/duty_manager",
    "/contacts/help-desk", "/alerts", "/prompts?part=text", "/prompts?language=ar",
    "/users/add", "/users/1", "/account/second-step", "/account/zone", "/nowhere",
]  # fmt: skip
PARTS = 3
"""So many tests share the pages of one width: they run beside each other."""
LOOKED_AT_ELSEWHERE = {"console.sign_in", "console.sign_in_code"}
NO_PAGES = {
    "console.static", "simulator.static",
    "console.home_live", "console.ticket_live", "console.drills_live", "console.contact_tests",
    "console.rotation_drag_events", "simulator.live", "simulator.state",
    "console.recording", "console.report_table", "console.fairness_table",
    "console.customers_export_csv", "console.customers_export_yaml",
}  # fmt: skip
"""Parts of pages, files and what scripts read."""


@pytest.fixture(scope="session")
def reading(busy_file, tmp_path_factory) -> Iterator[Busy]:
    """One night for all tests that only read. The admin is a technician too, who has shifts and may ask for swaps."""
    night = busy_file.again(tmp_path_factory.mktemp("reading"))
    with night.world.database.write() as session:
        session.get_one(Technician, "carla").email = ADMIN
    yield night
    night.world.database.dispose()


@pytest.fixture(scope="session")
def readers_address(reading):
    with served(reading.world.app) as address:
        yield address


def test_no_page_was_forgotten_above(reading):
    adapter = reading.world.app.url_map.bind("localhost")
    listed = {adapter.match(path.partition("?")[0])[0] for path in PLACES if path != "/nowhere"}
    there = {
        rule.endpoint
        for rule in reading.world.app.url_map.iter_rules()
        if rule.endpoint.startswith(("console.", "simulator.")) and "GET" in rule.methods
    }
    assert there == listed | NO_PAGES | LOOKED_AT_ELSEWHERE


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_fits_and_stays_at_home(browser, reading, readers_address, width, part):
    with reading.world.database.read() as session:
        call = session.scalars(select(Call.sid).order_by(Call.started_at.desc())).first()
    window = Visit(browser, readers_address, reading.password, width=width)
    if part == 0:
        window.go("/sign-in")
        in_both_colours(window)
    window.sign_in()
    for path in PLACES[part::PARTS]:
        place = readers_address + path.format(call=call)
        answer = window.page.goto(place)
        assert answer and answer.status == (404 if path == "/nowhere" else 200), path
        assert window.page.url == place
        in_both_colours(window)
    window.close()


def in_both_colours(window: Visit) -> None:
    """Without motion, or axe would see the colours while they change."""
    for colours in ("light", "dark"):
        window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        assert window.grave_findings() == [], (window.page.url, colours)
        assert window.overflow() == 0, (window.page.url, colours)
