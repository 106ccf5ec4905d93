"""The calendars that subscribe to a technician's turns or to a rotation: made, listed and revoked."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import calendar_feeds, trail, viewer
from admin.contact_test_pages import technician_for_me
from admin.guard import Doors, Permission
from models.account import CalendarFeed
from models.database import Database
from models.schedule import Schedule
from models.technician import Technician
from rules.line import Line


@dataclass(frozen=True, slots=True)
class Subject:
    """What a calendar is about, as its pages name it; `page` is where it has its own."""

    row: Technician | Schedule
    name: str
    page: str
    audit: str


class CalendarPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        """A technician may have a calendar of the own turns; whose they are, the subject looks at."""
        for kind, needs in (("technicians", Permission.WORK), ("rotations", Permission.EDIT)):
            path, name = f"/<any({kind}):kind>/<key>/calendar", f"calendar_of_{kind}"
            doors.open(path, name, self.page, needs)
            doors.take(f"{path}/add", f"{name}_add", self.add, needs)
            doors.take(f"{path}/<int(max=2147483647):feed>/revoke", f"{name}_revoke", self.revoke, needs)

    def page(self, kind: str, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            subject = _subject(session, kind, key)
            return self._render(subject, calendar_feeds.feeds_of(session, subject.row), session)

    def add(self, kind: str, key: str) -> ResponseReturnValue:
        """The only time that the address is seen: it is not kept, here or in the browser."""
        with self._database.write() as session:
            subject = _subject(session, kind, key)
            now = self._database.now(session)
            secret = calendar_feeds.make(session, subject.row, current_user.email, now)
            trail.record(session, now, "calendar.added", subject.audit, None, None)
            feeds = calendar_feeds.feeds_of(session, subject.row)
            html = self._render(subject, feeds, session, f"{self._line.public_url}/calendar/{secret}.ics")
        response = make_response(html)
        response.headers["Cache-Control"] = "no-store"
        return response

    def revoke(self, kind: str, key: str, feed: int) -> ResponseReturnValue:
        with self._database.write() as session:
            subject = _subject(session, kind, key)
            now = self._database.now(session)
            revoked = calendar_feeds.revoke(session, subject.row, feed, now)
            if revoked:
                trail.record(session, now, "calendar.revoked", subject.audit, {"id": feed}, None)
        flash("The address answers no more." if revoked else "That address was revoked before.", "green")
        return redirect(f"{subject.page}/calendar", 303)

    def _render(
        self, subject: Subject, feeds: Sequence[CalendarFeed], session: Session, address: str | None = None
    ) -> str:
        return render_template(
            "console/calendar.html",
            subject=subject,
            is_technician=isinstance(subject.row, Technician),
            feeds=feeds,
            address=address,
            times=viewer.times(self._database.now(session), self._line.policy.time_zone),
        )


def _subject(session: Session, kind: str, key: str) -> Subject:
    """Ends the request with 403 or 404."""
    if kind == "technicians":
        technician = technician_for_me(session, key)
        return Subject(technician, technician.name, f"/technicians/{key}", f"technician:{key}")
    schedule = session.get(Schedule, key) or abort(404)
    return Subject(schedule, schedule.key, f"/rotations/{key}", f"schedule:{key}")
