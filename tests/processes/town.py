"""A line with as many technicians as wanted, each on call for a customer of their own."""

from typing import Any

import yaml


def phone(technician: int) -> str:
    return f"+39333{1_000_000 + technician}"


def pin(contract: int) -> str:
    return f"{48_000_000 + contract}"


def document(technicians: int, wait: str = "60s", notices: bool = True) -> str:
    """What `python app.py load` takes. Contract `C-7` pages technician `t-7`, and after `wait` the one that follows.

    Without `notices` its customers have nobody to be told that a ticket is open.
    """
    return yaml.safe_dump(
        {
            "technicians": [_technician(number) for number in range(technicians)],
            "escalation_policies": [_policy(number, technicians, wait) for number in range(technicians)],
            "products": [{"name": "UC Suite"}],
            "customers": [_customer(number, notices) for number in range(technicians)],
            "service_hours": {"never_staffed": True},
        },
        sort_keys=False,
    )


def _technician(number: int) -> dict[str, Any]:
    return {"key": f"t-{number}", "name": f"Tina {number}", "time_zone": "Europe/Rome", "phone": phone(number)}


def _policy(number: int, technicians: int, wait: str) -> dict[str, Any]:
    first, second = f"technician:t-{number}", f"technician:t-{(number + 1) % technicians}"
    levels = [{"notify": [target], "channels": ["sms", "voice"], "wait": wait} for target in (first, second)]
    return {"key": f"p-{number}", "repeat": 9, "levels": levels, "fallback": [first]}


def _customer(number: int, notices: bool) -> dict[str, Any]:
    contract = {
        "number": f"C-{number}",
        "plan": "platinum",
        "product": "UC Suite",
        "starts": "2020-01-01",
        "ends": "2050-12-31",
        "paid": True,
        "escalation_policy": f"p-{number}",
        "pins": [pin(number)],
        "contacts": [{"name": "Ada Bianchi", "email": f"ada-{number}@example.com"}] if notices else [],
    }
    return {"name": f"Customer {number} SpA", "time_zone": "Europe/Rome", "contracts": [contract]}
