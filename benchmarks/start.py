"""How long `serve` takes to its first answer on a database that is there, and what each process takes of memory."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import median

import psutil

from benchmarks import callers, processes, provider
from benchmarks.databases import POSTGRESQL, SQLITE, Kinds
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most, shown

FIRST_ANSWER = 2
WEB, WORKER = 170, 120
"""MB of a process that answers, and of an engine alone."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`starts` are timed; memory is read after `calls`."""

    starts: int
    calls: int


NORMAL, SMALL = Sizes(starts=5, calls=200), Sizes(starts=1, calls=4)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """`serve` on SQLite, `web` and `worker` on PostgreSQL; each kind only if it is among `kinds`."""
    rows = []
    for kind, commands in ((SQLITE, ("serve",)), (POSTGRESQL, ("web", "worker"))):
        if kind in kinds:
            with kinds[kind]() as url, provider.running() as carrier:
                installation = Installation(url, carrier.url).loaded()
                if kind == SQLITE:
                    rows.append(_first_answer(installation, sizes))
                rows += _memory(installation, commands, sizes)
    return rows


def _first_answer(installation: Installation, sizes: Sizes) -> Row:
    taken = []
    for _ in range(sizes.starts):
        start = time.perf_counter()
        with installation.runs("serve"):
            taken.append(time.perf_counter() - start)
    return at_most("`serve` to its first answer, median", median(taken), FIRST_ANSWER, "s")


def _memory(installation: Installation, commands: tuple[str, ...], sizes: Sizes) -> list[Row]:
    """Read while at work, after calls whose pages have left."""
    with ExitStack() as started, callers.elsewhere() as elsewhere:
        running = {command: started.enter_context(installation.runs(command)) for command in commands}
        elsewhere.submit(callers.calls_rate, installation.server, sizes.calls, True).result()
        time.sleep(2)
        return [_memory_row(command, process) for command, process in running.items()]


def _memory_row(command: str, process: psutil.Process) -> Row:
    """What the process and its children take together, shared memory counted once; each one's RSS beside it."""
    family = processes.family(process)
    together = sum(one.memory_full_info().pss for one in family) / 1e6
    each = " + ".join(shown(one.memory_info().rss / 1e6) for one in family)
    limit = WORKER if command == "worker" else WEB
    row = at_most(f"memory of `{command}` after calls", together, limit, "MB")
    return replace(row, measured=f"{row.measured} (RSS {each})")
