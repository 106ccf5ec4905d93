"""Calls: the list, one call with every step and what was recorded, and the numbers that are blocked."""

import io

from flask import abort, flash, make_response, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from admin import call_log, fields, parts, search, trail, viewer
from admin.call_search import CallSearch
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from models.customer import Contact
from models.database import Database, insert_once
from models.protection import BlockedNumber
from models.recording import Recording
from paging import wrong_pins
from rules.line import Line


class BlockForm(KeptForm):
    number = fields.phone("Number", "Type the number that shall not use the line, with its country code.")
    reason = fields.words("Reason", "Type why, for whoever looks at this later.", 200)


class CallPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/calls", "calls", self.listing, Permission.READ)
        doors.open("/calls/<sid>", "call", self.page, Permission.READ)
        doors.open("/recordings/<int:number>", "recording", self.sound, Permission.READ)
        doors.open("/calls/blocked", "blocked", self.blocked, Permission.EDIT, post=True)
        doors.take("/calls/blocked/remove", "unblock", self.unblock, Permission.EDIT)

    def listing(self) -> ResponseReturnValue:
        """Newest first; `before` and `after` are a call's id, for the parts below and above."""
        form = CallSearch(request.args)
        with self._database.read() as session:
            times = viewer.times(self._database.now(session), self._line.policy.time_zone)
            conditions = form.conditions(times.zone) if form.validate() else []
            part = call_log.listed(session, conditions, search.edge())
            spent = wrong_pins.spent(session, self._line, times.now)
        narrowings = [] if form.errors else search.narrowings(form, times)
        html = render_template(
            "console/calls.html",
            address=search.address,
            form=form,
            narrowings=narrowings,
            part=part,
            spent=spent,
            times=times,
        )
        return make_response(html, 422 if form.errors else 200)

    def page(self, sid: str) -> ResponseReturnValue:
        with self._database.read() as session:
            told = call_log.find(session, sid) or abort(404)
            steps = call_log.steps(session, sid)
            recordings = call_log.recorded(session, sid=sid)
            messages = call_log.messages(session, sid)
            now = self._database.now(session)
        return render_template(
            "console/call.html",
            told=told,
            steps=[(step, call_log.sentence(step)) for step in steps],
            recordings=recordings,
            messages=messages,
            retention=self._line.policy.recordings.retention,
            times=viewer.times(now, self._line.policy.time_zone),
        )

    def sound(self, number: int) -> ResponseReturnValue:
        """One recording, for a browser to play, from any second on."""
        with self._database.read() as session:
            statement = select(Recording).where(Recording.id == number).options(undefer(Recording.sound))
            found = session.execute(statement).scalar_one_or_none()
        if found is None or found.sound is None:
            abort(404)
        answer = send_file(io.BytesIO(found.sound), mimetype=found.media_type, conditional=True)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    def blocked(self) -> ResponseReturnValue:
        """Newest first; `before` and `after` are a number, for the parts below and above."""
        form = BlockForm()
        if form.validate_on_submit():
            self._block(fields.value(form.number), fields.value(form.reason))
            return redirect("/calls/blocked", 303)
        with self._database.read() as session:
            order = (BlockedNumber.blocked_at, BlockedNumber.number)
            part = parts.listed(session, select(BlockedNumber), order, search.edge(), falling=True)
            now = self._database.now(session)
        times = viewer.times(now, self._line.policy.time_zone)
        html = render_template("console/blocked.html", address=search.address, form=form, part=part, times=times)
        return make_response(html, 422 if form.errors else 200)

    def unblock(self) -> ResponseReturnValue:
        number = request.form.get("number", "")
        with self._database.write() as session:
            gone = delete(BlockedNumber).where(BlockedNumber.number == number).returning(BlockedNumber.number)
            if found := session.execute(gone).first():
                trail.record(session, self._database.now(session), "number.unblocked", number, None, None)
        flash(f"{number} may use the line again." if found else "That number was not blocked.", "green")
        return redirect("/calls/blocked", 303)

    def _block(self, number: str, reason: str) -> None:
        with self._database.write() as session:
            now = self._database.now(session)
            row = {"number": number, "reason": reason, "blocked_by": current_user.email, "blocked_at": now}
            if insert_once(session, BlockedNumber, ["number"], row):
                trail.record(session, now, "number.blocked", number, None, {"reason": reason})
            contact = select(Contact.name).where(Contact.phone == number).limit(1)
            name = session.execute(contact).scalar()
        if name:
            flash(f"{number} is blocked. It is on file as {name}'s: an administrator is turned away now.", "amber")
        else:
            flash(f"{number} is blocked: who calls from it hears one sentence.", "green")
