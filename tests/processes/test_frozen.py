"""A frozen PostgreSQL takes every connection and answers nothing: whoever asks us hears something all the same."""

import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from time import monotonic

import pytest

from models.clock import VirtualClock
from simulator.signing import HEADER, sign
from tests.databases import PostgresServer
from tests.times import NIGHT
from tests.world import ADA, LINE, World

HEARD_WITHIN = 5.0
"""Seconds. The provider gives up after 15."""


@pytest.fixture
def frozen_later() -> Iterator[tuple[World, PostgresServer]]:
    """A line on a server of its own: that of the other tests must not be frozen."""
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="platinum-pg-")))
    with server.copy() as url:
        world = World(url, VirtualClock(NIGHT)).loads(LINE.read_text(encoding="utf-8"))
        yield world, server
        server.thaws()
        world.database.dispose()
    server.stop()


def test_a_caller_and_a_monitor_hear_something_while_postgresql_is_frozen(
    frozen_later: tuple[World, PostgresServer],
) -> None:
    world, server = frozen_later
    url, form = f"{world.gateway.line.public_url}/twilio/voice", {"CallSid": "CA1", "From": ADA, "To": "+390500000001"}
    headers = {HEADER: sign(url, form, world.gateway.settings.auth_token)}
    client = world.app.test_client()
    client.get("/readyz")
    server.freezes()
    began = monotonic()
    call = client.post("/twilio/voice", data=form, headers=headers)
    heard_after = monotonic() - began
    ready = client.get("/readyz")
    known_after = monotonic() - began - heard_after
    assert call.status_code == HTTPStatus.OK
    assert "<Redirect" in call.get_data(as_text=True)
    assert ready.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert max(heard_after, known_after) < HEARD_WITHIN
    server.thaws()
    again = client.post("/twilio/voice", data=form, headers=headers)
    assert "<Gather" in again.get_data(as_text=True)
