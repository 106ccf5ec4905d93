"""Honest requests to a bare `serve` beside clients that are slow on purpose, and how it stops under them."""

import time
from dataclasses import dataclass

import psutil

from admin import frame
from benchmarks import callers, crowd, processes
from benchmarks.callers import Server
from benchmarks.databases import SQLITE, Kinds
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most, percentile, shown

P99 = 100
STOP = 10
BEFORE = "Gunicorn, 8 threads: no answer"


@dataclass(frozen=True, slots=True)
class Sizes:
    """`clients` are slow for `seconds`, a quarter each in their header, in their body, between requests, in reading."""

    clients: int
    seconds: float


NORMAL, SMALL = Sizes(clients=500, seconds=30), Sizes(clients=20, seconds=1)
A_SECOND = 50
"""Honest requests."""


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """Measure on SQLite, if it is among `kinds`: no slow client gets as far as a database."""
    if SQLITE not in kinds:
        return []
    with kinds[SQLITE]() as url:
        installation = Installation(url).loaded()
        with installation.runs("serve") as process:
            return _rows(installation.server, process, sizes)


def _rows(server: Server, process: psutil.Process, sizes: Sizes) -> list[Row]:
    with callers.elsewhere() as slow, callers.elsewhere() as honest:
        quiet = honest.submit(crowd.honest, server, "/healthz", sizes.seconds / 4, A_SECOND).result()
        attack = slow.submit(crowd.attack, server, sizes.clients, frame.asset(frame.SPRITE), sizes.seconds + 2)
        time.sleep(1)
        spent, began = processes.cpu_seconds(process), time.monotonic()
        beside = honest.submit(crowd.honest, server, "/healthz", sizes.seconds, A_SECOND).result()
        share = (processes.cpu_seconds(process) - spent) / (time.monotonic() - began)
        memory = sum(one.memory_full_info().pss for one in processes.family(process)) / 1e6
        stopping = time.monotonic()
        process.terminate()
        process.wait()
        stopped = time.monotonic() - stopping
        attack.result()
    what = f"/healthz beside {sizes.clients} slow clients"
    return [
        at_most(f"{what}, p99", percentile(beside, 99) * 1000, P99, "ms", BEFORE),
        Row("… p50 / most; without them p50 / p99", f"{_ms(beside, 50, 100)}; {_ms(quiet, 50, 99)} ms"),
        Row("… of a core, and memory, meanwhile", f"{share:.0%}, {shown(memory)} MB"),
        at_most("… from SIGTERM to the end of `serve`", stopped, STOP, "s"),
    ]


def _ms(taken: list[float], *percents: float) -> str:
    return " / ".join(shown(percentile(taken, percent) * 1000) for percent in percents)
