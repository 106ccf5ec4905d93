"""A schedule drawn over days: its layers, overrides and absences, and below them who is on call.

Places are in percent of the drawing's width, so that it fits every screen and its letters stay as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from admin.chips import Chip, Chips
from admin.day_list import Days, day_list
from admin.times import Times
from rules import timezones
from rules.layer_lines import layer_lines
from rules.on_call import Absence, Gap, History, Override, ShiftSpan, shifts
from rules.service_hours import Calendar
from rules.wall_words import DAYS, MONTHS

NIGHTS_WITHIN = 14  # days: beyond that they are too narrow to be seen
NIGHT = (time(22), time(6))
BETWEEN_HOURS = timedelta(hours=3)
LETTER, MARGIN = 7.5, 8.0  # pixels
NARROW, WIDE = 5.6, 8.7
"""Pixels of one percent on the narrowest screens that show the drawing, and that show its wide labels."""


@dataclass(frozen=True, slots=True)
class Block:
    """`label` is as much of the name as there is room for, `wide_label` on a wide screen."""

    x: float
    width: float
    chip: Chip
    label: str
    wide_label: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Day:
    """`date` is empty where there is no room for it. `clocks`: in words, where they change on this day."""

    start: datetime
    x: float
    width: float
    weekday: str
    date: str
    full_name: str
    is_free: bool
    clocks: str


@dataclass(frozen=True, slots=True)
class Hour:
    x: float
    clock: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """`hours` are those of a single day. `final` is who is on call; `now_x` is None where now is not in the range."""

    start: datetime
    end: datetime
    days: Sequence[Day]
    by_day: Sequence[Days]
    hours: Sequence[Hour]
    nights: Sequence[tuple[float, float]]
    rows: Sequence[Row]
    final: Row
    held: Sequence[ShiftSpan | Gap]
    now_x: float | None


def draw(history: History, start: datetime, end: datetime, times: Times, chips: Chips, holidays: Calendar) -> Timeline:
    """Draw `[start, end)`, both midnights in the zone of `times`."""
    scale = _Scale(start, end)
    spans, gaps = shifts(history, start, end)
    held: list[ShiftSpan | Gap] = sorted([*spans, *gaps], key=_start)
    schedule = history.in_force(max(start, times.now))[0]
    rows = [
        Row(f"{line.name} layer", _blocks(line.spans, scale, times, chips)) for line in layer_lines(history, start, end)
    ]
    rows.append(Row("Overrides", _blocks(_spans(schedule.overrides), scale, times, chips)))
    rows += [
        Row(f"{chips.of(key).name} is absent", _blocks(_spans(absent), scale, times, chips))
        for key, absent in _by_technician(schedule.absences).items()
    ]
    midnights = _midnights(start, end, times.zone)
    return Timeline(
        start=start,
        end=end,
        days=[_day(day, scale, times.zone, holidays) for day in midnights],
        by_day=day_list(midnights, held, times, chips),
        hours=_hours(start, end, scale, times) if len(midnights) == 1 else [],
        nights=_nights(start, end, scale, times.zone),
        rows=[row for row in rows if row.blocks],
        final=Row("On call", _blocks(held, scale, times, chips)),
        held=held,
        now_x=scale.x(times.now) if start <= times.now < end else None,
    )


def _start(one: ShiftSpan | Gap) -> datetime:
    return one.start


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        share = (min(max(at, self.start), self.end) - self.start) / (self.end - self.start)
        return round(100 * share, 3)

    def width(self, start: datetime, end: datetime) -> float:
        return round(self.x(end) - self.x(start), 3)


def _by_technician(absences: Iterable[Absence]) -> dict[str, list[Absence]]:
    """Several may be absent at once, and would hide each other in one row."""
    found: dict[str, list[Absence]] = {}
    for one in absences:
        found.setdefault(one.technician, []).append(one)
    return found


def _spans(dated: Iterable[Override | Absence]) -> list[tuple[str, datetime, datetime]]:
    return [(one.technician, one.starts, one.ends) for one in dated]


def _blocks(
    held: Iterable[ShiftSpan | Gap | tuple[str, datetime, datetime]], scale: _Scale, times: Times, chips: Chips
) -> list[Block]:
    blocks = []
    for one in held:
        holder, start, end = one if isinstance(one, tuple) else (getattr(one, "technician", None), one.start, one.end)
        if start < scale.end and scale.start < end:
            chip, width = chips.of(holder), scale.width(start, end)
            title = f"{chip.name}, {times.full(start)} until {times.full(end)}"
            label, wide = (_fitting(width * percent, chip.name, chip.initials) for percent in (NARROW, WIDE))
            blocks.append(Block(scale.x(start), width, chip, label, wide, title))
    return blocks


def _fitting(pixels: float, *texts: str) -> str:
    """The first of the texts that fits into so many pixels; none, if it must be."""
    return next((text for text in texts if LETTER * len(text) + MARGIN <= pixels), "")


def _midnights(start: datetime, end: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """Each day's beginning and end; a midnight that does not exist is the first instant after it."""
    wall = timezones.to_wall(start, zone).replace(tzinfo=None)
    days = []
    while start < end:
        wall += timedelta(days=1)
        after = min(timezones.to_utc(wall, zone), end)
        days.append((start, after))
        start = after
    return days


