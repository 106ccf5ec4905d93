"""From the key of a P1, and from the instant its page is due, to the requests at the carrier.

Each page is that of a caller who chooses priority 1 and stays on the line: it is due at the instant that this webhook's
transaction wrote down. Its text and its technician's call arrive, through the provider's own SDK, at a provider that
only takes the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from benchmarks import callers, pages, provider
from benchmarks.databases import Kinds
from benchmarks.installation import Installation
from benchmarks.provider import Provider
from benchmarks.results import Row, at_most, percentile, shown
from models.database import Database
from models.page import Page
from models.ticket import Ticket
from tests.processes import town

P50, P99 = 30, 150
KEY_P99 = 1000
GOALERT = "GoAlert: up to a 5 s cycle"
IRIS = "iris: mean 31.6 s"
A_SECOND = 20
REQUESTS = 2
"""Of a P1 page: a text and a call."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`batches` of `pages` each."""

    batches: int
    pages: int


NORMAL, SMALL = Sizes(batches=5, pages=100), Sizes(batches=1, pages=4)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """Measure on each kind of database. Raises RuntimeError if a page does not arrive at all."""
    rows = []
    for kind, database in kinds.items():
        with database() as url, provider.running() as carrier:
            document = town.document(max(sizes.pages, callers.CONCURRENCY))
            installation = Installation(url, carrier.url).loaded(document)
            with installation.is_at_work(kind):
                rows += _rows(kind, _measure(installation, carrier, sizes))
    return rows


@dataclass(frozen=True, slots=True)
class Timed:
    """One page: milliseconds from the key, and from due, to each of its requests."""

    from_key: list[float]
    from_due: list[float]


def _rows(kind: str, batches: list[list[Timed]]) -> list[Row]:
    """Of the batches' figures the median: what else the machine does comes in bursts. The worst of all is beside it."""
    keys = [min(page.from_key) for batch in batches for page in batch]
    first = [[min(page.from_due) for page in batch] for batch in batches]
    both = [each for batch in batches for page in batch for each in page.from_due]
    what = f"page due → request at the carrier, {kind}"
    pressed = f"P1: key pressed → request at the carrier, the caller still on the line, {kind}"
    return [
        at_most(f"{pressed}, p99", percentile(keys, 99), KEY_P99, "ms", "45 s while the page waited for the caller"),
        at_most(f"{what}, p50", median(percentile(batch, 50) for batch in first), P50, "ms", GOALERT),
        at_most(f"{what}, p99", median(percentile(batch, 99) for batch in first), P99, "ms", IRIS),
        Row(
            "… text and call of all pages, p50 / p99 / most",
            f"{shown(percentile(both, 50))} / {shown(percentile(both, 99))} / {shown(max(both))} ms",
        ),
    ]


def _measure(installation: Installation, carrier: Provider, sizes: Sizes) -> list[list[Timed]]:
    """Page by page, batch by batch, after a few pages to warm up."""
    batches = []
    with callers.elsewhere() as elsewhere, pages.of(installation, carrier) as line:
        elsewhere.submit(callers.pages, installation.server, callers.CONCURRENCY, A_SECOND).result()
        for _ in range(sizes.batches):
            line.close()
            pressed = elsewhere.submit(callers.pages, installation.server, sizes.pages, A_SECOND).result()
            calls = _pages(line.database, pressed)
            arrived = line.arrived([ticket for ticket, _ in calls.values()], REQUESTS)
            batches.append([_timed(pressed[sid], due, arrived[ticket]) for sid, (ticket, due) in calls.items()])
    return batches


def _timed(pressed: float, due: float, arrived: list[float]) -> Timed:
    return Timed([(at - pressed) * 1000 for at in arrived], [(at - due) * 1000 for at in arrived])


def _pages(database: Database, sids: Iterable[str]) -> dict[str, tuple[int, float]]:
    """The ticket of each call, and when its page fell due, in seconds since the epoch."""
    statement = select(Ticket.call_sid, Ticket.number, Page.raised_at).join(Page, Page.ticket_number == Ticket.number)
    with database.read() as session:
        rows = session.execute(statement.where(Ticket.call_sid.in_(sids)))
        return {sid: (number, raised.timestamp()) for sid, number, raised in rows if sid}
