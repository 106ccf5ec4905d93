"""A provider that takes every text and call at once and remembers when each request arrived: a process of its own."""

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


@dataclass(frozen=True)
class Provider:
    """`url` takes the SDK's requests."""

    url: str
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
        yield Provider(f"http://127.0.0.1:{ours.recv()}", ours)
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


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        at = time.time()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.arrived.append(Arrival(at, dict(parse_qsl(body))))
        kind = "CA" if self.path.endswith("/Calls.json") else "SM"
        answer = json.dumps({"sid": f"{kind}{len(self.server.arrived):032x}", "status": "queued"}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""
