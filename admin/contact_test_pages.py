"""A test text, a test call and a test e-mail, for each way to reach a technician, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import ticket_moves, trail, viewer
from admin.guard import Doors, Permission
from models.database import Database
from models.delivery import Delivery, DeliveryState
from models.technician import Technician
from paging import contact_tests, roster
from rules.escalation import Channel
from rules.line import Line

WAYS = {
    Channel.SMS: ("Text", "Send a test text", "chat-left-text"),
    Channel.VOICE: ("Call", "Call as a test", "telephone-outbound"),
    Channel.SECOND_PHONE: ("Second number", "Call it as a test", "telephone-outbound"),
    Channel.EMAIL: ("E-mail", "Send a test e-mail", "envelope"),
}
HANDED_OVER = {
    Channel.SMS: "handed over, not delivered yet",
    Channel.VOICE: "ringing",
    Channel.SECOND_PHONE: "ringing",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a technician. `words`, `look` and `picture` tell what became of its newest test, at `at`."""

    channel: Channel
    name: str
    button: str
    icon: str
    address: str | None
    at: datetime | None
    words: str
    look: str
    picture: str


class ContactTestPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/technicians/<key>/tests", "contact_tests", self.live, Permission.WORK)
        doors.take("/technicians/<key>/tests/<channel>", "contact_test", self.send, Permission.WORK)

    def live(self, key: str) -> ResponseReturnValue:
        """The part of a technician's page that refreshes itself."""
        with self._database.read() as session:
            technician = technician_for_me(session, key)
            now = self._database.now(session)
            found = ways(session, technician)
        times = viewer.times(now, self._line.policy.time_zone)
        return render_template("console/_contact_tests.html", technician=technician, ways=found, times=times)

    def send(self, key: str, channel: str) -> ResponseReturnValue:
        """Send one test, by one channel."""
        if channel not in set(Channel):
            abort(404)
        way = Channel(channel)
        with self._database.write() as session:
            technician = technician_for_me(session, key)
            now = self._database.now(session)
            sent = contact_tests.send(session, self._line, technician, way, now)
            if sent:
                trail.record(session, now, "technician.tested", f"technician:{key}", None, {"channel": channel})
        if sent:
            flash(f"The test for {technician.name} leaves now: {WAYS[way][0].lower()}.", "green")
        else:
            flash("That was tested less than a minute ago: wait, then press again.", "amber")
        return redirect(f"/technicians/{key}#tests", 303)


def technician_for_me(session: Session, key: str) -> Technician:
    """The technician, for who may edit them and for themself. Ends the request with 403 or 404 otherwise."""
    if not current_user.may(Permission.EDIT) and ticket_moves.responder(session).key != key:
        abort(403)
    return session.get(Technician, key) or abort(404)


def ways(session: Session, technician: Technician) -> Sequence[Way]:
    """Every way that is on file, each with its newest test."""
    person = roster.person_of(technician)
    tested = contact_tests.newest(session, technician.key)
    return [_way(channel, address, tested.get(channel)) for channel in WAYS if (address := person.address(channel))]


def _way(channel: Channel, address: str, newest: Delivery | None) -> Way:
    name, button, icon = WAYS[channel]
    words, look, picture = _became(newest) if newest else ("", "", "")
    at = newest.created_at if newest else None
    return Way(channel, name, button, icon, address, at, words, look, picture)


def _became(test: Delivery) -> tuple[str, str, str]:
    """In words, with the colour of its meaning and a picture."""
    match test.state:
        case DeliveryState.PENDING if test.error:
            return f"not handed over yet, tried again: {test.error}", "amber", "arrow-repeat"
        case DeliveryState.PENDING | DeliveryState.ATTEMPTING:
            return "leaves now", "blue", "hourglass-split"
        case DeliveryState.SENT:
            return HANDED_OVER.get(test.channel, "handed over"), "blue", "send"
        case DeliveryState.DELIVERED:
            told = "handed over to the mail server" if test.channel is Channel.EMAIL else "delivered"
            return told, "green", "check-circle"
        case DeliveryState.ANSWERED:
            return "answered, confirmed with key 1", "green", "check-circle"
        case DeliveryState.UNANSWERED:
            return "nobody confirmed with key 1", "amber", "telephone-x"
        case DeliveryState.FAILED:
            return f"failed: {test.error}", "red", "x-circle"
    return "not sent", "", "slash-circle"
