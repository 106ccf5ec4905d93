"""The webhook of Prometheus Alertmanager: many alerts at once, each placed by itself.

Alertmanager reads no answer, drops what gets 4xx and sends again what gets 5xx (notify/webhook/webhook.go in
prometheus/alertmanager). So what cannot be placed is kept and told to the admins, and overload is answered with 503.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, NoReturn

from flask import abort
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from admin.api.bodies import body_as
from admin.api.documents import Alert, Alerts, EventReport
from admin.api.problems import problem
from admin.api.tokens import program
from models.database import Database
from paging import unplaced_alerts
from paging.unplaced_alerts import Unplaced, key_of

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Batches that a process takes at a time. The other threads stay free for callers."""
KEPT_AT_ONCE = 100
"""Alerts kept in one transaction: on SQLite no page leaves meanwhile."""
PAUSE = 0.01
"""Seconds between two such transactions: without it the thread takes SQLite's lock again before those that wait."""
LARGEST = 8_000_000
"""Bytes in a batch."""
TRY_AGAIN_AFTER = 5
"""Seconds."""
WHOLE_MESSAGE = "message"


class Unusable(Exception):
    """A report that cannot be placed: `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotYours(Exception):
    """The token is narrowed to another contract."""

    def __init__(self) -> None:
        super().__init__("this token is for one contract, and the alert names another")


class AlertBatches:
    def __init__(self, database: Database, place: Callable[[EventReport], object]) -> None:
        """`place` takes one report, in a transaction of its own. Raises Unusable or NotYours."""
        self._database = database
        self._place = place
        self._room = BoundedSemaphore(AT_ONCE)

    def take(self) -> tuple[int, int]:
        """Return how many alerts of this request were accepted and how many rejected.

        Ends the request with 503 when there is no room now, and with 4xx where no alert can be read.
        """
        try:
            sent = body_as(Alerts, LARGEST).alerts
        except HTTPException as refused:
            whole = Unplaced(_key(WHOLE_MESSAGE), {}, "", "", f"The message could not be read: {_detail(refused)}")
            with self._turn():
                self._keep([whole], [])
            raise
        with self._turn():
            return self._take(sent)

    def _take(self, sent: Sequence[Any]) -> tuple[int, int]:
        placed: list[str] = []
        unplaced: list[Unplaced] = []
        for alert in sent:
            reason = self._reason_against(alert)
            if reason is None:
                placed.append(_key(_identity(alert)))
            else:
                unplaced.append(_unplaced(alert, reason))
        self._keep(unplaced, placed)
        return len(placed), len(unplaced)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Ends the request with 503 while others have every turn, or the database cannot keep up."""
        if not self._room.acquire(blocking=False):
            _busy()
        try:
            yield
        except (OperationalError, PoolTimeout):
            log.warning("alerts are refused for now: the database cannot take them", exc_info=True)
            _busy()
        finally:
            self._room.release()

    def _reason_against(self, alert: Any) -> str | None:
        """Place one alert. Return why it cannot be, else None."""
        try:
            self._place(_report(alert))
        except (Unusable, NotYours) as error:
            return str(error)
        except (OperationalError, PoolTimeout):
            raise
        except Exception:
            log.exception("an alert could not be placed")
            return "an error on our side: the log of the web process says more"
        return None

    def _keep(self, unplaced: Sequence[Unplaced], placed: Sequence[str]) -> None:
        """Keep what was not placed, and forget what was not placed before and now is."""
        with self._database.read() as session:
            is_known = bool(placed) and unplaced_alerts.any_of(session, placed)
        for first in range(0, len(unplaced), KEPT_AT_ONCE):
            some = unplaced[first : first + KEPT_AT_ONCE]
            with self._database.write() as session:
                unplaced_alerts.keep(session, program().name, some, self._database.now(session))
            time.sleep(PAUSE)
        if is_known:
            with self._database.write() as session:
                unplaced_alerts.forget(session, placed)


def _busy() -> NoReturn:
    answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many alerts at once: send them again in a few seconds")
    answer.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
    abort(answer)


def _detail(refused: HTTPException) -> str:
    told = refused.response.get_json() if refused.response is not None else {}  # type: ignore[attr-defined]
    return str(told.get("detail") or refused.description)


def _key(identity: object) -> str:
    return key_of(program().name, identity)


def _identity(alert: Any) -> Any:
    return alert.get("fingerprint") or alert if isinstance(alert, dict) else alert


def _unplaced(alert: Any, reason: str) -> Unplaced:
    sent = alert if isinstance(alert, dict) else {}
    labels, notes = _texts(sent.get("labels")), _texts(sent.get("annotations"))
    return Unplaced(_key(_identity(alert)), labels, str(sent.get("status", "")), _summary(notes), reason)


def _texts(given: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _summary(annotations: dict[str, str]) -> str:
    return annotations.get("summary") or annotations.get("description", "")


def _report(alert: Any) -> EventReport:
    """Raises Unusable where it names no contract, event or fingerprint, or cannot be read."""
    try:
        read = Alert.model_validate(alert)
        event = read.labels.get("event") or read.labels.get("alertname", "")
        _require("contract", read.labels.get("contract"), "it has no label contract")
        _require("event", event, "it has no label event or alertname")
        _require("fingerprint", read.fingerprint, "it has no fingerprint")
        return EventReport(
            contract=read.labels["contract"],
            event=event,
            status=read.status,
            source="Alertmanager",
            summary=_summary(read.annotations)[:2000],
            key=read.fingerprint,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "alert"
        raise Unusable(place, f"{place}: {first['msg']}") from None


def _require(field: str, value: str | None, message: str) -> None:
    if not value:
        raise Unusable(field, message)
