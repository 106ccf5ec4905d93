"""Schedules made, revised, planned and restored by programs."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import NoReturn

from dateutil.relativedelta import relativedelta
from flask import Response
from sqlalchemy.orm import Session

from admin.api import times
from admin.api.bodies import body_as
from admin.api.problems import refuse, refuse_field
from admin.api.rotation_documents import NewRevision, NewSchedule, Restoring
from admin.api.rotation_saving import begin, check_if_match, check_problems, gaps_accepted, save
from admin.api.rotation_values import effect, new_schedule, revised, with_dated
from admin.api.rotations import answer, document, find_revision, names, saved, viewed
from models.database import Database
from paging import previews, revisions, roster, rotations
from paging.rotations import Draft, Editing, PlannedBefore, ScheduleExists
from rules.differences import differences
from rules.on_call import Schedule

LONGEST_AHEAD = relativedelta(years=2)


class RotationEdits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self) -> Response:
        """Make a schedule that is not there yet."""
        given = body_as(NewSchedule)
        try:
            with self._database.write() as session:
                if given.key in roster.schedule_keys(session):
                    _refuse_known(given.key)
                schedule = new_schedule(given)
                check_problems(session, schedule)
                editing = rotations.begin_new(given.key, schedule.time_zone, self._database.now(session))
                draft = rotations.replacing(editing, schedule)
                return _saved(session, editing, draft, editing.now, "rotation.added", given.accept_gaps)
        except ScheduleExists:
            _refuse_known(given.key)

    def revise(self, key: str) -> Response:
        """Save a schedule's next revision, to hold from now or from a later instant."""
        check_if_match()
        given = body_as(NewRevision)
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            draft, at = _draft(session, editing, given)
            return _saved(session, editing, draft, at, "rotation.changed", given.accept_gaps)

    def preview(self, key: str) -> Response:
        """What a revision would do; nothing is saved."""
        given = body_as(NewRevision)
        with self._database.read() as session:
            editing = viewed(session, key, self._database.now(session))
            draft, at = _draft(session, editing, given)
            seen, known = previews.preview(session, editing, draft), names(session)
        before, after = (history.in_force(at)[0] for history in (editing.history, draft.history(editing)))
        told = {"effective_at": times.written(at), "differences": differences(before, after, known)}
        return answer(told | effect(seen), revision=editing.revision)

    def restore(self, key: str, revision: int) -> Response:
        """Let a schedule be again, from now or a later instant on, as one of its revisions has it."""
        check_if_match()
        given = body_as(Restoring)
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            schedule = find_revision(saved(session, key), revision).schedule
            check_problems(session, schedule)
            at = _instant(editing, given.effective_at)
            draft = rotations.replacing(editing, schedule, at)
            draft = rotations.carrying(editing, draft, lambda planned: _with_dated_of(schedule, planned))
            return _saved(session, editing, draft, at, "rotation.restored", given.accept_gaps)

    def withdraw(self, key: str, revision: int) -> Response:
        """Withdraw a planned revision: what holds before it goes on."""
        accept_gaps = gaps_accepted()
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            planned = [one.effective_at for one in rotations.planned(editing)]
            had = saved(session, key)
            at = next((at for at in planned if revisions.in_force(had, at).id == revision), None)
            if at is None:
                refuse(HTTPStatus.NOT_FOUND, f"revision {revision} is not planned, or not any more")
            save(session, editing, rotations.withdrawing(editing, at), "rotation.withdrawn", accept_gaps)
        return Response(status=HTTPStatus.NO_CONTENT)


def _refuse_known(key: str) -> NoReturn:
    refuse(HTTPStatus.CONFLICT, f"there is a schedule {key!r} already: save a revision of it")


def _draft(session: Session, editing: Editing, given: NewRevision) -> tuple[Draft, datetime]:
    """The draft that a program's revision means, and from when all of it holds. Ends the request with 422."""
    at = _instant(editing, given.effective_at)
    schedule = revised(given, editing.history.in_force(at)[0])
    check_problems(session, schedule)
    draft = rotations.replacing(editing, schedule, at)
    if given.keep_turns:
        draft = _keeping_turns(editing, given, schedule, at)
    return rotations.carrying(editing, draft, lambda planned: with_dated(given, planned)), draft.last.effective_at


def _keeping_turns(editing: Editing, given: NewRevision, schedule: Schedule, at: datetime) -> Draft:
    """An override or an absence does not wait for a handoff: it says itself when it begins."""
    before = editing.history.in_force(at)[0]
    dated = rotations.replacing(editing, with_dated(given, before), at)
    dated = rotations.carrying(editing, dated, lambda planned: with_dated(given, planned))
    try:
        turns = rotations.keeping_turns(replace(editing, history=dated.history(editing)), schedule, at)
    except PlannedBefore as error:
        planned, handoff = times.written(error.planned), times.written(error.handoff)
        message = f"waits for the handoff at {handoff}, and would replace what is planned for {planned}: withdraw that"
        refuse_field("keep_turns", f"{message}, name an effective_at, or send false")
    waits = turns.first.effective_at > at and dated.first.schedule != before
    return Draft((dated.first, *turns.revisions)) if waits else turns


def _instant(editing: Editing, effective_at: datetime | None) -> datetime:
    """From when an edit is to hold. Ends the request with 422 where that cannot be."""
    if effective_at is not None and effective_at < editing.now:
        refuse_field("effective_at", "is over: the past is never rewritten")
    if effective_at is not None and effective_at > editing.now + LONGEST_AHEAD:
        refuse_field("effective_at", "is more than two years ahead")
    return effective_at or editing.now


def _with_dated_of(schedule: Schedule, planned: Schedule) -> Schedule:
    return replace(planned, overrides=schedule.overrides, absences=schedule.absences)


def _saved(session: Session, editing: Editing, draft: Draft, at: datetime, action: str, accept_gaps: bool) -> Response:
    """Save a draft, all of which holds from `at` on, and answer the schedule. 200 where it was there already."""
    _, has_changed = save(session, editing, draft, action, accept_gaps)
    body = document(session, editing.key, editing.now)
    one = revisions.in_force(saved(session, editing.key), at)
    body["saved"] = {"revision": one.id, "effective_at": times.written(at)} if has_changed else None
    status = HTTPStatus.CREATED if has_changed else HTTPStatus.OK
    return answer(body, status, revision=body["revision"])
