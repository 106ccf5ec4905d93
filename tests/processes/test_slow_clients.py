"""Slow, idle and broken clients do not keep honest ones waiting."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from flask import Flask, Response, request

from admin.connections import Limits, Listener
from admin.server import drain, listen, serve
from tests.databases import sqlite_copy
from tests.processes.clients import GET, HALF_A_HEADER, ONE_BYTE_OF_A_BODY, Client
from tests.processes.machines import Site, eventually, free_port

LARGE = b"x" * 8_000_000
SHORT = Limits(request=0.3, answer=0.3, idle=0.3, rate=1e6, connections=40, header=4096, body=2000, look=0.02)
SHORT_WHILE = 5.0
"""Seconds: far less than the limits of LONG, and far more than an answer takes on a busy machine."""
LONG = Limits(request=60, answer=60, idle=60, connections=40, look=0.02)


class House:
    """A web server in a thread of the test, with an application that can be made to wait."""

    def __init__(self, limits: Limits) -> None:
        self.goes_on = threading.Event()
        self.is_asked = threading.Event()
        self.listener: Listener = listen(self._app(), "127.0.0.1", 0, limits)
        self.port = int(self.listener.effective_port)
        self._thread = threading.Thread(target=self._runs)
        self._thread.start()

    def _app(self) -> Flask:
        app = Flask("house")
        app.config["MAX_CONTENT_LENGTH"] = 500

        @app.get("/healthz")
        def healthz() -> str:
            return "ok"

        @app.get("/large")
        def large() -> Response:
            return Response(LARGE)

        @app.get("/waits")
        def waits() -> str:
            self.is_asked.set()
            self.goes_on.wait(10)
            return "done"

        @app.post("/form")
        def form() -> str:
            return request.form["F"]

        return app

    def _runs(self) -> None:
        serve(self.listener)
        drain(self.listener)

    def stops(self) -> None:
        self.listener.stop()

    def has_stopped(self) -> bool:
        self._thread.join(10)
        return not self._thread.is_alive()

    def closes(self) -> None:
        self.goes_on.set()
        self.stops()
        assert self.has_stopped()
        self.listener.close()


@pytest.fixture
def house() -> Iterator[Callable[[Limits], House]]:
    houses = []

    def build(limits: Limits) -> House:
        houses.append(House(limits))
        return houses[-1]

    yield build
    for one in houses:
        one.closes()


def drips(client: Client) -> None:
    """A byte every few hundredths of a second for as long as the server takes them."""
    pause = threading.Event()
    with suppress(OSError):
        for _ in range(200):
            client.sends(b"a")
            pause.wait(0.03)


@pytest.mark.parametrize("beginning", [b"", HALF_A_HEADER, ONE_BYTE_OF_A_BODY, GET % b"/healthz", GET % b"/large"])
def test_slow_clients_hold_no_thread(house: Callable[[Limits], House], beginning: bytes) -> None:
    server = house(LONG)
    with ExitStack() as crowd:
        for _ in range(20):
            crowd.enter_context(Client(server.port, receives=4096)).sends(beginning)
        began = time.monotonic()
        assert crowd.enter_context(Client(server.port)).gets("/healthz").body == b"ok"
        assert time.monotonic() - began < SHORT_WHILE


@pytest.mark.parametrize("beginning", [HALF_A_HEADER, ONE_BYTE_OF_A_BODY])
def test_a_request_that_comes_byte_by_byte_is_cut_off(house: Callable[[Limits], House], beginning: bytes) -> None:
    server = house(SHORT)
    with Client(server.port) as slow:
        slow.sends(beginning)
        drips(slow)
        assert slow.answer().problem["status"] == 408


def test_a_body_that_is_fast_enough_is_read(house: Callable[[Limits], House]) -> None:
    server = house(Limits(request=0.2, rate=10, body=1000, look=0.02))
    with Client(server.port) as slow:
        slow.sends(b"POST /form HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n")
        slow.sends(b"Content-Length: 22\r\n\r\nF=")
        for _ in range(20):
            slow.sends(b"a")
            threading.Event().wait(0.03)
        assert slow.answer().body == b"a" * 20


def test_a_client_that_does_not_read_is_cut_off(house: Callable[[Limits], House]) -> None:
    server = house(SHORT)
    with Client(server.port, receives=4096) as slow:
        slow.sends(GET % b"/large")
        eventually(lambda: server.listener.active_channels)
        eventually(lambda: not server.listener.active_channels)


def test_an_idle_connection_is_kept_for_a_while(house: Callable[[Limits], House]) -> None:
    server = house(SHORT)
    with Client(server.port) as client, Client(server.port) as silent:
        for _ in range(3):
            assert client.gets("/healthz").status == 200
        assert client.is_closed()
        assert silent.is_closed()


def test_the_client_that_was_waited_for_the_longest_makes_room(house: Callable[[Limits], House]) -> None:
    server = house(LONG)
    with ExitStack() as crowd:
        first = crowd.enter_context(Client(server.port)).sends(HALF_A_HEADER)
        for _ in range(LONG.connections + 5):
            last = crowd.enter_context(Client(server.port)).sends(HALF_A_HEADER)
        assert crowd.enter_context(Client(server.port)).gets("/healthz").status == 200
        assert first.is_closed()
        assert last.sends(b"a\r\n\r\n").answer().status == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET % (b"/" + b"a" * 5000), 414),
        (b"GET / HTTP/1.1\r\nHost: line\r\nX: " + b"a" * 5000, 431),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: line\r\nContent-Length: -1\r\n\r\n", 400),
        (GET % b"http://[::1", 400),
        (b"POST / HTTP/1.1\r\nHost: line\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_what_never_reaches_the_application_is_a_problem_too(
    house: Callable[[Limits], House], request_: bytes, status: int
) -> None:
    with Client(house(SHORT).port) as client:
        problem = client.sends(request_).answer().problem
        assert (problem["status"], bool(problem["detail"])) == (status, True)
        assert client.is_closed()


@pytest.mark.parametrize("beginning", [b"1;", b"0\r\n"])
def test_a_chunked_body_has_no_endless_lines(house: Callable[[Limits], House], beginning: bytes) -> None:
    with Client(house(LONG).port) as client:
        client.sends(b"POST /form HTTP/1.1\r\nHost: line\r\nTransfer-Encoding: chunked\r\n\r\n" + beginning)
        client.sends(b"a" * 10_000)
        assert client.answer().problem["status"] == 400
        assert client.is_closed()


@pytest.mark.parametrize(
    "length", [b"Content-Length: 5000", b"Content-Length: 5000\r\nExpect: 100-continue", b"Transfer-Encoding: chunked"]
)
def test_a_body_that_is_too_large_is_refused_by_the_application(
    house: Callable[[Limits], House], length: bytes
) -> None:
    form = b"POST /form HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    body = b"" if b"Expect" in length else b"7d0\r\n" + b"a" * 2000 if b"chunked" in length else b"F"
    with Client(house(SHORT).port) as client:
        assert client.sends(form + length + b"\r\n\r\n" + body).answer().status == 413


def test_a_client_that_leaves_in_the_middle_of_a_body_is_no_error(
    house: Callable[[Limits], House], caplog: pytest.LogCaptureFixture
) -> None:
    server = house(LONG)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            Client(server.port).sends(ONE_BYTE_OF_A_BODY).leaves()
        with Client(server.port) as client:
            assert client.gets("/healthz").status == 200
    assert not caplog.records


def test_a_stop_lets_a_request_under_way_be_answered_and_waits_for_no_slow_client(
    house: Callable[[Limits], House],
) -> None:
    server = house(LONG)
    with ExitStack() as crowd:
        for beginning in (HALF_A_HEADER, ONE_BYTE_OF_A_BODY, GET % b"/large"):
            crowd.enter_context(Client(server.port, receives=4096)).sends(beginning)
        idle = crowd.enter_context(Client(server.port))
        idle.gets("/healthz")
        client = crowd.enter_context(Client(server.port)).sends(GET % b"/waits")
        assert server.is_asked.wait(10)
        server.stops()
        assert idle.is_closed()
        server.goes_on.set()
        answer = client.answer()
        assert (answer.body, answer.headers["connection"]) == (b"done", "close")
        assert server.has_stopped()
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", server.port))


def test_serve_answers_beside_slow_clients_and_stops_in_time(migrated_sqlite: Path, tmp_path: Path) -> None:
    site = Site(sqlite_copy(migrated_sqlite, tmp_path), free_port())
    try:
        machine = site.starts("serve")
        with ExitStack() as crowd:
            for beginning in (HALF_A_HEADER, ONE_BYTE_OF_A_BODY):
                for _ in range(10):
                    crowd.enter_context(Client(site.port)).sends(beginning)
            honest = crowd.enter_context(Client(site.port))
            assert honest.gets("/healthz").status == 200
            unsigned = crowd.enter_context(Client(site.port))
            large = ONE_BYTE_OF_A_BODY.replace(b"Content-Length: 1000", b"Content-Length: 99999999")
            assert unsigned.sends(large).answer().status == 403
            assert machine.is_stopped() == 0
        assert not any("Traceback" in line for line in machine.printed), "".join(machine.printed)
    finally:
        site.closes()
