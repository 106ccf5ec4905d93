"""By whose clocks a user reads times: the browser's, or those of a zone that was chosen."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import SelectField

from admin import fields, trail, viewer
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.times import city
from models.account import User
from models.database import Database
from rules import timezones

AS_THE_BROWSER = ""


class ZoneForm(KeptForm):
    time_zone = SelectField("Your time zone")

    def offer(self, chosen: str | None) -> None:
        """Every zone, and the one `chosen` whatever it is called."""
        names = sorted({*timezones.names(), *filter(None, [chosen])})
        self.time_zone.choices = [fields.choice(AS_THE_BROWSER, browser_in_words())]
        self.time_zone.choices += [fields.choice(name, name.replace("_", " ")) for name in names]


def browser_in_words() -> str:
    """'As the browser says (Rome)'; without the city where it has not said."""
    told = viewer.of_browser()
    return f"As the browser says ({city(told)})" if told else "As the browser says"


class ZonePages:
    def __init__(self, database: Database, zone: str) -> None:
        """`zone`: whose clocks pages show where the reader's are unknown."""
        self._database = database
        self._zone = zone

    def open(self, doors: Doors) -> None:
        doors.open("/account/zone", "account_zone", self.page, Permission.READ, post=True)

    def page(self) -> ResponseReturnValue:
        form = ZoneForm(data={"time_zone": current_user.time_zone or AS_THE_BROWSER})
        form.offer(current_user.time_zone)
        if not form.validate_on_submit():
            return form_page("console/zone.html", form, otherwise=city(self._zone))
        chosen = form.time_zone.data or None
        self._change(chosen)
        flash(f"Times are shown on the clocks of {city(chosen or viewer.of_browser() or self._zone)}.", "green")
        return redirect("/account", 303)

    def _change(self, chosen: str | None) -> None:
        with self._database.write() as session:
            user = session.get_one(User, current_user.id)
            before = {"time_zone": user.time_zone}
            if user.time_zone == chosen:
                return
            user.time_zone = chosen
            now = self._database.now(session)
            trail.record(session, now, "user.zone_changed", f"user:{user.email}", before, {"time_zone": chosen})
