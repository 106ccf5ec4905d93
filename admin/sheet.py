"""Tables for a spreadsheet: CSV (RFC 4180), in which no text is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""A spreadsheet calculates a cell that begins with one of these; with an apostrophe before it, it is a text."""


def sheet(header: Sequence[str], rows: Iterable[Iterable[str | float | None]]) -> str:
    """A header and rows, each line ended by CRLF. None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def as_typed(cell: str) -> str:
    """What was meant by a cell that `sheet` wrote: without the apostrophe that it put before it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
