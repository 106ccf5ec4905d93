"""The calendars that subscribe to on-call turns, each by an address that is its secret."""

from http import HTTPStatus

from flask import Response, request

from admin.api.problems import refuse
from admin.calendar_feeds import feed_of
from admin.calendar_text import calendar_text
from models.database import Database
from rules.line import Line

GONE = "there is no such calendar: its address was revoked, or is not complete. Make a new one in the console"


class Calendars:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def calendar(self, secret: str) -> Response:
        """The turns as iCalendar; 304 to who has them as they are."""
        with self._database.read() as session:
            feed = feed_of(session, secret)
            if feed is None:
                refuse(HTTPStatus.NOT_FOUND, GONE)
            text = calendar_text(session, feed, self._line.wording, self._database.now(session))
        response = Response(text, content_type="text/calendar; charset=utf-8")
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response
