"""The benchmarks run, and what they rest on is sound. What they measure is not judged here."""

from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from benchmarks import (
    burst,
    calls,
    console,
    databases,
    due_work,
    idle,
    latency,
    on_call,
    recovery,
    results,
    slow_clients,
    start,
)
from benchmarks.databases import POSTGRESQL, SQLITE, Kinds
from benchmarks.results import Row
from benchmarks.telephone import AUTH_TOKEN, sign
from tests.databases import PostgresServer

pytestmark = pytest.mark.long


@pytest.fixture
def sqlite_only(migrated_sqlite: Path) -> Kinds:
    return {SQLITE: lambda: databases.sqlite(migrated_sqlite)}


@pytest.fixture
def postgresql_only(postgresql: PostgresServer) -> Kinds:
    return {POSTGRESQL: postgresql.copy}


def about(rows: list[Row], words: str) -> list[Row]:
    """The rows that speak of something and have a target."""
    return [row for row in rows if words in row.what and row.ok is not None]


def test_every_page_reaches_the_carrier_of_one_process(sqlite_only):
    rows = latency.run(sqlite_only, latency.SMALL)
    assert len(about(rows, "request at the carrier, SQLite")) == 2


def test_every_page_reaches_the_carrier_from_a_worker_beside_the_web_process(postgresql_only):
    rows = latency.run(postgresql_only, latency.SMALL)
    assert len(about(rows, "request at the carrier, PostgreSQL")) == 2


def test_a_burst_reaches_the_carrier_from_any_number_of_workers(postgresql_only):
    rows = burst.run(postgresql_only, burst.SMALL)
    assert [row.ok is None for row in rows if "messages a second" in row.what] == [True, False]
    assert len([row for row in rows if row.what.startswith("… CPU")]) == 2
    assert "the rest" in rows[-1].what


def test_due_work_is_found_on_both_kinds_of_database(sqlite_only, postgresql_only):
    rows = due_work.run(sqlite_only | postgresql_only, due_work.SMALL)
    assert len(about(rows, "beside 30")) == 6
    assert [row.ok for row in about(rows, "whole tables read") if "SQLite" in row.what] == [True]


def test_a_peer_does_the_work_of_a_worker_that_is_killed(postgresql_only):
    rows = recovery.run(postgresql_only, recovery.SMALL)
    assert [row.what.rpartition(": ")[2] for row in about(rows, "kill -9")] == [
        "until all have left",
        "until all have arrived",
    ]


def test_what_idle_engines_take_is_read(sqlite_only, postgresql_only):
    rows = idle.run(sqlite_only | postgresql_only, idle.SMALL)
    assert [row.what.partition(",")[0] for row in about(rows, "idle")] == ["idle `serve`", "idle `worker`"]


def test_whole_calls_are_answered_on_both_kinds_of_connection(sqlite_only):
    rows = calls.run(sqlite_only, calls.SMALL)
    assert [row.what.rpartition(", ")[2] for row in about(rows, "beside a bare route")] == [
        "kept connections",
        "a connection each",
    ]
    assert len(about(rows, "webhook, 4 calls")) == 1


def test_who_is_on_call_is_asked_of_the_rule_and_over_http(postgresql_only):
    rows = on_call.run(postgresql_only, on_call.SMALL)
    assert len(about(rows, "the rule")) == 3
    assert len(about(rows, "a year of shifts")) == 2
    assert len(about(rows, "over HTTP")) == 1


def test_every_page_of_the_console_is_asked_for_and_weighed(sqlite_only):
    rows = console.run(sqlite_only, console.SMALL)
    assert len(about(rows, "SQLite, p95")) == len(console.PAGES)
    assert [row.ok for row in about(rows, "the heaviest page")] == [True]


def test_honest_requests_are_timed_beside_slow_clients(sqlite_only):
    rows = slow_clients.run(sqlite_only, slow_clients.SMALL)
    assert [row.ok for row in about(rows, "SIGTERM")] == [True]
    assert len(about(rows, "slow clients, p99")) == 1


def test_processes_start_and_their_memory_is_read(sqlite_only, postgresql_only):
    rows = start.run(sqlite_only | postgresql_only, start.SMALL)
    assert len(about(rows, "first answer")) == 1
    assert [row.what for row in about(rows, "memory")] == [
        f"memory of `{command}` after calls" for command in ("serve", "web", "worker")
    ]


def test_the_caller_signs_as_the_provider_does():
    url = "http://127.0.0.1:8000/twilio/voice/pin?turn=2"
    form = {"To": "+390584000001", "Digits": "48201937", "CallerCity": "", "CallSid": "CA1"}
    assert RequestValidator(AUTH_TOKEN).validate(url, form, sign(url, form))


@pytest.mark.parametrize(
    ("percent", "value"),
    [(50, 50), (99, 99), (100, 100), (0.5, 1)],
)
def test_a_percentile_is_a_measured_value(percent, value):
    assert results.percentile(range(100, 0, -1), percent) == value


def test_a_limit_is_met_by_its_own_value():
    assert results.at_most("a", 30.0, 30, "ms").ok
    assert not results.at_most("a", 30.1, 30, "ms").ok
    assert results.at_least("a", 0.3, 0.3).ok
    assert not results.at_least("a", 0.29, 0.3).ok


def test_a_row_without_a_target_is_not_judged():
    lines = results.table([Row("a", "1 ms"), results.at_most("b", 2, 1, "ms")]).splitlines()
    assert [line.split("|")[-2].strip() for line in lines] == ["", "-----------", "", "falls short"]
