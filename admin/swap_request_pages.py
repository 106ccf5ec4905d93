"""Swaps that technicians ask of each other: what waits for an answer, and the answers."""

from typing import Any

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import ticket_moves
from admin.coming import coming
from admin.dated_forms import name_of_shift
from admin.guard import Doors, Permission
from admin.swap_views import SwapViews
from admin.times import Times
from models.database import Database
from models.schedule import SwapRequest
from models.technician import Technician
from paging import roster, rotations, swaps, technicians
from paging.previews import LOOKED_AHEAD
from paging.swaps import Answer
from rules.line import Line
from rules.on_call import ShiftSpan

MOST_SETTLED = 10
MOST_SHIFTS = 20
SILENCES = "It cannot be: a level of an escalation policy would reach nobody. Ask a manager."
LAPSED = "It has lapsed: a shift has begun, or is somebody else's by now. Nothing has changed."


class SwapRequestPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        """Whose request it is, the views look at."""
        doors.open("/swaps", "swaps", self.page, Permission.WORK)
        path = "/swaps/<int(max=2147483647):number>"
        doors.take(f"{path}/accept", "swap_accept", self.accept, Permission.WORK)
        doors.take(f"{path}/decline", "swap_decline", self.decline, Permission.WORK)
        doors.take(f"{path}/withdraw", "swap_withdraw", self.withdraw, Permission.WORK)

    def page(self) -> ResponseReturnValue:
        with self._database.read() as session:
            me = ticket_moves.responder(session).key
            context = self._of_mine(session, me)
        return render_template("console/swaps.html", me=me, **context)

    def _of_mine(self, session: Session, me: str | None) -> dict[str, Any]:
        now = self._database.now(session)
        views = SwapViews(session, roster.technicians(session), now)
        manages = current_user.may(Permission.EDIT)
        waiting = swaps.open_requests(session) if manages else swaps.open_requests(session, me or "")
        return {
            "to_answer": [views.to_answer(one) for one in waiting if one.asked_of == me],
            "asked": [views.show(one) for one in waiting if one.asked_by == me],
            "others": [views.show(one) for one in waiting if me not in (one.asked_by, one.asked_of)],
            "settled": [views.show(one) for one in swaps.settled(session, None if manages else me or "", MOST_SETTLED)],
            "shifts": self._shifts(session, me) if me else [],
            "name_of_shift": name_of_shift,
        }

    def _shifts(self, session: Session, me: str) -> list[tuple[str, ShiftSpan, Times]]:
        """Those of mine that begin in the next eight weeks, on any schedule."""
        now = self._database.now(session)
        found: list[tuple[str, ShiftSpan, Times]] = []
        for key in roster.schedule_keys(session):
            editing = rotations.view(session, key, now)
            times = Times(now, editing.schedule.time_zone)
            spans = coming(editing.history, now, LOOKED_AHEAD)
            mine = (span for span in spans if isinstance(span, ShiftSpan) and span.technician == me)
            found += [(key, span, times) for span in mine if span.start > now]
        return sorted(found, key=lambda one: one[1].start)[:MOST_SHIFTS]

    def accept(self, number: int) -> ResponseReturnValue:
        with self._database.write() as session:
            request = _request(session, number)
            if refused := _only(session, request.asked_of, "answers this"):
                return refused
            authors = [current_user.email, _address(session, request.asked_by)]
            answer = swaps.accept(self._database, session, self._line, request, authors)
            _tell(session, request, answer)
        return redirect("/swaps", 303)

    def decline(self, number: int) -> ResponseReturnValue:
        with self._database.write() as session:
            request = _request(session, number)
            if refused := _only(session, request.asked_of, "answers this"):
                return refused
            now = self._database.now(session)
            if swaps.decline(session, self._line, request, current_user.email, now):
                flash(f"Declined. {_name(session, request.asked_by)} is told; nothing has changed.", "green")
            else:
                _tell(session, request, Answer.SETTLED_BEFORE)
        return redirect("/swaps", 303)

    def withdraw(self, number: int) -> ResponseReturnValue:
        with self._database.write() as session:
            request = _request(session, number)
            by_asker = ticket_moves.responder(session).key == request.asked_by
            if not current_user.may(Permission.EDIT) and (
                refused := _only(session, request.asked_by, "withdraws this")
            ):
                return refused
            now = self._database.now(session)
            if swaps.withdraw(session, self._line, request, current_user.email, now, by_asker):
                flash(f"Withdrawn. {_name(session, request.asked_of)} is told; nothing has changed.", "green")
            else:
                _tell(session, request, Answer.SETTLED_BEFORE)
        return redirect("/swaps", 303)


def _request(session: Session, number: int) -> SwapRequest:
    return session.get(SwapRequest, number) or abort(404)


def _only(session: Session, key: str, does: str) -> ResponseReturnValue | None:
    """A way back for everybody but one technician."""
    if ticket_moves.responder(session).key == key:
        return None
    flash(f"Only {_name(session, key)} {does}. Nothing has changed.", "red")
    return redirect("/swaps", 303)


def _tell(session: Session, request: SwapRequest, answer: Answer) -> None:
    """What accepting came to, in words."""
    match answer:
        case Answer.ACCEPTED:
            name = _name(session, request.asked_by)
            flash(f"Accepted: the rotation {request.schedule_key} is changed. {name} is told.", "green")
        case Answer.LAPSED:
            flash(LAPSED, "amber")
        case Answer.SILENCES:
            flash(SILENCES, "red")
        case Answer.SETTLED_BEFORE:
            session.refresh(request)
            flash(f"It was {request.state} before. Nothing has changed now.", "amber")


def _name(session: Session, key: str) -> str:
    return technicians.name(session, key)


def _address(session: Session, key: str) -> str:
    technician = session.get(Technician, key)
    return (technician.email if technician else None) or key
