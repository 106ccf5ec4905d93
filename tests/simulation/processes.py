"""The engines' processes: they do what is due, are killed and started again, and are stopped for a while."""

import random
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.exc import OperationalError

from paging.claims import Claim
from paging.engine import Engine
from tests.simulation.crashes import Crashes, Killed
from tests.simulation.strands import Strand
from tests.simulation.tables import NEVER
from tests.simulation.timeline import Timeline
from tests.simulation.trace import Trace, Violation
from tests.simulation.watch import Watch

CYCLE_RISK = 0.03
SEND_RISK = 0.03
KILLED_AFTER_CLAIM = 0.004
POLL = 1.0
TROUBLE = 7.0
"""Seconds for which an error keeps the engine from a page: it puts it off, and polls."""
MOST_CYCLES_AT_ONCE = 500
SENDERS = 8


class Process:
    """An engine with what it is sending. `frozen_until`: it was stopped, and goes on as if no time had passed."""

    def __init__(self, name: str, engine: Engine, now: datetime) -> None:
        self.name = name
        self.engine = engine
        self.frozen_until = now
        self.strands: list[Strand] = []

    def free_senders(self) -> int:
        self.strands = [strand for strand in self.strands if not strand.is_over]
        return SENDERS - len(self.strands)


class Processes:
    def __init__(
        self, names: tuple[str, ...], engine: Callable[[], Engine], timeline: Timeline, chance: random.Random,
        crashes: Crashes, trace: Trace, watch: Watch,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._timeline = timeline
        self._chance = chance
        self._crashes = crashes
        self._trace = trace
        self._watch = watch
        self._up: list[Process] = []
        self._idle_until = timeline.now
        self._cycles = (timeline.now, 0)
        for name in names:
            self._starts(name)

    def next_at(self) -> datetime | None:
        """When an engine has something to do; None when there is nothing, or nobody to do it."""
        due = min(self._watch.tables.next_page(), self._watch.tables.next_message())
        if due == NEVER or not self._at_work():
            return None
        return max(self._timeline.true(due), self._idle_until, self._timeline.now)

    def cycle(self) -> None:
        """One of the engines does what is due."""
        self._count_cycles()
        process = self._chance.choice(self._at_work())
        try:
            busy = self._cycle(process)
        except Killed:
            self.dies(process)
        except OperationalError:
            self._has_trouble(process)
        else:
            if not busy:
                self._idle(POLL)
        self._watch.look()

    def freezes(self, seconds: float) -> None:
        """A process is stopped for a while; what it sends lies still."""
        if not self._up:
            return
        process = self._chance.choice(self._up)
        self._trace.say(f"{process.name} is stopped for {seconds:.0f} s")
        process.frozen_until = self._timeline.in_seconds(seconds)
        self._timeline.at(process.frozen_until, lambda: None)
        self._watch.disturbed(seconds)

    def one_dies(self) -> None:
        """A process is killed whatever it does."""
        if self._up:
            self.dies(self._chance.choice(self._up))

    def dies(self, process: Process) -> None:
        """kill -9: all that it was sending stops where it is; it is started again soon."""
        self._trace.say(f"{process.name} is killed")
        self._up.remove(process)
        for strand in process.strands:
            strand.kill()
        seconds = self._chance.uniform(0.5, 20)
        self._timeline.after(seconds, partial(self._starts, process.name))
        self._watch.disturbed(seconds)

    def close(self) -> None:
        """Nothing goes on after the simulation."""
        for process in self._up:
            for strand in process.strands:
                strand.kill()

    def _at_work(self) -> list[Process]:
        return [process for process in self._up if process.frozen_until <= self._timeline.now]

    def _starts(self, name: str) -> None:
        self._trace.say(f"{name} starts")
        self._up.append(Process(name, self._engine(), self._timeline.now))

    def _cycle(self, process: Process) -> bool:
        moved = self._moves_pages(process)
        claims = self._claims(process)
        if claims and self._chance.random() < KILLED_AFTER_CLAIM * self._crashes.scale:
            raise Killed
        for claim in claims:
            strand = Strand(partial(self._send, process, claim), partial(self._wake_after, process))
            process.strands.append(strand)
            self._wake_after(process, strand, self._chance.uniform(0, 0.2))
        return bool(moved or claims)

    def _moves_pages(self, process: Process) -> int:
        if self._watch.tables.next_page() > self._timeline.shown():
            return 0
        with self._crashes.at_risk(CYCLE_RISK):
            moved = process.engine.move_pages()
        self._watch.look()
        return moved

    def _claims(self, process: Process) -> list[Claim]:
        free = process.free_senders()
        if not free or self._watch.tables.next_message() > self._timeline.shown():
            return []
        with self._crashes.at_risk(CYCLE_RISK):
            return process.engine.claim(free)

    def _send(self, process: Process, claim: Claim) -> None:
        with self._crashes.at_risk(SEND_RISK):
            process.engine.do(claim)

    def _wake_after(self, process: Process, strand: Strand, seconds: float) -> None:
        self._timeline.after(seconds, partial(self._resume, process, strand))

    def _resume(self, process: Process, strand: Strand) -> None:
        if strand.is_over:
            return
        if process.frozen_until > self._timeline.now:
            self._timeline.at(process.frozen_until, partial(self._resume, process, strand))
            return
        strand.resume()
        if strand.was_hit and process in self._up:
            self.dies(process)
        self._watch.look()

    def _has_trouble(self, process: Process) -> None:
        self._trace.say(f"{process.name} meets an error of the database")
        self._idle(POLL)
        self._watch.disturbed(TROUBLE)

    def wakes(self) -> None:
        """New work was announced: nobody waits for the next poll."""
        self._idle_until = self._timeline.now

    def _idle(self, seconds: float) -> None:
        self._idle_until = self._timeline.in_seconds(seconds)

    def _count_cycles(self) -> None:
        """An engine that is busy for ever without time going by does nothing of use."""
        at, count = self._cycles
        self._cycles = (self._timeline.now, count + 1 if at == self._timeline.now else 1)
        if count > MOST_CYCLES_AT_ONCE:
            raise Violation("busy", "the engine is busy for ever at one instant")
