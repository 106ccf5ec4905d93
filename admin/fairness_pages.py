"""How the burden of a rotation is shared: a page for a range of days, and its table for a spreadsheet."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from admin import fairness, fields
from admin.chips import Chips
from admin.guard import Doors, Permission
from admin.times import Times
from models.database import Database
from paging import roster
from paging.roster import UnknownSchedule
from rules import timezones
from rules.fairness import Fairness
from rules.line import Line

LONGEST_RANGE = relativedelta(years=2)
QUARTER = relativedelta(months=3)
DAY = timedelta(days=1)


class RangeForm(FlaskForm):
    """Local days, both included."""

    class Meta:
        csrf = False

    first = fields.day("From", "Type the first day.")
    last = fields.day("Until", "Type the last day.")

    def validate(self, extra_validators: object = None) -> bool:
        """Not longer than two years, and within the years that rules answer for."""
        if not super().validate(extra_validators):
            return False
        first, last = fields.value(self.first), fields.value(self.last)
        if not timezones.EARLIEST.year < first.year <= last.year < timezones.LATEST.year - 1 and first <= last:
            fields.complain(self.first, "That is too far away.")
        elif last < first:
            fields.complain(self.last, "It ends before it begins.")
        elif last >= first + LONGEST_RANGE:
            fields.complain(self.last, "Choose at most two years.")
        return not self.errors


class _Asked(NamedTuple):
    """What a page is about."""

    zone: str
    now: datetime
    form: RangeForm
    answer: Fairness | None


class FairnessPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/<key>/fairness", "fairness", self.page, Permission.READ)
        doors.open("/rotations/<key>/fairness.csv", "fairness_table", self.table, Permission.READ)

    def page(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            asked = self._asked(session, key)
            chips = Chips(roster.technicians(session))
        html = render_template(
            "console/fairness.html",
            key=key,
            form=asked.form,
            answer=asked.answer,
            most=max((share.total.time for share in asked.answer.shares), default=None) if asked.answer else None,
            hours=_hours,
            night=self._line.policy.night,
            chips=chips,
            times=Times(asked.now, asked.zone),
        )
        return make_response(html, 422 if asked.form.errors else 200)

    def table(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            asked = self._asked(session, key)
            names = Chips(roster.technicians(session)).names
        if asked.answer is None:
            abort(400)
        response = Response(fairness.table(asked.answer, names), mimetype="text/csv")
        name = f"fairness-{key}-{asked.form.first.data}-{asked.form.last.data}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _asked(self, session: Session, key: str) -> _Asked:
        """The days that the address names, this quarter where it names none. Ends the request with 404."""
        now = self._database.now(session)
        try:
            zone = roster.current_schedule(session, key, now).time_zone
        except UnknownSchedule:
            abort(404)
        form = RangeForm(formdata=request.args or None, data=_quarter(timezones.to_wall(now, zone).date()))
        if request.args and not form.validate():
            return _Asked(zone, now, form, None)
        start, end = _midnight(fields.value(form.first), zone), _midnight(fields.value(form.last) + DAY, zone)
        return _Asked(zone, now, form, fairness.report(session, key, start, end, now, self._line.policy))


def _hours(length: timedelta) -> str:
    """'12.5 h', to the tenth."""
    return f"{round(length / fairness.HOUR, 1):g} h"


def _quarter(day: date) -> dict[str, date]:
    first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return {"first": first, "last": first + QUARTER - DAY}


def _midnight(day: date, zone: str) -> datetime:
    return timezones.to_utc(datetime.combine(day, time.min), zone)
