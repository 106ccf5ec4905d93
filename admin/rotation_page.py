"""The page of one rotation: who is on call, until when, any gap, and what is dated."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from admin import kept, ticket_moves
from admin.chips import Chips
from admin.coming import coming
from admin.dated_forms import AbsenceForm, DatedForm, OverrideForm, name_of, name_of_shift
from admin.guard import Permission
from admin.parts import cut
from admin.rotation_views import viewed
from admin.timeline import draw
from admin.timeline_range import LENGTHS, TimelineRange
from admin.times import WALL, Times
from models.database import Database
from paging import roster, rotations
from paging.previews import GAPS_AHEAD
from paging.rotations import Editing
from rules.differences import differences
from rules.line import Line
from rules.on_call import Absence, Gap, Override, Revision, ShiftSpan, on_call, sentence

AHEAD = timedelta(days=14)
ABSENCE_PREFIX = "absence-"


def rotation_page(database: Database, line: Line, key: str, typed: DatedForm | None = None) -> ResponseReturnValue:
    """The page, with a form for overrides or absences as it was typed."""
    with database.read() as session:
        editing = viewed(database, session, key)
        chips = Chips(roster.technicians(session))
        me = ticket_moves.responder(session).key if current_user.may(Permission.WORK) else None
    html = render_template(
        "console/rotation.html",
        **_forms(typed, key, chips.names),
        **_on_call(editing, chips),
        **_dated(editing, chips),
        **_timeline(editing, line, chips),
        schedule=editing.schedule,
        chips=chips,
        me=me,
        times=Times(editing.now, editing.schedule.time_zone),
    )
    return make_response(html, 422 if typed and typed.errors else 200)


def _forms(typed: DatedForm | None, key: str, names: Mapping[str, str]) -> dict[str, DatedForm]:
    forms: dict[str, DatedForm] = {
        "override": typed if isinstance(typed, OverrideForm) else _override(key),
        "absence": typed if isinstance(typed, AbsenceForm) else _absence(key),
    }
    for form in forms.values():
        form.offer(names)
    return forms


def _on_call(editing: Editing, chips: Chips) -> dict[str, Any]:
    """Who is on call now and next, and the gaps: those of the next days, and those after them."""
    history, now = editing.history, editing.now
    answer = on_call(history, now)
    spans = coming(history, now, AHEAD)
    gaps = [span for span in spans if isinstance(span, Gap)]
    told = {gap.start for gap in gaps}
    return {
        "answer": answer,
        "why": sentence(answer, chips.names, editing.schedule.time_zone),
        "spans": cut(_with_next(spans), f"/rotations/{editing.schedule.key}", "ahead"),
        "horizon": now + AHEAD,
        "gaps": gaps,
        "later_gaps": [
            span for span in coming(history, now, GAPS_AHEAD) if isinstance(span, Gap) and span.start not in told
        ],
        "name_of_shift": name_of_shift,
        "override_link": partial(_override_link, Times(now, editing.schedule.time_zone)),
    }


def _timeline(editing: Editing, line: Line, chips: Chips) -> dict[str, Any]:
    """The days that the address asks for."""
    times = Times(editing.now, editing.schedule.time_zone)
    shown = TimelineRange.asked(request.args, times.wall(editing.now).date())
    drawn = draw(editing.history, *shown.span(times.zone), times, chips, line.policy.line_calendar)
    return {"shown": shown, "lengths": LENGTHS, "line": drawn}


def _dated(editing: Editing, chips: Chips) -> dict[str, Any]:
    """Overrides and absences that are not over, and what is planned, in words."""
    schedule, now = editing.schedule, editing.now
    path = f"/rotations/{schedule.key}"
    return {
        "overrides": cut(ahead(schedule.overrides, now), path, "overrides"),
        "absences": cut(ahead(schedule.absences, now), path, "absences"),
        "name_of": name_of,
        "planned": [(each.effective_at, _planned(each, editing, chips)) for each in rotations.planned(editing)],
    }


def ahead(items: Sequence[Override | Absence], now: datetime) -> list[Override | Absence]:
    """Those that are not over, in order."""
    return sorted((item for item in items if item.ends > now), key=lambda item: item.starts)


def _planned(revision: Revision, editing: Editing, chips: Chips) -> list[str]:
    """What a planned revision changes."""
    before = editing.history.in_force(revision.effective_at - datetime.resolution)[0]
    return differences(before, revision.schedule, chips.names)


def _override(key: str) -> OverrideForm:
    """Blank, but for what was kept through a sign-in, or what the link at a shift that somebody is to take fills in."""
    if kept.was_sent_to(f"/rotations/{key}/overrides"):
        return OverrideForm()
    return OverrideForm(formdata=request.args if request.args.get("starts") else None)


def _absence(key: str) -> AbsenceForm:
    if kept.was_sent_to(f"/rotations/{key}/absences"):
        return AbsenceForm(prefix=ABSENCE_PREFIX)
    return AbsenceForm(formdata=None, prefix=ABSENCE_PREFIX)


def _override_link(times: Times, span: ShiftSpan | Gap, technician: str | None) -> str:
    """The way to an override in the place of a shift or gap, filled in."""
    starts, ends = (f"{times.wall(at):{WALL}}" for at in (span.start, span.end))
    typed = {"technician": technician or "", "starts": starts, "ends": ends}
    return f"?{urlencode(typed)}#add-override"


def _with_next(spans: Sequence[ShiftSpan | Gap]) -> list[tuple[ShiftSpan | Gap, str | None]]:
    """Each with who comes on call after it and could take it."""
    holders = [span.technician if isinstance(span, ShiftSpan) else None for span in spans]
    return [
        (span, next((other for other in holders[place + 1 :] if other and other != holders[place]), None))
        for place, span in enumerate(spans)
    ]
