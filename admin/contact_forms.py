"""The forms of the help desk and of the people behind a role."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from wtforms import Field, Form, FormField

from admin import fields
from admin.customer_forms import ContactForm
from admin.file.forms import NOT_WORDS
from admin.kept import KeptForm
from admin.shown_rows import RowsForm
from rules.phone_numbers import is_dialable

MOST_PEOPLE = 20
NOBODY = {"name": "", "phone": "", "email": ""}


class PersonForm(ContactForm):
    """A line that is left empty is nobody."""

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if any(unicodedata.category(character) in NOT_WORDS for character in self.name.data or ""):
            fields.complain(self.name, "One line, without control characters.")
            good = False
        if not self.is_blank and not (self.phone.data or self.email.data):
            fields.complain(self.phone, "Type a telephone or an e-mail: nothing would reach this person.")
            good = False
        return good


class HelpDeskForm(KeptForm):
    """`seen`: the fingerprint of what the form was filled in with."""

    phone = fields.phone("Telephone")
    email = fields.email("E-mail")
    seen = fields.SeenField()

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.email.data and not self.phone.data and not self.phone.errors:
            fields.complain(self.phone, "Type the telephone too, or leave both empty: then there is no help desk.")
            good = False
        return good

    def bars(self, countries: Collection[str]) -> bool:
        return _bars(self.phone, countries)

    @property
    def typed(self) -> dict[str, str | None]:
        return {"phone": self.phone.data or None, "email": self.email.data or None}


class RoleForm(RowsForm):
    """The people behind one role. `seen`: the fingerprint of those that the form was filled in with."""

    people = fields.Lines(FormField(PersonForm), max_entries=MOST_PEOPLE)
    seen = fields.SeenField()

    def bars(self, countries: Collection[str]) -> bool:
        """Whether a number may not be dialled; it says so beside each, and over the form."""
        barred = [line for line in self.people if _bars(line.form.phone, countries)]
        if barred:
            self.form_errors.append("Nothing was saved yet. Mend what is marked below.")
        return bool(barred)

    @property
    def typed(self) -> list[dict[str, str | None]]:
        """Those who are somebody, in order."""
        lines: list[Form] = [line.form for line in self.people if not line.form.is_blank]
        return [{name: line[name].data or None for name in NOBODY} for line in lines]

    def arranged(self, wanted: str) -> dict[str, Any]:
        """All that was typed, with the lines as a button wants them: 'add', 'up-1', 'down-0' or 'remove-2'."""
        data: dict[str, Any] = dict(self.data)
        lines = data["people"]
        match = re.fullmatch(r"(up|down|remove)-([0-9]{1,4})", wanted)
        number = int(match[2]) if match else -1
        if wanted == "add" and len(lines) < MOST_PEOPLE:
            lines.append(NOBODY)
        elif match and number < len(lines):
            line = lines.pop(number)
            if match[1] != "remove":
                lines.insert(max(number - 1, 0) if match[1] == "up" else number + 1, line)
        return data


def _bars(phone: Field, countries: Collection[str]) -> bool:
    if not phone.data or is_dialable(phone.data, countries):
        return False
    message = "The line may not call or text this number: its country or its kind is not among the policy's."
    fields.complain(phone, message)
    return True
