"""Who reports problems: callers, and monitoring."""

import random
from collections.abc import Callable, Sequence
from functools import partial

from paging.pager import Responder
from rules.targets import Priority
from tests.simulation.acts import Acts
from tests.simulation.timeline import Timeline

DAY = 86400.0
LOOKS_EVERY = 3600.0
AT_THE_CONSOLE = Responder(None, "Max Duty")
AT_ONCE = (1, 1, 1, 2, 2, 3, 5)
TAKEN = ("acknowledge", "acknowledge", "exclude")
MOVES = ("acknowledge", "pass", "solve", "exclude", "note", "lower", "raise", "wait", "again")


class Callers:
    def __init__(
        self, acts: Acts, timeline: Timeline, chance: random.Random, open_tickets: Callable[[], Sequence[int]],
        a_day: float,
    ) -> None:  # fmt: skip
        self._acts = acts
        self._timeline = timeline
        self._chance = chance
        self._open_tickets = open_tickets
        self._pause = DAY / a_day * sum(AT_ONCE) / len(AT_ONCE)
        self._is_over = False
        self._events = 0

    def live(self) -> None:
        """Problems come, now and then several at once; somebody at the console has a look; and there are drills."""
        self._plan(self._acts.drill, 2 * DAY)
        self._plan(self._problems, self._pause)
        self._plan(self._somebody_looks, LOOKS_EVERY)

    def stop(self) -> None:
        self._is_over = True

    def _plan(self, work: Callable[[], None], mean: float) -> None:
        def happens() -> None:
            if not self._is_over:
                work()
                self._plan(work, mean)

        self._timeline.after(self._chance.expovariate(1 / mean), happens)

    def _problems(self) -> None:
        for _ in range(self._chance.choice(AT_ONCE)):
            self._timeline.after(self._chance.uniform(0, 40), self._problem)

    def _problem(self) -> None:
        contract = self._chance.choice(("C-1", "C-1", "C-2"))
        if self._chance.random() < 0.2:
            self._events += 1
            self._acts.monitoring_reports(contract, f"host-{self._events}")
            return
        number = self._acts.opens(contract, self._chance.choice((Priority.P1, Priority.P1, Priority.P2)))
        if number is None:
            return
        if self._chance.random() < 0.7:
            self._timeline.after(self._chance.uniform(1, 60), partial(self._caller_has_done, number))
        if self._chance.random() < 0.3:
            self._timeline.after(self._chance.uniform(50, 400), partial(self._acts.more_is_known, number))

    def _caller_has_done(self, number: int) -> None:
        """A page that has not left leaves, and now and then somebody takes the ticket while its messages go out."""
        self._acts.caller_has_done(number)
        if self._chance.random() < 0.25:
            take = partial(self._acts.at_the_console, number, self._chance.choice(TAKEN), AT_THE_CONSOLE)
            self._timeline.after(self._chance.uniform(0, 12), take)

    def _somebody_looks(self) -> None:
        numbers = self._open_tickets()
        if numbers:
            self._acts.at_the_console(self._chance.choice(numbers), self._chance.choice(MOVES), AT_THE_CONSOLE)
