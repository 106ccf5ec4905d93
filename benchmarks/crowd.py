"""Slow clients and honest ones, each in a process of its own (`callers.elsewhere`)."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from benchmarks.callers import Server
from benchmarks.wire import Wire

DRIP = 1.0
"""Seconds between two bytes of a slow client."""
AGAIN = 0.1
"""Seconds after which a client that was turned away comes back."""
NARROW = 4096
"""Bytes that the operating system takes in for a client that does not read."""
GIVES_UP = 5.0
"""Seconds after which an honest client counts its request as failed; it is one of 5 s."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def attack(server: Server, clients: int, asset: str, seconds: float) -> int:
    """Keep `clients` slow connections open for so many seconds, a quarter of each kind. Return how many were closed.

    `asset` is the path of an answer that is larger than what a connection holds.
    """
    return asyncio.run(_attack(server.port, clients, asset, seconds))


async def _attack(port: int, clients: int, asset: str, seconds: float) -> int:
    def kind(number: int) -> Callable[[Streams], Awaitable[None]]:
        return [slow_header, slow_body, idle, lambda streams: slow_reader(streams, asset)][number % 4]

    closed = 0

    async def come_again(number: int) -> None:
        nonlocal closed
        while True:
            with suppress(OSError):
                streams = await _connection(port)
                try:
                    await kind(number)(streams)
                finally:
                    streams[1].close()
                closed += 1
            await asyncio.sleep(AGAIN)

    tasks = [asyncio.create_task(come_again(number)) for number in range(clients)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return closed


async def _connection(port: int) -> Streams:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=narrow, limit=NARROW)


async def slow_header(streams: Streams) -> None:
    """Half a header, then a byte now and then."""
    await _drip(streams, b"GET /healthz HTTP/1.1\r\nHost: line\r\nX-Slow: ")


async def slow_body(streams: Streams) -> None:
    """A webhook that looks signed, and its body byte by byte."""
    await _drip(
        streams,
        b"POST /twilio/voice HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"X-Twilio-Signature: bm90IGEgc2lnbmF0dXJlIGF0IGE=\r\nContent-Length: 1000\r\n\r\n",
    )


async def idle(streams: Streams) -> None:
    """One request, then nothing on a connection that is kept."""
    reader, writer = streams
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: line\r\n\r\n")
    while await reader.read(NARROW):
        pass


async def slow_reader(streams: Streams, asset: str) -> None:
    """A large answer, read byte by byte."""
    reader, writer = streams
    writer.write(f"GET {asset} HTTP/1.1\r\nHost: line\r\n\r\n".encode())
    while await reader.read(1):
        await asyncio.sleep(DRIP)


async def _drip(streams: Streams, beginning: bytes) -> None:
    reader, writer = streams
    writer.write(beginning)
    while True:
        with suppress(TimeoutError):
            if not await asyncio.wait_for(reader.read(NARROW), DRIP):
                return
        writer.write(b"a")
        await writer.drain()


def honest(server: Server, path: str, seconds: float, a_second: float) -> list[float]:
    """Return the seconds that each GET took, on a connection of its own, one after the other at this pace."""
    taken = []
    start = time.monotonic()
    due = start
    while due < start + seconds:
        time.sleep(max(0.0, due - time.monotonic()))
        taken.append(_ask(server.port, path))
        due = max(due + 1 / a_second, time.monotonic())
    return taken


def _ask(port: int, path: str) -> float:
    began = time.perf_counter()
    try:
        with Wire(port, keep=False, timeout=GIVES_UP) as wire:
            assert wire.get(path).status == 200
    except OSError:
        return GIVES_UP
    return time.perf_counter() - began
