"""The company in real time, over real HTTP, and shared by several."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from werkzeug.serving import make_server

from models.clock import ProcessClock, VirtualClock
from models.database import Database
from simulator import happenings
from simulator.api import create_api
from simulator.company import Company
from simulator.exchange import Kind
from simulator.faults import FaultKind
from simulator.runner import Runner
from simulator.tables import Happening, Leg, TextMessage, TextStatus
from simulator.transport import HttpTransport, NoAnswer, NoConnection
from tests.simulator.conftest import LINE, SID, TOKEN, Application, World

ANNA = "+393331110001"


class Redirecting(TwilioHttpClient):
    """The SDK's own client, sent to our server."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=5)
        self._url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        ours = url.replace("https://api.twilio.com", f"{self._url}/simulator/api")
        return super().request(method, ours, *args, **kwargs)


@pytest.fixture
def served(sqlite_url: str):
    """An application and the company's API on one real server; answers both with the SDK."""
    application = Application()
    server = make_server("127.0.0.1", 0, application.flask, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    database = Database(sqlite_url, ProcessClock())
    company = Company(database, HttpTransport(), SID, TOKEN, LINE, url)
    application.flask.register_blueprint(create_api(company))
    application.flask.testing = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield application, company, Client(SID, TOKEN, http_client=Redirecting(url)), url
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


def eventually(look) -> bool:
    """Whether `look` becomes true within five seconds."""
    waited = threading.Event()
    return any(look() or waited.wait(0.02) for _ in range(250))


def test_a_text_arrives_by_itself_and_is_told_over_http(served):
    application, company, sdk, url = served
    with Runner(company).running():
        sdk.messages.create(to=ANNA, from_=LINE, body="P1", status_callback=f"{url}/status")
        assert eventually(lambda: len(application.forms("/status")) == 2)
    assert company.handset(ANNA).texts == ["P1"]


def test_a_call_is_played_over_http(served):
    application, company, _, _ = served
    application.answers("/twilio/voice", '<Gather timeout="1" numDigits="1"><Say>Hello.</Say></Gather><Say>Bye.</Say>')
    with Runner(company).running():
        call = company.phone(ANNA).dials()
        assert eventually(lambda: call.over)
    assert call.heard == ["Hello.", "Bye."]


def test_a_lost_answer_is_a_broken_connection(served):
    _, company, sdk, _ = served
    company.add_fault(FaultKind.LOSE_ANSWER)
    with pytest.raises(Exception, match=r"(?i)connection|remote end"):
        sdk.messages.create(to=ANNA, from_=LINE, body="P1")
    assert [one.body for one in sdk.messages.list(to=ANNA)] == ["P1"]


def test_the_runner_survives_an_error(served, caplog):
    _, company, sdk, _ = served
    broken = threading.Event()
    tick = company.tick

    def stumble() -> int:
        if not broken.is_set():
            broken.set()
            raise OSError("the database is away")
        return tick()

    company.tick = stumble
    with Runner(company, threads=1).running():
        sdk.messages.create(to=ANNA, from_=LINE, body="P1")
        assert eventually(lambda: company.handset(ANNA).texts == ["P1"])
    assert "stumbled" in caplog.text


def test_nobody_listens_is_told_apart_from_no_answer():
    with pytest.raises(NoConnection):
        HttpTransport().post("http://127.0.0.1:1/", {}, {})
    with pytest.raises(NoAnswer):
        HttpTransport().post("http://127.0.0.1:port/", {}, {})


@pytest.fixture
def shared(database: Database, clock: VirtualClock) -> World:
    """A company on each kind of database."""
    return World(database, clock)


def test_each_happening_is_done_once_however_many_tick(shared: World):
    for number in range(12):
        with shared.company.exchange() as exchange:
            exchange.later(Kind.DELIVER, _text(exchange, number))
    threads = [threading.Thread(target=shared.company.tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shared.company.database.read() as session:
        assert session.scalars(sa.select(TextMessage.status)).all() == [TextStatus.DELIVERED] * 12
        assert session.scalar(sa.select(sa.func.count()).select_from(Happening)) == 0
    assert len(shared.application.forms("/status")) == 24


def _text(exchange, number: int) -> str:
    at = exchange.now
    text = TextMessage(
        sid=f"SM{number:032d}",
        direction="outbound-api",
        sender=LINE,
        recipient=ANNA,
        body="P1",
        status=TextStatus.QUEUED,
        error_code=None,
        status_url="http://line.example/status",
        created_at=at,
        updated_at=at,
        sent_at=None,
        delivered_at=None,
        expires_at=at + timedelta(hours=1),
    )
    exchange.session.add(text)
    return text.sid


def test_a_claim_that_runs_out_is_taken_over(shared: World, clock: VirtualClock, caplog):
    with shared.company.exchange() as exchange:
        exchange.later(Kind.DELIVER, _text(exchange, 1))
    with shared.company.database.write() as session:
        abandoned = happenings.claim(session, clock.at, timedelta(seconds=40))
    assert abandoned is not None
    assert shared.company.tick() == 0
    clock.advance(timedelta(seconds=41))
    assert shared.company.tick() == 3
    with shared.company.database.write() as session:
        assert not happenings.settle(session, abandoned)


def test_a_whole_call_on_each_kind_of_database(shared: World):
    shared.application.answers("/twilio/voice", f"<Dial><Number>{ANNA}</Number></Dial><Say>Over.</Say>")
    call = shared.company.phone("+393332220001").dials()
    anna = shared.company.handset(ANNA).answers()
    shared.after(60)
    anna.hangs_up()
    assert call.said == ["Over."]
    with shared.company.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Leg)) == 2
