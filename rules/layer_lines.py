"""Who would be on call by each layer alone: what a timeline shows beneath who really is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from rules.on_call import History, Revision, ShiftSpan, shifts


@dataclass(frozen=True, slots=True)
class LayerLine:
    """The shifts that a layer gives in a range, absences observed."""

    name: str
    spans: tuple[ShiftSpan, ...]


def layer_lines(history: History, start: datetime, end: datetime) -> list[LayerLine]:
    """A line for each layer that a revision in force in `[start, end)` has, in their order: a later layer wins.

    Raises as `on_call.shifts` does.
    """
    return [
        LayerLine(name, tuple(shifts(_alone(history, name), start, end)[0])) for name in _names(history, start, end)
    ]


def _names(history: History, start: datetime, end: datetime) -> list[str]:
    """Those of the last revision come last: what goes is told before what stays."""
    instants = [start, *(at for at in history.handovers if start < at < end)]
    names: dict[str, None] = {}
    for at in instants:
        for layer in history.in_force(at)[0].layers:
            names.pop(layer.name, None)
            names[layer.name] = None
    return list(names)


def _alone(history: History, name: str) -> History:
    """The history of one layer, without overrides."""
    return History(
        tuple(
            Revision(
                each.effective_at,
                replace(
                    each.schedule,
                    overrides=(),
                    layers=tuple(layer for layer in each.schedule.layers if layer.name == name),
                ),
            )
            for each in history.revisions
        )
    )
