"""Writes the database as the YAML file that `load` takes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin.file.shape import ROLES, Day
from admin.file.writing import Quoted, duration, filled, moment, wall_time, written
from models.customer import HOUSE_CONTRACT, Contact, Contract, Customer, Maintenance, Product
from models.schedule import EscalationPolicy
from models.service import RoleContact, Setting
from models.technician import Technician
from paging import roster
from rules.on_call import Absence, Layer, Override, Schedule, Window
from rules.policy import Policy

HEAD = """\
# What this line has on file, as `python app.py load` takes it.
# PINs are not in it: only their digests are kept. Give the contracts new ones after loading it elsewhere.
# Schedules are as they are now: revisions of the past, and those planned for later, are not in it; nor are maintenance
# windows that are over. What is empty is left out.
"""
CUSTOMERS_HEAD = """\
# The products and customers of this line, as its console and `python app.py load` take them.
# PINs are not in it: only their digests are kept. Nor are maintenance windows that are over. What is empty is left out.
"""


def dump(session: Session, now: datetime, policy: Policy) -> str:
    """All that a file can say of what is on file at `now`, in an order that does not change.

    Loading it changes nothing here, and makes the same of an empty database but for the PINs.
    """
    content = filled(
        technicians=_technicians(session),
        schedules=_schedules(session, now),
        escalation_policies=_escalation_policies(session),
        products=_products(session),
        customers=customers_on_file(session, now, policy),
    )
    return HEAD + "\n" + written(content | _service(session))


def dump_customers(session: Session, now: datetime, policy: Policy) -> str:
    """The products and customers of that file alone."""
    content = filled(products=_products(session), customers=customers_on_file(session, now, policy))
    return CUSTOMERS_HEAD + "\n" + written(content)


def _phone(number: str | None) -> Quoted | None:
    return Quoted(number) if number else None


def _technicians(session: Session) -> list[dict[str, Any]]:
    return [
        filled(
            key=row.key,
            name=row.name,
            time_zone=row.time_zone,
            phone=_phone(row.phone),
            second_phone=_phone(row.second_phone),
            email=row.email,
            channels=row.channels,
            quiet_channels=row.quiet_channels,
        )
        for row in sorted(session.scalars(select(Technician)), key=lambda row: row.key)
    ]


def _schedules(session: Session, now: datetime) -> list[dict[str, Any]]:
    keys = sorted(roster.schedule_keys(session))
    return [_schedule(roster.current_schedule(session, key, now)) for key in keys]


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "key": schedule.key,
        "time_zone": schedule.time_zone,
        "layers": [_layer(layer) for layer in schedule.layers],
        **filled(
            overrides=[_dated(each, schedule.time_zone) for each in schedule.overrides],
            absences=[_dated(each, schedule.time_zone) for each in schedule.absences],
        ),
    }


def _layer(layer: Layer) -> dict[str, Any]:
    rotation = {
        "unit": layer.rotation.unit.value,
        "length": layer.rotation.length,
        "first_handoff": wall_time(layer.rotation.first_handoff),
        "participants": list(layer.rotation.participants),
    }
    return filled(name=layer.name, rotation=rotation, windows=[_window(window) for window in layer.windows])


def _window(window: Window) -> dict[str, Any]:
    days = [list(Day)[day].value for day in window.days]
    return {"days": days, "from": Quoted(f"{window.starts:%H:%M}"), "until": Quoted(f"{window.ends:%H:%M}")}


def _dated(item: Override | Absence, zone: str) -> dict[str, Any]:
    return {"technician": item.technician, "from": moment(item.starts, zone), "until": moment(item.ends, zone)}


def _escalation_policies(session: Session) -> list[dict[str, Any]]:
    rows = sorted(session.scalars(select(EscalationPolicy)), key=lambda row: row.key)
    return [_escalation_policy(row.key, row.content) for row in rows]


def _escalation_policy(key: str, content: dict[str, Any]) -> dict[str, Any]:
    floor = content.get("minimum_round")
    return filled(
        key=key,
        repeat=content["repeat"],
        minimum_round=duration(floor) if floor else None,
        levels=[_level(level) for level in content["levels"]],
        fallback=list(map(Quoted, content["fallback"])),
        by_priority=content.get("by_priority") or None,
    )


def _level(content: dict[str, Any]) -> dict[str, Any]:
    waits = {channel: duration(seconds) for channel, seconds in content.get("channel_waits", {}).items()}
    return filled(
        notify=list(map(Quoted, content["notify"])),
        channels=content["channels"],
        wait=duration(content["wait"]),
        channel_waits=waits or None,
    )


def _products(session: Session) -> list[dict[str, Any]]:
    return [
        filled(name=row.name, end_of_support=row.end_of_support, end_of_life=row.end_of_life)
        for row in sorted(session.scalars(select(Product)), key=lambda row: row.name)
    ]


def customers_on_file(session: Session, now: datetime, policy: Policy) -> list[dict[str, Any]]:
    """Every customer as the file has it. The house is nobody's customer: it has the contract of drills alone."""
    belongings = _belongings(session)
    statement = select(Contract).options(joinedload(Contract.product)).order_by(Contract.number)
    contracts: dict[int, list[Contract]] = {}
    for contract in session.scalars(statement):
        contracts.setdefault(contract.customer_id, []).append(contract)
    customers = sorted(session.scalars(select(Customer)), key=lambda row: row.name)
    return [
        _customer(row, contracts.get(row.id, []), belongings, now, policy)
        for row in customers
        if [contract.number for contract in contracts.get(row.id, [])] != [HOUSE_CONTRACT]
    ]


