"""How the engine learns at once that there is new due work: NOTIFY on PostgreSQL, an event on SQLite."""

import threading

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

CHANNEL = "platinum_line_work"


def announce(session: Session) -> None:
    """Say, as part of this transaction, that due work was created. Call it once a transaction at most."""
    if session.info.get("work"):
        return
    session.info["work"] = True
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"NOTIFY {CHANNEL}")


class Wakeup:
    """Waits for an announcement. Missing one costs a poll, never a page: the engine polls behind it."""

    def __init__(self, postgresql_url: str | None) -> None:
        self._dsn = _libpq(postgresql_url) if postgresql_url else None
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Return at the next announcement, or after `seconds`; answers whether there was one."""
        announced = self._event.wait(seconds)
        self._event.clear()
        return announced

    def listen(self, stop: threading.Event) -> None:
        """Turn PostgreSQL's notifications into wake-ups until `stop`; reconnects by itself. Run it in a thread."""
        while self._dsn and not stop.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=3) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._event.set()  # what was announced while nobody listened is lost: look for it now
                    self._forward(connection, stop)
            except psycopg.Error:
                stop.wait(1)

    def _forward(self, connection: "psycopg.Connection[tuple[object, ...]]", stop: threading.Event) -> None:
        while not stop.is_set():
            for _ in connection.notifies(timeout=0.5, stop_after=1):
                self._event.set()


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
