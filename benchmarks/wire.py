"""HTTP with next to no cost of its own: what asks must not be what is measured."""

import re
import select
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

TIMEOUT = 20.0
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Wire:
    """A connection to a server on this machine: kept, or a new one for every request. Its answers have a length."""

    def __init__(self, port: int, keep: bool = True, timeout: float = TIMEOUT) -> None:
        self._port = port
        self._keep = keep
        self._timeout = timeout
        self._socket: socket.socket | None = None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, headers or {}, b"")

    def post(self, path: str, form: bytes, headers: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded", **headers}, form)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not self._keep:
            lines.append("Connection: close")
        request = "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
        if self._socket is None:
            self._connect()
        elif self._was_closed():
            self.close()
            self._connect()
        return self._exchange(request)

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), self._timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _was_closed(self) -> bool:
        """A server ends a connection that nothing has come through for a while; else it says nothing unasked."""
        assert self._socket is not None
        return bool(select.select([self._socket], [], [], 0)[0])

    def _exchange(self, request: bytes) -> Answer:
        assert self._socket is not None
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end]
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        while len(received) < end + 4 + length:
            received += self._more()
        if not self._keep or _CLOSES.search(head):
            self.close()
        return Answer(int(head[9:12]), received[end + 4 :])

    def _more(self) -> bytes:
        assert self._socket is not None
        piece = self._socket.recv(65_536)
        if not piece:
            raise ConnectionError("the server ended the connection in the middle of an answer")
        return piece

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
