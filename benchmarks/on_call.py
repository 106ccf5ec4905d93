"""Who is on call: the rule at instants far apart, a year of shifts, and the question over HTTP."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from statistics import median

from benchmarks import bare, callers, duel
from benchmarks.databases import Kinds
from benchmarks.duel import Side
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most
from rules.on_call import Absence, History, Layer, Override, Revision, Schedule, Window, on_call, shifts
from rules.rotation import Rotation, Unit

RULE, WEEKLY, DAILY, RATIO = 100, 10, 40, 0.6
LOCALIZE = "one pytz `localize` is 14 µs"
PEER = "2 x LinkedIn oncall (not run here)"
ZONE = "Europe/Rome"
PEOPLE = tuple(f"person-{number}" for number in range(6))
FIRST_HANDOFF = datetime(2026, 1, 5, 9)  # noqa: DTZ001  # on the wall
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
YEAR, HALF_A_CENTURY = timedelta(days=365), timedelta(days=365.25 * 50)
FAR = {"50 years ago": NOW - HALF_A_CENTURY, "now": NOW, "in 50 years": NOW + HALF_A_CENTURY}
OVERRIDES, ABSENCES = 200, 50


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often a rule is asked; the HTTP question in `rounds` of `reads`, in turn with the bare route."""

    asked: int
    rounds: int
    reads: int


NORMAL, SMALL = Sizes(asked=2000, rounds=5, reads=2000), Sizes(asked=10, rounds=1, reads=16)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """The rules alone, then HTTP on each kind of database."""
    rows = [_rule(name, at, sizes.asked) for name, at in FAR.items()]
    rows += [_year("weekly layers", Unit.WEEK, WEEKLY, sizes), _year("daily layers", Unit.DAY, DAILY, sizes)]
    for kind, database in kinds.items():
        with database() as url:
            rows += _http(kind, Installation(url).loaded(), sizes)
    return rows


def _rule(name: str, middle: datetime, asked: int) -> Row:
    """Microseconds of one answer, at instants spread over the year around `middle`."""
    history = History((Revision(NOW, schedule(Unit.WEEK)),))
    instants = [middle + YEAR * (number / asked - 0.5) for number in range(asked)]
    on_call(history, middle)
    taken = [_seconds(partial(on_call, history, at)) for at in instants]
    return at_most(f"who is on call, the rule, {name}, median", median(taken) * 1e6, RULE, "µs", LOCALIZE)


def _year(name: str, unit: Unit, limit: float, sizes: Sizes) -> Row:
    history = History((Revision(NOW, schedule(unit)),))
    taken = [_seconds(partial(shifts, history, NOW, NOW + YEAR)) for _ in range(max(sizes.asked // 100, 1))]
    what = f"a year of shifts, 3 {name}, {OVERRIDES} overrides, {ABSENCES} absences, median"
    return at_most(what, median(taken) * 1e3, limit, "ms")


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def schedule(unit: Unit) -> Schedule:
    """Three layers, two of them with windows; overrides and absences strewn over two years around now."""
    chance = random.Random(7)
    weekend = Window((5, 6), time_of_day(0), time_of_day(0))
    nights = Window((0, 1, 2, 3, 4), time_of_day(18), time_of_day(9))
    layers = [("base", ()), ("nights", (nights,)), ("weekends", (weekend,))]

    def dated(hours: int) -> tuple[str, datetime, datetime]:
        start = NOW + timedelta(hours=chance.randrange(-24 * 365, 24 * 365))
        return chance.choice(PEOPLE), start, start + timedelta(hours=hours)

    return Schedule(
        "platinum",
        ZONE,
        tuple(Layer(name, Rotation(unit, 1, FIRST_HANDOFF, PEOPLE), windows) for name, windows in layers),
        tuple(Override(*dated(12)) for _ in range(OVERRIDES)),
        tuple(Absence(*dated(24 * 7)) for _ in range(ABSENCES)),
    )


def _http(kind: str, installation: Installation, sizes: Sizes) -> list[Row]:
    token = installation.does("token", "create", "benchmarks", "--scope", "read")
    question = ("/api/v1/on-call?schedule=platinum", {"Authorization": f"Bearer {token}"}, sizes.reads)
    with callers.elsewhere() as elsewhere, bare.serving() as (server, plain), installation.runs("web") as web:
        ours, theirs = Side(installation.server, web), Side(server, plain)
        sides = [
            (ours, callers.reads_rate, question),
            (theirs, callers.reads_rate, (bare.JSON_PATH, {}, sizes.reads)),
        ]
        duel.fight(elsewhere, sizes.rounds, sizes.reads, sides)
    return duel.rows(f"who is on call over HTTP beside a bare route, {kind}", ours, theirs, RATIO, PEER)
