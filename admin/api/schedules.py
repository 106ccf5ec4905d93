"""Who is on call, asked by programs."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, json, request

from admin.api import times
from admin.api.memory import Remembered
from admin.api.problems import refuse, refuse_field
from models.database import Database
from models.schedule import ScheduleRevision
from paging import roster
from rules.on_call import History, OnCall, on_call, sentence, shifts

NEWEST_REVISION = f"SELECT max(id) FROM {ScheduleRevision.__tablename__} WHERE schedule_key = :value"
NAMES_KEPT = 1.0
"""Seconds for which a sentence may still hold a technician's old name."""


class Schedules:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._histories: dict[str, tuple[int, History]] = {}
        self._latest: dict[str, tuple[History, OnCall]] = {}
        self._names: Remembered[dict[str, str]] = Remembered(NAMES_KEPT)

    def on_call(self) -> Response:
        """Who is on call."""
        key = request.args.get("schedule")
        if not key:
            refuse_field("schedule", "is missing: give the key of a schedule")
        at = times.parameter("at") if "at" in request.args else None
        history, now = self._history(key)
        names = self._names.get("names", self._find_names) or {}
        answer = self._holder(key, history, at or now)
        said = sentence(answer, names, history.in_force(answer.at)[0].time_zone)
        return _answer(_on_call(key, answer, said))

    def shifts(self, key: str) -> Response:
        """The shifts and gaps of a schedule in a range of at most two years."""
        start, end = times.range_asked()
        found, gaps = shifts(self._history(key)[0], start, end)
        return _answer(
            {
                "shifts": [
                    {
                        "technician": one.technician,
                        "start": times.written(one.start),
                        "end": times.written(one.end),
                        "because": one.because,
                        "layer": one.layer,
                    }
                    for one in found
                ],
                "gaps": [{"start": times.written(gap.start), "end": times.written(gap.end)} for gap in gaps],
            }
        )

    def _holder(self, key: str, history: History, at: datetime) -> OnCall:
        """As rules.on_call says; the latest answer serves again for another instant of the same shift."""
        kept = self._latest.get(key)
        if kept and kept[0] is history and _holds(kept[1], at):
            return replace(kept[1], at=at)
        answer = on_call(history, at)
        self._latest[key] = (history, answer)
        return answer

    def _history(self, key: str) -> tuple[History, datetime]:
        """The schedule's revisions, read again only when there is a newer one, and the instant.

        Whether there is a newer one is asked every time: other processes write. Ends the request with 404.
        """
        newest, now = self._database.glance(NEWEST_REVISION, key) if key.isprintable() else (None, None)
        if newest is None or now is None:
            refuse(HTTPStatus.NOT_FOUND, f"there is no schedule {key!r}")
        kept = self._histories.get(key)
        if kept is None or kept[0] != newest:
            with self._database.read() as session:
                kept = (newest, roster.history(session, key))
            self._histories[key] = kept
        return kept[1], now

    def _find_names(self) -> dict[str, str]:
        with self._database.read() as session:
            return {key: technician.name for key, technician in roster.technicians(session).items()}


def _holds(answer: OnCall, at: datetime) -> bool:
    return (answer.since is None or answer.since <= at) and (answer.until is None or at < answer.until)


def _on_call(key: str, answer: OnCall, said: str) -> dict[str, Any]:
    return {
        "schedule": key,
        "at": times.written(answer.at),
        "technician": answer.technician,
        "since": times.maybe(answer.since),
        "until": times.maybe(answer.until),
        "because": answer.because,
        "layer": answer.layer,
        "sentence": said,
    }


def _answer(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), mimetype="application/json")
