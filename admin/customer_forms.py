"""The forms of customers, contracts, contacts, PINs and products."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Form, FormField, HiddenField, SelectField
from wtforms.validators import Optional

from admin import fields
from admin.kept import KeptForm
from admin.seen_form import SeenForm
from admin.shown_rows import RowsForm
from rules.targets import Plan

BLANK_CONTACTS = 2
MOST_CONTACTS = 20
"""With so many there are no further empty lines; a file may bring more, and none of those is dropped."""
DEFAULT_POLICY = "default"


class ContactForm(Form):
    """A line that is left empty is no contact."""

    name = fields.words("Name", longest=120)
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
        if self.name.data and not (self.phone.data or self.email.data):
            fields.complain(self.phone, "Type a telephone number or an e-mail address.")
            good = False
        return good


class WithContacts(RowsForm):
    """A form with the people who may speak for a contract."""

    contacts = fields.Lines(FormField(ContactForm), "Contacts", max_entries=MOST_CONTACTS)

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


class ContactsForm(WithContacts, SeenForm):
    """All contacts of one contract."""


class TermsForm(SeenForm):
    """What a contract says."""

    site = fields.words("Site", longest=120)
    time_zone = fields.zone("Site's own time zone")
    plan = SelectField("Plan", choices=[fields.choice(plan.value, plan.value.capitalize()) for plan in Plan])
    product = SelectField("Product")
    starts = fields.day("First day", "Type the first day of cover.")
    ends = fields.day("Last day", "Type the last day of cover.")
    paid = BooleanField("Paid")
    escalation_policy = SelectField("Escalation policy")
    specialist_name = fields.words("Specialist's name", longest=120)
    specialist_email = fields.email("Specialist's e-mail")

    def offer(self, products: Sequence[str], policies: Sequence[str]) -> None:
        """What there is to choose from. What is on file stays to be chosen."""
        self.product.choices = [fields.choice("", "None"), *(fields.choice(name, name) for name in products)]
        known = [fields.choice(key, key) for key in policies]
        on_file = self.escalation_policy.object_data or DEFAULT_POLICY
        missing = [] if on_file in policies else [fields.choice(on_file, f"{on_file} (there is none yet)")]
        self.escalation_policy.choices = [*missing, *known]

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.starts.data and self.ends.data and self.ends.data < self.starts.data:
            fields.complain(self.ends, "The last day is before the first.")
            good = False
        if bool(self.specialist_name.data) != bool(self.specialist_email.data):
            empty = self.specialist_email if self.specialist_name.data else self.specialist_name
            fields.complain(empty, "A specialist has a name and an e-mail address: type both, or neither.")
            good = False
        return good

    @property
    def terms(self) -> dict[str, Any]:
        """What was typed, by the columns of a contract, and the product's name."""
        texts = ("product", "site", "time_zone", "specialist_name", "specialist_email", "escalation_policy")
        return {name: self[name].data or None for name in texts} | {
            "plan": Plan(self.plan.data),
            "starts": self.starts.data,
            "ends": self.ends.data,
            "paid": self.paid.data,
        }


class CustomerForm(SeenForm):
    customer = fields.words("Customer", "Type the customer's name.", 200)
    customer_zone = fields.zone("Customer's time zone")

    @property
    def terms(self) -> dict[str, Any]:
        return {"customer": self.customer.data, "customer_zone": self.customer_zone.data or None}


class NewContractForm(TermsForm, WithContacts):
    """A contract of a customer who is there, with its first PIN."""

    number = fields.words("Contract number", "Type the contract's number.", 64)
    pin = fields.text("PIN", longest=12, checks=(fields.pin_check,))
    label = fields.words("Who gets the PIN", longest=60)


class NewCustomerForm(NewContractForm):
    customer = fields.words("Customer", "Type the customer's name.", 200)
    customer_zone = fields.zone("Customer's time zone")


class NextPinForm(KeptForm):
    """`newest`: the newest PIN when the page was made. What is sent twice makes no second one."""

    newest = HiddenField()


class PinForm(NextPinForm):
    label = fields.words("Who gets it", longest=60)
    pin = fields.text("PIN", longest=12, checks=(fields.pin_check,))


class LabelForm(KeptForm):
    label = fields.words("Who has it", longest=60)


class ProductForm(SeenForm):
    name = fields.words("Name", "Type the product's name.", 200)
    end_of_support = fields.DayField("End of support", [Optional()])
    end_of_life = fields.DayField("End of life", [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.end_of_support.data and self.end_of_life.data and self.end_of_life.data < self.end_of_support.data:
            fields.complain(self.end_of_life, "The end of life is before the end of support.")
            good = False
        return good

    @property
    def terms(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("name", "end_of_support", "end_of_life")}
