"""Who is on call, asked by programs."""

from http import HTTPStatus
from typing import Any

from dateutil.relativedelta import relativedelta
from flask import Response, json, request
from sqlalchemy.orm import Session

from admin.api import times
from admin.api.memory import Remembered
from admin.api.problems import refuse, refuse_field
from admin.api.tokens import check_contract
from models.database import Database
from paging import roster
from rules.on_call import History, OnCall, on_call, sentence, shifts

LONGEST_RANGE = relativedelta(years=2)
NAMES_KEPT = 1.0
"""Seconds for which a sentence may still hold a technician's old name."""


class Schedules:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._histories: dict[str, tuple[int, History]] = {}
        self._names: Remembered[dict[str, str]] = Remembered(NAMES_KEPT)

    def on_call(self) -> Response:
        """Who is on call."""
        check_contract(None)
        key = request.args.get("schedule")
        if not key:
            refuse_field("schedule", "is missing: give the key of a schedule")
        at = times.parameter("at") if "at" in request.args else None
        with self._database.read() as session:
            history = self._history(session, key)
            names = self._names.get("names", lambda: _names(session)) or {}
            at = at or self._database.now(session)
        answer = on_call(history, at)
        said = sentence(answer, names, history.in_force(at)[0].time_zone)
        return _answer(_on_call(key, answer, said))

    def shifts(self, key: str) -> Response:
        """The shifts and gaps of a schedule in a range of at most two years."""
        check_contract(None)
        start, end = times.parameter("from"), times.parameter("until")
        if end < start:
            refuse_field("until", "is before from")
        if end > start + LONGEST_RANGE:
            refuse_field("until", "is more than two years after from")
        with self._database.read() as session:
            history = self._history(session, key)
        found, gaps = shifts(history, start, end)
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

    def _history(self, session: Session, key: str) -> History:
        """The schedule's revisions, read again only when there is a newer one. Ends the request with 404."""
        newest = roster.newest_revision(session, key) if key.isprintable() else None
        if newest is None:
            refuse(HTTPStatus.NOT_FOUND, f"there is no schedule {key!r}")
        kept = self._histories.get(key)
        if kept is None or kept[0] != newest:
            kept = (newest, roster.history(session, key))
            self._histories[key] = kept
        return kept[1]


def _names(session: Session) -> dict[str, str]:
    return {key: technician.name for key, technician in roster.technicians(session).items()}


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
