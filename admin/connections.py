"""Connections of the web server: requests are read whole before a thread works on them, and slow clients are cut off.

Waitress reads and writes every socket on one thread and gives whole requests to its others. What it does not have is a
limit of time for a client that keeps sending a byte now and then, and room for a new client when all places are taken.
"""

import time
from dataclasses import dataclass
from http import HTTPStatus
from json import dumps
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest

PROBLEM = "application/problem+json"
ADVICE = {
    HTTPStatus.BAD_REQUEST: "This is not a valid HTTP request.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Shorten the address.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Send fewer or shorter headers.",
    HTTPStatus.NOT_IMPLEMENTED: "The only supported Transfer-Encoding is 'chunked'.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
}
LONGEST_CHUNK_LINE = 4096
"""Bytes of the line before a chunk, or of the lines after the last one. Waitress keeps what is unfinished of them, and
looks through all of it whenever more arrives: without a limit a byte a second keeps its one thread busy."""
AT_ONCE = 64
"""New connections taken in a row before the others have their turn."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take. Seconds, bytes a second, bytes.

    `request` is for the headers, then again for the body; `answer` is for reading an answer. Each byte of a body or an
    answer adds 1 / `rate` seconds. `idle` is how long a connection is kept between requests; it should be longer than a
    proxy keeps its own, so that the proxy is the one that closes. `connections` are served at once. When they are all
    taken, the client that has been waited for the longest makes room. `header` and `body` are the largest sizes.
    """

    request: float = 10.0
    answer: float = 20.0
    idle: float = 75.0
    rate: float = 1000.0
    connections: int = 1000
    header: int = 32 * 1024
    body: int = 9_000_000
    look: float = 1.0
    """Seconds between two looks at the clock."""


