"""One ticket: what happened, what can I do."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from admin import call_log, kept, retention_view, ticket_moves, ticket_story, trail, viewer
from admin.chips import Chips
from admin.guard import Doors, Permission
from admin.ticket_forms import FORMS, MoveForm
from admin.times import Times
from models.database import Database
from models.ticket import TICKET_MOVES, Ticket
from paging import pager, roster
from rules.line import Line
from tickets import lifecycle
from tickets.lifecycle import MoveRefused


class TicketPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/tickets/<int:number>", "ticket", self.page, Permission.READ)
        doors.open("/tickets/<int:number>/live", "ticket_live", self.live, Permission.READ)
        doors.take("/tickets/<int:number>/<move>", "ticket_move", self.move, Permission.WORK)

    def page(self, number: int) -> ResponseReturnValue:
        again = next((move for move in FORMS if kept.was_sent_to(f"/tickets/{number}/{move}")), None)
        return self._render("console/ticket.html", number, {again: FORMS[again]()} if again else {})

    def live(self, number: int) -> ResponseReturnValue:
        """The part of the page that refreshes itself."""
        return self._render("console/_ticket_live.html", number, {})

    def move(self, number: int, move: str) -> ResponseReturnValue:
        """Make a person's move; a refused or unfinished one comes back with what was typed."""
        form = FORMS[move]() if move in FORMS else abort(404)
        if not form.validate_on_submit():
            return self._render("console/ticket.html", number, {move: form}, status=422)
        try:
            done = self._make(number, move, form)
        except MoveRefused as refused:
            return self._render("console/ticket.html", number, {move: form}, refusal=str(refused), status=409)
        flash(done, "green")
        return redirect(f"/tickets/{number}", 303)

    def _make(self, number: int, move: str, form: MoveForm) -> str:
        words = {name: value for name, value in form.data.items() if name != "csrf_token"}
        with self._database.write() as session:
            now = self._database.now(session)
            ticket = lifecycle.lock_ticket(session, number) or abort(404)
            before = _state(ticket)
            done = ticket_moves.make(session, self._line, ticket, move, words, now)
            after = _state(ticket) | {name: value for name, value in words.items() if value}
            trail.record(session, now, f"ticket.{move}", f"ticket:{number}", before, after)
        return done

    def _render(
        self, template: str, number: int, typed: Mapping[str, MoveForm], refusal: str = "", status: int = 200
    ) -> Response:
        with self._database.read() as session:
            now = self._database.now(session)
            telling = ticket_story.tell(session, number) or abort(404)
            calls = call_log.of_ticket(session, number)
            recordings = call_log.recorded(session, ticket_number=number)
            technicians = roster.technicians(session)
            me = ticket_moves.responder(session)
            holder = pager.holder_name(session, telling.ticket)
            owner = technicians.get(telling.ticket.taken_by or "")
        kept_for = self._line.policy.retention
        forms = {move: typed.get(move) or _empty(move, telling.ticket) for move in FORMS}
        html = render_template(
            template,
            ticket=telling.ticket,
            page=telling.page,
            story=telling.story,
            calls=calls,
            recordings=recordings,
            retention=self._line.policy.recordings.retention,
            contact_days=retention_view.days_kept(telling.ticket.ended_at, kept_for.ticket_contact, now),
            timeline_days=retention_view.days_kept(telling.ticket.ended_at, kept_for.timeline, now),
            forms=forms,
            opened=next(iter(typed), ""),
            refusal=refusal[:1].upper() + refusal[1:],
            ended=not TICKET_MOVES[telling.ticket.state],
            mine=telling.ticket.taken_by == me.holder,
            holder=holder,
            is_told=bool(owner and owner.phone),
            may_work=current_user.may(Permission.WORK),
            chips=Chips(technicians),
            times=viewer.times(now, self._line.policy.time_zone),
            line_times=Times(now, self._line.policy.time_zone),
        )
        return make_response(html, status)


def _empty(move: str, ticket: Ticket) -> MoveForm:
    """A form that knows nothing of what another one sent."""
    return FORMS[move](formdata=None, data={"priority": ticket.priority.value})


def _state(ticket: Ticket) -> dict[str, Any]:
    return {"state": ticket.state.value, "priority": ticket.priority.value, "taken_by": ticket.taken_by}
