"""Absences of a technician from a calendar file: what is found in it is listed, what is ticked is saved."""

import re
from collections.abc import Sequence
from datetime import datetime

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from admin import absences, calendar_import
from admin.absences import NewGaps, Span
from admin.calendar_import import Found, UnusableFile
from admin.contact_test_pages import technician_for_me
from admin.guard import Doors, Permission
from admin.times import Times
from models.database import Database
from models.technician import Technician
from rules import timezones
from rules.line import Line

NOTHING_TICKED = "Tick what is an absence; nothing was saved."


class AbsencePages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        """A technician may import the own absences; whose they are, the views look at."""
        path = "/technicians/<key>/absences"
        doors.open(path, "absences", self.upload, Permission.WORK, post=True)
        doors.take(f"{path}/save", "absences_save", self.save, Permission.WORK)

    def upload(self, key: str) -> ResponseReturnValue:
        """Ask for a file, and list what is in it. Nothing of it is kept until something is ticked."""
        with self._database.read() as session:
            technician = technician_for_me(session, key)
            now = self._database.now(session)
        if request.method == "GET":
            return render_template("console/absences_upload.html", technician=technician, error=None)
        try:
            found = calendar_import.read(_sent(), technician.time_zone, now)
        except UnusableFile as wrong:
            html = render_template("console/absences_upload.html", technician=technician, error=str(wrong))
            return make_response(html, 422)
        return self._list(technician, now, found, {number for number, one in enumerate(found) if one.is_all_day})

    def save(self, key: str) -> ResponseReturnValue:
        """Save what is ticked; what would leave nobody on call is shown first."""
        offered = [each for each in map(_offered, request.form.getlist("offered")) if each]
        ticked = {int(number) for number in request.form.getlist("absence") if re.fullmatch("[0-9]{1,4}", number)}
        spans = [Span(one.starts, one.ends) for number, one in enumerate(offered) if number in ticked]
        confirmed = "confirmed" in request.form
        with self._database.write() as session:
            technician = technician_for_me(session, key)
            now = self._database.now(session)
            spans = [span for span in spans if span.ends > now]
            if not spans:
                return self._list(technician, now, offered, ticked, error=NOTHING_TICKED), 422
            try:
                saved = absences.save(self._database, session, key, spans, current_user.email, confirmed=confirmed)
            except NewGaps as gaps:
                return self._list(technician, now, offered, ticked, gaps=gaps), 422
        flash(_told(technician, saved), "green" if saved else "amber")
        return redirect(f"/technicians/{key}", 303)

    def _list(
        self, technician: Technician, now: datetime, found: Sequence[Found], ticked: set[int],
        *, gaps: NewGaps | None = None, error: str | None = None,
    ) -> str:  # fmt: skip
        return render_template(
            "console/absences.html",
            technician=technician,
            offered=[(_value(one), one) for one in found],
            ticked=ticked,
            gaps=gaps,
            error=error,
            times=Times(now, technician.time_zone),
        )


def _sent() -> bytes:
    """The file of this request, or the first byte too many of it."""
    sent = request.files.get("file")
    if sent is None:
        return b""
    with sent.stream as stream:
        return stream.read(calendar_import.LARGEST + 1)


def _told(technician: Technician, saved: Sequence[str] | None) -> str:
    if saved is None:
        return f"{technician.name} takes part in no rotation: there is nothing to be absent from."
    if not saved:
        return "Nothing was changed: these absences are there already."
    return f"{technician.name} is absent then in {', '.join(saved)}: the turns pass to the others."


def _value(one: Found) -> str:
    """An event as a form carries it there and back."""
    kind = "days" if one.is_all_day else "times"
    return f"{one.starts.isoformat()} {one.ends.isoformat()} {kind} {one.summary}"


def _offered(value: str) -> Found | None:
    """None for what no form of ours has sent."""
    instant = r"([0-9]{4}-[0-9T:.-]{14,21}\+00:00)"
    match = re.fullmatch(rf"{instant} {instant} (days|times) (.{{1,{calendar_import.LONGEST_SUMMARY}}})", value)
    try:
        starts, ends = (datetime.fromisoformat(text) for text in match.groups()[:2]) if match else (None, None)
    except ValueError:
        return None
    if match is None or starts is None or ends is None:
        return None
    if not timezones.EARLIEST <= starts < ends <= timezones.LATEST:
        return None
    return Found(match[4], starts, ends, match[3] == "days")
