"""What callers on the human path left for the duty manager: who is not verified, and what still waits to be told."""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import search, viewer
from admin.guard import Doors, Permission
from admin.search import A_PART, Edge, Part
from models.call import DutyMessage
from models.database import Database
from rules.line import Line

UNVERIFIED = "unverified"


class MessagePages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/calls/messages", "messages", self.page, Permission.READ)

    def page(self) -> ResponseReturnValue:
        """`from` narrows to callers who are not verified; `before` and `after` are a message's number."""
        is_unverified = search.asked_for("from") == UNVERIFIED
        with self._database.read() as session:
            part = _listed(session, is_unverified, search.edge())
            now = self._database.now(session)
        html = render_template(
            "console/messages.html",
            address=search.address,
            is_unverified=is_unverified,
            part=part,
            times=viewer.times(now, self._line.policy.time_zone),
        )
        return make_response(html)


def _listed(session: Session, is_unverified: bool, edge: Edge | None) -> Part[DutyMessage]:
    statement = select(DutyMessage).limit(A_PART + 1)
    if is_unverified:
        statement = statement.where(DutyMessage.is_verified.is_(False))
    if edge and (number := search.number_of(edge.row)) is not None:
        statement = statement.where(DutyMessage.id > number if edge.upwards else DutyMessage.id < number)
    order = DutyMessage.id if edge and edge.upwards else DutyMessage.id.desc()
    return search.part(session.execute(statement.order_by(order)).scalars().all(), edge)
