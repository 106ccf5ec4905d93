"""The shape of the file: which keys there are, and the form of each. What is `needed` of a new entry is in NEEDED."""

from enum import StrEnum

from admin.file import forms
from admin.file.forms import Form, mapping, one_of, optional, sequence, text
from rules.escalation import POLICY_CHANNELS, Channel
from rules.rotation import Unit
from rules.targets import Plan, Priority


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


ROLES = ("duty_manager", "support_team", "team_leader", "support_manager", "co_ceo", "cto")
NEEDED = {
    "technicians": ("name", "time_zone"),
    "schedules": ("time_zone", "layers"),
    "escalation_policies": ("levels", "fallback"),
    "contracts": ("plan", "starts", "ends", "paid"),
}

CHANNEL = one_of(Channel, POLICY_CHANNELS)
TECHNICIAN = mapping(
    {
        "key": forms.KEY,
        "name": text(120),
        "time_zone": forms.ZONE,
        "phone": optional(forms.PHONE),
        "second_phone": optional(forms.PHONE),
        "email": optional(forms.EMAIL),
        "channels": optional(sequence(CHANNEL, distinct=True)),
        "quiet_channels": optional(sequence(CHANNEL, distinct=True)),
    },
    needed=("key",),
)
ROTATION = mapping(
    {
        "unit": one_of(Unit),
        "length": forms.COUNT,
        "first_handoff": forms.WALL_TIME,
        "participants": sequence(forms.KEY),
    },
    needed=("unit", "length", "first_handoff", "participants"),
)
WINDOW = mapping(
    {
        "days": sequence(one_of(Day), filled="no day is named", distinct=True),
        "from": forms.TIME_OF_DAY,
        "until": forms.TIME_OF_DAY,
    },
    needed=("days", "from", "until"),
)
LAYER = mapping(
    {"name": text(64), "rotation": ROTATION, "windows": sequence(WINDOW)},
    needed=("name", "rotation"),
)
DATED = mapping(
    {"technician": forms.KEY, "from": forms.MOMENT, "until": forms.MOMENT},
    needed=("technician", "from", "until"),
)
SCHEDULE = mapping(
    {
        "key": forms.KEY,
        "time_zone": forms.ZONE,
        "layers": sequence(LAYER),
        "overrides": sequence(DATED),
        "absences": sequence(DATED),
    },
    needed=("key",),
)
LEVEL = mapping(
    {
        "notify": sequence(forms.TARGET, filled="nobody is told at this level", distinct=True),
        "channels": sequence(CHANNEL, filled="there is no channel: sms, voice or email", distinct=True),
        "wait": forms.DURATION,
        "channel_waits": optional(mapping({channel.value: forms.DURATION for channel in POLICY_CHANNELS})),
    },
    needed=("notify", "channels", "wait"),
)
ESCALATION_POLICY = mapping(
    {
        "key": forms.KEY,
        "repeat": forms.COUNT,
        "minimum_round": optional(forms.DURATION),
        "levels": sequence(LEVEL, filled="there is no level: a page would go to nobody"),
        "fallback": sequence(forms.TARGET, filled="nobody is alarmed when all levels are done", distinct=True),
        "by_priority": optional(mapping({priority.value: forms.KEY for priority in Priority})),
    },
    needed=("key",),
)
PRODUCT = mapping(
    {"name": text(200), "end_of_support": optional(forms.DATE), "end_of_life": optional(forms.DATE)},
    needed=("name",),
)
PERSON = mapping(
    {"name": text(120), "phone": optional(forms.PHONE), "email": optional(forms.EMAIL)},
    needed=("name",),
)
MAINTENANCE = mapping(
    {"from": forms.MOMENT, "until": forms.MOMENT, "reference": text(120)},
    needed=("from", "until", "reference"),
)
CONTRACT = mapping(
    {
        "number": text(64),
        "plan": one_of(Plan),
        "product": optional(text(200)),
        "site": optional(text(120)),
        "time_zone": optional(forms.ZONE),
        "starts": forms.DATE,
        "ends": forms.DATE,
        "paid": forms.BOOLEAN,
        "escalation_policy": forms.KEY,
        "pins": sequence(forms.PIN),
        "contacts": sequence(PERSON),
        "specialist": optional(mapping({"name": text(120), "email": forms.EMAIL}, needed=("name", "email"))),
        "maintenance": sequence(MAINTENANCE),
    },
    needed=("number",),
)
CUSTOMER = mapping(
    {"name": text(200), "time_zone": optional(forms.ZONE), "contracts": sequence(CONTRACT)},
    needed=("name",),
)
PARTS: dict[str, Form] = {
    "technicians": sequence(TECHNICIAN),
    "schedules": sequence(SCHEDULE),
    "escalation_policies": sequence(ESCALATION_POLICY),
    "products": sequence(PRODUCT),
    "customers": sequence(CUSTOMER),
    "roles": mapping({role: sequence(PERSON) for role in ROLES}),
    "help_desk": optional(mapping({"phone": forms.PHONE, "email": optional(forms.EMAIL)}, needed=("phone",))),
    "service_hours": mapping({"always_staffed": forms.BOOLEAN, "never_staffed": forms.BOOLEAN}),
}
FILE: Form = mapping(PARTS)
