"""Many callers at once, in a process of their own: what asks does not slow down what answers by sharing its lock."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from benchmarks import line
from benchmarks.telephone import WEBHOOKS, Telephone
from benchmarks.wire import Wire
from tests.processes import town

CONCURRENCY = 8
"""Callers at once: as many as the server has threads."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask: port and public address."""

    port: int
    url: str


@contextmanager
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """A process for the functions of this module: `.submit(calls_rate, server, …).result()`."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def calls_rate(server: Server, calls: int, keep: bool) -> float:
    """Webhooks per second of `calls` whole calls, on connections that are kept, or new for every webhook."""

    def play(number: int, wire: Wire) -> None:
        _telephone(server, wire, line.pin(number)).calls()

    return _rate(server, calls, keep, play) * WEBHOOKS


def reads_rate(server: Server, path: str, headers: Mapping[str, str], reads: int) -> float:
    """Answers per second to GETs on connections that are kept."""

    def read(number: int, wire: Wire) -> None:
        answer = wire.get(path, headers)
        assert answer.status == 200, answer

    return _rate(server, reads, True, read)


def _rate(server: Server, times: int, keep: bool, act: Callable[[int, Wire], None]) -> float:
    """Acts per second, shared out among the callers."""
    numbers = iter(range(times))
    start = threading.Barrier(CONCURRENCY + 1)

    def caller() -> None:
        with Wire(server.port, keep) as wire:
            start.wait()
            for number in numbers:  # one iterator for all: its step is atomic
                act(number, wire)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        at_work = [pool.submit(caller) for _ in range(CONCURRENCY)]
        start.wait()
        began = time.perf_counter()
        for one in at_work:
            one.result()
    return times / (time.perf_counter() - began)


def paced_calls(server: Server, calls: int, every: float) -> list[float]:
    """Seconds of each webhook of `calls` calls at once, each with a webhook `every` so many seconds."""

    def play(number: int) -> list[float]:
        telephone = _telephone(server, Wire(server.port, keep=False), line.pin(number))
        due = time.monotonic() + every * number / calls
        for path, answer in telephone.steps():
            time.sleep(max(0.0, due - time.monotonic()))
            telephone.posts(path, answer)
            due += every
        return telephone.seconds

    with ThreadPoolExecutor(calls) as pool:
        return [seconds for call in pool.map(play, range(calls)) for seconds in call]


def pages(server: Server, count: int, a_second: float) -> dict[str, float]:
    """Let `count` callers choose priority 1, one after the other, who stay on the line until all have. Return when each
    call's key was pressed, in seconds since the epoch, by the call's SID.

    Each is for a technician of its own: what comes to one technician at a time is put into one text.
    """
    telephones = [_telephone(server, Wire(server.port), town.pin(number)) for number in range(count)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(Telephone.reaches_priority, telephones))
    with ThreadPoolExecutor(count) as pool:
        start = time.monotonic() + 0.5

        def press(number: int) -> float:
            time.sleep(max(0.0, start + number / a_second - time.monotonic()))
            pressed = time.time()
            telephones[number].chooses_priority()
            return pressed

        pressed = list(pool.map(press, range(count)))
    for telephone in telephones:
        telephone.wire.close()
    return {telephone.sid: at for telephone, at in zip(telephones, pressed, strict=True)}


def _telephone(server: Server, wire: Wire, pin: str) -> Telephone:
    return Telephone(wire, server.url, f"CA{uuid4().hex}", pin)
