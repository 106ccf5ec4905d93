"""The audit log: who changed what and when, searched, newest first, with what was there before and after."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.validators import Optional

from admin import fields, retention_view, viewer
from admin.audit_diff import differences
from admin.guard import Doors, Permission
from admin.search import asked_for, findable, midnight, number_of
from models.audit import Audit
from models.database import Database
from rules.line import Line

A_PAGE = 50
BETWEEN = r"[\s._]+"
"""What stands between the words of an action: as it is kept, 'pin.issued', or as the page shows it, 'pin issued'."""


class SearchForm(Form):
    """What is left empty does not narrow. Days are whole, and local."""

    actor = fields.text("Who", longest=254)
    action = fields.text("Did what", longest=64)
    subject = fields.text("Of what", longest=200)
    since = fields.DayField("From", [Optional()])
    until = fields.DayField("Until", [Optional()])


class AuditPages:
    def __init__(self, database: Database, line: Line) -> None:
        """The line's clocks are shown, and its days are searched, where the reader's are unknown."""
        self._database = database
        self._zone = line.policy.time_zone
        self._retention = line.policy.retention

    def open(self, doors: Doors) -> None:
        doors.open("/audit", "audit", self.page, Permission.ADMINISTER)

    def page(self) -> ResponseReturnValue:
        form = SearchForm(request.args)
        with self._database.read() as session:
            times = viewer.times(self._database.now(session), self._zone)
            conditions = _conditions(form, times.zone) if form.validate() else []
            rows = _newest(session, conditions, number_of(asked_for("before")))
            retention = retention_view.kinds(session, self._retention)
        html = render_template(
            "console/audit.html",
            form=form,
            changes=[(row, differences(row.before, row.after)) for row in rows[:A_PAGE]],
            older=_older(rows),
            retention=retention,
            times=times,
        )
        return make_response(html, 422 if form.errors else 200)


def _conditions(form: SearchForm, zone: str) -> list[ColumnElement[bool]]:
    typed = ((Audit.actor, form.actor), (Audit.subject, form.subject))
    asked = [(column, findable(field.data or "")) for column, field in typed]
    asked += [(Audit.action, word) for word in re.split(BETWEEN, findable(form.action.data or ""))]
    found = [column.icontains(words, autoescape=True) for column, words in asked if words]
    if form.since.data:
        found.append(Audit.at >= midnight(form.since.data, zone))
    if form.until.data:
        found.append(Audit.at < midnight(form.until.data, zone, later=1))
    return found


def _newest(session: Session, conditions: list[ColumnElement[bool]], before: int | None) -> Sequence[Audit]:
    """One more than a page, older than the change `before` where there is one."""
    if before is not None and (last := session.get(Audit, before)):
        older = or_(Audit.at < last.at, and_(Audit.at == last.at, Audit.id < last.id))
        conditions = [*conditions, older]
    order = (Audit.at.desc(), Audit.id.desc())
    return session.execute(select(Audit).where(*conditions).order_by(*order).limit(A_PAGE + 1)).scalars().all()


def _older(rows: Sequence[Audit]) -> str | None:
    """Where the search goes on."""
    if len(rows) <= A_PAGE:
        return None
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "before"}
    return f"/audit?{urlencode(asked | {'before': rows[A_PAGE - 1].id})}"
