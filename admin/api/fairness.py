"""How the burden of a schedule is shared, asked by programs."""

from datetime import datetime
from typing import Any

from flask import Response, json
from sqlalchemy.orm import Session

from admin import fairness
from admin.api import times
from admin.api.rotations import unknown
from models.database import Database
from paging import roster
from paging.roster import UnknownSchedule
from rules.fairness import Fairness, Share
from rules.line import Line


class FairnessReports:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def document(self, key: str) -> Response:
        """Who bears how much of a schedule in a range of at most two years."""
        start, end = times.range_asked()
        with self._database.read() as session:
            now = self._database.now(session)
            answer = self._report(session, key, start, end, now)
        shares = [{"technician": share.technician, **_parts(share)} for share in answer.shares]
        body = {"schedule": key, "at": times.written(now), "technicians": shares, "gaps": _parts(answer.gaps)}
        return Response(json.dumps(body), mimetype="application/json")

    def table(self, key: str) -> Response:
        """The same as a table, for a spreadsheet."""
        start, end = times.range_asked()
        with self._database.read() as session:
            answer = self._report(session, key, start, end, self._database.now(session))
            names = {one.key: one.name for one in roster.technicians(session).values()}
        return Response(fairness.table(answer, names), mimetype="text/csv")

    def _report(self, session: Session, key: str, start: datetime, end: datetime, now: datetime) -> Fairness:
        """Ends the request with 404 where there is no such schedule."""
        if not key.isprintable():
            unknown(key)
        try:
            return fairness.report(session, key, start, end, now, self._line.policy)
        except UnknownSchedule:
            unknown(key)


def _parts(share: Share) -> dict[str, Any]:
    return {part: fairness.numbers(getattr(share, part)) for part in fairness.PARTS}
