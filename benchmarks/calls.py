"""A whole call's webhooks: how many in a second, beside a bare route on the same server, and how long each takes."""

import time
from dataclasses import dataclass

from benchmarks import bare, callers, duel, provider
from benchmarks.databases import Kinds
from benchmarks.duel import Side
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most, percentile
from benchmarks.telephone import WEBHOOKS

RATIO = 0.3
P99 = 50
PLAIN = "a plain ORM transaction a step: 0.18 to 0.24"
GIVES_UP = "Twilio gives up at 15 s"
CONNECTIONS = {True: "kept connections", False: "a connection each"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """`rounds` of `calls` each, then `paced` calls with a webhook `every` so many seconds."""

    rounds: int
    calls: int
    paced: int
    every: float


NORMAL, SMALL = Sizes(rounds=5, calls=104, paced=50, every=5.0), Sizes(rounds=1, calls=8, paced=4, every=0.1)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """Measure on each kind of database."""
    rows = []
    for kind, database in kinds.items():
        with database() as url:
            rows += _rates(kind, Installation(url).loaded(), sizes)
        with database() as url, provider.running() as carrier:
            rows.append(_pace(kind, Installation(url, carrier.url).loaded(), sizes))
    return rows


def _rates(kind: str, installation: Installation, sizes: Sizes) -> list[Row]:
    """The web process alone: an engine's work is not a webhook's."""
    rows = []
    with callers.elsewhere() as elsewhere, bare.serving() as (server, plain), installation.runs("web") as web:
        for keep, connections in CONNECTIONS.items():
            ours, theirs = Side(installation.server, web), Side(server, plain)
            sides = [(side, callers.calls_rate, (sizes.calls, keep)) for side in (ours, theirs)]
            duel.fight(elsewhere, sizes.rounds, sizes.calls * WEBHOOKS, sides)
            what = f"a whole call's webhooks beside a bare route, {kind}, {connections}"
            rows += duel.rows(what, ours, theirs, RATIO, PLAIN)
    return rows


def _pace(kind: str, installation: Installation, sizes: Sizes) -> Row:
    """How long a webhook takes while the engine works too."""
    with installation.is_at_work(kind), callers.elsewhere() as elsewhere:
        elsewhere.submit(callers.calls_rate, installation.server, callers.CONCURRENCY, True).result()
        time.sleep(1)
        taken = elsewhere.submit(callers.paced_calls, installation.server, sizes.paced, sizes.every).result()
    what = f"webhook, {sizes.paced} calls with one each {sizes.every:g} s, {kind}, p99"
    return at_most(what, percentile(taken, 99) * 1000, P99, "ms", GIVES_UP)