def _day(span: tuple[datetime, datetime], scale: _Scale, zone: str, holidays: Calendar) -> Day:
    start, end = span
    wall, width = timezones.to_wall(start, zone), scale.width(start, end)
    is_holiday = any(one.falls_on(wall.date()) for one in holidays.holidays)
    weekday, date = _heading(wall, width * NARROW, (100 - scale.x(start)) * NARROW)
    return Day(
        start=start,
        x=scale.x(start),
        width=width,
        weekday=weekday,
        date=date,
        full_name=f"{DAYS[wall.weekday()]} {_date(wall)}{', holiday' if is_holiday else ''}",
        is_free=wall.weekday() > 4 or is_holiday,
        clocks=_clocks(end - start),
    )


def _heading(wall: datetime, pixels: float, pixels_to_the_end: float) -> tuple[str, str]:
    """Weekday and date; where days are too narrow for that, of Mondays alone."""
    weekday = DAYS[wall.weekday()]
    date = _fitting(pixels, _date(wall), f"{wall.day:>3}").strip()
    if not date and wall.weekday() == 0:
        date = _fitting(pixels_to_the_end, _date(wall))
    return (weekday, date) if date else ("", "")


def _date(wall: datetime) -> str:
    return f"{wall.day} {MONTHS[wall.month - 1]}"


def _clocks(length: timedelta) -> str:
    """By how much the clocks change on a day of this length."""
    change = length - timedelta(days=1)
    if not change:
        return ""
    return f"clocks go {'back' if change > timedelta(0) else 'forward'} by {abs(change) // timedelta(minutes=1)} min"


def _hours(start: datetime, end: datetime, scale: _Scale, times: Times) -> list[Hour]:
    marks = [start + number * BETWEEN_HOURS for number in range(1, (end - start) // BETWEEN_HOURS)]
    return [Hour(scale.x(at), times.clock(at)) for at in marks]


def _nights(start: datetime, end: datetime, scale: _Scale, zone: str) -> list[tuple[float, float]]:
    if end - start > timedelta(days=NIGHTS_WITHIN, hours=1):
        return []
    first = timezones.to_wall(start, zone).date() - timedelta(days=1)
    days = [first + timedelta(days=number) for number in range((end - start).days + 2)]
    nights = [(_instant(day, NIGHT[0], zone), _instant(day + timedelta(days=1), NIGHT[1], zone)) for day in days]
    return [(scale.x(dusk), scale.width(dusk, dawn)) for dusk, dawn in nights if dusk < end and start < dawn]


def _instant(day: date, clock: time, zone: str) -> datetime:
    return timezones.to_utc(datetime.combine(day, clock), zone)