class _Belongings(NamedTuple):
    """What every contract has, by the contract's id."""

    contacts: dict[int, list[Contact]]
    windows: dict[int, list[Maintenance]]


def _belongings(session: Session) -> _Belongings:
    found = _Belongings({}, {})
    for contact in session.scalars(select(Contact).order_by(Contact.position, Contact.id)):
        found.contacts.setdefault(contact.contract_id, []).append(contact)
    for window in session.scalars(select(Maintenance).order_by(Maintenance.starts_at)):
        found.windows.setdefault(window.contract_id, []).append(window)
    return found


def _customer(
    customer: Customer, contracts: Iterable[Contract], belongings: _Belongings, now: datetime, policy: Policy
) -> dict[str, Any]:
    zone = customer.time_zone or policy.time_zone
    found = [
        _contract(contract, belongings, contract.time_zone or zone, now)
        for contract in sorted(contracts, key=lambda row: row.number)
        if contract.number != HOUSE_CONTRACT
    ]
    return filled(name=customer.name, time_zone=customer.time_zone, contracts=found)


def _contract(row: Contract, belongings: _Belongings, zone: str, now: datetime) -> dict[str, Any]:
    return filled(
        number=row.number,
        plan=row.plan.value,
        product=row.product.name if row.product else None,
        site=row.site,
        time_zone=row.time_zone,
        starts=row.starts,
        ends=row.ends,
        paid=row.paid,
        escalation_policy=row.escalation_policy,
        contacts=_people(belongings.contacts.get(row.id, [])),
        specialist={"name": row.specialist_name, "email": row.specialist_email} if row.specialist_name else None,
        maintenance=[
            {"from": moment(each.starts_at, zone), "until": moment(each.ends_at, zone), "reference": each.reference}
            for each in belongings.windows.get(row.id, [])
            if each.ends_at > now
        ],
    )


def _people(rows: Sequence[Contact] | Sequence[RoleContact]) -> list[dict[str, Any]]:
    return [filled(name=row.name, phone=_phone(row.phone), email=row.email) for row in rows]


def _service(session: Session) -> dict[str, Any]:
    roles = {}
    for role in ROLES:
        holders = select(RoleContact).where(RoleContact.role == role).order_by(RoleContact.position, RoleContact.id)
        roles[role] = _people(session.scalars(holders).all())
    settings = {row.key: row.value for row in session.scalars(select(Setting))}
    desk = settings.get("help_desk")
    return filled(
        roles=filled(**roles) or None,
        help_desk=filled(phone=_phone(desk["phone"]), email=desk["email"]) if desk else None,
        service_hours=settings.get("service_hours"),
    )
