"""The product and a bare route in turn: so that what else the machine does meets both."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psutil

from benchmarks import processes
from benchmarks.callers import Server
from benchmarks.results import Row, at_least, shown


@dataclass
class Side:
    """A server that is asked: its answers per second in each round, and its CPU seconds for each answer."""

    server: Server
    process: psutil.Process
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)


def fight(
    elsewhere: ProcessPoolExecutor, rounds: int, answers: int, sides: list[tuple[Side, Callable[..., float], Any]]
) -> None:
    """Ask each side in turn, `rounds` times after one to warm up. Each is a side, what asks, and its arguments."""
    for number in range(rounds + 1):
        for side, ask, arguments in sides:
            before = processes.cpu_seconds(side.process)
            rate = elsewhere.submit(ask, side.server, *arguments).result()
            if number:
                side.rates.append(rate)
                side.costs.append((processes.cpu_seconds(side.process) - before) / answers)


def rows(what: str, ours: Side, plain: Side, limit: float, reference: str) -> list[Row]:
    """The ratio of the rates beside its target, and what it is made of.

    The ratio of CPU seconds is what it would be if each server had its core to itself.
    """
    ratio = median(one / other for one, other in zip(ours.rates, plain.rates, strict=True))
    mine, theirs = median(ours.costs), median(plain.costs)
    return [
        at_least(what, ratio, limit, "x", reference),
        Row("… answers a second, ours / bare", f"{shown(median(ours.rates))} / {shown(median(plain.rates))}"),
        Row(
            "… CPU of the server for each, ours / bare",
            f"{mine * 1000:.2f} / {theirs * 1000:.2f} ms = {shown(theirs / mine if mine else 0)} x",
        ),
    ]
