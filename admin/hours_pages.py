"""The service hours: when the office answers and when the line does, and a setting that overrules the calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from admin import fields, service, staffed_words
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.staffed_words import Day
from admin.times import Times
from models.database import Database
from paging.help_desk import is_staffed_by
from rules.line import Line
from rules.service_hours import is_holiday, next_change, next_holidays
from rules.wall_words import DAYS, MONTHS

DAYS_AHEAD = 15
HOLIDAYS_AHEAD = 6
AS_THE_POLICY_SAYS = "policy"
CHOICES = {
    AS_THE_POLICY_SAYS: "As the policy says",
    "always_staffed": "Always staffed",
    "never_staffed": "Never staffed",
}


class HoursForm(KeptForm):
    staffed = RadioField("The help desk is", choices=[fields.choice(*one) for one in CHOICES.items()])


class HoursPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/service-hours", "service_hours", self.page, Permission.READ)
        doors.take("/service-hours", "service_hours_change", self.change, Permission.EDIT)

    def page(self) -> ResponseReturnValue:
        return self._page(None)

    def change(self) -> ResponseReturnValue:
        form = HoursForm()
        if not form.validate_on_submit():
            return self._page(form)
        chosen = fields.value(form.staffed)
        after = {} if chosen == AS_THE_POLICY_SAYS else {chosen: True}
        with self._database.write() as session:
            changed = service.change_hours(session, after, self._database.now(session))
        now_so = f"{CHOICES[chosen]}: it holds from the next call and the next event on."
        flash(now_so if changed else "Nothing was different.", "green")
        return redirect("/service-hours", 303)

    def _page(self, form: HoursForm | None) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            setting, desk = service.staffed_hours(session), service.help_desk(session)
        policy, calendar = self._line.policy, self._line.policy.line_calendar
        times = Times(now, calendar.time_zone)
        chosen = next(iter(setting), AS_THE_POLICY_SAYS)
        html = render_template(
            "console/service_hours.html",
            form=form or HoursForm(staffed=chosen),
            chosen=chosen,
            staffed=is_staffed_by(setting, self._line, now),
            changes_at=next_change(calendar, now),
            has_desk=bool(desk.get("phone")),
            tells_desk=bool(desk.get("email")),
            untaken_minutes=int(policy.untaken_event.total_seconds() // 60),
            plans=[(terms.name, staffed_words.week(terms.calendar)) for terms in policy.plans.values()],
            line_week=staffed_words.week(calendar),
            words=staffed_words,
            written=_written,
            times=times,
            **self._days(now, times),
        )
        return make_response(html, 422 if form and form.errors else 200)

    def _days(self, now: datetime, times: Times) -> Mapping[str, Any]:
        today = times.wall(now).date()
        ahead = [self._day(today + timedelta(number)) for number in range(DAYS_AHEAD)]
        holidays = next_holidays(self._line.policy.line_calendar, today, HOLIDAYS_AHEAD)
        return {"today": today, "days": ahead, "holidays": [self._day(one) for one in holidays]}

    def _day(self, on: date) -> Day:
        policy = self._line.policy
        calendars = [terms.calendar for terms in policy.plans.values()]
        free = any(is_holiday(calendar, on) for calendar in (*calendars, policy.line_calendar))
        return staffed_words.day(on, free, calendars, policy.line_calendar)


def _written(on: date) -> str:
    """'Wed 11 Nov'."""
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"
