"""What the console's pages take in a large installation: server time, beside a page that is always the same; weight."""

import re
import time
from dataclasses import dataclass, field
from statistics import median

from flask import Flask, render_template_string
from flask.testing import FlaskClient

from admin import accounts, sessions
from admin.file import load
from app import flask_app, put_together
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
PACKED = {"Accept-Encoding": "gzip"}
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
    """Milliseconds of a page, by the clock and of this process, one for each time; bytes of its first load."""

    clock: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)
    weight: int = 0


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """On each kind of database, in one process: what is measured is the server's time alone."""
    rows = []
    for kind, database in kinds.items():
        with database() as url:
            rows += _measured(kind, Installation(url), sizes)
    return rows


def _measured(kind: str, installation: Installation, sizes: Sizes) -> list[Row]:
    gateway = put_together(installation.settings)
    database = gateway.database
    try:
        with database.write() as session:
            now = database.now(session)
            document = estate.document(sizes.estate, now)
            load(session, document, gateway.peppers, "benchmark", now, gateway.line.policy)
        estate.fill(database, sizes.estate)
        client = _signed_in(flask_app(gateway), database)
        pages = {path: _ask(client, path, sizes.times) for path in PAGES}
        timelines = sum(
            median(_ask(client, f"/rotations/s-{each}?days=56", max(sizes.times // 10, 1)).clock)
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
        clock, process = time.perf_counter(), time.process_time()
        answer = client.get(path, headers=PACKED)
        if number:
            taken.clock.append((time.perf_counter() - clock) * 1000)
            taken.process.append((time.process_time() - process) * 1000)
        assert answer.status_code == 200, (path, answer.status)
    whole = client.get(path).text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', whole))
    taken.weight = len(answer.data) + sum(len(client.get(asset, headers=PACKED).data) for asset in assets)
    return taken


def _plain(times: int) -> float:
    """The median of a page that asks nothing of a database."""
    app = Flask("plain")
    app.add_url_rule("/", "plain", lambda: render_template_string(PLAIN, title="Plain"))
    return median(_ask(app.test_client(), "/", times).clock)


def _rows(kind: str, sizes: Sizes, pages: dict[str, Taken], timelines: float) -> list[Row]:
    plain = _plain(sizes.times)
    rows = [Row(f"the console, {kind}: {sizes.estate}", "")]
    for path, taken in pages.items():
        middle = median(taken.clock)
        parts = (
            f"{shown(middle)} / {shown(median(taken.process))} ms, {shown(middle / plain)} x, {taken.weight // 1000} KB"
        )
        rows.append(at_most(f"`{path}`, {kind}, p95", percentile(taken.clock, 95), PAGE, "ms"))
        rows.append(Row("… p50, of it this process, beside a page without a database, weight at first load", parts))
    path, heaviest = max(pages.items(), key=lambda page: page[1].weight)
    rows.append(at_most(f"the heaviest page at first load, `{path}`", heaviest.weight / 1000, WEIGHT, "KB"))
    what = f"the pages of all {sizes.estate.schedules} schedules over 8 weeks, {kind}"
    return [*rows, at_most(what, timelines, TIMELINES, "ms")]
