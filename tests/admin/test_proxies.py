"""A proxy that TRUSTED_PROXIES does not count is told to admins."""

import pytest
from structlog.testing import capture_logs

from admin import accounts
from models.account import Role
from models.clock import VirtualClock
from tests.world import World

PROXIED = {"X-Forwarded-For": "203.0.113.9"}
NOTE = 'id="untrusted-proxy"'


@pytest.fixture
def world(sqlite_url: str, clock: VirtualClock):
    return World(sqlite_url, clock)


def page_of(world: World, role: Role, email: str) -> str:
    """The home page of a new user with this role, who signs in for it."""
    with world.database.write() as session:
        password = accounts.add_user(session, email, role, world.clock.now())
    browser = world.app.test_client()
    form = browser.get("/sign-in").get_data(as_text=True)
    token = form.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    browser.post("/sign-in", data={"email": email, "password": password, "csrf_token": token})
    page = browser.get("/").get_data(as_text=True)
    assert email in page
    return page


@pytest.mark.parametrize("headers", [PROXIED, {"Forwarded": "for=203.0.113.9"}])
def test_a_proxy_that_is_not_trusted_is_logged_once_and_shown_to_admins(world: World, headers: dict[str, str]):
    assert NOTE not in page_of(world, Role.ADMIN, "ada@example.com")
    with capture_logs() as logs:
        for _ in range(2):
            world.app.test_client().get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.5"})
    assert [entry["address"] for entry in logs if "proxy" in entry["event"]] == ["10.0.0.5"]
    assert NOTE in page_of(world, Role.ADMIN, "eva@example.com")
    assert NOTE not in page_of(world, Role.VIEWER, "max@example.com")


@pytest.mark.parametrize("address", ["8.8.8.8", "not an address"])
def test_a_header_that_anybody_may_have_sent_is_no_proxy(world: World, address: str):
    with capture_logs() as logs:
        world.app.test_client().get("/healthz", headers=PROXIED, environ_base={"REMOTE_ADDR": address})
    assert not logs


def test_a_trusted_proxy_is_nothing_to_tell(sqlite_url: str, clock: VirtualClock):
    world = World(sqlite_url, clock, TRUSTED_PROXIES="1")
    with capture_logs() as logs:
        world.app.test_client().get("/healthz", headers=PROXIED, environ_base={"REMOTE_ADDR": "10.0.0.5"})
    assert not logs
