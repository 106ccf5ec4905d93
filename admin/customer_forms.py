"""The forms of customers, contracts, contacts and PINs."""

from typing import Any

from wtforms import BooleanField, Form, FormField, SelectField
from wtforms.fields.list import FieldList

from admin import fields
from admin.kept import KeptForm
from rules.targets import Plan

BLANK_CONTACTS = 2
MOST_CONTACTS = 20


class ContactForm(Form):
    """A line that is left empty is no contact."""

    name = fields.text("Name", longest=120)
    phone = fields.phone("Telephone")
    email = fields.email("E-mail")

    @property
    def is_blank(self) -> bool:
        return not (self.name.data or self.phone.data or self.email.data)

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if not self.is_blank and not self.name.data:
            fields.complain(self.name, "Type the contact's name, or clear the line.")
            good = False
        return good


class TermsForm(KeptForm):
    """What a contract says and who may speak for it."""

    customer = fields.text("Customer", "Type the customer's name.", 200)
    time_zone = fields.zone("Customer's time zone")
    site = fields.text("Site", longest=120)
    site_time_zone = fields.zone("Site's own time zone")
    plan = SelectField("Plan", choices=[fields.choice(plan.value, plan.value.capitalize()) for plan in Plan])
    product = fields.text("Product")
    starts = fields.day("First day", "Type the first day of cover.")
    ends = fields.day("Last day", "Type the last day of cover.")
    paid = BooleanField("Paid")
    contacts = FieldList(FormField(ContactForm), max_entries=MOST_CONTACTS)

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.starts.data and self.ends.data and self.ends.data < self.starts.data:
            fields.complain(self.ends, "The last day is before the first.")
            good = False
        return good

    def make_room(self) -> None:
        """Some empty lines after the contacts that there are."""
        blank = sum(1 for entry in self.contacts if entry.form.is_blank)
        for _ in range(min(BLANK_CONTACTS - blank, MOST_CONTACTS - len(self.contacts))):
            self.contacts.append_entry()

    @property
    def people(self) -> list[dict[str, str | None]]:
        """The contacts typed, in order."""
        filled = [entry.form for entry in self.contacts if not entry.form.is_blank]
        return [{"name": c.name.data, "phone": c.phone.data or None, "email": c.email.data or None} for c in filled]


class PinForm(KeptForm):
    pin = fields.text("PIN", longest=12, checks=(fields.pin_check,))


class NewCustomerForm(TermsForm):
    number = fields.text("Contract number", "Type the contract's number.", 64)
    pin = fields.text("PIN", longest=12, checks=(fields.pin_check,))
