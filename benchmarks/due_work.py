"""What it costs to find due work among a million tickets, beside a hundred, and beside a poll without an index."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import event, text

from app import put_together
from benchmarks import history
from benchmarks.databases import Kinds
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most, shown
from models.database import Database
from paging.breaker import Breakers
from paging.claims import Claims
from paging.engine import Engine
from tests.processes import town

RATIO = 1.5
"""The same cost, but for what a deeper index and a fuller cache take."""
CLAIMED = 8
"""As many as an engine has senders."""
BIG = ("ticket", "page", "delivery")
# What a product does that keeps no time at which a page is due: it looks at every open one, and at when it was paged.
NAIVE = text("""
SELECT ticket.number FROM ticket JOIN page ON page.ticket_number = ticket.number
WHERE ticket.state = 'open' AND page.state = 'paging' AND page.level_started_at < :at
""")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tickets and open pages of a small and of a large installation; each question `asked` so often."""

    few: tuple[int, int]
    many: tuple[int, int]
    asked: int


NORMAL, SMALL = Sizes((100, 100), (1_000_000, 100_000), asked=200), Sizes((30, 30), (300, 60), asked=3)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """On each kind of database."""
    rows = []
    for kind, database in kinds.items():
        costs = []
        for tickets, open_pages in (sizes.few, sizes.many):
            with database() as url:
                installation = Installation(url).loaded(town.document(1))
                costs.append(_measure(installation, tickets, open_pages, sizes.asked))
        rows += _rows(kind, sizes, *costs)
    return rows


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of each question, and which of its statements read a whole big table."""

    seconds: dict[str, float]
    scans: list[str]


def _measure(installation: Installation, tickets: int, open_pages: int, asked: int) -> Costs:
    gateway = put_together(installation.settings)
    try:
        history.fill(gateway.database, tickets, open_pages, CLAIMED)
        engine = gateway.engine()
        questions = _questions(engine)
        seconds = {what: _median(question, asked) for what, question in questions.items()}
        seconds["naive"] = _median(lambda: _poll(gateway.database), max(asked // 20, 1))
        scans = [each for question in questions.values() for each in _scans(gateway.database, question)]
    finally:
        gateway.database.dispose()
    return Costs(seconds, scans)


def _questions(engine: Engine) -> dict[str, Callable[[], object]]:
    """What an engine asks again and again; nothing that they do is kept."""
    database, line = engine.database, engine.line

    def claim() -> None:
        with database.write() as session:
            taken = Claims(session, line, Breakers(), database.now(session)).take(CLAIMED)
            assert len(taken) == CLAIMED, taken
            session.rollback()

    return {
        "the look for due pages": engine.move_pages,
        "when something is due next": engine.next_due,
        f"claiming {CLAIMED} due texts": claim,
    }


def _poll(database: Database) -> None:
    with database.read() as session:
        session.execute(NAIVE, {"at": "2000-01-01"}).all()


def _median(question: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        question()
        taken.append(time.perf_counter() - start)
    return median(taken[1:])


def _scans(database: Database, question: Callable[[], object]) -> list[str]:
    """Every big table that one of the question's statements reads from end to end."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    question()
    event.remove(database.engine, "before_cursor_execute", note)
    return [plan for statement, parameters in asked for plan in _plan(database, statement, parameters)]


def _plan(database: Database, statement: str, parameters: Any) -> list[str]:
    if not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    explain = "EXPLAIN " if database.is_postgresql else "EXPLAIN QUERY PLAN "
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters)
        lines = [str(row[-1]) for row in rows]
    words = [f"Seq Scan on {table} " for table in BIG] + [f"SCAN {table}\n" for table in BIG]
    return [line.partition(" (cost")[0].strip(" ->") for line in lines if any(word in f"{line}\n" for word in words)]


def _rows(kind: str, sizes: Sizes, few: Costs, many: Costs) -> list[Row]:
    size = f"{sizes.many[0]:,} tickets, {sizes.many[1]:,} open pages"
    rows = []
    for what in few.seconds:
        if what != "naive":
            ratio = many.seconds[what] / few.seconds[what]
            rows.append(at_most(f"{what}: {size} beside {sizes.few[0]:,}, {kind}", ratio, RATIO, "x"))
            rows.append(Row("… each, few / many", _both(few.seconds[what], many.seconds[what])))
    rows.append(Row(f"a poll over open tickets without such an index, {kind}: few / many", _both(*_naive(few, many))))
    found = "; ".join(dict.fromkeys(many.scans)) or "none"
    rows.append(Row(f"whole tables read to find due work, {kind}", found, "none", ok=not many.scans))
    return rows


def _naive(few: Costs, many: Costs) -> tuple[float, float]:
    return few.seconds["naive"], many.seconds["naive"]


def _both(few: float, many: float) -> str:
    return f"{shown(few * 1000)} / {shown(many * 1000)} ms"
