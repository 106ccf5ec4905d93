"""The home page: who has it, what is burning."""

from flask import render_template
from flask.typing import ResponseReturnValue

from admin import overview, service
from admin.chips import Chips
from admin.gaps_ahead import GapsAhead
from admin.guard import Doors, Permission
from admin.overview import Duty
from admin.times import Times
from models.database import Database
from paging import roster
from paging.previews import GAPS_AHEAD
from rules.line import Line
from rules.on_call import sentence


class Home:
    def __init__(self, database: Database, line: Line, gaps_ahead: GapsAhead) -> None:
        self._database = database
        self._line = line
        self._gaps_ahead = gaps_ahead

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
            technicians = roster.technicians(session)
            duties = overview.duties(session, self._gaps_ahead, now)
            burning = overview.burning(session)
            context = {
                "burning": burning,
                "more_burning": overview.count_more(session, burning),
                "health": overview.health(session, now),
                "staffed_hours": service.staffed_hours(session),
                "beginnings": overview.beginnings(session, len(technicians), len(duties)),
            }
        chips = Chips(technicians)
        return render_template(
            template,
            duties=[(duty, Times(now, duty.zone), _why(duty, chips)) for duty in duties],
            times=Times(now, self._line.policy.time_zone),
            chips=chips,
            line_number=self._line.number,
            days=GAPS_AHEAD.days,
            **context,
        )


def _why(duty: Duty, chips: Chips) -> str:
    """The rule's sentence without the name that it begins with: the page shows that in a way of its own."""
    return sentence(duty.answer, chips.names, duty.zone).removeprefix(f"{chips.of(duty.answer.technician).name}: ")
