"""The forms of what is dated in a schedule: overrides, absences, and a swap of two shifts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField

from admin import fields
from admin.kept import KeptForm
from admin.times import WALL, Times
from paging.rotations import Editing
from rules import timezones
from rules.on_call import Absence, Override, ShiftSpan

Dated = TypeVar("Dated", Override, Absence)


class DatedForm(KeptForm):
    """Times are local in the schedule's zone. `zone`: the one that the page named."""

    zone = HiddenField()
    technician = SelectField("Technician")
    starts = fields.wall("From", "Type when it begins.")
    ends = fields.wall("Until", "Type when it ends.")

    def offer(self, names: Mapping[str, str]) -> None:
        self.technician.choices = [fields.choice(key, name) for key, name in names.items()]

    def item(self, kind: type[Dated], editing: Editing, old: Dated | None = None) -> Dated | None:
        """What was typed, in the place of `old`; None, with the reason at its field, where that cannot be."""
        zone = editing.schedule.time_zone
        if self.zone.data and self.zone.data != zone:
            self.zone.data = zone
            fields.complain(self.starts, f"The rotation is in {zone} now: look the times over, then send it again.")
            return None
        starts = _instant(self.starts, zone, old.starts if old else None)
        ends = _instant(self.ends, zone, old.ends if old else None)
        if starts is None or ends is None:
            return None
        if ends <= starts:
            fields.complain(self.ends, "It ends before it begins.")
        elif ends <= editing.now:
            fields.complain(self.ends, "That is over: the past is never rewritten.")
        return None if self.ends.errors else kind(self.technician.data, starts, ends)


class OverrideForm(DatedForm):
    pass


class AbsenceForm(DatedForm):
    pass


class ChangeForm(OverrideForm):
    """`override` is what `name_of` calls the one that is changed. `revision` is the one that had it."""

    override = HiddenField()
    revision = HiddenField()


class RemovalForm(FlaskForm):
    """`item` is what `name_of` calls it."""

    item = HiddenField()

    def chosen(self, items: Sequence[Dated]) -> Dated | None:
        return next((item for item in items if name_of(item) == self.item.data), None)


class SwapForm(KeptForm):
    """Two shifts, each by what `name_of_shift` calls it. `revision` is the one that had them."""

    one = SelectField("This shift")
    other = SelectField("For this one")
    revision = HiddenField()

    def offer(self, spans: Sequence[ShiftSpan], names: Mapping[str, str], times: Times) -> None:
        choices = [fields.choice(name_of_shift(span), _in_words(span, names, times)) for span in spans]
        self.one.choices = choices
        self.other.choices = choices


def _instant(field: Field, zone: str, old: datetime | None) -> datetime | None:
    """What was typed. A time that was left alone stays its instant: a wall clock has no seconds, and an hour twice."""
    if old is not None and f"{timezones.to_wall(old, zone):{WALL}}" == f"{field.data:{WALL}}":
        return old
    return fields.instant(field, zone)


def name_of(item: Override | Absence) -> str:
    """What names an override or an absence in a form."""
    return f"{item.technician} {item.starts.isoformat()} {item.ends.isoformat()}"


def name_of_shift(span: ShiftSpan) -> str:
    """What names a shift to come in a form. Not by its start: of the one that goes on, that is now."""
    return f"{span.technician} {span.end.isoformat()}"


def _in_words(span: ShiftSpan, names: Mapping[str, str], times: Times) -> str:
    start = times.full(span.start) if span.start > times.now else "now"
    return f"{names.get(span.technician, span.technician)}, {start} until {times.full(span.end)}"
