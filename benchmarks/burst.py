"""Many pages at once: how many messages a second leave the house, with one worker and with several.

Every page is for a technician of its own and of priority 1: a text and a call. PostgreSQL and the provider run on the
same cores as the workers.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from benchmarks import pages, processes, profiled, provider
from benchmarks.databases import POSTGRESQL, Kinds
from benchmarks.installation import Installation
from benchmarks.pages import Pages
from benchmarks.provider import Provider
from benchmarks.results import Row, at_least, percentile, shown
from tests.processes import town

A_SECOND = 300
IRIS = "iris: 270/s measured"
MESSAGES = 2
"""Of a P1 page: a text and a call."""
TARGETED = 2
"""The number of workers that the target is for."""


PARTS = {
    "moving pages": ("engine.py", "move_pages"),
    "claiming": ("engine.py", "claim"),
    "the last look": ("delivery.py", "_check"),
    "the SDK": ("carrier.py", "send"),
    "outcomes": ("delivery.py", "_settle"),
}
"""What a worker does, by the functions that do it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`rounds` bursts of `pages` each, for each number of `workers` in turn; one more of `profiled` pages."""

    rounds: int
    pages: int
    workers: tuple[int, ...]
    profiled: int


NORMAL = Sizes(rounds=3, pages=1000, workers=(1, 2, 4), profiled=300)
SMALL = Sizes(rounds=1, pages=12, workers=(1, 2), profiled=4)


@dataclass
class Measured:
    """Of each burst: messages a second, milliseconds to each page's first request, CPU ms a message by process."""

    rates: list[float] = field(default_factory=list)
    first: list[list[float]] = field(default_factory=list)
    costs: list[dict[str, float]] = field(default_factory=list)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """On PostgreSQL, the only one that several workers share."""
    if POSTGRESQL not in kinds:
        return []
    measured = {workers: Measured() for workers in sizes.workers}
    with kinds[POSTGRESQL]() as url, provider.running() as carrier:
        installation = Installation(url, carrier.url).loaded(town.document(sizes.pages, notices=False))
        with pages.of(installation, carrier) as line:
            for _ in range(sizes.rounds):
                for workers, found in measured.items():
                    _burst(installation, carrier, line, workers, sizes.pages, found)
            where = _where_it_goes(installation, line, sizes.profiled)
    return [*(row for workers, found in measured.items() for row in _rows(workers, sizes.pages, found)), where]


def _burst(
    installation: Installation, carrier: Provider, line: Pages, workers: int, count: int, found: Measured
) -> None:
    line.close()
    tickets = line.arm(count)
    with ExitStack() as started:
        at_work = [started.enter_context(installation.runs("worker")) for _ in range(workers)]
        everyone = {"workers": at_work, "PostgreSQL": [_postmaster(line)], "provider": [psutil.Process(carrier.pid)]}
        before = _cpu(everyone)
        due = line.release()
        arrived = line.arrived(tickets, MESSAGES)
        after = _cpu(everyone)
    every = [at for page in arrived.values() for at in page]
    found.rates.append(len(every) / (max(every) - due))
    found.first.append([(min(page) - due) * 1000 for page in arrived.values()])
    found.costs.append({who: (after[who] - before[who]) * 1000 / len(every) for who in everyone})


def _where_it_goes(installation: Installation, line: Pages, count: int) -> Row:
    """What each part of an engine takes of a worker's CPU, profiled."""
    line.close()
    tickets = line.arm(count)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile"
        with installation.runs("worker", file):
            line.release()
            line.arrived(tickets, MESSAGES)
        shares = profiled.shares(file, PARTS)
    return Row(f"… of a worker's CPU: {', '.join(shares)}", f"{' / '.join(f'{each:.0%}' for each in shares.values())}")


def _postmaster(line: Pages) -> psutil.Process:
    parent = psutil.Process(line.backend()).parent()
    assert parent is not None
    return parent


def _cpu(everyone: dict[str, list[psutil.Process]]) -> dict[str, float]:
    return {who: sum(processes.cpu_seconds(one) for one in some) for who, some in everyone.items()}


def _rows(workers: int, count: int, found: Measured) -> list[Row]:
    what = f"burst of {count:,} pages, {workers} worker{'s' * (workers > 1)}, PostgreSQL: messages a second"
    rate = median(found.rates)
    p50, p99 = (median(percentile(burst, percent) for burst in found.first) for percent in (50, 99))
    costs = {who: median(cost[who] for cost in found.costs) for who in found.costs[0]}
    return [
        at_least(what, rate, A_SECOND, reference=IRIS) if workers == TARGETED else Row(what, shown(rate)),
        Row("… page due → its first request, p50 / p99", f"{shown(p50)} / {shown(p99)} ms"),
        Row(f"… CPU for each message: {', '.join(costs)}", f"{' / '.join(shown(each) for each in costs.values())} ms"),
    ]
