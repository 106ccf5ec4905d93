"""What was measured beside its target, as one table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("what", "measured", "target", "reference", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `ok` is None where there is no target."""

    what: str
    measured: str
    target: str = "-"
    reference: str = "-"
    ok: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "ok", False: "falls short", None: ""}[self.ok]
        return (self.what, self.measured, self.target, self.reference, verdict)


def at_most(what: str, value: float, limit: float, unit: str, reference: str = "-") -> Row:
    """A row that is fine up to `limit`."""
    return Row(what, f"{shown(value)} {unit}", f"≤ {limit:g} {unit}", reference, value <= limit)


def at_least(what: str, value: float, limit: float, unit: str = "", reference: str = "-") -> Row:
    """A row that is fine from `limit` on."""
    return Row(what, f"{shown(value)} {unit}".strip(), f"≥ {limit:g} {unit}".strip(), reference, value >= limit)


def shown(value: float) -> str:
    """A number to three digits or so."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, aligned."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in lines
    )
