"""The forms of a schedule: its layers with their turns and windows, and from when they hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.fields.list import FieldList
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from admin import fields
from admin.kept import KeptForm
from admin.shown_rows import RowsForm
from admin.times import Times
from paging import rotations
from paging.rotations import Draft, Editing, PlannedBefore
from rules.on_call import Layer, Schedule, Window
from rules.rotation import Rotation, Unit

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNITS = {Unit.HOUR: "hours", Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months"}
SPARE_PLACES = 2
LONGEST_AHEAD = timedelta(days=2 * 366)


class WindowForm(Form):
    """When a layer is open. A line without a day is no window."""

    days = SelectMultipleField(
        "Days",
        choices=[fields.choice(str(number), name) for number, name in enumerate(DAYS)],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    starts = TimeField("From", [Optional()])
    ends = TimeField("Until", [Optional()])

    @property
    def is_blank(self) -> bool:
        return not self.days.data

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        for field in (self.starts, self.ends):
            if not self.is_blank and field.data is None and not field.errors:
                fields.complain(field, "Type a time, such as 18:00.")
                good = False
        return good

    def value(self) -> Window:
        return Window(
            tuple(int(day) for day in fields.value(self.days)), fields.value(self.starts), fields.value(self.ends)
        )


class LayerForm(Form):
    """`participants` in the order of their turns; places that are left empty do not count."""

    name = fields.text("Name of the layer", longest=64)
    length = IntegerField(
        "Each has it for", [InputRequired("Type a whole number."), NumberRange(min=1, message="At least 1.")]
    )
    unit = SelectField("Unit", choices=[fields.choice(unit.value, word) for unit, word in UNITS.items()])
    first_handoff = fields.wall("First handoff", "Type when the first one's first turn begins.")
    participants = FieldList(SelectField())
    windows = FieldList(FormField(WindowForm))
    remove = BooleanField("Remove this layer")

    @property
    def is_left_out(self) -> bool:
        return bool(self.remove.data) or not (self.name.data or self.turns)

    @property
    def turns(self) -> tuple[str, ...]:
        return tuple(key for key in self.participants.data if key)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.is_left_out:
            return True
        good: bool = super().validate(extra_validators)
        if not self.name.data:
            fields.complain(self.name, "Type a name, such as weekly.")
            good = False
        return good

    def value(self) -> Layer:
        rotation = Rotation(
            Unit(self.unit.data), fields.value(self.length), fields.value(self.first_handoff), self.turns
        )
        windows = tuple(window.form.value() for window in self.windows if not window.form.is_blank)
        return Layer(fields.value(self.name), rotation, windows)


class ScheduleForm(RowsForm):
    """What a schedule is made of."""

    time_zone = fields.zone("Time zone", "Type the zone whose clock the handoffs follow.")
    layers = FieldList(FormField(LayerForm))

    def offer(self, names: Mapping[str, str]) -> None:
        """Let technicians be chosen by name, with some places to spare."""
        choices = [fields.choice("", "nobody"), *(fields.choice(key, name) for key, name in names.items())]
        for layer in self.layers:
            places = layer.form.participants
            filled = len([place for place in places if place.data])
            while len(places) < max(filled + SPARE_PLACES, 3):
                places.append_entry("")
            for place in places:
                missing = [fields.choice(place.data, place.data)] if place.data and place.data not in names else []
                place.choices = choices + missing
            if not any(window.form.is_blank for window in layer.form.windows):
                layer.form.windows.append_entry()

    def schedule(self, key: str, current: Schedule | None) -> Schedule:
        """What was typed, with the overrides and absences that there are."""
        return Schedule(
            key,
            fields.value(self.time_zone),
            tuple(layer.form.value() for layer in self.layers if not layer.form.is_left_out),
            current.overrides if current else (),
            current.absences if current else (),
        )


class NewScheduleForm(ScheduleForm):
    key = fields.text(
        "Key",
        "Type a key, such as platinum.",
        64,
        (Regexp(r"\A[a-z0-9][a-z0-9_-]*\Z", message="Small letters, digits, - and _, such as platinum."),),
    )


class TimingForm(KeptForm):
    """From when an edit holds, and who is on call then. `revision` is the one that was edited: another one since then
    is somebody else's change.
    """

    holds_from = fields.wall("Holds from")
    holder = RadioField(
        "Who is on call when it begins to hold",
        choices=[
            fields.choice("stays", "Whoever has the turn keeps it until the next handoff"),
            fields.choice("new", "The order of turns decides at once"),
        ],
        default="stays",
    )
    revision = HiddenField()

    def effective_at(self, editing: Editing) -> datetime | None:
        """When it holds from; None for now, or, with the reason at the field, for what is no time to come."""
        if self.holds_from.data is None:
            return None
        at = fields.future(self.holds_from, editing.schedule.time_zone, editing.now)
        if at is not None and at - editing.now > LONGEST_AHEAD:
            fields.complain(self.holds_from, "That is more than two years ahead.")
            return None
        return at

    def drafted(self, editing: Editing, after: Schedule, effective_at: datetime | None) -> Draft | None:
        """None, with the reason at the field, where it would take the place of what is planned."""
        draft = rotations.keeping_turns if self.holder.data == "stays" else rotations.replacing
        try:
            return draft(editing, after, effective_at)
        except PlannedBefore as error:
            times = Times(editing.now, editing.schedule.time_zone)
            held, planned = times.full(error.handoff), times.full(error.planned)
            fields.complain(
                self.holder,
                f"Who has the turn keeps it until {held}, and this would replace what is planned for {planned}."
                " Withdraw that plan, type when this is to hold from, or let the order of turns decide at once.",
            )
            return None


class EditScheduleForm(ScheduleForm, TimingForm):
    """Of a schedule that is there already."""


def typed(schedule: Schedule, revision: int | None) -> dict[str, Any]:
    """A schedule as its form has it."""
    return {
        "time_zone": schedule.time_zone,
        "revision": "" if revision is None else str(revision),
        "layers": [_layer(layer) for layer in schedule.layers],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "unit": layer.rotation.unit.value,
        "length": layer.rotation.length,
        "first_handoff": layer.rotation.first_handoff,
        "participants": list(layer.rotation.participants),
        "windows": [{"days": [str(day) for day in w.days], "starts": w.starts, "ends": w.ends} for w in layer.windows],
    }


def new_layer(wall_now: datetime, name: str) -> dict[str, Any]:
    """A week each, from the last Monday at nine: the first one is on call now."""
    last = wall_now - timedelta(hours=9)
    monday = last.date() - timedelta(days=last.weekday())
    handoff = datetime(monday.year, monday.month, monday.day, 9)  # noqa: DTZ001  local wall clock
    return {
        "name": name,
        "unit": Unit.WEEK.value,
        "length": 1,
        "first_handoff": handoff,
        "participants": [],
        "windows": [],
    }


def place_problems(form: ScheduleForm, problems: Sequence[tuple[str, str]]) -> None:
    """Put each problem beside its field, or over the form where it has none."""
    kept = [layer.form for layer in form.layers if not layer.form.is_left_out]
    for place, message in problems:
        sentence = f"{message[0].upper()}{message[1:]}."
        field = _field_of(kept, place)
        if field is None:
            form.form_errors.append(sentence)
        else:
            fields.complain(field, sentence)
    if problems and not form.form_errors:
        form.form_errors.append("Nothing was saved yet. Mend what is marked below.")


def _field_of(layers: Sequence[LayerForm], place: str) -> Any:
    head, _, rest = place.partition("].")
    if not head.startswith("layers["):
        return None
    layer = layers[int(head.removeprefix("layers["))]
    name = rest.removeprefix("rotation.").partition("[")[0]
    return {"name": layer.name, "length": layer.length, "first_handoff": layer.first_handoff}.get(name)
