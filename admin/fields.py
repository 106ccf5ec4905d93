"""Fields and checks that several forms share. What is wrong is said in words, with what to do."""

import unicodedata
from datetime import datetime
from typing import Any

from wtforms import (
    DateField,
    DateTimeLocalField,
    EmailField,
    Field,
    Form,
    HiddenField,
    StringField,
    TelField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.fields.list import FieldList
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from admin.file.forms import NOT_WORDS
from rules import phone_numbers, timezones
from rules.contact_details import LONGEST_EMAIL, is_email, is_phone
from rules.pins import is_well_formed


def text(label: str, required: str = "", longest: int = 200, checks: tuple[Any, ...] = ()) -> StringField:
    """One line of text. `required` is what to say when it is empty; '' lets it be empty."""
    return StringField(label, [_filled(required), _length(longest), *checks], [stripped])


def email(label: str, required: str = "") -> EmailField:
    return EmailField(label, [_filled(required), _length(LONGEST_EMAIL), _is_email], [stripped])


def phone(label: str, required: str = "") -> TelField:
    """A number typed in any of the usual ways; its data becomes E.164."""
    return TelField(label, [_filled(required), _length(40), _to_e164], [stripped])


def zone(label: str, required: str = "") -> StringField:
    return text(label, required, 64, (_known_zone,))


class WallField(DateTimeLocalField):
    """A local date and time, to the minute; naive: the form knows whose wall clock."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Type a date and a time, such as 2026-12-24 18:00.") from None


class DayField(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Type a date, such as 2026-12-31.") from None


class Lines(FieldList):  # type: ignore[type-arg]  # generic in its stubs alone
    """At most `max_entries` lines, or as many as are on file: a file may bring more, and none of them is lost."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        if self.max_entries and isinstance(data, list):
            self.max_entries = max(self.max_entries, len(data))
        super().process(formdata, data, extra_filters)


class SeenField(HiddenField):
    """What a form was filled in with. A form that does not bring it has seen nothing, not what is on file now."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""


def wall(label: str, required: str = "") -> WallField:
    """`required` is what to say when it is empty; '' lets it be empty."""
    check = InputRequired(required) if required else Optional()
    return WallField(label, [check], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"])


def day(label: str, required: str) -> DayField:
    return DayField(label, [InputRequired(required)])


def choice(value: str, label: str) -> SelectChoice:
    return SelectChoice(value=value, label=label)


def pin_check(_form: Form, field: Field) -> None:
    if not is_well_formed(field.data):
        raise ValidationError("A PIN is 8 to 12 digits.")


def one_line(_form: Form, field: Field) -> None:
    """What `load` takes for words: neither a control character nor the end of a line."""
    if any(unicodedata.category(character) in NOT_WORDS for character in field.data):
        raise ValidationError("This must be one line, without control characters.")


def words(label: str, required: str = "", longest: int = 200) -> StringField:
    """One line of text that is written down, as a file could bring it too."""
    return text(label, required, longest, (one_line,))


def instant(field: Field, zone_name: str) -> datetime | None:
    """The instant that a local time names. None, with the reason at the field, where no clock ever shows it."""
    typed: datetime = field.data
    if not timezones.EARLIEST.year <= typed.year < timezones.LATEST.year:
        complain(field, f"The year {typed.year} is too far away.")
        return None
    if not timezones.exists(typed, zone_name):
        complain(field, f"{typed:%d %b %Y %H:%M} does not exist in {zone_name}: the clocks go forward there.")
        return None
    return timezones.to_utc(typed, zone_name)


def future(field: Field, zone_name: str, now: datetime) -> datetime | None:
    """The instant, after `now`, that a local time names. None, with the reason at the field, where it is none."""
    at = instant(field, zone_name)
    if at is not None and at <= now:
        complain(field, "That is over: the past is never rewritten. Leave it empty for now.")
        return None
    return at


def complain(field: Field, message: str) -> None:
    """Put a message beside a field after the form's own checks."""
    field.errors = [*field.errors, message]


def value(field: Field) -> Any:
    """What a field holds that passed its checks."""
    return field.data


def stripped(text: str | None) -> str | None:
    """Without what no database keeps, and without the spaces around it."""
    return text.replace("\0", "").strip() if isinstance(text, str) else text


def _filled(message: str) -> DataRequired | Optional:
    return DataRequired(message) if message else Optional()


def _length(longest: int) -> Length:
    return Length(max=longest, message=f"At most {longest} characters.")


def _is_email(_form: Form, field: Field) -> None:
    if not is_email(field.data):
        raise ValidationError("This is not an e-mail address. It looks like anna@example.com.")


def _to_e164(_form: Form, field: Field) -> None:
    number = phone_numbers.parse(field.data, None)
    if number is None or not is_phone(number):
        raise ValidationError("This is not a telephone number with its country code. It looks like +39 333 111 0001.")
    field.data = number


def _known_zone(_form: Form, field: Field) -> None:
    if not timezones.is_known(field.data):
        message = timezones.unknown(field.data)
        raise ValidationError(f"{message[0].upper()}{message[1:]}{'' if message.endswith('?') else '.'}")
