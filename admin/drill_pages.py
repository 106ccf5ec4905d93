"""Drills: start one, and how long it took until somebody answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import SelectField

from admin import fields, viewer
from admin.chips import Chips
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from models.audit import Audit
from models.customer import HOUSE_CONTRACT, Contract
from models.database import Database
from models.page import Page
from models.schedule import EscalationPolicy
from models.ticket import Ticket, TicketSource
from paging import drills, roster
from rules.line import Line
from rules.targets import Priority

NEWEST = 50
_HOUSE = select(Contract.id).where(Contract.number == HOUSE_CONTRACT)


class DrillForm(KeptForm):
    policy = SelectField("Escalation policy")
    priority = SelectField("Priority")

    def offer(self, policies: Sequence[tuple[str, str]], priorities: Sequence[Priority]) -> None:
        """`policies` by key, with whom each pages first."""
        self.policy.choices = [fields.choice(key, f"{key}: {first} first") for key, first in policies]
        self.priority.choices = [fields.choice(priority.value, priority.value) for priority in priorities]


@dataclass(frozen=True, slots=True)
class Drill:
    """`author` and `policy` are '' where the audit trail has forgotten them."""

    ticket: Ticket
    page: Page
    author: str
    policy: str


class DrillPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/drills", "drills", self.listing, Permission.READ)
        doors.open("/drills/live", "drills_live", self.live, Permission.READ)
        doors.take("/drills", "drill_start", self.start, Permission.EDIT)

    def listing(self) -> ResponseReturnValue:
        return self._render("console/drills.html", self._form(formdata=None))

    def live(self) -> ResponseReturnValue:
        """The list, which refreshes itself."""
        return self._render("console/_drills_live.html", None)

    def start(self) -> ResponseReturnValue:
        """Start a drill, and come back to watch it."""
        form = self._form()
        if not form.validate_on_submit():
            return self._render("console/drills.html", form)
        priority = Priority(form.priority.data)
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                author = current_user.email
                ticket = drills.start(session, self._line, fields.value(form.policy), priority, author, now)
        except drills.UnderWay as other:
            fields.complain(form.policy, f"Drill {other.number} is under way: wait until somebody answers, or stop it.")
            return self._render("console/drills.html", form)
        flash(f"Drill {ticket.number} pages now. It ends when somebody answers.", "green")
        return redirect("/drills", 303)

    def _form(self, **options: Any) -> DrillForm:
        with self._database.read() as session:
            policies = _policies(session, self._database.now(session))
        form = DrillForm(**options)
        form.offer(policies, [each for each in Priority if each in self._line.policy.phone_priorities])
        return form

    def _render(self, template: str, form: DrillForm | None) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            found = _newest(session)
            chips = Chips(roster.technicians(session))
        times = viewer.times(now, self._line.policy.time_zone)
        html = render_template(template, form=form, drills=found, chips=chips, times=times)
        return make_response(html, 422 if form and form.errors else 200)


def _policies(session: Session, now: datetime) -> list[tuple[str, str]]:
    """Every escalation policy by key, and whom its first level pages now."""
    rows = session.execute(select(EscalationPolicy).order_by(EscalationPolicy.key)).scalars()
    return [(row.key, _first(session, row.content, now)) for row in rows]


def _first(session: Session, content: dict[str, Any], now: datetime) -> str:
    people = roster.people(session, content["levels"][0]["notify"], now)
    return ", ".join(person.name for person in people) or "the fallback"


def _newest(session: Session) -> list[Drill]:
    statement = (
        select(Ticket, Page)
        .join(Page, Page.ticket_number == Ticket.number)
        .where(Ticket.contract_id.in_(_HOUSE), Ticket.source == TicketSource.DRILL)
        .order_by(Ticket.number.desc())
        .limit(NEWEST)
    )
    found = session.execute(statement).all()
    subjects = [f"ticket:{ticket.number}" for ticket, _ in found]
    trail = select(Audit).where(Audit.subject.in_(subjects), Audit.action == drills.STARTED)
    starts = {row.subject: (row.actor, row.after["policy"]) for row in session.execute(trail).scalars() if row.after}
    return [Drill(ticket, page, *starts.get(f"ticket:{ticket.number}", ("", ""))) for ticket, page in found]
