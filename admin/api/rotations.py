"""Schedules and their revisions, read by programs."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, json, request
from sqlalchemy.orm import Session

from admin.api import times
from admin.api.problems import refuse, refuse_field
from admin.api.rotation_values import arrangement, summary
from admin.api.tickets import limit_asked
from models.database import Database
from paging import revisions, roster, rotations
from paging.revisions import Saved
from paging.roster import UnknownSchedule
from paging.rotations import Editing
from rules.differences import differences


class Rotations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def many(self) -> Response:
        """All schedules, by key."""
        with self._database.read() as session:
            now = self._database.now(session)
            found = [viewed(session, key, now) for key in roster.schedule_keys(session)]
        listed = [{"key": e.key, "time_zone": e.schedule.time_zone, "revision": e.revision} for e in found]
        return answer({"schedules": listed})

    def one(self, key: str) -> Response:
        """A schedule as it holds now, and what is planned."""
        with self._database.read() as session:
            body = document(session, key, self._database.now(session))
        return answer(body, revision=body["revision"])

    def revisions(self, key: str) -> Response:
        """Every revision that a schedule has had, newest first."""
        limit, before = limit_asked(), _revision_asked("cursor")
        with self._database.read() as session:
            found = [one for one in saved(session, key)[::-1] if before is None or one.id < before]
            known = names(session)
        listed = [summary(one, known) for one in found[:limit]]
        return answer({"revisions": listed, "next": str(listed[-1]["id"]) if len(found) > limit else None})

    def revision(self, key: str, revision: int) -> Response:
        """A schedule as one of its revisions has it."""
        with self._database.read() as session:
            one = find_revision(saved(session, key), revision)
            return answer({"key": key, **summary(one, names(session)), **arrangement(one.schedule)})

    def differences(self, key: str) -> Response:
        """What is different between two revisions of a schedule, in words."""
        with self._database.read() as session:
            had, known = saved(session, key), names(session)
        before, after = _named(had, "from"), _named(had, "to")
        return answer({"differences": differences(before.schedule, after.schedule, known)})


def answer(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, *, revision: int | None = None) -> Response:
    """`revision`: the newest one of the schedule that the answer is about, for If-Match."""
    response = Response(json.dumps(body), status, mimetype="application/json")
    if revision is not None:
        response.set_etag(str(revision))
    return response


def unknown(key: str) -> NoReturn:
    refuse(HTTPStatus.NOT_FOUND, f"there is no schedule {key!r}")


def viewed(session: Session, key: str, now: datetime) -> Editing:
    """The schedule as an edit would find it. Ends the request with 404."""
    try:
        return rotations.view(session, key if key.isprintable() else unknown(key), now)
    except UnknownSchedule:
        unknown(key)


def saved(session: Session, key: str) -> list[Saved]:
    """All its revisions, in the order in which they were saved. Ends the request with 404."""
    try:
        return revisions.saved(session, key if key.isprintable() else unknown(key))
    except UnknownSchedule:
        unknown(key)


def find_revision(had: list[Saved], revision: int) -> Saved:
    """The one with this id. Ends the request with 404."""
    for one in had:
        if one.id == revision:
            return one
    refuse(HTTPStatus.NOT_FOUND, f"this schedule has had no revision {revision}")


def names(session: Session) -> dict[str, str]:
    return {key: technician.name for key, technician in roster.technicians(session).items()}


def document(session: Session, key: str, now: datetime) -> dict[str, Any]:
    """A schedule as it holds at `now`, with what is planned. Ends the request with 404."""
    editing, had, known = viewed(session, key, now), saved(session, key), names(session)
    holding = revisions.in_force(had, now)
    return {
        "key": key,
        "revision": editing.revision,
        "in_force": holding.id,
        "effective_at": times.written(holding.effective_at),
        "author": holding.author,
        **arrangement(holding.schedule),
        "planned": [_planned(had, one.effective_at, known) for one in rotations.planned(editing)],
    }


def _planned(had: list[Saved], at: datetime, known: dict[str, str]) -> dict[str, Any]:
    before, one = revisions.in_force(had, at - datetime.resolution), revisions.in_force(had, at)
    return {
        "revision": one.id,
        "effective_at": times.written(at),
        "author": one.author,
        "differences": differences(before.schedule, one.schedule, known),
    }


def _named(had: list[Saved], name: str) -> Saved:
    """The revision that a query parameter names. Ends the request with 422."""
    wanted = _revision_asked(name)
    if wanted is None:
        refuse_field(name, "is missing: give the id of a revision")
    found = next((one for one in had if one.id == wanted), None)
    return found or refuse_field(name, f"this schedule has had no revision {wanted}")


def _revision_asked(name: str) -> int | None:
    text = request.args.get(name, "")
    if text and not re.fullmatch(r"[0-9]{1,9}", text):
        refuse_field(name, "must be the `next` of an answer" if name == "cursor" else "must be the id of a revision")
    return int(text) if text else None
