"""The page of one rotation: who is on call, until when, any gap, and what is dated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from admin.chips import Chips
from admin.dated_forms import AbsenceForm, DatedForm, OverrideForm, name_of, name_of_shift
from admin.times import Times
from models.database import Database
from paging import roster, rotations
from paging.previews import GAPS_AHEAD
from paging.roster import UnknownSchedule
from paging.rotations import Editing
from rules.differences import differences
from rules.on_call import Absence, Gap, Override, Revision, ShiftSpan, on_call, sentence, shifts

AHEAD = timedelta(days=14)
WALL = "%Y-%m-%dT%H:%M"
ABSENCE_PREFIX = "absence-"


def rotation_page(database: Database, key: str, typed: DatedForm | None = None) -> ResponseReturnValue:
    """The page, with a form for overrides or absences as it was typed."""
    with database.read() as session:
        try:
            editing = rotations.view(session, key, database.now(session))
        except UnknownSchedule:
            abort(404)
        technicians = roster.technicians(session)
    chips = Chips(technicians)
    now, schedule = editing.now, editing.schedule
    override = typed if isinstance(typed, OverrideForm) else _blank_override()
    absence = typed if isinstance(typed, AbsenceForm) else AbsenceForm(formdata=None, prefix=ABSENCE_PREFIX)
    for form in (override, absence):
        form.offer(chips.names)
    answer = on_call(editing.history, now)
    held, gaps = shifts(editing.history, now, now + AHEAD)
    later = [gap for gap in shifts(editing.history, now, now + GAPS_AHEAD)[1] if gap.end > now + AHEAD]
    times = Times(now, schedule.time_zone)
    html = render_template(
        "console/rotation.html",
        schedule=schedule,
        answer=answer,
        why=sentence(answer, chips.names, schedule.time_zone),
        spans=_with_next(sorted([*held, *gaps], key=_start)),
        gaps=gaps,
        later_gaps=later,
        overrides=[(each, name_of(each)) for each in ahead(schedule.overrides, now)],
        absences=[(each, name_of(each)) for each in ahead(schedule.absences, now)],
        planned=[(each.effective_at, _planned(each, editing, chips)) for each in rotations.planned(editing)],
        override=override,
        absence=absence,
        name_of_shift=name_of_shift,
        chips=chips,
        override_link=lambda span, technician: _override_link(span, technician, times),
        times=times,
    )
    return make_response(html, 422 if typed and typed.errors else 200)


def ahead(items: Sequence[Override | Absence], now: datetime) -> list[Override | Absence]:
    """Those that are not over, in order."""
    return sorted((item for item in items if item.ends > now), key=lambda item: item.starts)


def _planned(revision: Revision, editing: Editing, chips: Chips) -> list[str]:
    """What a planned revision changes."""
    before = editing.history.in_force(revision.effective_at - datetime.resolution)[0]
    return differences(before, revision.schedule, chips.names)


def _blank_override() -> OverrideForm:
    """Filled in by the link at a shift that somebody else is to take."""
    return OverrideForm(formdata=request.args if request.args.get("starts") else None)


def _override_link(span: ShiftSpan | Gap, technician: str | None, times: Times) -> str:
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


def _start(span: ShiftSpan | Gap) -> datetime:
    return span.start
