"""Overrides, absences and swaps, made and removed by programs. They hold by what is planned, too."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Generic, TypeVar

from dateutil.relativedelta import relativedelta
from flask import Response, request
from sqlalchemy.orm import Session

from admin.api import times
from admin.api.bodies import body_as
from admin.api.problems import refuse, refuse_field
from admin.api.rotation_documents import DatedDocument, NewDated, NewSwap
from admin.api.rotation_saving import begin, gaps_accepted, save
from admin.api.rotation_values import dated, warnings
from admin.api.rotations import answer
from models.database import Database
from models.technician import Technician
from paging import roster, rotations
from paging.rotations import Editing
from rules import edits
from rules.on_call import Absence, Override, Schedule, shifts

LONGEST_SWAP = relativedelta(years=2)
Item = TypeVar("Item", Override, Absence)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Item]):
    """Overrides or absences: how one is made, where a schedule has them, and its edits."""

    name: str
    make: Callable[[str, datetime, datetime], Item]
    of: Callable[[Schedule], Sequence[Item]]
    added: Callable[[Schedule, Iterable[Item]], Schedule]
    removed: Callable[[Schedule, Item], Schedule]


OVERRIDES = Kind("override", Override, lambda one: one.overrides, edits.with_overrides, edits.without_override)
ABSENCES = Kind("absence", Absence, lambda one: one.absences, edits.with_absences, edits.without_absence)


class RotationDates:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_override(self, key: str) -> Response:
        """Let a technician be on call in a time, whatever the layers say."""
        return self._add(key, OVERRIDES)

    def remove_override(self, key: str) -> Response:
        """Remove an override, from now on."""
        return self._remove(key, OVERRIDES)

    def add_absence(self, key: str) -> Response:
        """Let the layers skip a technician in a time."""
        return self._add(key, ABSENCES)

    def remove_absence(self, key: str) -> Response:
        """Remove an absence, from now on."""
        return self._remove(key, ABSENCES)

    def swap(self, key: str) -> Response:
        """Let two technicians take over from each other: two overrides, in one act."""
        given = body_as(NewSwap)
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            _check_turn(session, editing, "first", given.first)
            _check_turn(session, editing, "second", given.second)
            if given.first.technician == given.second.technician:
                refuse_field("second.technician", "is the same technician as in first: there is nothing to swap")
            overrides = [_taken_over(given.first, given.second), _taken_over(given.second, given.first)]
            draft = rotations.everywhere(editing, lambda one: edits.with_swap(one, overrides))
            seen, _ = save(session, editing, draft, "swap", accept_gaps=False)
            newest = roster.newest_revision(session, key)
        return answer({"overrides": list(map(dated, overrides)), **warnings(seen)}, HTTPStatus.CREATED, revision=newest)

    def _add(self, key: str, kind: Kind[Item]) -> Response:
        """200 instead of 201 where it is there already."""
        given = body_as(NewDated)
        item = kind.make(given.technician, given.from_, given.until)
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            _check_dated(session, editing, "", given)
            if isinstance(item, Override):
                _check_clash(editing, item)
            draft = rotations.everywhere(editing, lambda one: kind.added(one, [item]))
            seen, is_new = save(session, editing, draft, f"{kind.name}.added", given.accept_gaps)
            newest = roster.newest_revision(session, key)
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return answer(dated(item) | warnings(seen), status, revision=newest)

    def _remove(self, key: str, kind: Kind[Item]) -> Response:
        technician = request.args.get("technician") or refuse_field("technician", "is missing: give a key")
        item = kind.make(technician, times.parameter("from"), times.parameter("until"))
        accept_gaps = gaps_accepted()
        with self._database.write() as session:
            editing = begin(self._database, session, key)
            if not any(item in kind.of(one) for one in _schedules(editing)):
                refuse(HTTPStatus.NOT_FOUND, f"this schedule has no such {kind.name}")
            draft = rotations.everywhere(editing, lambda one: kind.removed(one, item))
            save(session, editing, draft, f"{kind.name}.removed", accept_gaps)
        return Response(status=HTTPStatus.NO_CONTENT)


def _schedules(editing: Editing) -> list[Schedule]:
    """As it holds now, and as it is planned."""
    return [editing.schedule, *(planned.schedule for planned in rotations.planned(editing))]


def _check_dated(session: Session, editing: Editing, place: str, given: DatedDocument) -> None:
    """End the request with 422 where a technician, or a time, cannot be used. A time that has begun holds from now."""
    if session.get(Technician, given.technician) is None:
        refuse_field(f"{place}technician", f"unknown technician {given.technician!r}")
    if given.until <= given.from_:
        refuse_field(f"{place}until", "it ends before it starts")
    if given.until <= editing.now:
        refuse_field(f"{place}until", "it is over: the past is never rewritten")


def _check_clash(editing: Editing, override: Override) -> None:
    """Of two people who override at the same time one would silently lose."""
    for schedule in _schedules(editing):
        if other := edits.clash(schedule, override):
            held = f"{times.written(other.starts)} until {times.written(other.ends)}"
            detail = f"{other.technician} has an override from {held}: remove that one, or choose other times"
            refuse(HTTPStatus.CONFLICT, detail)


def _check_turn(session: Session, editing: Editing, name: str, given: DatedDocument) -> None:
    """End the request with 422 unless the technician is on call in the whole of the time."""
    _check_dated(session, editing, f"{name}.", given)
    if given.until > given.from_ + LONGEST_SWAP:
        refuse_field(f"{name}.until", "is more than two years after from")
    spans, gaps = shifts(editing.history, given.from_, given.until)
    others = [(span.start, span.technician) for span in spans if span.technician != given.technician]
    if found := sorted([*others, *((gap.start, "nobody") for gap in gaps)]):
        at, who = found[0]
        message = f"{given.technician} is not on call in all of this time: at {times.written(at)} it is {who}"
        refuse_field(f"{name}.technician", message)


def _taken_over(turn: DatedDocument, by: DatedDocument) -> Override:
    return Override(by.technician, turn.from_, turn.until)
