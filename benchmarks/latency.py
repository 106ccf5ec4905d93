"""From the instant a page is due to its request at the carrier.

Each page is that of a call that hangs up after its priority: due at the instant that the hang-up's transaction wrote
down. Its text and its technician's call arrive, through the provider's own SDK, at a provider that only takes the time.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from benchmarks import callers, provider
from benchmarks.databases import Kinds
from benchmarks.installation import Installation
from benchmarks.provider import Arrival, Provider
from benchmarks.results import Row, at_most, percentile, shown
from models.call import Call
from models.database import Database
from models.delivery import Delivery, DeliveryKind

P50, P99 = 30, 150
GOALERT = "GoAlert: up to a 5 s cycle"
IRIS = "iris: mean 31.6 s"
A_SECOND = 20
REQUESTS = 2
"""Of a P1 page: a text and a call."""
PATIENCE = 20.0


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
            installation = Installation(url, carrier.url).loaded()
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
    database = Database(installation.database_url)
    batches = []
    try:
        with callers.elsewhere() as elsewhere:
            elsewhere.submit(callers.pages, installation.server, callers.CONCURRENCY, A_SECOND).result()
            for _ in range(sizes.batches):
                sids = elsewhere.submit(callers.pages, installation.server, sizes.pages, A_SECOND).result()
                due = _due(database, sids)
                arrived = _arrived(database, carrier, set(due))
                batches.append([[(at - due[ticket]) * 1000 for at in arrived[ticket]] for ticket in due])
    finally:
        database.dispose()
    return batches


def _due(database: Database, sids: list[str]) -> dict[int, float]:
    """When each ticket's page fell due, in seconds since the epoch."""
    with database.read() as session:
        rows = session.execute(select(Call.ticket_number, Call.ended_at).where(Call.sid.in_(sids)))
        return {number: ended.timestamp() for number, ended in rows if number and ended}


def _arrived(database: Database, carrier: Provider, tickets: set[int]) -> dict[int, list[float]]:
    """When each page's requests arrived. Waits for those that are still to come."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = defaultdict(list)
        of_delivery = _tickets_of_deliveries(database)
        for arrival in carrier.arrivals():
            if ticket := of_delivery.get(_delivery(arrival)):
                found[ticket].append(arrival.at)
        missing = [ticket for ticket in tickets if len(found[ticket]) < REQUESTS]
        if not missing:
            return found
        if time.monotonic() > deadline:
            raise RuntimeError(f"of {len(tickets)} pages, {len(missing)} have not reached the carrier: {missing[:5]}")
        time.sleep(0.2)


def _tickets_of_deliveries(database: Database) -> dict[int, int]:
    pages = select(Delivery.id, Delivery.ticket_number).where(Delivery.kind == DeliveryKind.PAGE)
    with database.read() as session:
        return {number: ticket for number, ticket in session.execute(pages) if ticket}


def _delivery(arrival: Arrival) -> int:
    """The delivery that a request is about, by its status callback: …/twilio/delivery/7/status."""
    return int(arrival.form["StatusCallback"].split("/")[-2])
