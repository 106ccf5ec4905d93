"""Rotations: the list, and one of them."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import ticket_moves
from admin.chips import Chips
from admin.duties import Duties
from admin.guard import Doors, Permission
from admin.rotation_page import rotation_page
from admin.times import Times
from models.database import Database
from paging import roster, swaps
from paging.previews import GAPS_AHEAD
from rules.line import Line
from rules.on_call import sentence


class RotationPages:
    def __init__(self, database: Database, line: Line, duties: Duties) -> None:
        self._database = database
        self._line = line
        self._duties = duties

    def open(self, doors: Doors) -> None:
        doors.open("/rotations", "rotations", self.listing, Permission.READ)
        doors.open("/rotations/<key>", "rotation", self.page, Permission.READ)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            technicians = roster.technicians(session)
            duties = self._duties.now(session, now)
            asked_of_me = _asked_of_me(session)
        chips = Chips(technicians)
        told = [(duty, Times(now, duty.zone), sentence(duty.answer, chips.names, duty.zone)) for duty in duties]
        return render_template(
            "console/rotations.html", duties=told, chips=chips, days=GAPS_AHEAD.days, asked_of_me=asked_of_me
        )

    def page(self, key: str) -> ResponseReturnValue:
        return rotation_page(self._database, self._line, key)


def _asked_of_me(session: Session) -> int:
    """How many swaps wait for the answer of who reads the page."""
    me = ticket_moves.responder(session).key if current_user.may(Permission.WORK) else None
    return swaps.count_asked_of(session, me) if me else 0
