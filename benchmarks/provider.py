"""A provider that takes every text and call at once and remembers when each request arrived: a process of its own."""

import itertools
import json
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that asked for a text or a call, at `at` seconds since the epoch."""

    at: float
    form: dict[str, str]
    sid: str

    @property
    def delivery(self) -> int:
        """The delivery that it is about, by its status callback: …/twilio/delivery/7/status."""
        return int(self.form["StatusCallback"].split("/")[-2])


@dataclass(frozen=True)
class Provider:
    """`url` takes the SDK's requests; `pid` is the process."""

    url: str
    pid: int
    _pipe: Connection

    def arrivals(self) -> list[Arrival]:
        """Every request so far, in the order of arrival."""
        self._pipe.send("arrivals")
        arrived: list[Arrival] = self._pipe.recv()
        return arrived


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port of this machine for as long as the block runs."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Provider(f"http://127.0.0.1:{ours.recv()}", process.pid or 0, ours)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    while pipe.recv() == "arrivals":
        pipe.send(list(server.arrived))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.arrived: list[Arrival] = []
        self.numbers = itertools.count(1)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        at = time.time()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        kind = "CA" if self.path.endswith("/Calls.json") else "SM"
        arrival = Arrival(at, dict(parse_qsl(body)), f"{kind}{next(self.server.numbers):032x}")
        self.server.arrived.append(arrival)
        self._answer(201, {"sid": arrival.sid, "status": "queued"})

    def do_GET(self) -> None:
        """Whether something was taken on: what a worker asks that does not know."""
        path, _, query = self.path.partition("?")
        kind, called = ("CA", "calls") if path.endswith("/Calls.json") else ("SM", "messages")
        to = dict(parse_qsl(query)).get("To")
        found = [each for each in self.server.arrived if each.sid.startswith(kind) and each.form["To"] == to]
        self._answer(200, {called: [{"sid": each.sid, "body": each.form.get("Body")} for each in found]})

    def _answer(self, status: int, document: dict[str, object]) -> None:
        answer = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""
