"""kill -9 of a worker that has work in hand: how long until another one has done it."""

import random
import time
from dataclasses import dataclass

from benchmarks import pages, provider
from benchmarks.databases import POSTGRESQL, Kinds
from benchmarks.installation import Installation
from benchmarks.pages import Pages
from benchmarks.provider import Provider
from benchmarks.results import Row, at_most
from tests.processes import town

TRANSITIONS, SENDS = 2, 15
"""Seconds; what was being sent waits for the end of its lease."""
MESSAGES = 2
LOOK_AGAIN = 0.005


@dataclass(frozen=True, slots=True)
class Sizes:
    rounds: int
    pages: int


NORMAL, SMALL = Sizes(rounds=8, pages=24), Sizes(rounds=1, pages=4)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Seconds from the kill until the last page had left, and until the last message had arrived."""

    moved: float
    sent: float
    again: int


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """On PostgreSQL, where a worker has peers."""
    if POSTGRESQL not in kinds:
        return []
    with kinds[POSTGRESQL]() as url, provider.running() as carrier:
        installation = Installation(url, carrier.url).loaded(town.document(sizes.pages, notices=False))
        with pages.of(installation, carrier) as line, installation.runs("worker"):
            chance = random.Random(7)
            found = [_kill(installation, carrier, line, sizes.pages, chance) for _ in range(sizes.rounds)]
    again = sum(one.again for one in found)
    what = f"kill -9 of one of 2 workers, {sizes.pages} pages due, most of {sizes.rounds}"
    return [
        at_most(f"{what}: until all have left", max(one.moved for one in found), TRANSITIONS, "s"),
        at_most(f"{what}: until all have arrived", max(one.sent for one in found), SENDS, "s"),
        Row("… messages that arrived twice", f"{again} of {sizes.rounds * sizes.pages * MESSAGES}"),
    ]


def _kill(installation: Installation, carrier: Provider, line: Pages, count: int, chance: random.Random) -> Recovered:
    """In the midst of it: when some of the messages have arrived, and others are being sent."""
    line.close()
    tickets = line.arm(count)
    some = len(carrier.arrivals()) + chance.randrange(1, count * MESSAGES // 2)
    with installation.runs("worker") as victim:
        line.release()
        while len(carrier.arrivals()) < some:
            time.sleep(LOOK_AGAIN)
        victim.kill()
        killed = time.time()
        while line.paging() < count:
            time.sleep(LOOK_AGAIN)
        moved = time.time() - killed
        arrived = line.arrived(tickets, MESSAGES)
    last = max(at for page in arrived.values() for at in page)
    return Recovered(moved, last - killed, sum(len(page) for page in arrived.values()) - count * MESSAGES)
