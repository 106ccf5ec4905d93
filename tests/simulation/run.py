"""Runs a seed, and tells how to see again what went wrong."""

from tests.simulation.trace import Trace, Violation
from tests.simulation.world import Simulation

WEEK = 7.0
"""Days."""
TICKETS_A_DAY = 3.0
LAST_LINES = 60


class Failure(AssertionError):
    """A seed breaks an invariant; the text says which, when, and how to replay it."""

    def __init__(self, violation: Violation, seed: int, trace: Trace) -> None:
        super().__init__(
            f"{trace.last(LAST_LINES)}\n\nseed {seed}, line {len(trace.lines)} of its trace: {violation}\n"
            f"To see all of it: python -m tests.simulation --seed {seed} --weeks 1 --trace"
        )
        self.invariant = violation.invariant
        self.trace = trace


def simulate(database_url: str, seed: int, days: float = WEEK, tickets_a_day: float = TICKETS_A_DAY) -> Trace:
    """Live through `days` of this seed on a fresh database. Raises Failure."""
    simulation = Simulation(database_url, seed, tickets_a_day)
    try:
        simulation.runs(days)
    except Violation as violation:
        raise Failure(violation, seed, simulation.trace) from violation
    finally:
        simulation.closes()
    return simulation.trace
