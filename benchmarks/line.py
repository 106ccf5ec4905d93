"""The line that is measured: many customers, one technician on call, a help desk that is never staffed."""

from typing import Any

import yaml

CONTRACTS = 50
TECHNICIANS = {"anna": "+393331110001", "bruno": "+393331110002", "carla": "+393331110003"}


def pin(contract: int) -> str:
    """The PIN of contract number `contract`, from 0."""
    return f"{48_000_000 + contract % CONTRACTS}"


def document() -> str:
    """What `python app.py load` takes."""
    return yaml.safe_dump(
        {
            "technicians": [_technician(key, phone) for key, phone in TECHNICIANS.items()],
            "schedules": [_schedule()],
            "escalation_policies": [_policy()],
            "products": [{"name": "UC Suite"}],
            "customers": [_customer(number) for number in range(CONTRACTS)],
            "service_hours": {"never_staffed": True},
        },
        sort_keys=False,
    )


def _technician(key: str, phone: str) -> dict[str, Any]:
    return {"key": key, "name": f"{key.title()} Rossi", "time_zone": "Europe/Rome", "phone": phone}


def _schedule() -> dict[str, Any]:
    rotation = {"unit": "week", "length": 1, "first_handoff": "2026-01-05T09:00", "participants": ["anna", "bruno"]}
    return {
        "key": "platinum",
        "time_zone": "Europe/Rome",
        "layers": [{"name": "weekly", "rotation": rotation, "windows": []}],
    }


def _policy() -> dict[str, Any]:
    levels = [
        {"notify": [target], "channels": ["sms", "voice"], "wait": "5m"}
        for target in ("schedule:platinum", "technician:carla")
    ]
    return {"key": "default", "repeat": 3, "levels": levels, "fallback": ["technician:carla"]}


def _customer(number: int) -> dict[str, Any]:
    contract = {
        "number": f"C-{number}",
        "plan": "platinum",
        "product": "UC Suite",
        "starts": "2020-01-01",
        "ends": "2050-12-31",
        "paid": True,
        "pins": [pin(number)],
        "contacts": [{"name": "Ada Bianchi", "phone": f"+39333222{number:04}"}],
    }
    return {"name": f"Customer {number} SpA", "time_zone": "Europe/Rome", "contracts": [contract]}
