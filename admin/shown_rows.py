"""Forms with repeated rows: each says which rows it showed, so that rows that got lost on the way are not deleted."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import Field, FormField, HiddenField
from wtforms.fields.list import FieldList

from admin.kept import KeptForm

INCOMPLETE = "Not saved. The form arrived without some of the rows that it showed. Open the page again."
SHOWN = "shown"
"""The first word of the hidden field: there it stands even when no row was shown."""


class RowsForm(KeptForm):
    """A form with lists of rows. One that arrives without a row that it showed is refused."""

    shown_rows = HiddenField()

    def hidden_tag(self, *fields: Any) -> Markup:
        # A form that was refused keeps what it said: to send it again does not make it complete.
        if INCOMPLETE not in self.form_errors:
            self.shown_rows.data = " ".join([SHOWN, *_rows(self)])
        return Markup(super().hidden_tag(*fields))

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.is_submitted() and not _is_complete():
            self.form_errors.append(INCOMPLETE)
            return False
        return good


def _is_complete() -> bool:
    """Whether this request has something of each row that its form showed."""
    says_so, *shown = request.form.get("shown_rows", "").split() or [""]
    return says_so == SHOWN and _parents(request.form).issuperset(shown)


def _parents(names: Iterable[str]) -> set[str]:
    """The names, and those of all rows that they are in: of `levels-0-wait` also `levels-0` and `levels`."""
    parts = [name.split("-") for name in names]
    return {"-".join(path[:length]) for path in parts for length in range(1, len(path) + 1)}


def _rows(fields: Iterable[Field]) -> Iterator[str]:
    """The names of all rows, also of those within rows."""
    for field in fields:
        if isinstance(field, FieldList):
            yield from (entry.name for entry in field)
            yield from _rows(field)
        elif isinstance(field, FormField):
            yield from _rows(field.form)
