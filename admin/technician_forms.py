"""The form of a technician."""

import re
import unicodedata

from flask_wtf import FlaskForm
from wtforms.validators import Regexp

from admin import fields


class TechnicianForm(FlaskForm):
    """Telephone and e-mail may be left out, but a page reaches nobody without a number."""

    name = fields.text("Name", "Type the technician's name.", 120)
    phone = fields.phone("Telephone", "Type the number that a page texts and rings.")
    email = fields.email("E-mail")
    time_zone = fields.zone("Time zone", "Type where this technician lives.")


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
