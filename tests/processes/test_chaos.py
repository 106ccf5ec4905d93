"""Workers that are killed, frozen, or left without their database send every page, and none of them twice."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import put_together
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.service import Heartbeat
from simulator.faults import FaultKind
from simulator.tables import Fault, TextMessage
from tests.databases import PostgresServer
from tests.policies import write_policy
from tests.processes import chaos, town
from tests.processes.chaos import Plan
from tests.processes.machines import Site, eventually, free_port
from tests.processes.people import Trouble

pytestmark = pytest.mark.long

TECHNICIANS = 6
PHONES = [town.phone(technician) for technician in range(TECHNICIANS)]
LISTENERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that may crash: the one of the other tests may not."""
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="platinum-pg-")))
    yield server
    server.stop()


@pytest.fixture
def site(server: PostgresServer, tmp_path: Path) -> Iterator[Site]:
    """A line whose number texts as fast as it likes."""
    policy = write_policy(tmp_path / "policy.toml", texts_a_second=0)
    with server.copy() as url:
        site = Site(url, free_port(), POLICY_FILE=str(policy))
        (tmp_path / "town.yaml").write_text(town.document(TECHNICIANS), encoding="utf-8")
        site.runs("load", str(tmp_path / "town.yaml"))
        yield site
        site.closes()


@pytest.fixture
def trouble(site: Site) -> Trouble:
    return Trouble(site, put_together(site.settings).line, TECHNICIANS, random.Random(1))


def texts(site: Site) -> Counter[str]:
    """How many texts the provider took on for each technician."""
    sent = select(TextMessage.recipient).where(TextMessage.recipient.in_(PHONES))
    with site.database.read() as session:
        return Counter(session.scalars(sent))


def on_their_way(site: Site) -> int:
    """How many texts to technicians are being sent."""
    is_sent = (Delivery.kind == DeliveryKind.PAGE, Delivery.state == DeliveryState.ATTEMPTING)
    with site.database.read() as session:
        return session.scalar(select(func.count()).where(*is_sent)) or 0


def faults_left(site: Site) -> int:
    with site.database.read() as session:
        return session.scalar(select(func.sum(Fault.remaining))) or 0


def beating(site: Site) -> int:
    """How many engines have been seen at work within the last seconds."""
    recent = Heartbeat.seen_at > func.clock_timestamp() - text("interval '10 s'")
    with site.database.read() as session:
        return session.scalar(select(func.count()).where(recent)) or 0


def listeners(site: Site) -> int:
    try:
        with site.database.read() as session:
            return session.scalar(LISTENERS) or 0
    except SQLAlchemyError:
        return 0


def test_a_little_chaos_loses_no_page(server, tmp_path):
    outcome = chaos.run(server, Plan(seconds=12, tickets=16, technicians=8, seed=3), tmp_path)
    assert outcome.problems == []
    assert outcome.texts >= 16
    assert "postgresql: crash" in outcome.recovery


def test_a_worker_that_wakes_after_its_lease_does_not_send_again(site, trouble):
    site.starts("web")
    sleeper = site.starts("worker")
    for phone in PHONES:
        site.company.add_fault(FaultKind.SLOW, phone, seconds=1)
    for contract in range(TECHNICIANS):
        trouble.calls(f"C-{contract}")
    eventually(lambda: not faults_left(site))  # the provider has every request, and answers none yet
    sleeper.freezes()
    site.starts("worker")
    eventually(lambda: texts(site).total() >= TECHNICIANS and not on_their_way(site), seconds=40)
    sleeper.thaws()
    assert sleeper.is_stopped() == 0
    assert texts(site) == dict.fromkeys(PHONES, 1)


def test_workers_outlive_a_crash_of_their_database_and_listen_again(site, trouble, server):
    site.starts("web")
    workers = [site.starts("worker"), site.starts("worker")]
    eventually(lambda: listeners(site) == len(workers))
    server.crashes()
    server.starts_again()
    eventually(lambda: listeners(site) == len(workers), seconds=10)
    trouble.calls("C-0")
    eventually(lambda: texts(site)[PHONES[0]] == 1, seconds=10)
    eventually(lambda: beating(site) == len(workers))
    assert [worker.is_stopped() for worker in workers] == [0, 0]
