"""The web server: Gunicorn, started from code, one process with threads."""

import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 8
DRAIN = 8  # seconds for requests under way; with the background's, less than the 10 that a stop may take
BACKGROUND = 1.5  # seconds


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


class Server(BaseApplication):
    """Serves until SIGTERM. `load` and then `background` are called in the process that serves, after the fork:

    threads and connections do not survive one.
    """

    def __init__(
        self, host: str, port: int, load: Callable[[], Flask], background: Callable[[], Sequence[Background]]
    ) -> None:
        self._bind = f"{host}:{port}"
        self._load = load
        self._background = background
        self._running: Sequence[Background] = ()
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self._bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "graceful_timeout": DRAIN,
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": lambda _worker: self._start(),
            "worker_exit": lambda _server, _worker: self._stop(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._load()

    def _start(self) -> None:
        self._running = self._background()
        for work in self._running:
            work.start()

    def _stop(self) -> None:
        for work in self._running:
            work.stop(BACKGROUND)
