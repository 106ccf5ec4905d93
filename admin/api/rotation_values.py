"""Between the documents of schedules and the values of the rules."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from admin.api import times
from admin.api.rotation_documents import DatedDocument, LayerDocument, NewRevision, NewSchedule, WindowDocument
from admin.file.shape import Day
from paging.previews import Preview
from paging.revisions import Saved
from rules.comparison import Change
from rules.differences import differences
from rules.on_call import Absence, Gap, Layer, Override, Schedule, Window
from rules.rotation import Rotation

DAYS = tuple(Day)
HOUR = timedelta(hours=1)


def new_schedule(given: NewSchedule) -> Schedule:
    """The schedule that a program gives."""
    return Schedule(
        key=given.key,
        time_zone=given.time_zone,
        layers=tuple(map(_layer, given.layers)),
        overrides=tuple(map(override, given.overrides)),
        absences=tuple(map(absence, given.absences)),
    )


def revised(given: NewRevision, before: Schedule) -> Schedule:
    """The schedule with what a program gives; what it leaves out is as before."""
    layers = before.layers if given.layers is None else tuple(map(_layer, given.layers))
    zone = before.time_zone if given.time_zone is None else given.time_zone
    return with_dated(given, Schedule(before.key, zone, layers, before.overrides, before.absences))


def with_dated(given: NewRevision, before: Schedule) -> Schedule:
    """The schedule with the overrides and absences that a program gives, and otherwise as before."""
    overrides = before.overrides if given.overrides is None else tuple(map(override, given.overrides))
    absences = before.absences if given.absences is None else tuple(map(absence, given.absences))
    return Schedule(before.key, before.time_zone, before.layers, overrides, absences)


def override(given: DatedDocument) -> Override:
    return Override(given.technician, given.from_, given.until)


def absence(given: DatedDocument) -> Absence:
    return Absence(given.technician, given.from_, given.until)


def _layer(given: LayerDocument) -> Layer:
    rotation = given.rotation
    return Layer(
        name=given.name,
        rotation=Rotation(rotation.unit, rotation.length, rotation.first_handoff, tuple(rotation.participants)),
        windows=tuple(map(_window, given.windows)),
    )


def _window(given: WindowDocument) -> Window:
    return Window(tuple(sorted({DAYS.index(day) for day in given.days})), given.from_, given.until)


def arrangement(schedule: Schedule) -> dict[str, Any]:
    """What a schedule says, as a program may give it back."""
    return {
        "time_zone": schedule.time_zone,
        "layers": [_written_layer(layer) for layer in schedule.layers],
        "overrides": [dated(each) for each in schedule.overrides],
        "absences": [dated(each) for each in schedule.absences],
    }


def _written_layer(layer: Layer) -> dict[str, Any]:
    rotation = layer.rotation
    return {
        "name": layer.name,
        "rotation": {
            "unit": rotation.unit,
            "length": rotation.length,
            "first_handoff": _wall(rotation.first_handoff),
            "participants": list(rotation.participants),
        },
        "windows": [
            {"days": [DAYS[day] for day in one.days], "from": f"{one.starts:%H:%M}", "until": f"{one.ends:%H:%M}"}
            for one in layer.windows
        ],
    }


def _wall(at: datetime) -> str:
    return at.isoformat(timespec="seconds" if at.second else "minutes")


def dated(item: Override | Absence) -> dict[str, str]:
    return {"technician": item.technician, "from": times.written(item.starts), "until": times.written(item.ends)}


def summary(one: Saved, names: dict[str, str]) -> dict[str, Any]:
    """A revision, with what it changed."""
    before = one.before or Schedule(one.schedule.key, one.schedule.time_zone, ())
    return {
        "id": one.id,
        "effective_at": times.written(one.effective_at),
        "created_at": times.written(one.saved_at),
        "author": one.author,
        "differences": differences(before, one.schedule, names),
    }


def stretch(one: Gap | Change) -> dict[str, str]:
    return {"start": times.written(one.start), "end": times.written(one.end)}


def warnings(seen: Preview) -> dict[str, Any]:
    """What does not speak against an edit, and should be known."""
    return {
        "double_booked": [
            {
                "technician": one.technician,
                "schedule": one.schedule,
                "start": times.written(one.start),
                "end": times.written(one.end),
            }
            for one in seen.double_booked
        ],
        "unreachable": [{"technician": technician.key, "because": why} for technician, why in seen.unreachable],
        "overridden": list(map(dated, seen.overridden)),
    }


def effect(seen: Preview) -> dict[str, Any]:
    """What an edit would do."""
    return {
        "start": times.written(seen.start),
        "end": times.written(seen.end),
        "changes": [stretch(one) | {"before": one.before, "after": one.after} for one in seen.changes],
        "technicians": _balances(seen.changes),
        "gaps": [stretch(gap) for gap in seen.gaps],
        "silenced": [str(rung) for rung in seen.silenced],
        **warnings(seen),
    }


def _balances(changes: Sequence[Change]) -> list[dict[str, Any]]:
    concerned = {key for one in changes for key in (one.before, one.after) if key}
    return [_balance(key, changes) for key in sorted(concerned)]


def _balance(key: str, changes: Sequence[Change]) -> dict[str, Any]:
    gains = [one for one in changes if one.after == key]
    loses = [one for one in changes if one.before == key]
    return {
        "technician": key,
        "gained_hours": _hours(gains),
        "lost_hours": _hours(loses),
        "gains": list(map(stretch, gains)),
        "loses": list(map(stretch, loses)),
    }


def _hours(changes: Iterable[Change]) -> float:
    return round(sum((one.end - one.start for one in changes), timedelta()) / HOUR, 2)
