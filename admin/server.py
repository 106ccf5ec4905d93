"""The web server: Waitress in one process, with limits for slow clients, until SIGTERM."""

import gc
import logging
import resource
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from flask import Flask
from waitress import wasyncore

from admin.connections import Limits, Listener

THREADS = 8
DRAIN = 6.0
"""Seconds for requests that a thread works on; with what follows, less than the 10 that a stop may take."""
LINGER = 1.0
"""Seconds of these for requests that still arrive and answers that are still read."""
FINISH = 0.5
"""Seconds for the threads themselves to end, once they are idle."""
BACKGROUND = 1.5
"""Seconds in which each background thread must stop."""
OTHER_FILES = 200
"""Open files that are not clients' connections: the database's, the carrier's, modules while they load."""


def require_free_port(host: str, port: int) -> None:
    """Raises OSError, with what to do, where nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"Cannot listen on {host}, port {port}: {error.strerror}. Try --port.") from None


class Background(Protocol):
    """Threads that work beside the web server."""

    def start(self) -> None: ...

    def stop(self, seconds: float) -> None: ...


class Server:
    """Serves until SIGTERM. `load` gives the application, then `background` what starts once clients are accepted."""

    def __init__(
        self,
        host: str,
        port: int,
        load: Callable[[], Flask],
        background: Callable[[], Sequence[Background]],
        limits: Limits | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._load = load
        self._background = background
        self._limits = limits or Limits()

    def run(self) -> None:
        """Serve. Returns after SIGTERM or SIGINT, within 10 s."""
        listener = listen(self._load(), self._host, self._port, self._limits)
        stop_at_signals(listener)
        running = self._background()
        for work in running:
            work.start()
        serve(listener)
        drain(listener)
        for work in running:
            work.stop(BACKGROUND)
        # The interpreter would look through half a million objects on its way out: 0.5 s that a stop does not have.
        gc.freeze()


def listen(app: Flask, host: str, port: int, limits: Limits) -> Listener:
    """Return what accepts clients for `app`, and its threads, at work once `serve` is called."""
    # It would warn whenever a request waits for a thread, as every burst makes one do.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    is_ipv6 = ":" in host
    return Listener(
        app,
        replace(limits, connections=room_for(limits.connections)),
        host=host,
        port=port,
        ipv4=not is_ipv6,
        ipv6=is_ipv6,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=False,  # TRUSTED_PROXIES says what counts
        log_socket_errors=False,
        # No answer is as large: a thread never waits for a client to read. What exceeds 1 MB goes to a file.
        outbuf_high_watermark=1 << 40,
        asyncore_use_poll=True,
    )


def serve(listener: Listener) -> None:
    """Serve clients until `listener.stop()`."""
    look = time.monotonic()
    while not listener.is_stopping:
        turn(listener)
        if (now := time.monotonic()) >= look:
            look = now + listener.limits.look
            listener.cut_off_late(now)


def stop_at_signals(listener: Listener) -> None:
    """Make SIGTERM and SIGINT stop `listener`; a second SIGINT ends the process at once."""

    def stop(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        listener.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def turn(listener: Listener) -> None:
    """Read and write whatever is ready; wait for at most one look at the clock."""
    wasyncore.loop(timeout=listener.limits.look, use_poll=True, map=listener.clients, count=1)


def drain(listener: Listener) -> None:
    """Let requests under way be answered, for at most DRAIN seconds."""
    listener.stop_listening()
    begun = time.monotonic()
    listener.close_all(only_idle=True)
    while listener.active_channels and (passed := time.monotonic() - begun) < DRAIN:
        turn(listener)
        listener.close_all(only_idle=passed < LINGER)
    listener.task_dispatcher.shutdown(timeout=FINISH)
    listener.close_all(only_idle=False)


def room_for(connections: int) -> int:
    """Return how many connections can be open at once, after raising the process's limit of open files if need be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Two for each: an answer that waits for its reader may be a file.
    wanted = 2 * connections + OTHER_FILES
    if soft < wanted:
        soft = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(connections, (soft - OTHER_FILES) // 2)
