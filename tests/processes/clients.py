"""Clients of a web server on real sockets: honest, slow, and gone."""

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

GIVES_UP = 10.0
"""Seconds after which a test fails that waits for an answer."""
HALF_A_HEADER = b"GET /healthz HTTP/1.1\r\nHost: line\r\nX-Slow: "
ONE_BYTE_OF_A_BODY = (
    b"POST /twilio/voice HTTP/1.1\r\nHost: line\r\nX-Twilio-Signature: bm90IGEgc2lnbmF0dXJl\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nF"
)
GET = b"GET %s HTTP/1.1\r\nHost: line\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The error as a program reads it."""
        assert self.headers["content-type"] == "application/problem+json"
        return dict(json.loads(self.body))


class Client:
    """One connection."""

    def __init__(self, port: int, receives: int | None = None) -> None:
        """`receives`: bytes that the operating system takes in before the client reads them."""
        self.socket = socket.socket()
        self.socket.settimeout(GIVES_UP)
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.connect(("127.0.0.1", port))
        self._received = b""

    def sends(self, data: bytes) -> "Client":
        self.socket.sendall(data)
        return self

    def answer(self) -> Answer:
        """The next answer, which has a length. Raises ConnectionError when there is none."""
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers["content-length"])
        while len(self._received) < length:
            self._receive()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(first.split()[1]), headers, body)

    def _receive(self) -> None:
        piece = self.socket.recv(65_536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self._received += piece

    def gets(self, path: str) -> Answer:
        return self.sends(GET % path.encode()).answer()

    def is_closed(self) -> bool:
        """Wait until the server closes this connection. Raises TimeoutError if it does not."""
        with suppress(ConnectionError):
            while self.socket.recv(65_536):
                pass
        return True

    def leaves(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.leaves()
