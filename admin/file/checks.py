"""What is wrong with a file whose values have their forms: duplicates, references, contradictions."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from admin.file import ladders, meaning
from admin.file.forms import Entry, did_you_mean
from admin.file.known import Known
from admin.file.meaning import contracts, entries, pins
from admin.file.shape import NEEDED
from models.customer import HOUSE_CONTRACT, Contract
from rules import on_call
from rules.pins import Peppers
from rules.policy import Policy
from rules.targets import Plan

Error = tuple[str, str]
KEYED = ("technicians", "schedules", "escalation_policies")
NAMED = ("products", "customers")


def check(file: Entry, found: list[Error], known: Known, peppers: Peppers, policy: Policy) -> list[Error]:
    """Every further error, each with its place. One that only follows from those `found` by reading is not told."""
    errors = _check(file, found, known, peppers, policy)
    spoiled = {around for place, _ in found for around in _around(place)}
    return [(place, message) for place, message in errors if place not in spoiled]


def _around(place: str) -> Iterator[str]:
    """A place and all that hold it."""
    yield place
    for end in range(len(place) - 1, 0, -1):
        if place[end] in ".[":
            yield place[:end]


def _has_errors(found: list[Error], place: str) -> bool:
    """Whether something was wrong at a place, or in what it holds."""
    return any(other == place or other.startswith((f"{place}.", f"{place}[")) for other, _ in found)


def _check(file: Entry, found: list[Error], known: Known, peppers: Peppers, policy: Policy) -> Iterator[Error]:
    technicians = known.technicians.keys() | {entry["key"] for entry in entries(file, "technicians")}
    schedules = {
        entry["key"]: meaning.schedule(entry, known.schedules.get(entry["key"])) for entry in entries(file, "schedules")
    }
    yield from _duplicates(file)
    yield from _incomplete(file, known)
    mistakes = [error for entry in entries(file, "schedules") for error in _schedule(entry, known, technicians)]
    yield from mistakes
    doubtful = {entry["key"] for entry in entries(file, "schedules") if _has_errors([*found, *mistakes], entry.place)}
    yield from ladders.policies(file, known, ladders.ladders(file, known, schedules, doubtful))
    yield from _products(file, known)
    yield from _contracts(file, known, policy)
    yield from _pins(file, known, peppers)
    yield from _second_phones(file, known)
    yield from _people(file)
    yield from _service_hours(file)


def _duplicates(file: Entry) -> Iterator[Error]:
    for kind, name in [*((kind, "key") for kind in KEYED), *((kind, "name") for kind in NAMED)]:
        yield from _repeated(((entry[name], entry.at(name)) for entry in entries(file, kind)), "{value!r} is")
    numbers = ((contract["number"], contract.at("number")) for _, contract in contracts(file))
    yield from _repeated(numbers, "{value!r} is")
    typed = ((str(pin), pin.place) for _, contract in contracts(file) for pin in pins(contract))
    yield from _repeated(typed, "the PIN is")


def _repeated(named: Iterable[tuple[str, str]], what: str) -> Iterator[Error]:
    first: dict[str, str] = {}
    for value, place in named:
        if value in first:
            yield place, f"{what.format(value=value)} also in {first[value]}"
        first.setdefault(value, place)


def _incomplete(file: Entry, known: Known) -> Iterator[Error]:
    """What an entry that is not in the database yet must say."""
    there: tuple[Collection[str], ...] = (known.technicians, known.schedules, known.policies)
    for kind, names in zip(KEYED, there, strict=True):
        for entry in entries(file, kind):
            if entry["key"] not in names:
                yield from _missing(entry, kind)
    for _, contract in contracts(file):
        if contract["number"] not in known.contracts:
            yield from _missing(contract, "contracts")


def _missing(entry: Entry, kind: str) -> Iterator[Error]:
    for name in NEEDED[kind]:
        if name not in entry.written:
            yield entry.at(name), "is missing"


def _schedule(entry: Entry, known: Known, technicians: Collection[str]) -> Iterator[Error]:
    """What is wrong with it, or with what is planned once the file holds for that too."""
    revisions = meaning.draft(entry, known.editings.get(entry["key"]), known.now).revisions
    found = (problem for revision in revisions for problem in on_call.problems(revision.schedule, technicians))
    for place, message in dict.fromkeys(found):
        yield _place(entry, place), message


def _place(entry: Entry, inner: str) -> str:
    """Where the file has a place within a schedule: an entry that was no use has shifted those after it."""
    name, bracket, rest = inner.partition("[")
    number, _, tail = rest.partition("]")
    items = entry.get(name, [])
    if bracket and int(number) < len(items):
        return f"{items[int(number)].place}{tail}"
    return entry.at(inner)


def _products(file: Entry, known: Known) -> Iterator[Error]:
    for entry in entries(file, "products"):
        row = known.products.get(entry["name"])
        support = entry.get("end_of_support", row.end_of_support if row else None)
        life = entry.get("end_of_life", row.end_of_life if row else None)
        if support and life and life < support:
            yield entry.at("end_of_life"), "is before end_of_support"


def _contracts(file: Entry, known: Known, policy: Policy) -> Iterator[Error]:
    products = known.products.keys() | {entry["name"] for entry in entries(file, "products")}
    policies = known.policies.keys() | {entry["key"] for entry in entries(file, "escalation_policies")}
    owners = {row.id: name for name, row in known.customers.items()}
    house = known.contracts.get(HOUSE_CONTRACT)
    for customer in entries(file, "customers"):
        if house and owners[house.customer_id] == customer["name"]:
            yield customer.at("name"), "is kept for drills: choose another name"
    for customer, contract in contracts(file):
        if contract["number"] == HOUSE_CONTRACT:
            yield contract.at("number"), f"{HOUSE_CONTRACT} is kept for drills: choose another number"
        row = known.contracts.get(contract["number"])
        yield from _references(contract, row, products, policies)
        yield from _dates(contract, row)
        if row and owners[row.customer_id] != customer["name"]:
            yield contract.at("number"), f"contract {contract['number']} belongs to {owners[row.customer_id]}"
        zone = meaning.site_zone(contract, row, customer, known.customers.get(customer["name"]), policy.time_zone)
        yield from _maintenance(entries(contract, "maintenance"), zone)


def _references(
    contract: Entry, row: Contract | None, products: Collection[str], policies: Collection[str]
) -> Iterator[Error]:
    """A policy that the contract has already may be one that is still to be made."""
    product = contract.get("product")
    if product and product not in products:
        yield contract.at("product"), f"unknown product {product!r}{did_you_mean(product, products)}"
    key = contract.get("escalation_policy") or ("default" if contract.get("plan") is Plan.PLATINUM else None)
    if key and key not in policies and not (row and row.escalation_policy == key):
        yield contract.at("escalation_policy"), f"unknown escalation policy {key!r}{did_you_mean(key, policies)}"


def _dates(contract: Entry, row: Contract | None) -> Iterator[Error]:
    starts = contract.get("starts", row.starts if row else None)
    ends = contract.get("ends", row.ends if row else None)
    if starts and ends and ends < starts:
        yield contract.at("ends"), "the contract ends before it starts"


def _maintenance(booked: list[Entry], zone: str) -> Iterator[Error]:
    windows = meaning.bookings(booked, zone)
    longest: tuple[datetime, int] | None = None
    for number, window in sorted(enumerate(windows), key=lambda one: one[1].starts_at):
        if window.ends_at <= window.starts_at:
            yield booked[number].at("until"), "it ends before it starts"
            continue
        if longest and window.starts_at < longest[0]:
            first, second = sorted((number, longest[1]))
            yield booked[second].place, f"it overlaps {booked[first].place}"
        longest = max(longest or (window.ends_at, number), (window.ends_at, number))


def _pins(file: Entry, known: Known, peppers: Peppers) -> Iterator[Error]:
    for _, contract in contracts(file):
        for pin in pins(contract):
            owners = {known.pins[digest] for digest in peppers.candidates(pin) if digest in known.pins}
            if others := owners - {contract["number"]}:
                yield pin.place, f"the PIN belongs to contract {', '.join(others)}: give another"


def _second_phones(file: Entry, known: Known) -> Iterator[Error]:
    for entry in entries(file, "technicians"):
        row = known.technicians.get(entry["key"])
        second = entry.get("second_phone")
        if second and second == entry.get("phone", row.phone if row else None):
            yield entry.at("second_phone"), "is the same number as phone"


def _people(file: Entry) -> Iterator[Error]:
    roles = file.get("roles")
    people = [person for role in roles.given.values() for person in role] if roles else []
    people += [person for _, contract in contracts(file) for person in entries(contract, "contacts")]
    for person in people:
        if not any(person.get(name) or name in person.useless for name in ("phone", "email")):
            yield person.place, "needs a phone or an email"


def _service_hours(file: Entry) -> Iterator[Error]:
    hours = file.get("service_hours")
    if hours and hours.get("always_staffed") and hours.get("never_staffed"):
        yield hours.at("never_staffed"), "it cannot be always_staffed too"
