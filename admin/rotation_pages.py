"""Rotations: who is on call when, any gap; edit the turns, add and remove overrides."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import fields, overview, rotation_edits, timeline
from admin.chips import Chips
from admin.guard import Doors, Permission
from admin.rotation_forms import NewScheduleForm, OverrideForm, ScheduleForm, new_layer, place_problems, typed
from admin.timeline_range import LENGTHS, TimelineRange
from admin.times import Times
from models.database import Database
from paging import reach, roster
from paging.roster import UnknownSchedule
from rules import timezones
from rules.line import Line
from rules.on_call import Gap, Override, Schedule, ShiftSpan, on_call, problems, sentence, shifts

AHEAD = timedelta(days=14)


class RotationPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/rotations", "rotations", self.listing, Permission.READ)
        doors.open("/rotations/add", "rotation_add", self.add, Permission.EDIT, post=True)
        doors.open("/rotations/<key>", "rotation", self.page, Permission.READ)
        doors.open("/rotations/<key>/edit", "rotation_edit", self.edit, Permission.EDIT, post=True)
        doors.take("/rotations/<key>/overrides", "override_add", self.add_override, Permission.EDIT)
        doors.take("/rotations/<key>/overrides/remove", "override_remove", self.remove_override, Permission.EDIT)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            technicians = roster.technicians(session)
            duties = overview.duties(session, now)
        chips = Chips(technicians)
        told = [(duty, Times(now, duty.zone), sentence(duty.answer, chips.names, duty.zone)) for duty in duties]
        return render_template("console/rotations.html", duties=told, chips=chips)

    def page(self, key: str) -> ResponseReturnValue:
        return self._page(key, None)

    def add(self) -> ResponseReturnValue:
        zone = self._line.policy.time_zone
        with self._database.read() as session:
            wall = timezones.to_wall(self._database.now(session), zone).replace(tzinfo=None)
            names = _names(session)
        form = NewScheduleForm(key="platinum", time_zone=zone, layers=[new_layer(wall, "weekly")])
        form.offer(names)
        errors: list[str] = []
        if form.validate_on_submit():
            key = fields.value(form.key)
            with self._database.write() as session:
                now = self._database.now(session)
                if rotation_edits.locked(session, key, now):
                    fields.complain(form.key, "There is a rotation with this key. Type another one.")
                else:
                    errors = _save(session, None, form, key, names, now)
            if not errors and not form.errors:
                flash("The rotation holds from now on.", "green")
                return redirect(f"/rotations/{key}", 303)
        return _edit_page(form, errors, None, names)

    def edit(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            current = self._current(session, key)
            now = self._database.now(session)
            names = _names(session)
            revision = roster.newest_revision(session, key)
        wall = timezones.to_wall(now, current.time_zone).replace(tzinfo=None)
        data = typed(current, revision)
        if not current.layers or request.args.get("layer"):
            data["layers"].append(new_layer(wall, "" if current.layers else "weekly"))
        form = ScheduleForm(data=data)
        form.offer(names)
        errors: list[str] = []
        if form.validate_on_submit():
            with self._database.write() as session:
                errors = self._change(session, key, form, names)
            if not errors and not form.errors:
                flash("The rotation is changed from now on; what is past stays as it was.", "green")
                return redirect(f"/rotations/{key}", 303)
        return _edit_page(form, errors, current, names)

    def _change(self, session: Session, key: str, form: ScheduleForm, names: Mapping[str, str]) -> list[str]:
        now = self._database.now(session)
        before = rotation_edits.locked(session, key, now) or abort(404)
        newest = str(roster.newest_revision(session, key))
        if form.revision.data != newest:
            form.revision.data = newest
            author = rotation_edits.author_of_newest(session, key)
            return [f"{author} changed this rotation while you edited it. Look at it, then save again to overrule."]
        return _save(session, before, form, key, names, now)

    def add_override(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            names = _names(session)
        form = OverrideForm()
        form.technician.choices = [fields.choice(each, name) for each, name in names.items()]
        if form.validate_on_submit():
            with self._database.write() as session:
                saved = self._add_override(session, key, form, names)
            if saved:
                flash(f"{names[form.technician.data]} is on call then, whatever the turns say.", "green")
                return redirect(f"/rotations/{key}", 303)
        return self._page(key, form)

    def _add_override(self, session: Session, key: str, form: OverrideForm, names: Mapping[str, str]) -> bool:
        now = self._database.now(session)
        before = rotation_edits.locked(session, key, now) or abort(404)
        starts, ends = (fields.instant(field, before.time_zone) for field in (form.starts, form.ends))
        if starts is None or ends is None:
            return False
        override = Override(form.technician.data, starts, ends)
        if ends <= starts:
            fields.complain(form.ends, "It ends before it begins.")
        elif ends <= now:
            fields.complain(form.ends, "That is over: the past is never rewritten.")
        elif other := rotation_edits.clash(before, override):
            times = Times(now, before.time_zone)
            held = f"{times.full(other.starts)} until {times.full(other.ends)}"
            who = names.get(other.technician, other.technician)
            fields.complain(form.starts, f"{who} has an override from {held}. Remove that one or choose other times.")
        if form.starts.errors or form.ends.errors:
            return False
        after = rotation_edits.with_override(before, override)
        rotation_edits.save(session, before, after, "override.added", now)
        return True

    def remove_override(self, key: str) -> ResponseReturnValue:
        with self._database.write() as session:
            now = self._database.now(session)
            before = rotation_edits.locked(session, key, now) or abort(404)
            names = [_name_of(override) for override in before.overrides]
            wanted = request.form.get("override", "")
            if wanted in names:
                after = rotation_edits.without_override(before, before.overrides[names.index(wanted)])
                if silenced := reach.silenced_by_schedule(session, after, now):
                    flash(f"The override stays: {silenced[0]}. Change the policy first.", "red")
                    return redirect(f"/rotations/{key}", 303)
                rotation_edits.save(session, before, after, "override.removed", now)
        flash("The override is removed." if wanted in names else "That override was removed before.", "green")
        return redirect(f"/rotations/{key}", 303)

    def _current(self, session: Session, key: str) -> Schedule:
        try:
            return roster.current_schedule(session, key, self._database.now(session))
        except UnknownSchedule:
            abort(404)

    def _page(self, key: str, form: OverrideForm | None) -> Response:
        with self._database.read() as session:
            schedule = self._current(session, key)
            now = self._database.now(session)
            technicians = roster.technicians(session)
            history = roster.history(session, key)
        times = Times(now, schedule.time_zone)
        shown = TimelineRange.asked(request.args, times.wall(now).date())
        answer = on_call(history, now)
        held, gaps = shifts(history, now, now + AHEAD)
        if form is None:
            form = OverrideForm(formdata=None)
            form.technician.choices = [fields.choice(each, t.name) for each, t in technicians.items()]
        chips = Chips(technicians)
        html = render_template(
            "console/rotation.html",
            schedule=schedule,
            shown=shown,
            lengths=LENGTHS,
            line=timeline.draw(history, *shown.span(times.zone), times, chips, self._line.policy.line_calendar),
            answer=answer,
            why=sentence(answer, chips.names, schedule.time_zone),
            spans=sorted([*held, *gaps], key=_start),
            gaps=gaps,
            overrides=[(override, _name_of(override)) for override in rotation_edits.ahead(schedule, now)],
            form=form,
            chips=chips,
            times=times,
        )
        return make_response(html, 422 if form.errors else 200)


def _save(
    session: Session, before: Schedule | None, form: ScheduleForm, key: str, names: Mapping[str, str], now: datetime
) -> list[str]:
    """Save what was typed; answers what is wrong with it and has no field of its own."""
    after = form.schedule(key, before)
    if not after.layers:
        return ["Nobody takes part: choose at least one technician."]
    if found := problems(after, names):
        return place_problems(form, found) or ["Nothing was saved yet. Mend what is marked below."]
    if silenced := reach.silenced_by_schedule(session, after, now):
        return [f"Nothing was saved: {rung}. Change the policy first." for rung in silenced]
    rotation_edits.save(session, before, after, "rotation.changed" if before else "rotation.added", now)
    return []


def _edit_page(
    form: ScheduleForm, errors: list[str], schedule: Schedule | None, names: Mapping[str, str]
) -> ResponseReturnValue:
    html = render_template("console/rotation_edit.html", form=form, errors=errors, schedule=schedule, names=names)
    return make_response(html, 422 if errors or form.errors else 200)


def _names(session: Session) -> dict[str, str]:
    return {key: technician.name for key, technician in roster.technicians(session).items()}


def _start(span: ShiftSpan | Gap) -> datetime:
    return span.start


def _name_of(override: Override) -> str:
    """What names an override in a form."""
    return f"{override.technician} {override.starts.isoformat()} {override.ends.isoformat()}"
