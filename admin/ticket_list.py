"""The list of tickets: filters, search and counts; the whole question is in the address."""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from admin import search, ticket_search, viewer
from admin.chips import Chips
from admin.fields import choice
from admin.guard import Doors, Permission
from admin.ticket_search import STATES, TicketSearch
from models.database import Database
from paging import roster
from rules.line import Line


class TicketList:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._zone = line.policy.time_zone
        self._ranks = {plan: terms.rank for plan, terms in line.policy.plans.items()}

    def open(self, doors: Doors) -> None:
        doors.open("/tickets", "tickets", self.page, Permission.READ)

    def page(self) -> ResponseReturnValue:
        """`before` and `after` are ticket numbers, for the parts below and above; `state` is one of STATES."""
        state = search.asked_for("state")
        state = state if state in STATES else ""
        with self._database.read() as session:
            times = viewer.times(self._database.now(session), self._zone)
            technicians = roster.technicians(session)
            form = _form(ticket_search.holders(session, technicians))
            conditions = form.conditions(times.zone) if form.validate() else []
            part = ticket_search.listed(session, conditions, state, search.edge(), self._ranks)
            counts = ticket_search.counts(session, conditions)
        html = render_template(
            "console/tickets.html",
            address=search.address,
            chips=Chips(technicians),
            counts=counts,
            counted=ticket_search.counted,
            form=form,
            is_work=state in ticket_search.WORK,
            narrowings=[] if form.errors else search.narrowings(form, times),
            part=part,
            state=state,
            times=times,
        )
        return make_response(html, 422 if form.errors else 200)


def _form(holders: list[tuple[str, str]]) -> TicketSearch:
    form = TicketSearch(request.args)
    form.holder.choices = [choice("", "Any"), *(choice(*each) for each in holders)]
    return form
