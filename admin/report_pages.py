"""Reports: how well tickets of some days were answered, on a page and as tables for a spreadsheet."""

from datetime import date, datetime, time
from typing import NamedTuple
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField
from wtforms.validators import Optional, Regexp

from admin import fields, report_rows, report_tables
from admin.chips import Chips
from admin.fairness_pages import DAY, QUARTER, RangeForm
from admin.guard import Doors, Permission
from admin.report_rows import Wanted
from admin.report_tables import GROUPS, TABLES, Report
from admin.sheet import sheet
from admin.times import Times
from models.database import Database
from paging import roster
from rules import timezones
from rules.line import Line
from rules.targets import Plan, Priority

MONTH = relativedelta(months=1)


class ReportForm(RangeForm):
    """Which tickets are counted, and how they are grouped."""

    priority = SelectField(
        "Priority", choices=[fields.choice("", "All"), *(fields.choice(p.value, p.value) for p in Priority)], default=""
    )
    plan = SelectField(
        "Plan",
        choices=[fields.choice("", "All"), *(fields.choice(p.value, p.value.capitalize()) for p in Plan)],
        default="",
    )
    by = SelectField("By", choices=[fields.choice(key, word) for key, word in GROUPS.items()], default="priority")
    customer = HiddenField(validators=[Optional(), Regexp(r"[0-9]{1,9}\Z", message="No such customer.")])


class _Asked(NamedTuple):
    """What a page is about. `report` is None where the address names no days."""

    form: ReportForm
    customer: str | None
    report: Report | None
    now: datetime


class ReportPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._zone = line.policy.time_zone

    def open(self, doors: Doors) -> None:
        names = ", ".join(f"'{name}'" for name in TABLES)
        doors.open("/reports", "reports", self.page, Permission.READ)
        doors.open(f"/reports/<any({names}):name>.csv", "report_table", self.table, Permission.READ)

    def page(self) -> ResponseReturnValue:
        with self._database.read() as session:
            asked = self._asked(session)
            schedules = roster.schedule_keys(session)
        html = render_template(
            "console/reports.html",
            form=asked.form,
            customer=asked.customer,
            report=asked.report,
            tables={name: make(asked.report) for name, make in TABLES.items()} if asked.report else {},
            columns=report_tables.columns,
            weekdays=report_tables.weekdays,
            shown=report_tables.shown,
            link=_link,
            periods=_periods(timezones.to_wall(asked.now, self._zone).date()),
            schedules=schedules,
            times=Times(asked.now, self._zone),
        )
        return make_response(html, 422 if asked.form.errors else 200)

    def table(self, name: str) -> ResponseReturnValue:
        with self._database.read() as session:
            asked = self._asked(session)
        if asked.report is None:
            abort(400)
        table = TABLES[name](asked.report)
        rows = ([report_tables.plain(cell) for cell in line.cells] for line in table.lines)
        response = Response(sheet(table.columns, rows), mimetype="text/csv")
        file = f"{name}-{asked.form.first.data}-{asked.form.last.data}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        return response

    def _asked(self, session: Session) -> _Asked:
        """The days that the address names, this month where it names none. Ends the request with 404."""
        now = self._database.now(session)
        first, last = _periods(timezones.to_wall(now, self._zone).date())["This month"]
        form = ReportForm(formdata=request.args or None, data={"first": first, "last": last})
        if request.args and not form.validate():
            return _Asked(form, None, None, now)
        wanted = self._wanted(form)
        customer = None if wanted.customer is None else report_rows.customer_name(session, wanted.customer)
        if wanted.customer is not None and customer is None:
            abort(404)
        cases = report_rows.cases(session, wanted, self._line.policy.plans, now)
        names = Chips(roster.technicians(session)).names
        return _Asked(form, customer, Report(cases, fields.value(form.by), self._zone, now, names), now)

    def _wanted(self, form: ReportForm) -> Wanted:
        return Wanted(
            start=_midnight(fields.value(form.first), self._zone),
            end=_midnight(fields.value(form.last) + DAY, self._zone),
            priority=Priority(form.priority.data) if form.priority.data else None,
            plan=Plan(form.plan.data) if form.plan.data else None,
            customer=int(form.customer.data) if form.customer.data else None,
        )


def _periods(today: date) -> dict[str, tuple[date, date]]:
    """The days that reports are asked for most, both included."""
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    return {
        "This month": (month, month + MONTH - DAY),
        "Last month": (month - MONTH, month - DAY),
        "This quarter": (quarter, quarter + QUARTER - DAY),
        "Last quarter": (quarter - QUARTER, quarter - DAY),
    }


def _link(path: str, form: ReportForm, **changed: object) -> str:
    """The address of a report like the one that is shown, but for what is changed."""
    names = ("first", "last", "priority", "plan", "customer", "by")
    now = {name: form[name].data for name in names} | changed
    return f"{path}?{urlencode({name: value for name, value in now.items() if value})}"


def _midnight(day: date, zone: str) -> datetime:
    return timezones.to_utc(datetime.combine(day, time.min), zone)
