"""A line at 03:00 in Rome, with one customer, two technicians and a duty manager."""

import pytest

from models.clock import VirtualClock
from models.database import Database
from tests.ivr.world import World


def _furnished(database: Database, clock: VirtualClock) -> World:
    world = World(database, clock)
    world.technicians()
    world.duty_manager()
    return world


@pytest.fixture
def world(sqlite: Database, clock: VirtualClock) -> World:
    """On SQLite: for what a caller hears."""
    return _furnished(sqlite, clock)


@pytest.fixture
def both(database: Database, clock: VirtualClock) -> World:
    """On each kind of database: for what is written."""
    return _furnished(database, clock)


@pytest.fixture
def acme(world: World) -> World:
    """With Acme, whose PIN is ACME_PIN."""
    world.customer()
    return world


@pytest.fixture
def acme_on_both(both: World) -> World:
    both.customer()
    return both
