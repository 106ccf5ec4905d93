"""The home page: who has it, what is burning."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import overview, service, ticket_moves, viewer
from admin.beginnings import Beginnings
from admin.chips import Chips
from admin.duties import Duties, Turn
from admin.guard import Doors, Permission
from admin.times import Times
from models.database import Database
from paging import roster, swaps, unplaced_alerts
from paging.previews import GAPS_AHEAD
from rules.line import Line
from rules.on_call import OnCall, sentence

TURNS_TOLD = 4
"""Of the reader's own shifts: the one that goes on, and the next ones."""


class Home:
    def __init__(self, database: Database, line: Line, duties: Duties, *, simulated: bool) -> None:
        self._database = database
        self._line = line
        self._duties = duties
        self._beginnings = Beginnings(line, simulated)

    def open(self, doors: Doors) -> None:
        doors.open("/", "home", self.page, Permission.READ)
        doors.open("/live", "home_live", self.live, Permission.READ)

    def page(self) -> ResponseReturnValue:
        return self._render("console/home.html")

    def live(self) -> ResponseReturnValue:
        """The part of the page that refreshes itself."""
        return self._render("console/_home_live.html")

    def _render(self, template: str) -> str:
        with self._database.read() as session:
            now = self._database.now(session)
            chips = Chips(roster.technicians(session))
            duties = self._duties.now(session, now)
            burning = overview.burning(session)
            me = ticket_moves.responder(session).key
            context = {
                "burning": burning,
                "more_burning": overview.count_more(session, burning),
                "unplaced_alerts": unplaced_alerts.count(session),
                "health": overview.health(session, now),
                "staffed_hours": service.staffed_hours(session),
                "left": self._beginnings.left(session),
                "me": me,
                "mine": self._mine(session, me, now) if me else [],
                "asked_of_me": swaps.count_asked_of(session, me) if me else 0,
            }
        return render_template(
            template,
            duties=[(duty, Times(now, duty.zone)) for duty in duties],
            reason=reason,
            times=viewer.times(now, self._line.policy.time_zone),
            chips=chips,
            line_number=self._line.number,
            days=GAPS_AHEAD.days,
            **context,
        )

    def _mine(self, session: Session, technician: str, now: datetime) -> Sequence[tuple[Turn, Times]]:
        turns = self._duties.turns(session, technician, now)[:TURNS_TOLD]
        return [(turn, Times(now, turn.zone)) for turn in turns]


def reason(answer: OnCall) -> str:
    """The rule's sentence without who and until when: the page shows those in ways of its own."""
    return sentence(replace(answer, technician=None, until=None), {}, "UTC").removeprefix("nobody: ")
