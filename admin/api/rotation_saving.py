"""How programs' edits of schedules are saved: nobody else's change is lost, and nothing that is wrong gets in."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from flask import request
from sqlalchemy.orm import Session

from admin.api import times
from admin.api.problems import refuse, refuse_field
from admin.api.rotation_values import stretch, summary
from admin.api.rotations import names, unknown
from admin.api.tokens import actor
from models.database import Database
from paging import previews, revisions, roster, rotations
from paging.previews import Preview
from paging.roster import UnknownSchedule
from paging.rotations import Draft, Editing
from rules.on_call import Gap, Schedule, problems

SHOWN = 5
"""Gaps that an error names; all of them are in its `gaps`."""


def begin(database: Database, session: Session, key: str) -> Editing:
    """Edit a schedule, if it is as the program knows it. Ends the request with 404, or with 412."""
    try:
        editing = rotations.begin(database, session, key if key.isprintable() else unknown(key))
    except UnknownSchedule:
        unknown(key)
    if request.if_match and not request.if_match.contains(str(editing.revision)):
        _refuse_stale(session, key)
    return editing


def check_if_match() -> None:
    """End a request that does not say which revision it is about with 428."""
    if not request.if_match:
        refuse(
            HTTPStatus.PRECONDITION_REQUIRED,
            "send If-Match with the ETag of the schedule that you have read: somebody may have changed it since",
        )


def _refuse_stale(session: Session, key: str) -> None:
    known = [int(tag) for tag in request.if_match.as_set() if re.fullmatch("[0-9]{1,9}", tag or "")]
    later = revisions.since(session, key, max(known)) if known else []
    who = names(session)
    changes = [summary(one, who) for one in later]
    told = " ".join(
        f"{one['author']} has saved revision {one['id']}: {' '.join(one['differences'])}" for one in changes
    )
    detail = told or "If-Match names no revision of this schedule."
    refuse(HTTPStatus.PRECONDITION_FAILED, f"{detail} Read it again, then decide.", changes=changes)


def check_problems(session: Session, schedule: Schedule) -> None:
    """End the request with 422 where something is wrong with the schedule, and name every field."""
    found = problems(schedule, roster.technicians(session))
    if found:
        errors = [{"field": place, "message": message} for place, message in found]
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(f"{place}: {message}" for place, message in found), errors)


def save(session: Session, editing: Editing, draft: Draft, action: str, accept_gaps: bool) -> tuple[Preview, bool]:
    """Save a draft; answers what it does, and whether anything was not there already.

    Ends the request with 409 where an escalation level would reach nobody, or gaps are new and not accepted.
    """
    seen = previews.preview(session, editing, draft)
    if seen.silenced:
        refuse(HTTPStatus.CONFLICT, "; ".join(map(str, seen.silenced)) + ": change the policy first")
    if seen.gaps and not accept_gaps:
        refuse(HTTPStatus.CONFLICT, _gaps(seen.gaps), gaps=list(map(stretch, seen.gaps)))
    return seen, rotations.save(session, editing, draft, actor(), action)


def _gaps(gaps: Sequence[Gap]) -> str:
    told = ", ".join(f"{times.written(gap.start)} to {times.written(gap.end)}" for gap in gaps[:SHOWN])
    more = f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else ""
    return f"nobody would be on call from {told}{more}: send accept_gaps true to save it all the same"


def gaps_accepted() -> bool:
    """What the query says of new gaps. Ends the request with 422 where it says anything but true or false."""
    text = request.args.get("accept_gaps", "false")
    if text not in ("true", "false"):
        refuse_field("accept_gaps", "must be true or false")
    return text == "true"
