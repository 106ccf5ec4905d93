"""The form of a technician."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField
from wtforms.validators import Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from admin import fields
from admin.kept import KeptForm
from models.technician import Technician
from rules.escalation import POLICY_CHANNELS, Channel

COLUMNS = ("name", "phone", "email", "time_zone", "second_phone", "channels", "quiet_channels")
ORDERS = {"": "As the policy says", "sms voice": "Text first", "voice sms": "Call first"}
CHANNELS = {Channel.SMS: "Texts", Channel.VOICE: "Calls", Channel.EMAIL: "E-mails"}


class TechnicianForm(KeptForm):
    """E-mail and second telephone may be left out, but a page reaches nobody without a number."""

    name = fields.words("Name", "Type the technician's name.", 120)
    phone = fields.phone("Telephone", "Type the number that a page texts and rings.")
    second_phone = fields.phone("Second number")
    email = fields.email("E-mail")
    time_zone = fields.zone("Time zone", "Type where this technician lives.")
    order = SelectField("Order")
    quiet = SelectMultipleField(
        "Only for a P1",
        choices=[fields.choice(channel.value, word) for channel, word in CHANNELS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def __init__(self, *args: Any, technician: Technician | None = None, **kwargs: Any) -> None:
        """Filled in with what is on file of a technician."""
        channels = (technician.channels or []) if technician else []
        quiet = technician.quiet_channels if technician else None
        super().__init__(*args, obj=technician, order=" ".join(channels), quiet=quiet or [], **kwargs)
        offered = ORDERS | ({} if " ".join(channels) in ORDERS else {" ".join(channels): _in_words(channels)})
        self.order.choices = [fields.choice(value, words) for value, words in offered.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.second_phone.data and self.second_phone.data == self.phone.data:
            fields.complain(self.second_phone, "This is the same number as the first: leave it empty.")
            good = False
        return good

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by the columns of a technician."""
        names = ("name", "phone", "email", "time_zone", "second_phone")
        typed = {name: self[name].data or None for name in names if name in self}
        quiet = [channel.value for channel in POLICY_CHANNELS if channel in fields.value(self.quiet)]
        return typed | {"channels": fields.value(self.order).split() or None, "quiet_channels": quiet or None}


def _in_words(channels: Sequence[str]) -> str:
    """An order that the form does not offer by itself."""
    return f"As loaded: {', '.join(CHANNELS[Channel(channel)].lower() for channel in channels)}"


class OwnTechnicianForm(TechnicianForm):
    """For technicians themselves. The e-mail is by which the one who signs in is known to be this technician."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.name, self.email


class NewTechnicianForm(TechnicianForm):
    key = fields.text(
        "Key",
        longest=64,
        checks=(
            Regexp(r"\A[a-z0-9][a-z0-9_-]*\Z", message="Small letters, digits, - and _, such as anna or anna-rossi."),
        ),
    )


def key_from(name: str) -> str:
    """'anna-rossi' for Anna Rossi."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]
