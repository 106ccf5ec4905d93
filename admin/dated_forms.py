"""The forms of what is dated in a schedule: overrides, absences, and a swap of two shifts."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from admin import fields
from admin.kept import KeptForm
from admin.times import Times
from paging.rotations import Editing
from rules.on_call import Absence, Override, ShiftSpan

Dated = TypeVar("Dated", Override, Absence)


class DatedForm(KeptForm):
    """Times are local in the schedule's zone."""

    technician = SelectField("Technician")
    starts = fields.wall("From", "Type when it begins.")
    ends = fields.wall("Until", "Type when it ends.")

    def offer(self, names: Mapping[str, str]) -> None:
        self.technician.choices = [fields.choice(key, name) for key, name in names.items()]

    def item(self, kind: type[Dated], editing: Editing) -> Dated | None:
        """What was typed; None, with the reason at its field, where that cannot be."""
        zone = editing.schedule.time_zone
        starts, ends = (fields.instant(field, zone) for field in (self.starts, self.ends))
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


def name_of(item: Override | Absence) -> str:
    """What names an override or an absence in a form."""
    return f"{item.technician} {item.starts.isoformat()} {item.ends.isoformat()}"


def name_of_shift(span: ShiftSpan) -> str:
    """What names a shift to come in a form. Not by its start: of the one that goes on, that is now."""
    return f"{span.technician} {span.end.isoformat()}"


def _in_words(span: ShiftSpan, names: Mapping[str, str], times: Times) -> str:
    start = times.full(span.start) if span.start > times.now else "now"
    return f"{names.get(span.technician, span.technician)}, {start} until {times.full(span.end)}"
