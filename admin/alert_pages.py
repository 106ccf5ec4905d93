"""Alerts of monitoring that could not be placed: the list, and a way to dismiss each."""

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from admin import parts, search, trail, viewer
from admin.guard import Doors, Permission
from models.database import Database
from models.unplaced_alert import UnplacedAlert
from paging.unplaced_alerts import PATH, name_of


class AlertPages:
    def __init__(self, database: Database, zone: str) -> None:
        """`zone`: whose clocks the pages show where the reader's are unknown."""
        self._database = database
        self._zone = zone

    def open(self, doors: Doors) -> None:
        doors.open(PATH, "alerts", self.listing, Permission.READ)
        doors.take(f"{PATH}/<int:number>/dismiss", "alert_dismiss", self.dismiss, Permission.EDIT)

    def listing(self) -> ResponseReturnValue:
        """The alerts, the last seen first."""
        with self._database.read() as session:
            now = self._database.now(session)
            order = (UnplacedAlert.last_at, UnplacedAlert.id)
            part = parts.listed(session, select(UnplacedAlert), order, search.edge(), falling=True)
        times = viewer.times(now, self._zone)
        html = render_template("console/alerts.html", address=search.address, name_of=name_of, part=part, times=times)
        return make_response(html)

    def dismiss(self, number: int) -> ResponseReturnValue:
        """Take an alert off the list. If it is sent again, it is listed and told again."""
        with self._database.write() as session:
            row = session.get(UnplacedAlert, number, with_for_update=True)
            if row is not None:
                before = {"labels": row.labels, "sender": row.sender, "reason": row.reason, "count": row.count}
                now = self._database.now(session)
                trail.record(session, now, "alert.dismissed", f"alert:{name_of(row)}", before, None)
                session.delete(row)
        flash("Alert dismissed. If it is sent again, it is listed again and the admins are told again.", "green")
        return redirect(PATH, 303)
