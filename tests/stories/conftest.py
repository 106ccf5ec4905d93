"""The line on which no two values are the same."""

from collections.abc import Iterator

import pytest

from models.clock import VirtualClock
from tests.stories.distinct import DISTINCT_LINE
from tests.world import World


@pytest.fixture
def line(sqlite_url: str, clock: VirtualClock) -> Iterator[World]:
    line = World(sqlite_url, clock).loads(DISTINCT_LINE.read_text(encoding="utf-8"))
    yield line
    line.database.dispose()
