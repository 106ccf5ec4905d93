"""The tables of a report: each figure with its definition in words, the same on the page and in a spreadsheet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from admin.report_rows import Case
from admin.times import TENTHS_BELOW, stopwatch
from rules import timezones
from rules.reports import Rung, Tally, grouped, ladder, spread, tally, week
from rules.wall_words import DAYS, MONTHS

Cell = str | int | float | timedelta | None
GROUPS = {"priority": "Priority", "customer": "Customer", "technician": "Technician", "month": "Month"}
SLOWEST_TOLD = 10
ALL, NOBODY = "All", "Nobody"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `bars` are parts of a bar beside it: a look, and a width in percent. `target` is where it leads."""

    cells: tuple[Cell, ...]
    bars: tuple[tuple[str, float], ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`meaning` says what is counted. `legend` explains the looks of the bars, in their order."""

    name: str
    title: str
    meaning: str
    columns: tuple[str, ...]
    lines: Sequence[Line]
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of: some tickets, grouped by one of GROUPS; `names` are those of technicians by key."""

    cases: Sequence[Case]
    by: str
    zone: str
    now: datetime
    names: Mapping[str, str]

    def groups(self) -> Iterable[tuple[str, str, Sequence[Case]]]:
        """All of them, then group by group in its natural order: the label, where it leads, and its tickets."""
        yield ALL, "", self.cases
        found = grouped((self._key(case), case) for case in self.cases)
        for key in sorted(found):
            yield key[1], _customer(found[key][0]) if self.by == "customer" else "", found[key]

    def _key(self, case: Case) -> tuple[str, str]:
        """What sorts a group, and its label."""
        if self.by == "month":
            wall = timezones.to_wall(case.opened_at, self.zone)
            return f"{wall:%Y-%m}", f"{MONTHS[wall.month - 1]} {wall.year}"
        if self.by == "technician":
            label = self.name(case.taken_by)
            return ("~" if case.taken_by is None else label.casefold()), label
        label = case.customer if self.by == "customer" else case.priority.value
        return label.casefold(), label

    def name(self, holder: str | None) -> str:
        return self.names.get(holder, holder) if holder else NOBODY


def _customer(case: Case) -> str:
    return f"customer={case.customer_id}"


def acknowledged(report: Report) -> Table:
    """Time to acknowledge."""
    return _spreads(
        report,
        "acknowledged",
        "Time to acknowledge",
        "From the moment the ticket was opened until the acknowledgement that holds. Half of the pages were "
        "acknowledged within the median, nine in ten within the 90 %. Pages that were acknowledged before they went "
        "out, or not yet, are not counted.",
        lambda case: case.answered_in,
    )


def leaving(report: Report) -> Table:
    """Time until the page leaves."""
    return _spreads(
        report,
        "leaving",
        "Time until the page leaves",
        "From the moment the ticket was opened until a carrier accepted the first message of its page. A P1 leaves at "
        "once; a P2 waits a moment for what the caller adds, and an event in staffed hours for the help desk.",
        lambda case: case.left_in,
    )


def _spreads(report: Report, name: str, title: str, meaning: str, length: Callable[[Case], timedelta | None]) -> Table:
    """A length of time of each ticket's page, group by group; None is not counted."""
    spreads = [
        (label, target, spread(found for case in cases if (found := length(case)) is not None))
        for label, target, cases in report.groups()
    ]
    most = max((found.p90 for _, _, found in spreads if found), default=SECOND) or SECOND
    lines = [
        Line(
            (label, found.count, found.median, found.p90, found.slowest),
            (("planned", _percent(found.p90, most)), ("done", _percent(found.median, most))),
            target,
        )
        for label, target, found in spreads
        if found
    ]
    columns = (GROUPS[report.by], "Pages", "Median", "90 % within", "Slowest")
    return Table(name, title, meaning, columns, lines, (("done", "median"), ("planned", "90 % within")))


def slowest(report: Report) -> Table:
    """The pages that took longest."""
    timed = [(case.answered_in, case) for case in report.cases if case.answered_in is not None]
    timed.sort(key=lambda pair: (-pair[0], pair[1].number))
    return Table(
        "slowest",
        "Slowest pages",
        f"The {SLOWEST_TOLD} acknowledged pages that took longest, from the ticket's opening to the acknowledgement, "
        "and how long the page took to leave.",
        ("Ticket", "Priority", "Customer", "Taken by", "Page left after", "Time"),
        [
            Line(
                (
                    str(case.number),
                    case.priority.value,
                    case.customer,
                    report.name(case.taken_by),
                    case.left_in,
                    length,
                ),
                target=f"/tickets/{case.number}",
            )
            for length, case in timed[:SLOWEST_TOLD]
        ],
    )


def targets(report: Report) -> Table:
    """Targets met and missed."""
    return Table(
        "targets",
        "Targets met",
        "A target is met when somebody took the ticket in charge, or ended it, before its time: an hour is missed at "
        "the hour. Waiting stops the clock. The share is of what is decided; a ticket that nobody has yet, with time "
        "left, still runs. Best effort and excluded tickets have no target. Basic's targets are indicative.",
        (GROUPS[report.by], "Met", "Missed", "Still running", "No target", "Share met"),
        [
            _targets_of(label, target, cases, tally(case.verdict(report.now) for case in cases))
            for label, target, cases in report.groups()
        ],
        (("met", "met"), ("missed", "missed")),
    )


def _targets_of(label: str, target: str, cases: Sequence[Case], counted: Tally) -> Line:
    without = len(cases) - counted.met - counted.missed - counted.running
    share = counted.share
    # The longer bar lies below the shorter one.
    bars = () if share is None else (("missed", 100.0), ("met", round(share * 100, 1)))
    return Line((label, counted.met, counted.missed, counted.running, without, share), bars, target)


def hours(report: Report) -> Table:
    """Pages by hour and weekday."""
    days = week(timezones.to_wall(case.out_at, report.zone) for case in report.cases if case.out_at)
    by_hour = list(zip(*days, strict=True))
    return Table(
        "hours",
        "Pages by hour and weekday",
        "How many pages went out, by the clock of the line. A page counts once, when it first goes out.",
        ("Hour", *DAYS, ALL),
        [Line((f"{hour:02d}:00", *counts, sum(counts))) for hour, counts in enumerate(by_hour)],
    )


def escalations(report: Report) -> Table:
    """Where pages were acknowledged."""
    out = [case for case in report.cases if case.out_at]
    taken = ladder(case.rung for case in out if case.acknowledged_at)
    alarms = sum(bool(case.alarmed_round) for case in out)
    missing = len(out) - sum(count for _, count in taken)
    steps = [
        *((_rung_name(rung), count) for rung, count in taken),
        *([("Not acknowledged", missing)] if missing else []),
    ]
    return Table(
        "escalations",
        "Escalations",
        "Where the pages that went out stood when they were acknowledged: at a level of the first round, in a later "
        "round, or after all rounds were over and the fallback contacts were alarmed. "
        f"{alarms} {'page' if alarms == 1 else 'pages'} came to an alarm.",
        ("Taken at", "Pages", "Share"),
        [Line((name, count, count / len(out)), (("done", round(count / len(out) * 100, 1)),)) for name, count in steps],
    )


def _rung_name(rung: Rung) -> str:
    if rung.alarmed:
        return "After the alarm"
    return "A later round" if rung.level is None else f"Level {rung.level}"


TABLES: Mapping[str, Callable[[Report], Table]] = {
    "acknowledged": acknowledged,
    "leaving": leaving,
    "slowest": slowest,
    "targets": targets,
    "hours": hours,
    "escalations": escalations,
}


def columns(table: Table) -> list[tuple[str, int, float]]:
    """The sums of a table of counts, line by line: the label, the sum, and its height in percent of the highest."""
    return _heights([(str(line.cells[0]), int(str(line.cells[-1]))) for line in table.lines])


def weekdays(table: Table) -> list[tuple[str, int, float]]:
    """The same for its columns between the label and the sum."""
    sums = [sum(int(str(line.cells[at])) for line in table.lines) for at in range(1, len(table.columns) - 1)]
    return _heights(list(zip(table.columns[1:-1], sums, strict=True)))


def _heights(counts: list[tuple[str, int]]) -> list[tuple[str, int, float]]:
    most = max((count for _, count in counts), default=0) or 1
    return [(label, count, round(count / most * 100, 1)) for label, count in counts]


def shown(cell: Cell) -> str:
    """A cell in words: '3 min 20 s', '93 %'."""
    if cell is None:
        return "none yet"
    if isinstance(cell, timedelta):
        return stopwatch(cell)
    # Rounded down: 100 % are all of them.
    return f"{floor(round(cell * 100, 6))} %" if isinstance(cell, float) else str(cell)


def plain(cell: Cell) -> str | float | None:
    """A cell for a spreadsheet: seconds, a few of them with tenths, and shares from 0 to 1."""
    if isinstance(cell, timedelta):
        return round(cell / SECOND, 1) if cell < TENTHS_BELOW and cell.microseconds else round(cell / SECOND)
    return round(cell, 4) if isinstance(cell, float) else cell


def _percent(length: timedelta, most: timedelta) -> float:
    return round(length / most * 100, 1)
