"""What every template may use: the addresses of assets, icons, the sections, times and people in words."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import Field, SelectField

from admin import viewer

STATIC = Path(__file__).parent / "static"
SPRITE = "vendor/bootstrap-icons/bootstrap-icons.svg"
SECTIONS = (
    ("/", "Home", "house"),
    ("/tickets", "Tickets", "ticket-perforated"),
    ("/calls", "Calls", "telephone-inbound"),
    ("/drills", "Drills", "alarm"),
    ("/rotations", "Rotations", "calendar-week"),
    ("/technicians", "Technicians", "people"),
    ("/customers", "Customers", "building"),
    ("/reports", "Reports", "activity"),
)
UNDER_THUMB = frozenset({"/", "/tickets", "/calls", "/rotations"})
"""The sections that a phone's bar has room for; the others are on its page 'More'."""
MORE = "/more"
ADMINISTRATION = (("/users", "Users"), ("/tokens", "API tokens"), ("/carrier", "Carrier"), ("/audit", "Audit log"))
"""What only admins see."""
SETTINGS = (
    ("/policies", "Escalation policies"),
    ("/contacts", "Roles"),
    ("/service-hours", "Service hours"),
    ("/prompts", "Prompts"),
    ("/alerts", "Unplaced alerts"),
)
"""What everybody may see behind the gear."""
CUSTOMERS = (
    ("/customers", "Customers", "read"),
    ("/products", "Products", "read"),
    ("/customers/import", "Import and export", "edit"),
)
"""The pages of one section, one beside the other, each with the permission that it needs."""
WITHIN = {"/customers": ("/contracts/", "/products"), "/rotations": ("/swaps",)}


@cache
def asset(name: str) -> str:
    """The address of a file under `static/`; it changes with the file, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def icon(name: str, label: str = "") -> Markup:
    """A picture from the sprite. Without a label it is decoration: a word stands beside it."""
    seen = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(seen, asset(SPRITE), name)


def draw(field: Field, has_help: bool, **attributes: Any) -> Markup:
    """The control of a form's field, tied to its help and its error for those who do not see them."""
    describing = [f"{field.id}-help"] * has_help + [f"{field.id}-error"] * bool(field.errors)
    look = "form-select" if isinstance(field, SelectField) else "form-control"
    attributes["class"] = f"{look} is-invalid" if field.errors else look
    if describing:
        attributes["aria-describedby"] = " ".join(describing)
    if field.errors:
        attributes["aria-invalid"] = "true"
    return Markup(field(**attributes))


def section_is(path: str) -> bool:
    """Whether the page shown belongs to the section that starts at `path`."""
    here = request.path
    return here == path or (path != "/" and here.startswith((f"{path}/", *WITHIN.get(path, ()))))


def is_under_more() -> bool:
    """Whether a phone's bar leads to the page shown by 'More' alone."""
    return not any(section_is(path) for path in UNDER_THUMB)


def is_setting() -> bool:
    """Whether the page shown is one behind the gear."""
    return any(section_is(path) for path, _ in (*SETTINGS, *ADMINISTRATION))


def names(simulated: bool, identity_provider: str) -> dict[str, Any]:
    """The names that every template may use. `identity_provider`: where users may sign in too; '' for nowhere."""
    return {
        "administration_pages": ADMINISTRATION,
        "asset": asset,
        "beside": viewer.beside,
        "both": viewer.both,
        "browser_zone": viewer.of_browser,
        "customer_pages": CUSTOMERS,
        "draw": draw,
        "icon": icon,
        "is_setting": is_setting,
        "is_under_more": is_under_more,
        "more": MORE,
        "identity_provider": identity_provider,
        "section_is": section_is,
        "sections": SECTIONS,
        "settings_pages": SETTINGS,
        "simulated": simulated,
        "span_beside": viewer.span_beside,
        "typed_in": viewer.typed_in,
        "under_thumb": UNDER_THUMB,
    }
