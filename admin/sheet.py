"""Tables for a spreadsheet: CSV (RFC 4180), in which no text is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet calculates a cell that begins with one of these."""


def sheet(header: Sequence[str], rows: Iterable[Iterable[str | float | None]]) -> str:
    """A header and rows, each line ended by CRLF. None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: str | float | None) -> str | float | None:
    """The apostrophe makes it a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
