"""Who is on call, day by day: a timeline for screens that are too narrow for a drawing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from admin.chips import Chip, Chips
from admin.times import Times
from rules.on_call import Gap, ShiftSpan


@dataclass(frozen=True, slots=True)
class Piece:
    """`hours` is empty where somebody has the whole day."""

    hours: str
    chip: Chip


@dataclass(frozen=True, slots=True)
class Days:
    """One day, or several that one technician has from beginning to end."""

    name: str
    pieces: Sequence[Piece]


def day_list(
    days: Iterable[tuple[datetime, datetime]], held: Sequence[ShiftSpan | Gap], times: Times, chips: Chips
) -> list[Days]:
    """The shifts and gaps that fill `days`, which follow each other."""
    found: list[Days] = []
    first = None
    for start, end in days:
        pieces = [
            Piece(_hours(one, start, end, times), chips.of(getattr(one, "technician", None)))
            for one in held
            if one.start < end and start < one.end
        ]
        goes_on = bool(found) and len(pieces) == 1 and found[-1].pieces == pieces
        if goes_on:
            found.pop()
        first = first if goes_on and first else start
        name = times.day(start) if first == start else f"{times.day(first)} to {times.day(start)}"
        found.append(Days(name, pieces))
    return found


def _hours(one: ShiftSpan | Gap, start: datetime, end: datetime, times: Times) -> str:
    if one.start <= start and end <= one.end:
        return ""
    if one.start <= start:
        return f"until {times.clock(one.end)}"
    return f"from {times.clock(one.start)}" if end <= one.end else f"{times.clock(one.start)} to {times.clock(one.end)}"
