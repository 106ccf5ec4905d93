"""From the instant a page is due to its request at the carrier.

Each page is that of a call that hangs up after its priority: due at the instant that the hang-up's transaction wrote
down. Its text and its technician's call arrive, through the provider's own SDK, at a provider that only takes the time.
"""

from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from benchmarks import callers, pages, provider
from benchmarks.databases import Kinds
from benchmarks.installation import Installation
from benchmarks.provider import Provider
from benchmarks.results import Row, at_most, percentile, shown
from models.call import Call
from models.database import Database
from tests.processes import town

P50, P99 = 30, 150
GOALERT = "GoAlert: up to a 5 s cycle"
IRIS = "iris: mean 31.6 s"
A_SECOND = 20
REQUESTS = 2
"""Of a P1 page: a text and a call."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`batches` of `pages` each: an armed page leaves by itself after 45 s."""

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


def _rows(kind: str, batches: list[list[list[float]]]) -> list[Row]:
    """Of the batches' figures the median: what else the machine does comes in bursts. The worst of all is beside it."""
    first = [[min(page) for page in batch] for batch in batches]
    both = [each for batch in batches for page in batch for each in page]
    what = f"page due → request at the carrier, {kind}"
    return [
        at_most(f"{what}, p50", median(percentile(batch, 50) for batch in first), P50, "ms", GOALERT),
        at_most(f"{what}, p99", median(percentile(batch, 99) for batch in first), P99, "ms", IRIS),
        Row(
            "… text and call of all pages, p50 / p99 / most",
            f"{shown(percentile(both, 50))} / {shown(percentile(both, 99))} / {shown(max(both))} ms",
        ),
    ]


def _measure(installation: Installation, carrier: Provider, sizes: Sizes) -> list[list[list[float]]]:
    """Milliseconds from due to each request, page by page, batch by batch, after a few pages to warm up."""
    batches = []
    with callers.elsewhere() as elsewhere, pages.of(installation, carrier) as line:
        elsewhere.submit(callers.pages, installation.server, callers.CONCURRENCY, A_SECOND).result()
        for _ in range(sizes.batches):
            line.close()
            sids = elsewhere.submit(callers.pages, installation.server, sizes.pages, A_SECOND).result()
            due = _due(line.database, sids)
            arrived = line.arrived(due.keys(), REQUESTS)
            batches.append([[(at - due[ticket]) * 1000 for at in arrived[ticket]] for ticket in due])
    return batches


def _due(database: Database, sids: list[str]) -> dict[int, float]:
    """When each ticket's page fell due, in seconds since the epoch."""
    with database.read() as session:
        rows = session.execute(select(Call.ticket_number, Call.ended_at).where(Call.sid.in_(sids)))
        return {number: ended.timestamp() for number, ended in rows if number and ended}
