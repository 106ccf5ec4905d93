"""What a phone's bar has no room for, as a plain list: the other sections, settings, the own account, the way out."""

from flask import render_template
from flask.typing import ResponseReturnValue

from admin.frame import MORE
from admin.guard import Doors, Permission


def open_more(doors: Doors) -> None:
    doors.open(MORE, "more", _page, Permission.READ)


def _page() -> ResponseReturnValue:
    return render_template("console/more.html")
