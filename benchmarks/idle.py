"""What an engine with nothing to do takes of a core."""

import time
from dataclasses import dataclass

from benchmarks import processes
from benchmarks.databases import POSTGRESQL, SQLITE, Kinds
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most

LIMIT = 1.0
"""Percent of a core."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`seconds` are measured, after some in which it `settles`."""

    settles: float
    seconds: float


NORMAL, SMALL = Sizes(settles=3, seconds=20), Sizes(settles=0.1, seconds=0.5)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """`serve` on SQLite, `worker` on PostgreSQL; each kind only if it is among `kinds`."""
    rows = []
    for kind, command in ((SQLITE, "serve"), (POSTGRESQL, "worker")):
        if kind in kinds:
            with kinds[kind]() as url, Installation(url).loaded().runs(command) as process:
                time.sleep(sizes.settles)
                before = processes.cpu_seconds(process)
                time.sleep(sizes.seconds)
                percent = (processes.cpu_seconds(process) - before) / sizes.seconds * 100
                rows.append(at_most(f"idle `{command}`, {kind}: of a core", percent, LIMIT, "%"))
    return rows
