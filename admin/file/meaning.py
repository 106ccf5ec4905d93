"""What entries of the file mean as values, together with what is there already: a key that is left out stays."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from admin.file.forms import Entry
from admin.file.shape import Day
from admin.file.tree import Scalar
from models.customer import Contract, Customer
from models.technician import Technician
from paging import rotations
from paging.rotations import Draft, Editing
from rules import timezones
from rules.on_call import Absence, Layer, Override, Schedule, Window
from rules.rotation import Rotation

DAYS = {day: number for number, day in enumerate(Day)}


class Booking(NamedTuple):
    """A booked maintenance window `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime
    reference: str


def entries(file: Entry, name: str) -> list[Entry]:
    """The entries of one of the file's lists, none where it is left out."""
    found: list[Entry] = file.get(name, [])
    return found


def contracts(file: Entry) -> list[tuple[Entry, Entry]]:
    """Every contract of the file with its customer."""
    customers = entries(file, "customers")
    return [(customer, contract) for customer in customers for contract in entries(customer, "contracts")]


def pins(contract: Entry) -> list[Scalar]:
    """The PINs that the file gives to a contract."""
    found: list[Scalar] = contract.get("pins", [])
    return found


def people(entries: list[Entry]) -> list[tuple[str, str | None, str | None]]:
    """Name, phone and e-mail address of each."""
    return [(entry["name"], entry.get("phone"), entry.get("email")) for entry in entries]


def schedule(entry: Entry, current: Schedule | None) -> Schedule:
    """The whole schedule. Local times are in its zone; while that is missing, in UTC."""
    zone = entry.get("time_zone", current.time_zone if current else "UTC")
    layers = entry.get("layers")
    overrides, absences = entry.get("overrides"), entry.get("absences")
    return Schedule(
        key=entry["key"],
        time_zone=zone,
        layers=(current.layers if current else ()) if layers is None else tuple(map(_layer, layers)),
        overrides=(current.overrides if current else ())
        if overrides is None
        else tuple(Override(each["technician"], *_span(each, zone)) for each in overrides),
        absences=(current.absences if current else ())
        if absences is None
        else tuple(Absence(each["technician"], *_span(each, zone)) for each in absences),
    )


def draft(entry: Entry, editing: Editing | None, now: datetime) -> Draft:
    """What the file makes of a schedule, and of what is planned for it; None: it is not there yet."""
    if editing is None:
        editing = rotations.begin_new(entry["key"], "UTC", now)
        return rotations.replacing(editing, schedule(entry, None))
    return rotations.everywhere(editing, lambda current: schedule(entry, current))


def _layer(entry: Entry) -> Layer:
    rotation = entry["rotation"]
    return Layer(
        name=entry["name"],
        rotation=Rotation(
            unit=rotation["unit"],
            length=rotation["length"],
            first_handoff=rotation["first_handoff"],
            participants=tuple(rotation["participants"]),
        ),
        windows=tuple(
            Window(tuple(sorted(DAYS[day] for day in window["days"])), window["from"], window["until"])
            for window in entry.get("windows", [])
        ),
    )


def _span(entry: Entry, zone: str) -> tuple[datetime, datetime]:
    return _instant(entry["from"], zone), _instant(entry["until"], zone)


def _instant(moment: datetime, zone: str) -> datetime:
    return moment if moment.tzinfo else timezones.to_utc(moment, zone)


def escalation_policy(entry: Entry, current: dict[str, Any] | None) -> dict[str, Any]:
    """The content of the policy's row; durations are seconds."""
    content: dict[str, Any] = {"repeat": 3, **(current or {})}
    if "levels" in entry.given:
        content["levels"] = [_level(level) for level in entry["levels"]]
    if "minimum_round" in entry.given:
        floor = entry["minimum_round"]
        content["minimum_round"] = int(floor.total_seconds()) if floor else None
    if "repeat" in entry.given:
        content["repeat"] = entry["repeat"]
    if "fallback" in entry.given:
        content["fallback"] = [str(target) for target in entry["fallback"]]
    if "by_priority" in entry.given:
        content.pop("by_priority", None)
        if others := by_priority(entry):
            content["by_priority"] = others
    return content


def _level(entry: Entry) -> dict[str, Any]:
    content: dict[str, Any] = {
        "notify": [str(target) for target in entry["notify"]],
        "channels": [channel.value for channel in entry["channels"]],
        "wait": int(entry["wait"].total_seconds()),
    }
    if waits := channel_waits(entry):
        content["channel_waits"] = {channel: int(wait.total_seconds()) for channel, wait in waits.items()}
    return content


def channel_waits(level: Entry) -> dict[str, timedelta]:
    """How long each channel of a level has, where the file says so."""
    waits = level.get("channel_waits")
    return dict(waits.given) if waits else {}


def by_priority(policy: Entry) -> dict[str, str]:
    """The policies that the file names in the place of one, by priority."""
    others = policy.get("by_priority")
    return dict(others.given) if others else {}


def technician(entry: Entry, current: Technician | None) -> dict[str, Any]:
    """The values that the file gives to a technician's row. Another number has not opted out of texts."""
    names = ("name", "time_zone", "phone", "second_phone", "email")
    values = {name: entry[name] for name in names if name in entry.given}
    for name in ("channels", "quiet_channels"):
        if name in entry.given:
            values[name] = [channel.value for channel in entry[name] or ()] or None
    if current and current.opted_out_at and values.get("phone", current.phone) != current.phone:
        values["opted_out_at"] = None
    return values


def site_zone(contract: Entry, row: Contract | None, customer: Entry, owner: Customer | None, otherwise: str) -> str:
    """The zone of a contract's local times: its own, else the customer's; `otherwise` where neither is known."""
    own = contract.get("time_zone", row.time_zone if row else None)
    return own or customer.get("time_zone", owner.time_zone if owner else None) or otherwise


def bookings(entries: Iterable[Entry], zone: str) -> list[Booking]:
    """The booked windows of a contract."""
    return [Booking(*_span(entry, zone), entry["reference"]) for entry in entries]
