"""What the console's pages take in a large installation: server time, beside a page that is always the same; weight."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from flask import Flask, render_template_string
from flask.testing import FlaskClient

from admin import accounts, sessions
from app import create_app
from benchmarks import estate
from benchmarks.databases import Kinds
from benchmarks.estate import Estate
from benchmarks.installation import Installation
from benchmarks.results import Row, at_most, percentile, shown
from models.account import Role
from models.database import Database

PAGE, TIMELINES, WEIGHT = 60, 300, 150
"""Milliseconds of a page at p95, of the 8-week timelines of all schedules; KB over the wire at first load."""
NUMBER = estate.FIRST + 5
PAGES = (
    "/",
    "/live",
    "/tickets",
    "/tickets?q=Customer+17",
    f"/tickets/{NUMBER}",
    f"/tickets/{NUMBER}/live",
    "/calls",
    "/calls/messages",
    "/rotations",
    "/rotations/s-1",
    "/rotations/s-1?days=56",
    "/rotations/s-1/revisions",
    "/rotations/s-1/fairness",
    "/technicians",
    "/technicians/t-1",
    "/customers",
    "/customers?q=ada",
    "/contracts/7",
    "/drills",
    "/reports",
    "/reports?first=2025-12-01&last=2026-11-30",
    "/policies",
    "/policies/default",
    "/audit",
    "/users",
    "/tokens",
)
PLAIN = (
    "<!doctype html><title>{{ title }}</title><ul>{% for n in range(40) %}<li>{{ n }} {{ title }}</li>{% endfor %}</ul>"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the installation is, and how often each page is asked for."""

    estate: Estate
    times: int


NORMAL = Sizes(Estate(tickets=10_000, technicians=200, schedules=50, contracts=2_000), times=40)
SMALL = Sizes(Estate(tickets=60, technicians=8, schedules=2, contracts=9), times=2)


@dataclass
class Taken:
    """Milliseconds of a page, one for each time; its own bytes, and those of what it brings along."""

    milliseconds: list[float] = field(default_factory=list)
    page: int = 0
    assets: int = 0

    @property
    def kilobytes(self) -> float:
        return (self.page + self.assets) / 1000


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """On each kind of database, in one process: what is measured is the server's time alone."""
    rows = []
    for kind, database in kinds.items():
        with database() as url:
            installation = Installation(url).loaded(estate.document(sizes.estate, datetime.now(UTC)))
            rows += _measured(kind, installation, sizes)
    return rows


def _measured(kind: str, installation: Installation, sizes: Sizes) -> list[Row]:
    database = Database(installation.database_url)
    try:
        estate.fill(database, sizes.estate)
        client = _signed_in(create_app(installation.settings), database)
        pages = {path: _ask(client, path, sizes.times) for path in PAGES}
        timelines = sum(
            median(_ask(client, f"/rotations/s-{each}?days=56", max(sizes.times // 10, 1)).milliseconds)
            for each in range(sizes.estate.schedules)
        )
    finally:
        database.dispose()
    return _rows(kind, sizes, pages, timelines)


def _signed_in(app: Flask, database: Database) -> FlaskClient:
    with database.write() as session:
        now = database.now(session)
        accounts.add_user(session, "boss@example.com", Role.ADMIN, now)
        user = accounts.by_email(session, "boss@example.com")
        assert user is not None
        _, secret = sessions.begin(session, user.id, "127.0.0.1", "a benchmark", now)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return client


def _ask(client: FlaskClient, path: str, times: int) -> Taken:
    """A page so many times, after one to warm up."""
    taken = Taken()
    for number in range(times + 1):
        start = time.perf_counter()
        answer = client.get(path)
        if number:
            taken.milliseconds.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (path, answer.status)
    taken.page = len(answer.data)
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', answer.text))
    packed = {"Accept-Encoding": "gzip"}
    taken.assets = sum(len(client.get(address, headers=packed).data) for address in addresses)
    return taken


def _plain(times: int) -> float:
    """The median of a page that asks nothing of a database."""
    app = Flask("plain")
    app.add_url_rule("/", "plain", lambda: render_template_string(PLAIN, title="Plain"))
    return median(_ask(app.test_client(), "/", times).milliseconds)


def _rows(kind: str, sizes: Sizes, pages: dict[str, Taken], timelines: float) -> list[Row]:
    plain = _plain(sizes.times)
    size = (
        f"{sizes.estate.tickets:,} tickets, {sizes.estate.technicians} technicians, {sizes.estate.schedules} schedules"
    )
    rows = []
    for path, taken in pages.items():
        middle, late = median(taken.milliseconds), percentile(taken.milliseconds, 95)
        rows.append(at_most(f"`{path}`, {size}, {kind}: p95", late, PAGE, "ms"))
        ratio = f"{shown(middle)} ms = {shown(middle / plain)} x; {shown(taken.kilobytes)} KB"
        rows.append(Row("… p50, beside a page without a database; weight at first load", ratio))
    heaviest = max(pages.items(), key=lambda page: page[1].kilobytes)
    rows.append(at_most(f"the heaviest page at first load, `{heaviest[0]}`", heaviest[1].kilobytes, WEIGHT, "KB"))
    rows.append(
        at_most(
            f"the pages of {sizes.estate.schedules} schedules at 8 weeks, {kind}: all of them",
            timelines,
            TIMELINES,
            "ms",
        )
    )
    return rows