def problem(status: HTTPStatus) -> bytes:
    """Return the body of an error that is answered before Flask sees the request."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value}
    return dumps(body | ({"detail": ADVICE[status]} if status in ADVICE else {})).encode()


def _timed_out() -> bytes:
    body, status = problem(HTTPStatus.REQUEST_TIMEOUT), HTTPStatus.REQUEST_TIMEOUT
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {PROBLEM}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


TIMED_OUT = _timed_out()


class Request(HTTPRequestParser):
    """A request as it arrives. One whose body is too large goes on without it: Flask refuses it in the fitting form."""

    error: Any

    def received(self, data: bytes) -> int:
        before = self.header_plus
        try:
            taken: int = super().received(data)
        except ValueError:  # an address or a length that urllib or int cannot read
            return self._refuse(data)
        if self.error is None:
            return self._refuse(data) if self._has_long_chunk_line() else taken
        if self.error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            self._leave_out_body()
        elif self.error.code == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            allowed = (before + data)[: self.adj.max_request_header_size]
            self.error.code = self.error.code if b"\n" in allowed else HTTPStatus.REQUEST_URI_TOO_LONG
        return taken

    def _has_long_chunk_line(self) -> bool:
        body = self.body_rcv
        if not isinstance(body, ChunkedReceiver):
            return False
        return len(body.control_line) > LONGEST_CHUNK_LINE or len(body.trailer) > LONGEST_CHUNK_LINE

    def _refuse(self, data: bytes) -> int:
        """Answer 400 and close the connection: what follows of this request is not read."""
        self.error, self.completed = BadRequest("not a valid request"), True
        return len(data)

    def _leave_out_body(self) -> None:
        length = max(self.content_length, self.body_bytes_received)
        self.close()
        self.body_rcv = self.error = None
        self.expect_continue = False
        self.headers |= {"CONTENT_LENGTH": str(length), "CONNECTION": "close"}


class ProblemTask(ErrorTask):
    """Answers a request that never reaches Flask."""

    def execute(self) -> None:
        status = HTTPStatus(self.request.error.code)
        body = problem(status)
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.append(("Content-Type", PROBLEM))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class FlaskTask(WSGITask):
    """Answers a request with the application."""

    def build_response_header(self) -> bytes:
        if self.channel.server.is_stopping:
            self.set_close_on_finish()
        return bytes(super().build_response_header())

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        # As Werkzeug's own server does: the simulator breaks connections on purpose.
        environ["werkzeug.socket"] = self.channel.socket
        return environ


class Connection(HTTPChannel):
    """One client's connection, and since when the client has owed the next thing."""

    parser_class = Request
    task_class = FlaskTask
    error_task_class = ProblemTask

    def __init__(self, server: "Listener", *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self.waits_since = time.monotonic()
        self._answered = 0
        self._step: object = None
        self._to_send = 0

    def service(self) -> None:
        super().service()
        self._answered += 1

    @property
    def is_served(self) -> bool:
        """Whether a thread works on a request, or is about to."""
        return bool(self.requests)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to be received or sent."""
        return not (self.requests or self.request or self.total_outbufs_len)

    def is_late(self, now: float, limits: Limits) -> bool:
        """Return whether the client has had its time for the step that it is at. `now` is on the monotonic clock."""
        request, to_send = self.request, self.total_outbufs_len
        has_headers = bool(request and request.headers_finished)
        step = (self._answered, bool(to_send), bool(request), has_headers, self.is_served)
        if step != self._step:
            self._step, self.waits_since, self._to_send = step, now, to_send
        if self.is_served:
            return False
        if to_send:
            allowed = limits.answer + (self._to_send - to_send) / limits.rate
        elif has_headers:
            allowed = limits.request + request.body_bytes_received / limits.rate
        else:
            allowed = limits.idle if self._answered and not request else limits.request
        return bool(now - self.waits_since > allowed)

    def cut_off(self) -> None:
        """Close the connection. A client that is in the middle of a request is told why, if it can be told at once."""
        if self.request and not self.total_outbufs_len:
            self.send(TIMED_OUT, do_close=False)
        self.handle_close()


class Listener(TcpWSGIServer):
    """Accepts connections, and makes room among them. All its methods run on the one thread that reads and writes."""

    channel_class = Connection

    def __init__(self, application: Any, limits: Limits, **options: Any) -> None:
        self.limits = limits
        self.is_stopping = False
        self.clients: dict[int, Any] = {}
        """What `wasyncore.loop` takes: all sockets by their file number."""
        super().__init__(
            application,
            self.clients,
            # More than are ever open: at its limit Waitress stops accepting, and new clients wait for the old ones.
            connection_limit=limits.connections + AT_ONCE + 2,
            max_request_header_size=limits.header,
            max_request_body_size=limits.body,
            **options,
        )

    def handle_accept(self) -> None:
        for _ in range(AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return
            if before >= self.limits.connections:
                self._make_room()

    def _make_room(self) -> None:
        waiting = [channel for channel in self.active_channels.values() if not channel.is_served]
        min(waiting, key=lambda channel: channel.waits_since).cut_off()

    def maintenance(self, now: float) -> None:
        """Waitress knows idle connections alone, on the wall clock. `cut_off_late` knows more."""

    def cut_off_late(self, now: float) -> None:
        """Close the connections of clients that have had their time."""
        for channel in list(self.active_channels.values()):
            if channel.is_late(now, self.limits):
                channel.cut_off()

    def stop(self) -> None:
        """Make `serve` return. Safe from any thread and from a signal's handler."""
        self.is_stopping = True
        self.pull_trigger()

    def stop_listening(self) -> None:
        """Take no new clients."""
        self.del_channel()
        self.socket.close()

    def close_all(self, only_idle: bool) -> None:
        """Close the connections that no thread works on; if `only_idle`, not those in the middle of something else."""
        for channel in list(self.active_channels.values()):
            if channel.is_idle or not (only_idle or channel.is_served):
                channel.handle_close()
